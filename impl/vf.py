r"""Linear approximation of value functions: regression on returns, and the TD fixed point."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.linalg import solve_triangular
from jax.typing import ArrayLike

from .decision_process import MDP
from .linear import contract
from .mdp import discounted_kernel, policy_reward


@jax.jit
def regression(features: ArrayLike, returns: ArrayLike, sample_weights: ArrayLike) -> Array:
    r"""Weighted least-squares regression, by QR: [N, k], [N] -> [k].

    .. math:: w = (X^\top D X)^{-1} X^\top D\, G

    Spec: rlproof.spec.vf.regression
    """
    features, returns = jnp.asarray(features), jnp.asarray(returns)
    root = lax.stop_gradient(jnp.sqrt(jnp.asarray(sample_weights)))
    basis, triangle = jnp.linalg.qr(root[:, None] * lax.stop_gradient(features))
    fitted = solve_triangular(triangle, contract("nk,n->k", basis, root * lax.stop_gradient(returns)))
    # QR keeps the digits that the normal equations lose, but the square root has no slope at weight zero. Derivatives
    # come from one step of refinement: (X^T D X)^-1 X^T D (G - X w) + w is the solution for every constant w.
    weighted = (features * jnp.asarray(sample_weights)[:, None]).T
    matrix = contract("kn,nl->kl", weighted, features)
    residual = contract("kn,n->k", weighted, returns - contract("nk,k->n", features, fitted))

    def substitute(_: Any, right: Array) -> Array:
        return solve_triangular(triangle, solve_triangular(triangle, right, trans=1))

    return fitted + lax.custom_linear_solve(
        lambda x: contract("kl,l->k", matrix, x), residual, solve=substitute, symmetric=True
    )


@jax.jit
def td_fixed_point(mdp: MDP, policy: ArrayLike, state_features: ArrayLike, state_weights: ArrayLike) -> Array:
    r"""TD fixed point: the weights [k] of the features [S, k].

    .. math:: w = \big(X^\top D (I - \gamma P_\pi) X\big)^{-1} X^\top D\, r_\pi

    Spec: rlproof.spec.vf.td_fixed_point
    """
    features = jnp.asarray(state_features)
    weighted = (features * jnp.asarray(state_weights)[:, None]).T
    kernel = discounted_kernel(mdp, policy)
    residual = contract("st,tk->sk", jnp.eye(len(features), dtype=kernel.dtype) - kernel, features)
    matrix = contract("ks,sl->kl", weighted, residual)
    return jnp.linalg.solve(matrix, contract("ks,s->k", weighted, policy_reward(mdp, policy)))

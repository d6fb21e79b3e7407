r"""TRPO's lower bounds on the return of a new policy.

A product of a zero coefficient and an infinite divergence counts as zero. Bounds are infinite or NaN at discount one.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities
from .divergence import kl_max, tv_max
from .trpo_surrogate import surrogate
from .value import advantage


@jax.jit
def epsilon(mdp: MDP, policy: ArrayLike) -> Array:
    r"""The largest advantage in absolute value: [...].

    .. math:: \epsilon = \max_{s,a} |A_\pi(s,a)|

    Where several entries attain the maximum, the gradient is the mean of theirs (JAX's convention), a subgradient.

    Spec: rlproof.spec.trpo.epsilon
    """
    return abs(advantage(mdp, policy)).max(axis=(-2, -1))


@jax.jit
def penalty_coefficient(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Penalty coefficient of the KL-penalised bound: [...].

    .. math:: C = \frac{4 \epsilon \gamma}{(1-\gamma)^2}

    Gradient at ties as in epsilon.

    Spec: rlproof.spec.trpo.penalty_coefficient
    """
    return 4 * epsilon(mdp, policy) * mdp.discount / (1 - mdp.discount) ** 2


@jax.jit
def tv_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by total variation (Theorem 1): [...].

    .. math:: L_\pi(\tilde\pi) - \frac{4\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2,
        \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Gradients at ties as in epsilon and divergence.tv_max.

    Spec: rlproof.spec.trpo.tv_bound
    """
    alpha = tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    return surrogate(mdp, policy, new_policy) - penalty_coefficient(mdp, policy) * alpha**2


@jax.jit
def tv_bound_refined(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Theorem 1 before its last relaxation, attained with equality: [...].

    .. math:: L_\pi(\tilde\pi) - \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}

    Gradients at ties as in tv_bound.

    Spec: rlproof.spec.trpo.tv_bound_refined
    """
    alpha = tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    below_one, remaining = 1 - mdp.discount, 1 - mdp.discount * (1 - alpha)
    loss = 4 * epsilon(mdp, policy) * mdp.discount * alpha**2 / (below_one * remaining)
    return surrogate(mdp, policy, new_policy) - loss


@jax.jit
def kl_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by KL divergence, the objective of Algorithm 1: [...].

    .. math:: L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi), \qquad C = \frac{4\epsilon\gamma}{(1-\gamma)^2}

    Minus infinity on lost support. Gradients at ties as in epsilon and divergence.kl_max.

    Spec: rlproof.spec.trpo.kl_bound
    """
    coefficient = penalty_coefficient(mdp, policy)
    old, new = probabilities(mdp, policy), probabilities(mdp, new_policy)
    # Nothing times an infinite divergence is NaN, and so is its gradient: without a penalty, compare old to old.
    divergence = kl_max(old, jnp.where(coefficient[..., None, None] == 0, old, new))
    return surrogate(mdp, policy, new_policy) - coefficient * divergence

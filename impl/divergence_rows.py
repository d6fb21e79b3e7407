r"""Divergences between the rows of two policies."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .series import log_excess


@jax.jit
def tv(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Total-variation divergence of each row: [..., A] -> [...].

    .. math:: D_{TV}(p, q) = \tfrac12 \sum_a |p(a) - q(a)|

    Where an entry is equal in both, its gradient is 0, the middle of the subgradients.

    Spec: rlproof.spec.divergence.tv
    """
    return abs(jnp.subtract(policy, new_policy)).sum(axis=-1) / 2


@jax.jit
def kl(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Kullback-Leibler divergence of each row, old policy first: [..., A] -> [...]; infinite on lost support.

    .. math:: D_{KL}(p\|q) = \sum_a p(a) \log\frac{p(a)}{q(a)}
        = \sum_{p(a)>0} p(a)\,\big(u_a - \log(1+u_a)\big) + \sum_{p(a)=0} q(a), \quad u = \frac{q-p}{p}

    The second form is computed: every term is positive and exact to a few eps of itself, so that divergences far
    below eps keep their digits. It also fixes the gradient off the simplex, log(p/q) in p and 1 - p/q in q (by
    which rows that sum to one see no difference). It is finite wherever q > 0; the gradient in an entry p = 0, where
    the true one is infinite, is 0.

    Spec: rlproof.spec.divergence.kl
    """
    old, new = jnp.asarray(policy), jnp.asarray(new_policy)
    has = old > 0
    # Both branches of a `where` are differentiated: the one not taken must be finite as well.
    base = jnp.where(has, old, 1)
    change, log_ratio = jnp.where(has, (new - old) / base, 0), jnp.log(jnp.where(has, new / base, 1))
    return jnp.where(has, old * log_excess(change, log_ratio), new).sum(axis=-1)


@jax.jit
def tv_max(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Largest total-variation divergence over states: [..., S, A] -> [...].

    .. math:: D_{TV}^{max}(\pi, \tilde\pi) = \max_s D_{TV}(\pi(\cdot|s), \tilde\pi(\cdot|s))

    Where several states attain the maximum, the gradient is the mean of theirs (JAX's convention), a subgradient.

    Spec: rlproof.spec.divergence.tv_max
    """
    return tv(policy, new_policy).max(axis=-1)


@jax.jit
def kl_max(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Largest KL divergence over states, old policy first: [..., S, A] -> [...].

    .. math:: D_{KL}^{max}(\pi, \tilde\pi) = \max_s D_{KL}(\pi(\cdot|s)\,\|\,\tilde\pi(\cdot|s))

    Gradient at ties as in tv_max.

    Spec: rlproof.spec.divergence.kl_max
    """
    return kl(policy, new_policy).max(axis=-1)

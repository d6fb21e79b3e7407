r"""What KL says about total variation, and the coupling that attains total variation."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .divergence_rows import kl


@jax.jit
def pinsker(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Pinsker's upper bound on the total variation of each row: [..., A] -> [...]; infinite on lost support.

    .. math:: D_{TV}(p, q) \le \sqrt{\tfrac12 D_{KL}(p\|q)}

    Spec: rlproof.spec.divergence.pinsker
    """
    return _sqrt(kl(policy, new_policy) / 2)


@jax.jit
def bretagnolle_huber(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Bretagnolle and Huber's upper bound on the total variation of each row: [..., A] -> [...], at most 1.

    .. math:: D_{TV}(p, q) \le \sqrt{1 - e^{-D_{KL}(p\|q)}}

    Spec: rlproof.spec.divergence.bretagnolle_huber
    """
    old, new = jnp.asarray(policy), jnp.asarray(new_policy)
    lost = ((old > 0) & (new == 0)).any(axis=-1)  # there the bound is 1 with slope zero, and KL has no slope
    bound = _sqrt(-jnp.expm1(-kl(old, jnp.where(lost[..., None], old, new))))
    return jnp.where(lost, 1, bound)


@jax.jit
def coupling(policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Joint distribution of two actions that are equal as often as possible: [..., A] -> [..., A, A].

    .. math:: C(a, b) = \min(p, q)(a)\,1[a = b] + \frac{(p - \min(p,q))(a)\ (q - \min(p,q))(b)}{D_{TV}(p, q)}

    Spec: rlproof.spec.divergence.coupling
    """
    old, new = jnp.asarray(policy), jnp.asarray(new_policy)
    overlap = jnp.minimum(old, new)
    surplus, deficit = old - overlap, new - overlap
    distance = surplus.sum(axis=-1)[..., None, None]
    moved = surplus[..., None] * deficit[..., None, :] / jnp.where(distance == 0, 1, distance)
    return overlap[..., None] * jnp.eye(old.shape[-1], dtype=overlap.dtype) + moved


def _sqrt(square: Array) -> Array:
    """The root, with slope zero instead of infinity at zero, where the policies are equal."""
    return jnp.where(square == 0, square, jnp.sqrt(jnp.where(square == 0, 1, square)))

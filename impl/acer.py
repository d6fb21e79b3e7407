r"""ACER: actor-critic with experience replay and a linearised trust region."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear


@jax.jit
def trust_region_projection(gradient: ArrayLike, kl_gradient: ArrayLike, *, delta: ArrayLike) -> Array:
    r"""The gradient, shortened along the divergence's gradient until it respects a linearised trust region: [n].

    .. math:: z^* = g - \max\Big(0, \frac{k \cdot g - \delta}{\|k\|^2}\Big)\, k

    For k = 0 the gradient stays. On the boundary, where there are two one-sided slopes, that of the inside.

    Spec: rlproof.spec.acer.trust_region_projection
    """
    gradient, normal = jnp.asarray(gradient), jnp.asarray(kl_gradient)
    square = linear.contract("i,i->", normal, normal)
    excess = linear.contract("i,i->", normal, gradient) - delta
    inside = (excess <= 0) | (square == 0)
    factor = jnp.where(inside, 0, excess / jnp.where(square == 0, 1, square))
    return gradient - factor * normal

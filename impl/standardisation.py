"""Deviations from a mean, their variance, and roots and quotients that are differentiable where all are equal."""

import jax.numpy as jnp
from jax import Array, lax


def deviations(entries: Array, kept: Array, ddof: int) -> tuple[Array, Array]:
    """Deviations [..., N] of the kept entries from their mean, zero elsewhere, and the variance [..., 1].

    Two passes, after a common offset has been subtracted: equal entries then are exact zeros, and an offset costs
    no digits.
    """
    counts = kept.sum(axis=-1, keepdims=True)
    shifted = without_offset(entries, kept)
    centred = jnp.where(kept, shifted - shifted.sum(axis=-1, keepdims=True) / counts, 0)
    return centred, jnp.square(centred).sum(axis=-1, keepdims=True) / (counts - ddof)


def without_offset(entries: Array, kept: Array) -> Array:
    """Subtract the first kept entry from the kept ones, if all are within half of it; the others are zero.

    Then the subtraction is exact (Sterbenz); otherwise it would round once more. The subtracted entry cancels in
    deviations, so that no gradient goes through it.
    """
    entries = jnp.where(kept, entries, 0)
    first = lax.stop_gradient(jnp.take_along_axis(entries, kept.argmax(axis=-1, keepdims=True), axis=-1))
    near = jnp.all((abs(entries - first) <= abs(first) / 2) | ~kept, axis=-1, keepdims=True)
    return jnp.where(kept, entries - jnp.where(near, first, 0), 0)


def root(variance: Array) -> Array:
    """Take the square root, with slope zero at zero, where the deviations that it divides vanish."""
    positive = variance > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, variance, 1)), 0)


def divided(centred: Array, scale: Array) -> Array:
    """Divide by the scale, where it is not zero."""
    return centred / jnp.where(scale == 0, 1, scale)

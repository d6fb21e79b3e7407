"""Deviations from a mean, their variance, and roots and quotients that are differentiable where all are equal."""

import jax.numpy as jnp
from jax import Array, lax


def deviations(entries: Array, kept: Array, ddof: int) -> tuple[Array, Array]:
    """Deviations [..., N] of the kept entries from their mean, zero elsewhere, and the variance [..., 1].

    Two passes, after the first kept entry has been subtracted: equal entries then are exact zeros, whatever they
    are, and a common offset costs no digits. The subtracted entry cancels, so that no gradient goes through it.
    """
    entries = jnp.where(kept, entries, 0)
    counts = kept.sum(axis=-1, keepdims=True)
    first = jnp.take_along_axis(entries, kept.argmax(axis=-1, keepdims=True), axis=-1)
    shifted = jnp.where(kept, entries - lax.stop_gradient(first), 0)
    centred = jnp.where(kept, shifted - shifted.sum(axis=-1, keepdims=True) / counts, 0)
    return centred, jnp.square(centred).sum(axis=-1, keepdims=True) / (counts - ddof)


def root(variance: Array) -> Array:
    """Take the square root, with slope zero at zero, where the deviations that it divides vanish."""
    positive = variance > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, variance, 1)), 0)


def divided(centred: Array, scale: Array) -> Array:
    """Divide by the scale, where it is not zero."""
    return centred / jnp.where(scale == 0, 1, scale)

r"""The distribution that belongs to a height of the threshold, for every state at once.

.. math:: q = \lambda \frac{p}{x+G}, \qquad \lambda = 1 \Big/ \sum_a \frac{p}{x+G}

A probability may be as small as a float can be, and then so is the height that makes it large: everything is in
logarithms. A step may be as small as eps, and the divergence its square: nothing that cancels is subtracted.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from .series import log_excess


class Tilt(NamedTuple):
    """How the old distribution is tilted towards better actions."""

    log_ratio: Array  # [..., A], log q/p; 0 where p = 0
    log_multiplier: Array  # [...], log lambda
    divergence: Array  # [...], KL(p || q)


@jax.custom_jvp
def tilt_at(log_height: Array, old: Array, gaps: Array) -> Tilt:
    """Compute the tilt at heights e^l, [...], from probabilities p and gaps G >= 0, [..., A], zero somewhere."""
    height = log_height[..., None]
    mean_gap = (old * gaps).sum(axis=-1, keepdims=True)
    log_mean, log_each = _log_sum(height, mean_gap), _log_sum(height, gaps)
    # x + G is its mean times 1 + t. The mean of 1/(1+t) exceeds one by the bend, the mean of t^2/(1+t).
    change = (gaps - mean_gap) * jnp.exp(-log_mean)
    log_change = jnp.where(abs(change) < 0.5, jnp.log1p(change), log_each - log_mean)
    # 1/(1+t) may overflow where p is small, its product with p does not: multiply by its root twice.
    root = jnp.exp(-log_change / 2)
    bend = (old * root * change * (change * root)).sum(axis=-1, keepdims=True)
    log_ratio = jnp.where(old > 0, -(log_change + jnp.log1p(bend)), 0)
    divergence = (old * log_excess(jnp.expm1(log_ratio), log_ratio)).sum(axis=-1)
    return Tilt(log_ratio, (log_mean - jnp.log1p(bend))[..., 0], divergence)


@tilt_at.defjvp
def _tilt_at_jvp(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> tuple[Tilt, Tilt]:
    """Differentiate the definitions, with sums of terms of one sign where the sum is small."""
    (log_height, old, gaps), (d_log_height, d_old, d_gaps) = primals, tangents
    tilt = tilt_at(log_height, old, gaps)
    supported, height, multiplier = old > 0, log_height[..., None], tilt.log_multiplier[..., None]
    log_each = _log_sum(height, gaps)
    inverse = _finite(jnp.exp(-log_each))
    ratio, increase = jnp.where(supported, jnp.exp(tilt.log_ratio), 0), jnp.expm1(tilt.log_ratio)
    d_log_each = jnp.exp(height - log_each) * d_log_height[..., None] + inverse * d_gaps
    d_multiplier = (old * ratio * d_log_each - ratio * d_old).sum(axis=-1)
    d_log_ratio = jnp.where(supported, d_multiplier[..., None] - d_log_each, 0)
    steepness = (old * increase * (jnp.exp(height - multiplier) * increase)).sum(axis=-1)
    per_gap = _finite(old * inverse * increase)
    excess = log_excess(increase, tilt.log_ratio)
    d_divergence = (excess * d_old - per_gap * d_gaps).sum(axis=-1) - steepness * d_log_height
    return tilt, Tilt(d_log_ratio, d_multiplier, d_divergence)


def _log_sum(log_x: Array, y: Array) -> Array:
    """Compute log(e^l + y) for y >= 0."""
    return jnp.logaddexp(log_x, jnp.log(y))


def _finite(numbers: Array) -> Array:
    """Replace an overflow by the largest number, so that its product with a zero tangent is zero."""
    largest = jnp.finfo(numbers.dtype).max
    return jnp.clip(numbers, -largest, largest)

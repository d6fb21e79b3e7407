r"""Elementary functions whose leading terms cancel, computed without cancellation.

Both are of second order at zero, where the textbook expression loses all digits: a divergence between policies that
differ by :math:`u` is of order :math:`u^2`, its rounding error would be of order eps. Derivatives are written out
by hand, so that they do not cancel either.
"""

from math import factorial

import jax
import jax.numpy as jnp
from jax import Array

# Within this radius the series is used. At its edge the direct expressions subtract numbers at most five times
# larger than the result, so that they lose two bits; inside, they would lose more and more.
_RADIUS = 0.5


@jax.custom_jvp
def log_excess(change: Array, log_ratio: Array) -> Array:
    r"""Compute :math:`u - \log(1+u)` from the change :math:`u \ge -1` and, for large u, the logarithm given.

    The caller may know that logarithm where 1 + u would underflow. Infinite at :math:`u = -1`.
    """
    # With r = u/(2+u): log(1+u) = 2 atanh(r) and u - 2r = u r, hence u - log(1+u) = r (u - 2 y (1/3 + y/5 + ...)),
    # y = r^2. The subtracted part is at most a quarter of u in modulus: no cancellation.
    small = jnp.where(abs(change) < _RADIUS, change, 0)
    r = small / (2 + small)
    y = r * r
    tail = jnp.zeros_like(y)
    for power in reversed(range(_atanh_terms(y.dtype))):
        tail = tail * y + 1 / (2 * power + 3)
    return jnp.where(abs(change) < _RADIUS, r * (small - 2 * y * tail), change - log_ratio)


@log_excess.defjvp
def _log_excess_jvp(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
    (change, log_ratio), (d_change, d_log_ratio) = primals, tangents
    is_small = abs(change) < _RADIUS
    small = jnp.where(is_small, change, 0)
    slope = jnp.where(is_small, small / (1 + small) * d_change, d_change - d_log_ratio)
    return log_excess(change, log_ratio), slope


@jax.custom_jvp
def exp_excess(x: Array) -> Array:
    r"""Compute :math:`e^x - 1 - x`; the derivative is :math:`e^x - 1`."""
    tail = jnp.zeros_like(x)
    small = jnp.where(abs(x) < _RADIUS, x, 0)
    for power in reversed(range(2, 2 + _exp_terms(x.dtype))):
        tail = tail * small + 1 / factorial(power)
    return jnp.where(abs(x) < _RADIUS, small * small * tail, jnp.expm1(x) - x)


@exp_excess.defjvp
def _exp_excess_jvp(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    (x,) = primals
    return exp_excess(x), jnp.expm1(x) * tangents[0]


def _atanh_terms(dtype: jnp.dtype) -> int:
    """Count terms until the rest is below eps relative to the result, which is at least half of r u.

    The rest after n terms is 2 r y^(n+1) / (2n+3) (1 + y + ...), with r^2 = y <= 1/9 and |r| <= |u| (2/3): relative
    to r u / 2 it is at most y^n / 2 for every n >= 1.
    """
    terms, rest, eps = 1, 1 / 9, float(jnp.finfo(dtype).eps)
    while rest / 2 > eps / 2:
        terms, rest = terms + 1, rest / 9
    return terms


def _exp_terms(dtype: jnp.dtype) -> int:
    """Count terms until the first omitted, x^(n+2)/(n+2)!, is below half an eps relative to x^2/2 at the radius."""
    terms, eps = 1, float(jnp.finfo(dtype).eps)
    while 2 * _RADIUS**terms / factorial(terms + 2) > eps / 4:
        terms += 1
    return terms

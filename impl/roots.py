"""Roots of decreasing functions, elementwise, with implicit derivatives."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

Function = Callable[[Array], Array]


class _Search(NamedTuple):
    """A bracketed search: f(lower) > 0 >= f(upper), as far as known."""

    lower: Array
    upper: Array
    point: Array
    step: Array
    running: Array
    iteration: int | Array


def root_of_decreasing(function: Function, lower: Array, upper: Array, start: Array) -> Array:
    """Find the root of an elementwise decreasing function in [lower, upper], given a first guess inside.

    Without a sign change, the search ends at the nearer end. Derivatives with respect to whatever the function
    closes over are those of the implicit function theorem; `lower`, `upper` and `start` have none.
    """
    lower, upper, start = lax.stop_gradient((lower, upper, jnp.clip(start, lower, upper)))

    def slope_solve(slope: Function, value: Array) -> Array:
        return value / slope(jnp.ones_like(value))

    return lax.custom_root(function, start, lambda f, guess: _search(f, lower, upper, guess), slope_solve)


def _search(function: Function, lower: Array, upper: Array, start: Array) -> Array:
    """Newton's method; bisection where a step would leave the bracket or is not half the step before.

    Either the bracket or the step is halved each time, and the search ends once a step is within rounding. Should
    rounding errors of the function keep it busy, the count of bisections that exhaust any bracket ends it.
    """
    information = jnp.finfo(start.dtype)
    exhausted = 2 * (information.nmant + information.nexp)

    def advance(search: _Search) -> _Search:
        value, slope = jax.jvp(function, (search.point,), (jnp.ones_like(search.point),))
        low = jnp.where(value > 0, search.point, search.lower)
        high = jnp.where(value > 0, search.upper, search.point)
        newton, middle = search.point - value / slope, low + (high - low) / 2
        shrinks = abs(newton - search.point) <= abs(search.step) / 2
        point = jnp.where((low <= newton) & (newton <= high) & shrinks, newton, middle)
        point = jnp.where(search.running, point, search.point)
        step = point - search.point
        settled = abs(step) <= 2 * information.eps * jnp.maximum(1, abs(point))
        return _Search(low, high, point, step, search.running & ~settled, search.iteration + 1)

    def goes_on(search: _Search) -> Array:
        return search.running.any() & (search.iteration < exhausted)

    first = _Search(lower, upper, start, upper - lower, jnp.ones_like(start, bool), 0)
    return lax.while_loop(goes_on, advance, first).point

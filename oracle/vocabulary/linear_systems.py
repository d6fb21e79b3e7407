"""Words about linear systems with quadratic costs, and Gaussian policies with linear means.

Row sums of |A| and |K| are at most 1/2, those of |B| at most 1: every gain is stable on every system, and
so is every gain between two of them on every system between two of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.linear_system import LinearSystem
from ...spec.numbers import Array, exact
from ..draws import DISCOUNTS, Scene, choice, draw_array, draw_numbers, fractions, integers, rationals, several

EIGHTHS = 8


def _small(scene: Scene, rows: int, columns: int, most: int) -> Array:
    """Draw a matrix whose rows sum to at most most/8 in magnitude."""
    bound = most // columns
    return draw_array(scene.draw, (rows, columns), fractions(-bound, bound, EIGHTHS))


def _square(scene: Scene, size: int, diagonal: tuple[str, ...]) -> Array:
    """Draw L L^T, where L is lower triangular with a diagonal from these numbers."""
    lower = np.tril(draw_array(scene.draw, (size, size), rationals(-1, 1, 2)))
    entries = exact(scene.draw(several(choice(*diagonal), size)))
    lower[np.arange(size), np.arange(size)] = entries
    return exact(lower @ lower.T)


def _definite(size: Callable[[Scene], int]) -> Callable[[Scene], Array]:
    return lambda scene: _square(scene, size(scene), ("1", "1/2", "2"))


def _system(scene: Scene) -> LinearSystem:
    n, k = scene["state_dimensions"], scene["dimensions"]
    costs = _square(scene, n + k, ("1", "1/2", "2"))
    return LinearSystem(
        dynamics=_small(scene, n, n, 4),
        control=_small(scene, n, k, 8),
        noise=_square(scene, n, ("0", "1", "1/2")),
        state_cost=costs[:n, :n],
        cross_cost=costs[:n, n:],
        action_cost=costs[n:, n:],
        discount=scene.draw(choice(*DISCOUNTS)),
        initial_mean=draw_numbers(scene.draw, (n,), -2, 2),
        initial_covariance=_square(scene, n, ("0", "1", "1/2")),
    )


def _gain(scene: Scene) -> Array:
    return _small(scene, scene["dimensions"], scene["state_dimensions"], 4)


def _cost_matrix(scene: Scene) -> Array:
    return _square(scene, scene["state_dimensions"], ("0", "1", "1/2"))


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    # Two at most; not the number of action dimensions, so that transposed matrices do not fit.
    "state_dimensions": lambda scene: min(scene.draw(integers(*scene.sizes.actions)), 2),
    "system": _system,
    **dict.fromkeys(("gain", "new_gain", "third_gain"), _gain),
    **dict.fromkeys(("covariance", "new_covariance"), _definite(lambda scene: scene["dimensions"])),
    **dict.fromkeys(("cost_matrix", "other_cost_matrix"), _cost_matrix),
    "cost_offset": lambda scene: scene.draw(rationals(-8, 8)),
    "state_vectors": lambda scene: draw_numbers(scene.draw, (scene["length"], scene["state_dimensions"]), -2, 2),
    "coordinates": lambda scene: _coordinates(scene["state_dimensions"]),
}


def _coordinates(size: int) -> Array:
    """A change of coordinates [n, n] that is neither orthogonal nor symmetric."""
    return exact(2 * np.eye(size, dtype=int) + np.eye(size, k=1, dtype=int))

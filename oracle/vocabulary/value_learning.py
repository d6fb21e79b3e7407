"""Words about learning values from transitions between numbered states."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from ...spec.mdp import discounted_visitation
from ...spec.numbers import Array, exact
from ..draws import Scene, choice, draw_array, draw_numbers, integers, per_step, positive, scalar, several
from .choices import number_of_choices


def _indices(count: Callable[[Scene], int]) -> Callable[[Scene], Array]:
    """Draw one index for each transition."""

    def build(scene: Scene) -> Array:
        index = integers(0, count(scene) - 1)
        return np.array(scene.draw(several(index, scene["length"])), dtype=int)

    return build


def _states(scene: Scene) -> Array:
    """Draw states; data of which tables are made visit every pair of a state and an action."""
    if scene.asks_for("number_of_states"):
        return scene["visited_pairs"][:, 0]
    return _indices(lambda scene: scene["mdp"].number_of_states)(scene)


def _independent_columns(rows: str) -> Callable[[Scene], Array]:
    """Draw features [rows, k]: numbers below a diagonal of ones, so that the columns are linearly independent."""

    def build(scene: Scene) -> Array:
        count = scene["length"] if rows == "length" else scene["mdp"].number_of_states
        shape = (count, min(scene["dimensions"], count))
        lower = np.tril(np.ones(shape, dtype=int), k=-1)
        return exact(np.eye(*shape, dtype=int)) + lower * draw_numbers(scene.draw, shape, -2, 2)

    return build


def _state_weights(scene: Scene) -> Array:
    """How often the scene's policy visits each state from anywhere, discounted, rounded up to multiples of 2^-12.

    Such weights d have d > gamma d P, for which the matrix of the TD fixed point is positive definite.
    """
    if not scene.asks_for("mdp"):
        return per_step(0, 4)(scene)
    count = scene["mdp"].number_of_states
    uniform = scene["mdp"].replace(initial=exact([1] * count) / count)
    return exact(
        [Fraction(-(-(4096 * int(d.p)) // int(d.q)), 4096) for d in discounted_visitation(uniform, scene["policy"])]
    )


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "states": _states,
    "next_states": _indices(lambda scene: scene["mdp"].number_of_states),
    "next_actions": _indices(number_of_choices),
    "features": _independent_columns("length"),
    "state_features": _independent_columns("states"),
    "sample_weights": lambda scene: draw_array(scene.draw, (scene["length"],), positive(4)),
    "state_weights": _state_weights,
    "trace_decay": scalar(0, 1),
    "discount": lambda scene: scene.draw(choice("1/2", "0", "3/4", "15/16", "1023/1024")),
}

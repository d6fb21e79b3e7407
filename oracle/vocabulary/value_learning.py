"""Words about learning values from transitions between numbered states."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...spec.numbers import Array, rational
from ..draws import DISCOUNTS, Scene, scalar


def _indices(count: Callable[[Scene], int]) -> Callable[[Scene], Array]:
    """Draw one index for each transition."""

    def build(scene: Scene) -> Array:
        index = st.integers(0, count(scene) - 1)
        return np.array(scene.draw(st.lists(index, min_size=scene["length"], max_size=scene["length"])), dtype=int)

    return build


def number_of_actions(scene: Scene) -> int:
    """Count the actions that an index may mean: the columns of the table, if there is one, else of each row."""
    return scene["mdp"].number_of_actions if scene.asks_for("action_values") else scene["number_of_actions"]


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    **dict.fromkeys(("states", "next_states"), _indices(lambda scene: scene["mdp"].number_of_states)),
    "next_actions": _indices(number_of_actions),
    "trace_decay": scalar(0, 1),
    "discount": lambda scene: rational(scene.draw(st.sampled_from(DISCOUNTS))),
}

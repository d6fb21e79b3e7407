"""Words about learning values from transitions between numbered states."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...spec.numbers import Array, rational
from ..draws import DISCOUNTS, Scene, scalar
from .choices import number_of_choices


def _indices(count: Callable[[Scene], int]) -> Callable[[Scene], Array]:
    """Draw one index for each transition."""

    def build(scene: Scene) -> Array:
        index = st.integers(0, count(scene) - 1)
        return np.array(scene.draw(st.lists(index, min_size=scene["length"], max_size=scene["length"])), dtype=int)

    return build


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    **dict.fromkeys(("states", "next_states"), _indices(lambda scene: scene["mdp"].number_of_states)),
    "next_actions": _indices(number_of_choices),
    "trace_decay": scalar(0, 1),
    "discount": lambda scene: rational(scene.draw(st.sampled_from(DISCOUNTS))),
}

"""Words about steps of policies: mixtures, natural gradients, line searches."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...spec.numbers import Array, exact
from ..draws import (
    Scene,
    choice,
    draw_array,
    draw_numbers,
    draw_policy,
    integers,
    per_step,
    rationals,
    ratios,
)


def _per_choice(number: st.SearchStrategy[Any]) -> Callable[[Scene], Array]:
    return lambda scene: draw_array(scene.draw, (scene["length"], scene["number_of_actions"]), number)


def _positive_definite(scene: Scene) -> Array:
    """B B^T + I or + I/4, with small halves in B, so that float32 holds it exactly."""
    size = scene["length"]
    factor = draw_numbers(scene.draw, (size, size), -2, 2)
    least = scene.draw(choice("1", "1/4"))
    return factor @ factor.T + least * exact(np.eye(size, dtype=int))


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "mixed_policy": draw_policy,
    "action_ratios": _per_choice(ratios()),
    **dict.fromkeys(("tangent", "other_tangent"), _per_choice(rationals(-4, 4))),
    **dict.fromkeys(("fisher_matrix", "other_fisher_matrix"), _positive_definite),
    **dict.fromkeys(("gradient", "other_gradient", "kl_gradient"), per_step(-4, 4)),
    "iterations": lambda scene: scene.draw(integers(0, 3)),
    "surrogate_gains": per_step(-4, 4),
    "backtrack": lambda scene: scene.draw(choice("1/2", "3/4", "7/8")),
}

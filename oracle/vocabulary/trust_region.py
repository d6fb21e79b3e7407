"""Words about steps of policies: mixtures, natural gradients, line searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

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
from ..later import st


def _per_choice(number: st.SearchStrategy[Any]) -> Callable[[Scene], Array]:
    return lambda scene: draw_array(scene.draw, (scene["length"], scene["number_of_actions"]), number)


def _positive_definite(scene: Scene) -> Array:
    """B B^T + I or + I/4, with small halves in B, so that float32 holds it exactly."""
    size = scene["length"]
    factor = draw_numbers(scene.draw, (size, size), -2, 2)
    least = scene.draw(choice("1", "1/4"))
    return factor @ factor.T + least * exact(np.eye(size, dtype=int))


def _full_step(scene: Scene) -> Array:
    """A step that is not zero."""
    step = draw_numbers(scene.draw, (scene["dimensions"],), -2, 2)
    step[0] = step[0] + (1 if step[0] == 0 else 0)
    return step


def _kl_curve(scene: Scene) -> Array:
    """Divergences along a step: within, on and beyond the radius."""
    shares = ("1/2", "1", "5/4", "3/2", "7/4", "2", "4", "0")
    return scene["delta"] * exact([scene.draw(choice(*shares)) for _ in range(INTERVALS)])


INTERVALS = 5
"""Into how many intervals a step is cut on which the functions along it are constant."""

VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "mixed_policy": draw_policy,
    "action_ratios": _per_choice(ratios()),
    **dict.fromkeys(("tangent", "other_tangent"), _per_choice(rationals(-4, 4))),
    **dict.fromkeys(("fisher_matrix", "other_fisher_matrix"), _positive_definite),
    **dict.fromkeys(("gradient", "other_gradient", "kl_gradient"), per_step(-4, 4)),
    "iterations": lambda scene: scene.draw(integers(0, 3)),
    "surrogate_gains": per_step(-4, 4),
    # functions along a step
    "parameters": lambda scene: draw_numbers(scene.draw, (scene["dimensions"],), -2, 2),
    "full_step": _full_step,
    "gain_curve": lambda scene: draw_numbers(scene.draw, (INTERVALS,), -2, 2),
    "kl_curve": _kl_curve,
    "base_objective": lambda scene: scene.draw(rationals(-2, 2)),
    "max_backtracks": lambda scene: scene.draw(integers(1, 5)),
    "backtrack": lambda scene: scene.draw(choice("1/2", "3/4", "7/8")),
}

"""Words about discrete actions: logits, action values and distributions for each transition."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array, exact
from ..draws import (
    DISCOUNTS,
    GRAIN,
    Scene,
    choice,
    draw_flags,
    draw_numbers,
    integers,
    per_dimension,
    rows,
    scalar,
    several,
)

DISCRETE = (
    *("logits", "old_logits", "q_values", "action_values"),
    *("probabilities", "full_probabilities", "number_of_actions", "states"),
)
"""Words beside which `actions` are indices [T]; elsewhere they are vectors [T, k]."""


def number_of_choices(scene: Scene) -> int:
    """Count the actions that an index may mean: those of the process, if there is one, else of each row."""
    of_process = scene.asks_for("action_values", "states")
    return scene["mdp"].number_of_actions if of_process else scene["number_of_actions"]


def _actions(scene: Scene) -> Array:
    if not scene.asks_for(*DISCRETE):
        return per_dimension()(scene)
    if scene.asks_for("number_of_states"):
        return scene["visited_pairs"][:, 1]
    index = integers(0, number_of_choices(scene) - 1)
    return np.array(scene.draw(several(index, scene["length"])), dtype=int)


def _number_of_actions(scene: Scene) -> int:
    if scene.asks_for("number_of_states"):
        return scene["mdp"].number_of_actions
    return scene.draw(integers(*scene.sizes.actions))


def _per_choice(low: int, high: int) -> Callable[[Scene], Array]:
    return lambda scene: draw_numbers(scene.draw, (scene["length"], scene["number_of_actions"]), low, high)


def _distributions(least: int) -> Callable[[Scene], Array]:
    def build(scene: Scene) -> Array:
        row = rows(scene["number_of_actions"], least, GRAIN)
        return exact(scene.draw(several(row, scene["length"])))

    return build


def _mask(scene: Scene) -> Array:
    flags = draw_flags(scene.draw, scene["length"])
    return flags if flags.any() else ~flags


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "number_of_actions": _number_of_actions,
    "actions": _actions,
    **dict.fromkeys(("logits", "old_logits", "other_logits"), _per_choice(-4, 4)),
    **dict.fromkeys(("q_values", "next_q_values", "other_next_q_values"), _per_choice(-8, 8)),
    **dict.fromkeys(("probabilities", "other_probabilities", "next_policy"), _distributions(0)),
    **dict.fromkeys(("full_probabilities", "other_full_probabilities"), _distributions(1)),
    **dict.fromkeys(("mask", "valid"), _mask),
    **dict.fromkeys(("returns", "old_values"), lambda scene: draw_numbers(scene.draw, (scene["length"],))),
    "discounts": lambda scene: exact([scene.draw(choice(*DISCOUNTS, "1")) for _ in range(scene["length"])]),
    "n": lambda scene: scene.draw(integers(1, 4)),
    **dict.fromkeys(("step_size", "tau", "epsilon_random"), scalar(0, 1)),
    "temperature": lambda scene: scene.draw(choice("1", "1/2", "2", "4")),
}

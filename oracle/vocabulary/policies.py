"""Words about continuous policies, and about steps in logits."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array
from ..draws import Scene, choice, draw_array, draw_flags, draw_numbers, per_dimension

DEVIATIONS = choice("1", "2", "1/2", "3", "1/4", "5/4")


def _factors(scene: Scene) -> Array:
    """Lower triangular matrices with positive diagonals, one for each transition."""
    length, dimensions = scene["length"], scene["dimensions"]
    below = draw_numbers(scene.draw, (length, dimensions, dimensions), -2, 2) * np.tri(dimensions, k=-1, dtype=int)
    diagonal = draw_array(scene.draw, (length, dimensions), DEVIATIONS)
    return below + diagonal[:, :, None] * np.eye(dimensions, dtype=int)


def _steps(scene: Scene) -> Array:
    """A step for each logit."""
    return draw_numbers(scene.draw, (scene["length"], scene["number_of_actions"]), -2, 2)


def _mask(scene: Scene) -> Array:
    """Whether each action is allowed; one is, at least."""
    flags = draw_flags(scene.draw, scene["length"] * scene["number_of_actions"]).reshape(scene["length"], -1)
    return flags | ~flags.any(axis=-1)[:, None]


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    **dict.fromkeys(("noise", "action_slopes", "action_gradients"), per_dimension()),
    "actor_jacobians": lambda scene: draw_numbers(scene.draw, (scene["length"], scene["dimensions"], 3), -2, 2),
    "logit_steps": _steps,
    "action_mask": _mask,
    "unsquashed": per_dimension(-4, 4),
    **dict.fromkeys(("scale_tril", "old_scale_tril", "other_scale_tril"), _factors),
}

"""Words about policy gradients: parameters of policies, features, critics."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array
from ..draws import Scene, draw_numbers, per_action, positive


def _per_parameter(scene: Scene) -> Array:
    return draw_numbers(scene.draw, (*scene["mdp"].reward.shape, scene["dimensions"]), -2, 2)


def _policy_jacobian(scene: Scene) -> Array:
    """Draw derivatives of probabilities: over the actions they sum to zero."""
    drawn = _per_parameter(scene)
    last = drawn[:, -1:] - drawn.sum(axis=1, keepdims=True)
    return np.concatenate([drawn[:, :-1], last], axis=1)


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "policy_jacobian": _policy_jacobian,
    "action_features": _per_parameter,
    "baselines": per_action,
    "damping": lambda scene: scene.draw(positive(2)),
}

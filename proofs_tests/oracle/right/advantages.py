"""Ways to compute generalised advantage estimates."""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def loop(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, lam: float
) -> Array:
    """Backwards, one step after the other."""
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * next_values[t] * (1 - terminated[t]) - values[t]
        following = error + gamma * lam * (1 - (terminated[t] | truncated[t])) * following
        advantages[t] = following
    return advantages


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {"gae.advantage": [loop]}

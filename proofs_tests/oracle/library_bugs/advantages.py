"""Reports about generalised advantage estimation."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def sb3_dones_of_the_current_step(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """The mask of step t is read from t + 1, but the last from its own."""
    advantages, following = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        last = t == len(rewards) - 1
        running = 1.0 - (dones[t] if last else dones[t + 1])
        error = rewards[t] + gamma * (last_value if last else values[t + 1]) * running - values[t]
        advantages[t] = following = error + gamma * gae_lambda * running * following
    return advantages


ENTRIES = (
    Entry(
        "GAE-01", "DLR-RM/stable-baselines3#105", "gae.advantage", sb3_dones_of_the_current_step, "bug",
        "flags_of_the_next_step",
    ),
)  # fmt: skip

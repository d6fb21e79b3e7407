"""Reports about the value after a time limit."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def sb3_reward_augmented(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """A time-out adds gamma V of the terminal observation to the reward; then one flag masks all."""
    rewards = rewards + gamma * next_values * (truncated & ~terminated)
    dones = terminated | truncated
    bootstrapped = np.append(values[1:], next_values[-1])
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * bootstrapped[t] * (1.0 - dones[t]) - values[t]
        advantages[t] = following = error + gamma * gae_lambda * (1.0 - dones[t]) * following
    return advantages


def sb3_rewards_come_augmented(
    rewards: Array,
    values: Array,
    episode_starts: Array,
    last_value: float,
    last_done: bool,
    gamma: float,
    gae_lambda: float,
) -> tuple[Array, Array]:
    """compute_returns_and_advantage: the collector has added the value to the reward."""
    advantages, following = np.zeros_like(rewards), 0.0
    for step in reversed(range(len(rewards))):
        if step == len(rewards) - 1:
            running, next_value = 1.0 - last_done, last_value
        else:
            running, next_value = 1.0 - episode_starts[step + 1], values[step + 1]
        error = rewards[step] + gamma * next_value * running - values[step]
        following = error + gamma * gae_lambda * running * following
        advantages[step] = following
    return advantages, advantages + values


def rsl_rl_time_outs(
    rewards: Array,
    values: Array,
    last_value: float,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """A time-out adds gamma V(s_t)."""
    rewards = rewards + gamma * values * truncated
    dones, bootstrapped = terminated | truncated, np.append(values, last_value)
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + (1 - dones[t]) * gamma * bootstrapped[t + 1] - values[t]
        advantages[t] = following = error + (1 - dones[t]) * gamma * gae_lambda * following
    return advantages


def rsl_rl_with_next_values(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The same where the true successor's value is at hand."""
    rewards = rewards + gamma * values * truncated
    dones = terminated | truncated
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + (1 - dones[t]) * gamma * next_values[t] - values[t]
        advantages[t] = following = error + (1 - dones[t]) * gamma * gae_lambda * following
    return advantages


GAE = "gae.advantage"
ENTRIES = (
    Entry("GAE-12", "DLR-RM/stable-baselines3 PR#658", GAE, sb3_reward_augmented, "control"),
    Entry("GAE-13", "leggedrobotics/rsl_rl#20", GAE, rsl_rl_time_outs, "variant", "time_out_bootstraps_own_value"),
    Entry(
        "GAE-13", "leggedrobotics/rsl_rl#20", GAE, rsl_rl_with_next_values, "variant", "time_out_bootstraps_own_value"
    ),
    Entry("C-08", "DLR-RM/stable-baselines3#1864", GAE, sb3_reward_augmented, "control"),
    Entry(
        "C-08",
        "DLR-RM/stable-baselines3#633",
        GAE,
        sb3_rewards_come_augmented,
        "control",
        None,
        {"conventions": {"rewards": "time_limit_bootstrapped"}},
    ),
)

"""Reports about rows that are no transitions: those that a reset takes, and padding."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def cleanrl_envpool(
    rewards: Array, values: Array, dones: Array, valid: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """Nobody asks which rows are transitions."""
    del valid
    advantages, following = np.zeros_like(rewards), 0.0
    bootstrapped = np.append(values, last_value)
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * bootstrapped[t + 1] * (1.0 - dones[t]) - values[t]
        advantages[t] = following = error + gamma * gae_lambda * (1.0 - dones[t]) * following
    return advantages


def cleanrl_envpool_two_flags(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, valid: Array, gamma: float,
    gae_lambda: float,
) -> Array:  # fmt: skip
    """The same with two flags."""
    del valid
    return _gae(rewards, values, next_values, terminated, truncated, gamma, gae_lambda)


def cleanrl_envpool_declared(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """The same where the mode of auto-reset is declared."""
    return cleanrl_envpool(rewards, values, dones, None, last_value, gamma, gae_lambda)


def envpool_fixed(
    rewards: Array, values: Array, dones: Array, valid: Array, last_value: float, gamma: float, gae_lambda: float
) -> Array:
    """What was proposed: the reset row gives nothing."""
    return np.where(valid, cleanrl_envpool(rewards, values, dones, valid, last_value, gamma, gae_lambda), 0.0)


def roll_padding_bootstraps(rewards: Array, values: Array, mask: Array, gamma: float, gae_lambda: float) -> Array:
    """The value of the first padded position is the next value of the last token."""
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        next_value = values[t + 1] if t < len(rewards) - 1 else 0.0
        error = rewards[t] + gamma * next_value - values[t]
        following = (error + gamma * gae_lambda * following) * mask[t]
        advantages[t] = following
    return advantages


def roll_padding_bootstraps_in_rows(
    token_level_rewards: Array, values: Array, response_mask: Array, gamma: float, lambd: float
) -> tuple[Array, Array]:
    """The same for a batch of sequences [B, T], with the returns."""
    length = token_level_rewards.shape[1]
    following, found = np.zeros(len(values)), []
    for t in reversed(range(length)):
        next_values = values[:, t + 1] if t < length - 1 else 0.0
        error = token_level_rewards[:, t] + gamma * next_values - values[:, t]
        following = np.where(response_mask[:, t], error + gamma * lambd * following, 0.0)
        found.append(following)
    advantages = np.stack(found[::-1], axis=1)
    return advantages, np.where(response_mask, advantages + values, 0.0)


def roll_fixed(rewards: Array, values: Array, mask: Array, gamma: float, gae_lambda: float) -> Array:
    """What was proposed: values of padding are zero."""
    return roll_padding_bootstraps(np.where(mask, rewards, 0.0), np.where(mask, values, 0.0), mask, gamma, gae_lambda)


def _gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """Right estimates of what is passed."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    advantages, following = np.zeros_like(rewards), np.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * gae_lambda * np.where(terminated[t] | truncated[t], 0.0, following)
        advantages[t] = following
    return advantages


GAE = "gae.advantage"
ENTRIES = (
    Entry("GAE-17", "vwxyzjn/cleanrl#562", GAE, cleanrl_envpool, "bug", "reset_row_counted"),
    Entry("GAE-17", "vwxyzjn/cleanrl#562", GAE, cleanrl_envpool_two_flags, "bug", "reset_row_counted"),
    Entry(
        "GAE-17", "vwxyzjn/cleanrl#562", GAE, cleanrl_envpool_declared, "bug", "reset_row_counted",
        {"conventions": {"autoreset": "next_step"}},
    ),
    Entry("GAE-17", "vwxyzjn/cleanrl#562", GAE, envpool_fixed, "control"),
    Entry("GAE-22", "alibaba/ROLL PR#447", GAE, roll_padding_bootstraps, "bug", "padding_bootstraps"),
    Entry("GAE-22", "alibaba/ROLL PR#447", GAE, roll_padding_bootstraps_in_rows, "bug", "padding_bootstraps"),
    Entry("GAE-22", "alibaba/ROLL PR#447", GAE, roll_fixed, "control"),
)  # fmt: skip

"""More ways to compute advantages of A2C."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def explicit_sums(
    rewards: list[float], values: list[float], next_values: list[float], terminated: list[bool],
    truncated: list[bool], gamma: float,
) -> list[float]:  # fmt: skip
    """Algorithm S3 for each step by itself, on lists."""
    advantages = []
    for t in range(len(rewards)):
        end = t
        while end < len(rewards) - 1 and not (terminated[end] or truncated[end]):
            end += 1
        total = 0.0 if terminated[end] else next_values[end]
        for k in range(end, t - 1, -1):
            total = rewards[k] + gamma * total
        advantages.append(total - values[t])
    return advantages


def gae_at_one(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> Array:
    """TD errors, added up: Stable-Baselines3's A2C has lambda one."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    advantages, running = np.zeros_like(errors), 0.0
    for t in reversed(range(len(errors))):
        running = errors[t] + gamma * (1 - (terminated[t] | truncated[t])) * running
        advantages[t] = running
    return advantages


def with_masks(
    rewards: torch.Tensor, value_preds: torch.Tensor, masks: torch.Tensor, next_value: float, gamma: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """A PyTorch storage: returns filled from the end, with masks of continuation; advantages, and returns."""
    returns = torch.zeros(len(rewards) + 1, dtype=rewards.dtype)
    returns[-1] = next_value
    for step in reversed(range(len(rewards))):
        returns[step] = returns[step + 1] * gamma * masks[step] + rewards[step]
    return returns[:-1] - value_preds, returns[:-1]


def of_one_path(rewards: Array, values: Array, gamma: float) -> Array:
    """One path whose values have one entry more: a triangular matrix of powers."""
    rows = np.append(rewards, values[-1])
    times = np.arange(len(rows))
    powers = np.triu(gamma ** np.abs(times[None, :] - times[:, None]))
    return (powers @ rows)[:-1] - values[:-1]


def of_discounts(r_t: Array, v_tm1: Array, discount_t: Array, bootstrap_value: float) -> Array:
    """Discounts that carry the mask, on a running sum."""
    running, targets = bootstrap_value, []
    for reward, discount in zip(r_t[::-1], discount_t[::-1], strict=True):
        running = reward + discount * running
        targets.append(running)
    return np.array(targets[::-1]) - v_tm1


def in_columns(rewards: Array, values: Array, dones: Array, last_values: Array, gamma: float) -> dict[str, Array]:
    """[T, B], by name, in float32."""
    returns = np.zeros(rewards.shape, dtype=np.float32)
    following = last_values.astype(np.float32)
    nonterminal = 1 - dones.astype(np.float32)
    for t in range(len(rewards) - 1, -1, -1):
        following = rewards[t].astype(np.float32) + np.float32(gamma) * following * nonterminal[t]
        returns[t] = following
    return {"returns": returns, "advantages": returns - values.astype(np.float32)}


def in_rows(rewards: torch.Tensor, values: torch.Tensor, dones: torch.Tensor, last_values: torch.Tensor, gamma: float
            ) -> torch.Tensor:  # fmt: skip
    """[B, T]: the columns of the result are put together from the last to the first."""
    running, columns = last_values, []
    for reward, done in zip(rewards.unbind(1)[::-1], dones.unbind(1)[::-1], strict=True):
        running = reward + gamma * running.masked_fill(done.bool(), 0.0)
        columns.insert(0, running)
    return torch.stack(columns, dim=1) - values


@jax.jit
def in_a_scan(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, terminated: jax.Array, truncated: jax.Array,
    gamma: float,
) -> jax.Array:  # fmt: skip
    """JAX."""

    def step(following: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        reward, value, next_value, term, trunc = row
        following = reward + gamma * jnp.where(term, 0.0, jnp.where(trunc, next_value, following))
        return following, following - value

    return jax.lax.scan(step, next_values[-1], (rewards, values, next_values, terminated, truncated), reverse=True)[1]


def from_episode_starts(
    rewards: Array, values: Array, episode_starts: Array, last_value: float, last_done: bool, gamma: float
) -> Array:
    """Flags of beginnings, by a linear system."""
    goes_on = 1.0 - np.append(episode_starts[1:], last_done).astype(float)
    right = rewards.copy()
    right[-1] += gamma * goes_on[-1] * last_value
    returns = np.linalg.inv(np.eye(len(rewards)) - gamma * np.diag(goes_on[:-1], k=1)) @ right
    return returns - values


def mean_advantage(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> float:
    """The mean over the segment."""
    total, following = 0.0, next_values[-1]
    for t in range(len(rewards) - 1, -1, -1):
        if truncated[t]:
            following = next_values[t]
        following = rewards[t] + gamma * following * (not terminated[t])
        total += following - values[t]
    return total / len(rewards)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "a2c.advantage": [
        *(explicit_sums, gae_at_one, with_masks, of_one_path, of_discounts, in_columns, in_rows, in_a_scan),
        *(from_episode_starts, mean_advantage),
    ],
}

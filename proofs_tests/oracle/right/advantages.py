"""Ways to compute generalised advantage estimates, and advantages of A2C."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def loop(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    lam: float,
) -> Array:
    """Backwards, one step after the other."""
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        error = rewards[t] + gamma * next_values[t] * (1 - terminated[t]) - values[t]
        following = error + gamma * lam * (1 - (terminated[t] | truncated[t])) * following
        advantages[t] = following
    return advantages


def linear_system(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """Solve (I - gamma lambda shift) A = delta."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    goes_on = ~(terminated | truncated)
    shift = np.diag(goes_on[:-1].astype(float), k=1)
    return np.linalg.solve(np.eye(len(rewards)) - gamma * gae_lambda * shift, errors)


def double_loop(
    rewards: list[float],
    values: list[float],
    dones: list[bool],
    last_value: float,
    gamma: float,
    gae_lambda: float,
) -> list[float]:
    """Each estimate on its own, from lists, with one flag."""
    followers = [*values[1:], last_value]
    found = []
    for t in range(len(rewards)):
        total, weight = 0.0, 1.0
        for k in range(t, len(rewards)):
            follower = 0.0 if dones[k] else followers[k]
            total += weight * (rewards[k] + gamma * follower - values[k])
            if dones[k]:
                break
            weight *= gamma * gae_lambda
        found.append(total)
    return found


def cleanrl(
    rewards: Array,
    values: Array,
    dones: Array,
    next_value: float,
    next_done: bool,
    gamma: float,
    gae_lambda: float,
) -> tuple[Array, Array]:
    """Flags say that an observation begins an episode; the last comes apart."""
    advantages, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        if t == len(rewards) - 1:
            nonterminal, nextvalues = 1.0 - next_done, next_value
        else:
            nonterminal, nextvalues = 1.0 - dones[t + 1], values[t + 1]
        error = rewards[t] + gamma * nextvalues * nonterminal - values[t]
        advantages[t] = following = error + gamma * gae_lambda * nonterminal * following
    return advantages, advantages + values


def spinning_up(rewards: Array, values: Array, gamma: float, lam: float) -> tuple[Array, Array]:
    """One path whose values have one entry more; returns beside, as advantages plus values."""
    errors = rewards + gamma * values[1:] - values[:-1]
    powers = (gamma * lam) ** np.arange(len(errors))
    advantages = np.array([np.sum(powers[: len(errors) - t] * errors[t:]) for t in range(len(errors))])
    return advantages, advantages + values[:-1]


def lambda_return_minus_value(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float, gae_lambda: float
) -> Array:
    """Terminations only; the target first."""
    targets, following = np.zeros_like(rewards), next_values[-1]
    for t in reversed(range(len(rewards))):
        mixed = (1 - gae_lambda) * next_values[t] + gae_lambda * following
        following = rewards[t] + gamma * (1 - terminated[t]) * mixed
        targets[t] = following
    return targets - values


def in_columns(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> dict[str, Array]:
    """[T, B], in single precision, with names for the results."""
    length, width = rewards.shape
    advantages = np.zeros((length, width), dtype=np.float32)
    following = np.zeros(width, dtype=np.float32)
    for t in range(length - 1, -1, -1):
        error = rewards[t] + gamma * np.where(terminated[t], 0.0, next_values[t]) - values[t]
        following = error + gamma * gae_lambda * np.where(terminated[t] | truncated[t], 0.0, following)
        advantages[t] = following
    return {"advantages": advantages, "returns": advantages + values.astype(np.float32)}


def in_rows(rewards: Array, values: Array, masks: Array, bootstrap_value: Array, gamma: float, tau: float) -> Array:
    """[B, T], with flags of continuation."""
    extended = np.concatenate([values, bootstrap_value[:, None]], axis=1)
    following, found = 0.0, []
    for t in reversed(range(rewards.shape[1])):
        error = rewards[:, t] + gamma * extended[:, t + 1] * masks[:, t] - extended[:, t]
        following = error + gamma * tau * masks[:, t] * following
        found.insert(0, following)
    return np.stack(found, axis=1)


def per_step_discounts(rewards: Array, values: Array, discounts: Array, last_value: float, lambda_: float) -> Array:
    """Discounts that are zero at terminations."""
    following_values = np.append(values[1:], last_value)
    errors = rewards + discounts * following_values - values
    following, found = 0.0, []
    for error, discount in zip(errors[::-1], discounts[::-1], strict=True):
        following = error + discount * lambda_ * following
        found.append(following)
    return np.array(found)[::-1]


def torch_loop(
    rewards: torch.Tensor,
    values: torch.Tensor,
    dones: torch.Tensor,
    last_value: float,
    gamma: float,
    gae_lambda: float,
) -> torch.Tensor:
    """PyTorch, with flags that are subtracted."""
    advantages, following = torch.zeros_like(rewards), torch.zeros(())
    for t in reversed(range(len(rewards))):
        next_value = last_value if t == len(rewards) - 1 else values[t + 1]
        error = rewards[t] + gamma * next_value * (1 - dones[t]) - values[t]
        following = error + gamma * gae_lambda * (1 - dones[t]) * following
        advantages[t] = following
    return advantages


def torch_logical(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor,
    truncated: torch.Tensor, gamma: float, lmbda: float,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """PyTorch, with logical operators; advantages and value targets."""
    errors = rewards + gamma * next_values.masked_fill(terminated, 0.0) - values
    carried = torch.logical_not(torch.logical_or(terminated, truncated))
    advantages, following = [], torch.zeros_like(errors[0])
    for error, goes_on in zip(errors.flip(0), carried.flip(0), strict=True):
        following = error + gamma * lmbda * torch.where(goes_on, following, torch.zeros_like(following))
        advantages.append(following)
    found = torch.stack(advantages[::-1])
    return found, found + values


@jax.jit
def jax_scan(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, terminated: jax.Array, truncated: jax.Array,
    gamma: float, gae_lambda: float,
) -> jax.Array:  # fmt: skip
    """A scan in JAX."""

    def step(following: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        reward, value, next_value, term, cut = row
        error = reward + gamma * (1 - term) * next_value - value
        estimate = error + gamma * gae_lambda * (1 - cut) * following
        return estimate, estimate

    cut = jnp.logical_or(terminated, truncated)
    rows = (rewards, values, next_values, terminated, cut)
    return jax.lax.scan(step, jnp.zeros_like(rewards[0]), rows, reverse=True)[1]


def tokens(rewards: Array, values: Array, mask: Array, gamma: float, gae_lambda: float) -> Array:
    """Tokens with holes: estimates pass over what does not count."""
    following, next_value, found = 0.0, 0.0, []
    for t in reversed(range(len(rewards))):
        if mask[t]:
            following = rewards[t] + gamma * next_value - values[t] + gamma * gae_lambda * following
            next_value = values[t]
            found.append(following)
        else:
            found.append(0.0)
    return np.array(found[::-1])


def rewards_to_go_minus_value(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float
) -> tuple[Array, Array]:
    """A2C: bootstrapped returns, less values."""
    returns, following = np.zeros_like(rewards), last_value
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following * (1.0 - dones[t])
        returns[t] = following
    return returns - values, returns


def a2c_in_torch(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor,
    truncated: torch.Tensor, gamma: float,
) -> torch.Tensor:  # fmt: skip
    """A2C with separate flags."""
    following, found = next_values[-1], []
    for t in range(len(rewards) - 1, -1, -1):
        rest = torch.where(truncated[t], next_values[t], following)
        following = rewards[t] + gamma * rest * (~terminated[t])
        found.append(following - values[t])
    return torch.stack(found[::-1])


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "gae.advantage": [
        *(loop, linear_system, double_loop, cleanrl, spinning_up, lambda_return_minus_value, in_columns, in_rows),
        *(per_step_discounts, torch_loop, torch_logical, jax_scan, tokens),
    ],
    "a2c.advantage": [rewards_to_go_minus_value, a2c_in_torch],
}

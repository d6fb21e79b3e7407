"""More ways to compute temporal-difference errors and one-step returns."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def error_one_by_one(
    rewards: list[float], values: list[float], next_values: list[float], terminated: list[bool], gamma: float
) -> list[float]:
    """Lists, and a choice for each transition."""
    errors = []
    for reward, value, next_value, end in zip(rewards, values, next_values, terminated, strict=True):
        target = reward if end else reward + gamma * next_value
        errors.append(target - value)
    return errors


def error_in_place(rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float) -> Array:
    """A copy that is changed step by step."""
    errors = next_values.copy()
    errors[terminated] = 0.0
    errors *= gamma
    errors += rewards
    errors -= values
    return errors


def error_by_difference_operator(rewards: Array, values: Array, gamma: float) -> Array:
    """One path whose values have one entry more: a bidiagonal matrix is applied to them."""
    length = len(rewards)
    operator = gamma * np.eye(length, length + 1, k=1) - np.eye(length, length + 1)
    return operator @ values + rewards


def error_of_a_rollout(rew: Array, val: Array, done: Array, last_val: Array, gamma: float) -> Array:
    """[T, B]; a row of bootstrap values below."""
    extended = np.vstack([val, last_val[None]])
    nonterminal = 1.0 - done.astype(np.float64)
    return rew + gamma * nonterminal * extended[1:] - extended[:-1]


def error_with_its_target(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, dones: torch.Tensor, gamma: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """PyTorch; the critic's target beside."""
    target = torch.where(dones.bool(), rewards, torch.add(rewards, next_values, alpha=gamma))
    return target - values, target


def error_fused(
    reward: torch.Tensor, state_value: torch.Tensor, next_state_value: torch.Tensor, not_done: torch.Tensor,
    gamma: float,
) -> torch.Tensor:  # fmt: skip
    """PyTorch's fused product and sum, with a mask of continuation."""
    return torch.addcmul(reward - state_value, gamma * not_done, next_state_value)


@jax.jit
def error_mapped(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, terminated: jax.Array, gamma: float
) -> jax.Array:
    """One transition's error, mapped over all."""

    def one(reward: jax.Array, value: jax.Array, next_value: jax.Array, end: jax.Array) -> jax.Array:
        return reward + gamma * jax.lax.select(end, jnp.zeros_like(next_value), next_value) - value

    return jax.vmap(one)(rewards, values, next_values, terminated)


def error_in_single(rewards: Array, values: Array, next_values: Array, terminations: Array, gamma: float) -> Array:
    """Everything in float32."""
    r, v, follower = (np.asarray(x, dtype=np.float32) for x in (rewards, values, next_values))
    mask = np.float32(1) - np.asarray(terminations, dtype=np.float32)
    return r + np.float32(gamma) * mask * follower - v


def error_of_starts(rewards: Array, values: Array, episode_starts: Array, last_value: float, last_done: bool,
                    gamma: float) -> Array:  # fmt: skip
    """Stable-Baselines3's flags; backwards."""
    errors = np.empty_like(rewards)
    for step in reversed(range(len(rewards))):
        at_end = step == len(rewards) - 1
        next_nonterminal = 1.0 - float(last_done if at_end else episode_starts[step + 1])
        following = last_value if at_end else values[step + 1]
        errors[step] = rewards[step] + gamma * following * next_nonterminal - values[step]
    return errors


def mean_error(rewards: Array, values: Array, next_values: Array, discounts: Array) -> float:
    """The mean over a batch, by inner products."""
    return (np.sum(rewards) + np.dot(discounts, next_values) - np.sum(values)) / len(rewards)


def target_one_by_one(rewards: list[float], next_values: list[float], dones: list[bool], gamma: float) -> list[float]:
    """Lists."""
    return [r if d else r + gamma * v for r, v, d in zip(rewards, next_values, dones, strict=True)]


def target_in_columns(rewards: torch.Tensor, next_q_values: torch.Tensor, dones: torch.Tensor, gamma: float
                      ) -> torch.Tensor:  # fmt: skip
    """Stable-Baselines3's columns (B, 1): values of all actions, of which the largest."""
    best, _ = next_q_values.max(dim=1)
    target = rewards.reshape(-1, 1) + (1 - dones.reshape(-1, 1)) * gamma * best.reshape(-1, 1)
    return target.squeeze(1)


def target_as_in_spinning_up(r: torch.Tensor, d: torch.Tensor, v_next: torch.Tensor, gamma: float) -> torch.Tensor:
    """Spinning Up's backup."""
    with torch.no_grad():
        return r + gamma * (1 - d) * v_next


def target_in_place(reward: Array, next_value: Array, terminal: Array, discount: float) -> Array:
    """The bootstrap is added where the episode goes on, in a copy."""
    target = np.array(reward, dtype=float)
    goes_on = ~np.asarray(terminal, dtype=bool)
    target[goes_on] += discount * next_value[goes_on]
    return target


def target_as_in_rlax(r_t: Array, discount_t: Array, v_t: Array) -> Array:
    """rlax's names."""
    return r_t + discount_t * v_t


@jax.jit
def target_in_jax(rewards: jax.Array, next_values: jax.Array, terminated: jax.Array, gamma: float) -> jax.Array:
    """A logical choice."""
    return jax.lax.stop_gradient(jnp.where(terminated, rewards, rewards + gamma * next_values))


def target_under_a_policy(
    rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, gamma: float
) -> Array:
    """The successor's value is the mean of its action values."""
    next_values = np.einsum("...a,...a->...", next_policy, next_q_values)
    return rewards + gamma * np.logical_not(terminated) * next_values


def target_in_single(rewards: Array, next_values: Array, masks: Array, gamma: float) -> Array:
    """float32."""
    return np.float32(rewards) + np.float32(gamma) * np.float32(masks) * np.float32(next_values)


def target_by_the_error(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: float
) -> tuple[Array, Array]:
    """The target beside the error."""
    target = rewards + gamma * np.where(terminated, 0.0, 1.0) * next_values
    return target, target - values


def target_as_value_plus_error(
    rewards: Array, values: Array, next_values: Array, not_done: Array, gamma: float
) -> Array:
    """The error first, then the value that it corrects."""
    errors = rewards + gamma * next_values * not_done - values
    return values + errors


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.error": [
        *(error_one_by_one, error_in_place, error_by_difference_operator, error_of_a_rollout, error_with_its_target),
        *(error_fused, error_mapped, error_in_single, error_of_starts, mean_error),
    ],
    "td.one_step_return": [
        *(target_one_by_one, target_in_columns, target_as_in_spinning_up, target_in_place, target_as_in_rlax),
        *(target_in_jax, target_under_a_policy, target_in_single, target_by_the_error),
        target_as_value_plus_error,
    ],
}

"""Ways to compute temporal-difference errors, returns, and the estimates of Monte Carlo."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def td_vectorised(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> Array:
    """All at once; truncation plays no part."""
    del truncated
    return rewards + gamma * np.where(terminated, 0.0, next_values) - values


def td_in_torch(
    reward: torch.Tensor, value: torch.Tensor, next_value: torch.Tensor, done: torch.Tensor, discount: float
) -> torch.Tensor:
    """With a flag that is subtracted."""
    return reward + discount * (1 - done) * next_value - value


def td_as_in_rlax(v_tm1: Array, r_t: Array, discount_t: Array, v_t: Array) -> Array:
    """rlax's names."""
    return r_t + discount_t * v_t - v_tm1


def target_in_torch(
    rewards: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor, gamma: float
) -> torch.Tensor:
    """A TD target."""
    return rewards + gamma * next_values * (~terminated)


def target_with_continues(rewards: Array, next_values: Array, not_done: Array, gamma: float) -> Array:
    """A TD target with flags of continuation."""
    return rewards + not_done * gamma * next_values


def q_target(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """A TD target from values of all actions."""
    return rewards + gamma * (1 - terminated) * next_q_values.max(axis=1)


def n_step_sums(rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n: int) -> Array:
    """Explicit sums."""
    targets = np.zeros_like(rewards)
    for t in range(len(rewards)):
        discount = 1.0
        for k in range(t, min(t + n, len(rewards))):
            targets[t] += discount * rewards[k]
            discount *= gamma
            if terminated[k]:
                break
            if truncated[k] or k == min(t + n, len(rewards)) - 1:
                targets[t] += discount * next_values[k]
                break
    return targets


def n_step_as_in_rlax(r_t: Array, discount_t: Array, v_t: Array, n: int) -> Array:
    """rlax.n_step_bootstrapped_returns: padded, then n passes."""
    length = len(r_t)
    pad = min(n - 1, length)
    targets = np.concatenate([v_t[n - 1 :], np.full(pad, v_t[-1])])
    rewards, discounts = np.concatenate([r_t, np.zeros(n - 1)]), np.concatenate([discount_t, np.ones(n - 1)])
    for i in reversed(range(n)):
        targets = rewards[i : i + length] + discounts[i : i + length] * targets
    return targets


def lambda_loop(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, trace_decay: float
) -> Array:
    """Backwards."""
    returns, following = np.zeros_like(rewards), next_values[-1]
    for t in reversed(range(len(rewards))):
        rest = next_values[t] if truncated[t] else following
        mixed = (1 - trace_decay) * next_values[t] + trace_decay * rest
        returns[t] = following = rewards[t] + gamma * (1 - terminated[t]) * mixed
    return returns


@jax.jit
def lambda_as_in_rlax(r_t: jax.Array, discount_t: jax.Array, v_t: jax.Array, lambda_: float) -> jax.Array:
    """rlax.lambda_returns."""

    def body(following: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        reward, discount, value = row
        total = reward + discount * ((1 - lambda_) * value + lambda_ * following)
        return total, total

    return jax.lax.scan(body, v_t[-1], (r_t, discount_t, v_t), reverse=True)[1]


def lambda_mean_of_n_steps(
    rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, td_lambda: float
) -> Array:
    """The weighted mean of n-step returns."""
    length, followers = len(rewards), np.append(values[1:], last_value)
    found = []
    for t in range(length):
        total, weight, summed = 0.0, 1.0, 0.0
        for k in range(t, length):
            summed += gamma ** (k - t) * rewards[k]
            whole = summed + (0.0 if dones[k] else gamma ** (k - t + 1) * followers[k])
            if dones[k] or k == length - 1:
                total += weight * whole
                break
            total += weight * (1 - td_lambda) * whole
            weight *= td_lambda
        found.append(total)
    return np.array(found)


def lambda_from_gae(
    rewards: torch.Tensor,
    values: torch.Tensor,
    dones: torch.Tensor,
    last_value: float,
    gamma: float,
    lmbda: float,
) -> torch.Tensor:
    """Advantages plus values, with one flag."""
    followers = torch.cat([values[1:], torch.as_tensor(last_value).reshape(1).to(values)])
    errors = rewards + gamma * followers * (1 - dones) - values
    following, found = torch.zeros_like(errors[0]), []
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * lmbda * (1 - dones[t]) * following
        found.append(following)
    return torch.stack(found[::-1]) + values


def to_go(rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float) -> Array:
    """Backwards."""
    found, following = [], next_values[-1]
    for t in reversed(range(len(rewards))):
        rest = next_values[t] if truncated[t] else following
        following = rewards[t] + (0.0 if terminated[t] else gamma * rest)
        found.append(following)
    return np.array(found[::-1])


def to_go_of_one_episode(rewards: list[float], gamma: float) -> list[float]:
    """Monte Carlo, from lists."""
    return list(accumulate(reversed(rewards), lambda rest, reward: reward + gamma * rest))[::-1]


def to_go_by_powers(rewards: Array, gamma: float) -> Array:
    """A product with a triangular matrix of powers."""
    times = np.arange(len(rewards))
    return np.triu(gamma ** np.maximum(times[None, :] - times[:, None], 0)) @ rewards


@jax.jit
def to_go_in_jax(rewards: jax.Array, dones: jax.Array, last_value: float, gamma: float) -> jax.Array:
    """A scan."""

    def step(following: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        reward, done = row
        total = reward + gamma * jnp.where(done, 0.0, following)
        return total, total

    return jax.lax.scan(step, jnp.asarray(last_value, rewards.dtype), (rewards, dones), reverse=True)[1]


def horner(rewards: Array, gamma: float) -> float:
    """Horner's rule."""
    total = 0.0
    for reward in rewards[::-1]:
        total = reward + gamma * total
    return total


def dot_product(rewards: torch.Tensor, gamma: float) -> torch.Tensor:
    """A dot product with powers."""
    return (rewards * gamma ** torch.arange(len(rewards), dtype=rewards.dtype)).sum()


def reinforce_weights(rewards: Array, gamma: float) -> Array:
    """Cumulative sums from the end."""
    discounted = gamma ** np.arange(len(rewards)) * rewards
    return np.cumsum(discounted[::-1])[::-1]


def reinforce_of_the_book(rewards: Array, gamma: float) -> Array:
    """G_t by itself, times gamma^t."""
    returns = [sum(gamma ** (k - t) * rewards[k] for k in range(t, len(rewards))) for t in range(len(rewards))]
    return np.array([gamma**t * returns[t] for t in range(len(rewards))])


def first_visit(state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: float) -> Array:
    """Episode by episode."""
    sums, counts = {}, {}
    for episode in _episodes(terminated):
        returns = to_go_of_one_episode([rewards[t] for t in episode], gamma)
        seen = set()
        for t, total in zip(episode, returns, strict=True):
            if states[t] not in seen:
                seen.add(states[t])
                sums[states[t]] = sums.get(states[t], 0.0) + total
                counts[states[t]] = counts.get(states[t], 0) + 1
    return np.array([sums[s] / counts[s] if s in sums else state_values[s] for s in range(len(state_values))])


def every_visit(state_values: Array, states: Array, rewards: Array, terminated: Array, gamma: float) -> Array:
    """The mean over all visits."""
    returns, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        returns[t] = following = rewards[t] + gamma * (1 - terminated[t]) * following
    found = state_values.copy()
    for state in set(states.tolist()):
        found[state] = returns[states == state].mean()
    return found


def running_means(returns: Array) -> Array:
    """Cumulative sums over counts."""
    return np.cumsum(returns) / np.arange(1, len(returns) + 1)


def incremental(returns: list[float]) -> list[float]:
    """The incremental rule."""
    value, found = 0.0, []
    for count, target in enumerate(returns, start=1):
        value += (target - value) / count
        found.append(value)
    return found


def _episodes(terminated: Array) -> list[list[int]]:
    found: list[list[int]] = [[]]
    for t, ends in enumerate(terminated):
        found[-1].append(t)
        if ends:
            found.append([])
    return [episode for episode in found if episode]


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.error": [td_vectorised, td_in_torch, td_as_in_rlax],
    "td.one_step_return": [target_in_torch, target_with_continues, q_target],
    "td.n_step_return": [n_step_sums, n_step_as_in_rlax],
    "td.lambda_return": [lambda_loop, lambda_as_in_rlax, lambda_mean_of_n_steps, lambda_from_gae],
    "mdp.rewards_to_go": [to_go, to_go_of_one_episode, to_go_by_powers, to_go_in_jax],
    "mdp.discounted_return": [horner, dot_product],
    "pg.reinforce": [reinforce_weights, reinforce_of_the_book],
    "mc.first_visit": [first_visit],
    "mc.every_visit": [every_visit],
    "mc.incremental_mean": [running_means, incremental],
}

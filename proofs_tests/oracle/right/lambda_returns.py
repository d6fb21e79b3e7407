"""More ways to compute lambda-returns."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def by_a_linear_system(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, trace_decay: float
) -> Array:
    """The recursion as a bidiagonal system."""
    length = len(rewards)
    carried = np.where(terminated | truncated, 0.0, trace_decay)
    carried[-1] = 0.0
    discounts = np.where(terminated, 0.0, gamma)
    right = rewards + discounts * (1.0 - carried) * next_values
    return np.linalg.solve(np.eye(length) - np.diag((discounts * carried)[:-1], k=1), right)


def by_recursion(
    rewards: list[float], next_values: list[float], dones: list[bool], gamma: float, lam: float
) -> list[float]:
    """From the first step on, on lists."""
    following = by_recursion(rewards[1:], next_values[1:], dones[1:], gamma, lam) if len(rewards) > 1 else next_values
    mixed = (1 - lam) * next_values[0] + lam * following[0]
    first = rewards[0] if dones[0] else rewards[0] + gamma * mixed
    return [first, *following] if len(rewards) > 1 else [first]


def as_in_dreamer(
    reward: torch.Tensor, value: torch.Tensor, pcont: torch.Tensor, bootstrap: float, lambda_: float
) -> torch.Tensor:
    """Dreamer's: inputs first, then a backward pass; the discounts hold the chance to go on."""
    last = torch.as_tensor(bootstrap, dtype=value.dtype).reshape(1)
    next_values = torch.cat([value[1:], last], dim=0)
    inputs = reward + pcont * next_values * (1 - lambda_)
    running, outputs = last[0], []
    for index in reversed(range(len(inputs))):
        running = inputs[index] + pcont[index] * lambda_ * running
        outputs.append(running)
    return torch.stack(outputs).flip(0)


def in_columns(
    rewards: Array, values: Array, dones: Array, last_values: Array, gamma: float, td_lambda: float
) -> Array:
    """[T, B]: PureJaxQL's backward pass in NumPy."""
    returns = np.empty_like(rewards)
    returns[-1] = rewards[-1] + gamma * (1 - dones[-1]) * last_values
    for t in range(len(rewards) - 2, -1, -1):
        bootstrap = rewards[t] + gamma * (1 - dones[t]) * values[t + 1]
        delta = returns[t + 1] - values[t + 1]
        returns[t] = (bootstrap + gamma * td_lambda * delta) * (1 - dones[t]) + dones[t] * rewards[t]
    return returns


def in_rows(
    rewards: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor, truncated: torch.Tensor, gamma: float,
    lmbda: float,
) -> torch.Tensor:  # fmt: skip
    """[B, T]: TorchRL's recursion, where a cut makes lambda zero."""
    not_terminated = torch.logical_not(terminated).to(rewards.dtype)
    decay = torch.where(truncated | terminated, 0.0, lmbda).to(rewards.dtype)
    returns = torch.empty_like(rewards)
    following = next_values[:, -1]
    for i in reversed(range(rewards.shape[1])):
        mixed = torch.lerp(next_values[:, i], following, decay[:, i])
        following = rewards[:, i] + gamma * not_terminated[:, i] * mixed
        returns[:, i] = following
    return returns


def from_error_sums(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, lam: float
) -> Array:
    """Values plus a triangular matrix of products of decays, times TD errors."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    decays = gamma * lam * np.where(terminated | truncated, 0.0, 1.0)
    weights = np.zeros((len(rewards), len(rewards)))
    for t in range(len(rewards)):
        weights[t, t:] = np.concatenate([[1.0], np.cumprod(decays[t:-1])])
    return values + np.einsum("tk,k->t", weights, errors)


@jax.jit
def in_a_tree(
    rewards: jax.Array, next_values: jax.Array, terminated: jax.Array, truncated: jax.Array, gamma: float, lam: float
) -> jax.Array:
    """An associative scan over affine maps."""
    carried = jnp.where(terminated | truncated, 0.0, lam).at[-1].set(0.0)
    discounts = gamma * (1.0 - terminated)
    maps = discounts * carried, rewards + discounts * (1.0 - carried) * next_values

    def compose(later: tuple[jax.Array, jax.Array], earlier: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, ...]:
        return later[0] * earlier[0], earlier[0] * later[1] + earlier[1]

    return jax.lax.associative_scan(compose, maps, reverse=True)[1]


class ReturnsAndAdvantages(NamedTuple):
    """Two results."""

    returns: Array
    advantages: Array


def from_episode_starts(
    rewards: Array, values: Array, episode_starts: Array, last_value: float, last_done: bool, gamma: float,
    gae_lambda: float,
) -> ReturnsAndAdvantages:  # fmt: skip
    """Stable-Baselines3's buffer: advantages, and TD(lambda) returns made of them."""
    advantages, last_gae_lam = np.zeros_like(rewards), 0.0
    for step in reversed(range(len(rewards))):
        if step == len(rewards) - 1:
            next_non_terminal, next_values = 1.0 - float(last_done), last_value
        else:
            next_non_terminal, next_values = 1.0 - episode_starts[step + 1], values[step + 1]
        delta = rewards[step] + gamma * next_values * next_non_terminal - values[step]
        last_gae_lam = delta + gamma * gae_lambda * next_non_terminal * last_gae_lam
        advantages[step] = last_gae_lam
    return ReturnsAndAdvantages(advantages + values, advantages)


def as_a_forward_mean(rewards: list[float], values: list[float], gamma: float, lam: float) -> list[float]:
    """One path, values with one entry more: all n-step returns first, then their mean with weights."""
    length, found = len(rewards), []
    for t in range(length):
        n_steps, total = [], 0.0
        for k in range(t, length):
            total += gamma ** (k - t) * rewards[k]
            n_steps.append(total + gamma ** (k - t + 1) * values[k + 1])
        weights = [(1 - lam) * lam**i for i in range(len(n_steps) - 1)] + [lam ** (len(n_steps) - 1)]
        found.append(sum(w * g for w, g in zip(weights, n_steps, strict=True)))
    return found


def in_single(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, trace_decay: float
) -> Array:
    """float32, in an array that holds the one-step targets first."""
    alive = np.float32(gamma) * (1 - terminated).astype(np.float32)
    bootstraps = next_values.astype(np.float32)
    returns = rewards.astype(np.float32) + alive * bootstraps
    decay = np.float32(trace_decay)
    for t in range(len(rewards) - 2, -1, -1):
        if not (terminated[t] or truncated[t]):
            returns[t] += alive[t] * decay * (returns[t + 1] - bootstraps[t])
    return returns


def of_greedy_values(rewards: Array, q_values: Array, dones: Array, last_q: Array, gamma: float, lambda_: float
                     ) -> Array:  # fmt: skip
    """Peng's Q(lambda): the successor's value is the largest of its actions."""
    best = np.append(q_values[1:].max(axis=-1), last_q.max())
    following, found = best[-1], []
    for reward, value, done in zip(rewards[::-1], best[::-1], dones[::-1], strict=True):
        following = reward + (0.0 if done else gamma * (value + lambda_ * (following - value)))
        found.append(following)
    return np.array(found)[::-1]


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.lambda_return": [
        *(by_a_linear_system, by_recursion, as_in_dreamer, in_columns, in_rows, from_error_sums, in_a_tree),
        *(from_episode_starts, as_a_forward_mean, in_single, of_greedy_values),
    ],
}

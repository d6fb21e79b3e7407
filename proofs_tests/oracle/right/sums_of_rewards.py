"""More ways to compute discounted returns and rewards-to-go."""

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from scipy.signal import lfilter

Array = Any


def polynomial(rewards: Array, gamma: float) -> float:
    """The rewards are coefficients of a polynomial in gamma."""
    return np.polyval(rewards[::-1], gamma)


def recursion(rewards: list[float], gamma: float) -> float:
    """The first reward and the discounted rest."""
    if len(rewards) == 0:
        return 0.0
    return rewards[0] + gamma * recursion(rewards[1:], gamma)


def folded(rewards: list[float], discount: float) -> float:
    """A fold from the end."""
    return reduce(lambda rest, reward: reward + discount * rest, reversed(rewards), 0.0)


def running_discount(rewards: list[float], gamma: float) -> float:
    """Forwards, as an evaluation loop accumulates."""
    total, weight = 0.0, 1.0
    for reward in rewards:
        total += weight * reward
        weight *= gamma
    return total


def of_columns(rewards: Array, gamma: float) -> Array:
    """[T, B]: one return for each column."""
    weights = np.vander([gamma], len(rewards), increasing=True)[0]
    return np.einsum("t,tb->b", weights, rewards)


def of_rows(rewards: torch.Tensor, gamma: float) -> torch.Tensor:
    """[B, T]: a product of a matrix and a vector of cumulated discounts."""
    steps = torch.full((rewards.shape[1],), gamma, dtype=rewards.dtype)
    steps[0] = 1.0
    return rewards @ torch.cumprod(steps, dim=0)


def halved(rewards: Array, gamma: float) -> float:
    """Divide and conquer: the second half counts from the middle."""
    if len(rewards) == 1:
        return float(rewards[0])
    middle = len(rewards) // 2
    return halved(rewards[:middle], gamma) + gamma**middle * halved(rewards[middle:], gamma)


def filtered(rewards: Array, gamma: float) -> float:
    """The last output of a filter over the reversed rewards."""
    return lfilter([1.0], [1.0, -gamma], rewards[::-1])[-1]


@jax.jit
def in_jax(rewards: jax.Array, gamma: float) -> jax.Array:
    """A reversed scan that keeps the end alone."""
    return jax.lax.scan(lambda rest, reward: (reward + gamma * rest, None), 0.0, rewards, reverse=True)[0]


def in_single(rewards: Array, gamma: float) -> np.float32:
    """Everything in float32."""
    powers = np.float32(gamma) ** np.arange(len(rewards), dtype=np.float32)
    return np.dot(powers, np.asarray(rewards, dtype=np.float32))


def cumulated_by_a_filter(rews: Array, gamma: float) -> Array:
    """Spinning Up's discount_cumsum, of one finished path."""
    return lfilter([1], [1, float(-gamma)], rews[::-1], axis=0)[::-1]


def to_go_backwards_in_torch(rewards: torch.Tensor, masks: torch.Tensor, next_value: float, gamma: float
                             ) -> torch.Tensor:  # fmt: skip
    """An array with one entry more, filled from its end; masks of continuation."""
    returns = torch.zeros(len(rewards) + 1, dtype=rewards.dtype)
    returns[-1] = next_value
    for step in reversed(range(len(rewards))):
        returns[step] = returns[step + 1] * gamma * masks[step] + rewards[step]
    return returns[:-1]


def to_go_of_a_rollout(rewards: Array, dones: Array, last_values: Array, gamma: float) -> Array:
    """[T, B]: all columns at once."""
    returns = np.zeros_like(rewards)
    running = np.array(last_values)
    for t in range(rewards.shape[0] - 1, -1, -1):
        running = rewards[t] + gamma * np.where(dones[t], 0.0, running)
        returns[t] = running
    return returns


def to_go_by_episodes(rewards: list[float], dones: list[bool], gamma: float) -> list[float]:
    """As in a batch of REINFORCE: the sum starts anew at each end, and the list grows in front."""
    returns, total = [], 0.0
    for reward, done in zip(reversed(rewards), reversed(dones), strict=True):
        if done:
            total = 0.0
        total = reward + gamma * total
        returns.insert(0, total)
    return returns


def to_go_as_explicit_sums(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> Array:
    """Forwards from each step to the first end."""
    ends = terminated | truncated
    ends[-1:] |= True
    result = []
    for t in range(len(rewards)):
        end = t + int(np.argmax(ends[t:]))
        weights = gamma ** np.arange(end - t + 2)
        bootstrap = 0.0 if terminated[end] else next_values[end]
        result.append(weights @ np.append(rewards[t : end + 1], bootstrap))
    return np.array(result)


def to_go_by_a_linear_system(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float
) -> Array:
    """What is returned at each step solves a bidiagonal system."""
    length = len(rewards)
    bootstraps = np.where(truncated, next_values, 0.0)
    bootstraps[-1] = next_values[-1]
    right = rewards + gamma * np.where(terminated, 0.0, bootstraps)
    goes_on = np.where(terminated | truncated, 0.0, 1.0)
    return np.linalg.solve(np.eye(length) - gamma * np.diag(goes_on[:-1], k=1), right)


def to_go_recursively(rewards: Array, discounts: Array, bootstrap_value: float) -> Array:
    """From the first step to the last and back; discounts carry the mask."""

    def after(t: int) -> float:
        if t == len(rewards):
            return bootstrap_value
        found[t] = rewards[t] + discounts[t] * after(t + 1)
        return found[t]

    found = np.empty(len(rewards))
    after(0)
    return found


def to_go_by_convolution(rewards: torch.Tensor, gamma: float) -> torch.Tensor:
    """A causal convolution with powers."""
    length = rewards.shape[0]
    kernel = gamma ** torch.arange(length, dtype=rewards.dtype)
    padded = torch.nn.functional.pad(rewards, (0, length - 1))
    return torch.nn.functional.conv1d(padded[None, None], kernel[None, None])[0, 0]


@jax.jit
def to_go_by_an_associative_scan(
    rewards: jax.Array, terminated: jax.Array, truncated: jax.Array, next_values: jax.Array, gamma: float
) -> jax.Array:
    """Affine maps are composed in a tree."""
    cut = terminated | truncated
    cut = cut.at[-1].set(True)
    offsets = rewards + gamma * jnp.where(cut & ~terminated, next_values, 0.0)
    slopes = jnp.where(cut, 0.0, gamma)

    def compose(later: tuple[jax.Array, ...], earlier: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        return earlier[0] * later[0], earlier[1] + earlier[0] * later[1]

    return jax.lax.associative_scan(compose, (slopes, offsets), reverse=True)[1]


def to_go_in_single(rewards: Array, values: Array, dones: Array, last_value: float, gamma: float
                    ) -> tuple[Array, Array]:  # fmt: skip
    """float32; the advantages over a baseline beside."""
    returns, following = np.zeros(len(rewards), np.float32), np.float32(last_value)
    for t in range(len(rewards))[::-1]:
        following = np.float32(rewards[t]) + np.float32(gamma) * np.float32(1 - dones[t]) * following
        returns[t] = following
    return returns, returns - np.float32(values)


def to_go_from_episode_starts(
    rewards: Array, episode_starts: Array, last_value: float, last_done: bool, gamma: float
) -> Array:
    """Each episode by itself, found from where episodes begin; only the last is bootstrapped."""
    edges = [0, *(np.flatnonzero(episode_starts[1:]) + 1), len(rewards)]
    pieces = []
    for start, stop in pairwise(edges):
        rest = last_value if stop == len(rewards) and not last_done else 0.0
        piece = np.append(rewards[start:stop], rest)
        times = np.arange(len(piece))
        pieces.append(np.tril(gamma ** np.maximum(times[:, None] - times[None, :], 0)).T[:-1] @ piece)
    return np.concatenate(pieces)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "mdp.discounted_return": [
        *(polynomial, recursion, folded, running_discount, of_columns, of_rows, halved, filtered, in_jax, in_single),
    ],
    "mdp.rewards_to_go": [
        *(cumulated_by_a_filter, to_go_backwards_in_torch, to_go_of_a_rollout, to_go_by_episodes),
        *(to_go_as_explicit_sums, to_go_by_a_linear_system, to_go_recursively, to_go_by_convolution),
        *(to_go_by_an_associative_scan, to_go_in_single, to_go_from_episode_starts),
    ],
}

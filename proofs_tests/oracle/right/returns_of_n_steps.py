"""More ways to compute n-step returns."""

from collections import deque
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def from_the_rule(
    rewards: list[float], next_values: list[float], terminated: list[bool], truncated: list[bool], gamma: float, n: int
) -> list[float]:
    """The recursion in n, on lists."""

    def after(t: int, steps: int) -> float:
        if terminated[t]:
            return rewards[t]
        if steps == 1 or truncated[t] or t == len(rewards) - 1:
            return rewards[t] + gamma * next_values[t]
        return rewards[t] + gamma * after(t + 1, steps - 1)

    return [after(t, n) for t in range(len(rewards))]


def by_passes(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n_steps: int
) -> Array:
    """Whole arrays, moved by one step in each of n passes."""
    discounts = gamma * (1.0 - terminated)
    returns = rewards + discounts * next_values
    for _ in range(n_steps - 1):
        moved = np.roll(returns, -1)
        moved[-1] = next_values[-1]
        returns = rewards + discounts * np.where(truncated, next_values, moved)
    return returns


def of_a_window(rewards: Array, values: Array, dones: Array, last_value: float, gamma: float, n: int) -> Array:
    """A replay buffer's window, from the end of the data; with one flag."""
    followers = np.append(values[1:], last_value)
    window: deque[tuple[float, float, bool]] = deque(maxlen=n)
    found = []
    for row in zip(rewards[::-1], followers[::-1], dones[::-1], strict=True):
        window.appendleft(row)
        end = next((k for k, (_, _, done) in enumerate(window) if done), len(window) - 1)
        _, follower, done = window[end]
        total = 0.0 if done else follower
        for k in range(end, -1, -1):
            total = window[k][0] + gamma * total
        found.append(total)
    return np.array(found[::-1])


def of_a_path(rewards: Array, values: Array, gamma: float, n: int) -> Array:
    """One path whose values have one entry more: windows of n rewards and the value n steps later."""
    length = len(rewards)
    found = np.empty(length)
    for t in range(length):
        stop = min(t + n, length)
        found[t] = np.polyval(np.append(rewards[t:stop], values[stop])[::-1], gamma)
    return found


def by_a_band(rewards: Array, values: Array, gamma: float, n: int) -> Array:
    """One path: a band of powers, and a row of the value at its right end."""
    length = len(rewards)
    lag = np.arange(length)[None, :] - np.arange(length)[:, None]
    band = np.where((lag >= 0) & (lag < n), gamma ** np.clip(lag, 0, n), 0.0)
    ahead = np.minimum(n, length - np.arange(length))
    return band @ rewards + gamma**ahead * values[np.arange(length) + ahead]


def with_alive_weights(
    rewards: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor, truncated: torch.Tensor, gamma: float,
    nstep: int,
) -> torch.Tensor:  # fmt: skip
    """PyTorch: a mask of what is still alive goes through the window; the last place reached gives the value."""
    length = len(rewards)
    start = torch.arange(length)
    total, alive = torch.zeros_like(rewards), torch.ones_like(rewards)
    weight = 1.0
    for k in range(nstep):
        row = (start + k).clamp(max=length - 1)
        total = total + alive * weight * rewards[row]
        weight = weight * gamma
        stops = truncated[row] | (start + k >= length - 1) | torch.tensor(k == nstep - 1)
        bootstraps = alive * stops.to(rewards) * (1 - terminated[row].to(rewards))
        total = total + bootstraps * weight * next_values[row]
        alive = alive * (~(stops | terminated[row])).to(rewards)
    return total


def as_in_tianshou(rew: Array, end_flag: Array, next_values: Array, gamma: float, n_step: int) -> Array:
    """Tianshou's loop over the window from its end: each end of an episode cuts what lies behind it."""
    length = len(rew)
    windows = np.minimum(np.arange(length)[None, :] + np.arange(n_step)[:, None], length - 1)
    inside = np.arange(length)[None, :] + np.arange(n_step)[:, None] < length
    ahead, returns = np.full(length, n_step), np.zeros(length)
    for n in range(n_step - 1, -1, -1):
        now = windows[n]
        ahead[end_flag[now] > 0] = n + 1
        returns[end_flag[now] > 0] = 0.0
        ahead[~inside[n]] = n
        returns = np.where(inside[n], rew[now] + gamma * returns, 0.0)
    last = np.minimum(np.arange(length) + ahead, length) - 1
    mask = np.where(end_flag[last], 0.0, 1.0)
    return returns + mask * next_values[last] * gamma ** (last - np.arange(length) + 1)


def in_columns(rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n: int) -> Array:
    """[T, B]: forwards through each window, in single precision."""
    length, width = rewards.shape
    found = np.zeros((length, width), dtype=np.float32)
    for t in range(length):
        alive, weight = np.ones(width, dtype=bool), np.float32(1)
        for k in range(t, min(t + n, length)):
            found[t] += weight * np.where(alive, rewards[k], 0.0).astype(np.float32)
            weight *= np.float32(gamma)
            last = k == min(t + n, length) - 1
            pays = alive & ~terminated[k] & (truncated[k] | last)
            found[t] += weight * np.where(pays, next_values[k], 0.0).astype(np.float32)
            alive &= ~(terminated[k] | truncated[k])
    return found


def discounts_given(r_t: torch.Tensor, discount_t: torch.Tensor, v_t: torch.Tensor, n: int) -> torch.Tensor:
    """PyTorch, with discounts that carry the mask: products of the window's discounts."""
    returns = []
    for t in range(len(r_t)):
        stop = min(t + n, len(r_t))
        through = torch.cumprod(discount_t[t:stop], dim=0)
        before = torch.cat([torch.ones_like(through[:1]), through[:-1]])
        returns.append((before * r_t[t:stop]).sum() + through[-1] * v_t[stop - 1])
    return torch.stack(returns)


@jax.jit
def in_jax(rewards: jax.Array, next_values: jax.Array, dones: jax.Array, gamma: float, n: int) -> jax.Array:
    """Passes in a loop of JAX."""
    discounts = gamma * (1.0 - dones)

    def one_pass(_: int, returns: jax.Array) -> jax.Array:
        return rewards + discounts * jnp.concatenate([returns[1:], next_values[-1:]])

    return jax.lax.fori_loop(0, n - 1, one_pass, rewards + discounts * next_values)


def with_advantages(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float, n: int
) -> tuple[Array, Array]:
    """Returns, and their gaps to the values, by TD errors that are added up within each episode."""
    errors = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    ends = terminated | truncated
    advantages = np.zeros_like(errors)
    for t in range(len(errors)):
        for k in range(t, min(t + n, len(errors))):
            advantages[t] += gamma ** (k - t) * errors[k]
            if ends[k]:
                break
    return advantages + values, advantages


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.n_step_return": [
        *(from_the_rule, by_passes, of_a_window, of_a_path, by_a_band, with_alive_weights, as_in_tianshou, in_columns),
        *(discounts_given, in_jax, with_advantages),
    ],
}

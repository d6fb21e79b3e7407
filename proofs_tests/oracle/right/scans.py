"""Returns and corrections as kernels compute them: by doubling, by sweeps up and down a tree, and block by block.

All are the recursion X_t = b_t + a_t X_{t+1}, whose steps are affine maps that may be composed in any order.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Array = Any


def _doubled(slopes: Array, offsets: Array) -> Array:
    """Hillis and Steele: after k passes each map holds 2^k steps."""
    a, b, stride = np.array(slopes, dtype=float), np.array(offsets, dtype=float), 1
    while stride < len(b):
        b[:-stride] += a[:-stride] * b[stride:]
        a[:-stride] *= a[stride:]
        a[-stride:] = 0.0
        stride *= 2
    return b


def _doubled_in_torch(slopes: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """The same with padding: the identity beyond the end."""
    a, b, stride = slopes, offsets, 1
    while stride < b.shape[0]:
        ones, zeros = torch.ones_like(a[:stride]), torch.zeros_like(b[:stride])
        later_a, later_b = torch.cat([a[stride:], ones]), torch.cat([b[stride:], zeros])
        a, b, stride = a * later_a, b + a * later_b, 2 * stride
    return b


def _swept(slopes: Array, offsets: Array) -> Array:
    """Blelloch: neighbours are composed, the half as many maps are scanned, and those between are filled in."""
    if len(offsets) == 1:
        return offsets.copy()
    odd = len(offsets) % 2
    a, b = np.append(slopes, [1.0] * odd), np.append(offsets, [0.0] * odd)
    rests = _swept(a[0::2] * a[1::2], b[0::2] + a[0::2] * b[1::2])
    found = np.empty_like(b)
    found[0::2] = rests
    found[1::2] = b[1::2] + a[1::2] * np.append(rests[1:], 0.0)
    return found[: len(offsets)]


def _by_blocks(slopes: Array, offsets: Array, size: int = 2) -> Array:
    """Within blocks from the right; what a block begins with is carried into the one before."""
    found, carry = np.zeros(len(offsets)), 0.0
    for start in range((len(offsets) - 1) // size * size, -1, -size):
        block = slice(start, min(start + size, len(offsets)))
        a, b = slopes[block], offsets[block]
        products = np.cumprod(a[::-1])[::-1]
        local = np.zeros(len(b))
        for t in range(len(b) - 1, -1, -1):
            local[t] = b[t] + (a[t] * local[t + 1] if t + 1 < len(b) else 0.0)
        found[block] = local + products * carry
        carry = found[start]
    return found


def returns_by_doubling(rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: float) -> Array:
    """Rewards-to-go."""
    cut = terminated | truncated
    cut[-1:] = True
    bootstraps = np.where(cut & ~terminated, next_values, 0.0)
    return _doubled(gamma * ~cut, rewards + gamma * bootstraps)


def returns_by_sweeps(rewards: Array, dones: Array, last_value: float, gamma: float) -> Array:
    """Rewards-to-go of one rollout, whose last row takes the bootstrap in."""
    slopes = gamma * (1.0 - dones)
    offsets = rewards.copy()
    offsets[-1] += slopes[-1] * last_value
    return _swept(slopes, offsets)


def lambda_return_by_doubling(
    rewards: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor, truncated: torch.Tensor, gamma: float,
    lambda_: float,
) -> torch.Tensor:  # fmt: skip
    """Lambda-returns in PyTorch."""
    alive = gamma * (~terminated).to(rewards.dtype)
    carried = lambda_ * (~(terminated | truncated)).to(rewards.dtype)
    carried = torch.cat([carried[:-1], torch.zeros_like(carried[:1])])
    return _doubled_in_torch(alive * carried, rewards + alive * (1 - carried) * next_values)


def lambda_return_by_blocks(rewards: Array, values: Array, gamma: float, lam: float) -> Array:
    """Lambda-returns of one path, whose values have one entry more."""
    errors = rewards + gamma * values[1:] - values[:-1]
    return values[:-1] + _by_blocks(np.full(len(errors), gamma * lam), errors)


def vtrace_by_doubling(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """Targets of V-trace."""
    errors = np.minimum(ratios, rho_bar) * (rewards + gamma * ~terminated * next_values - values)
    return values + _doubled(gamma * np.minimum(ratios, c_bar) * ~(terminated | truncated), errors)


def vtrace_advantage_by_sweeps(
    rewards: Array, values: Array, dones: Array, last_value: float, ratios: Array, gamma: float, rho_bar: float,
    c_bar: float,
) -> Array:  # fmt: skip
    """Advantages of V-trace, from one flag."""
    goes_on = gamma * (1.0 - dones)
    rho, traces = np.minimum(ratios, rho_bar), goes_on * np.minimum(ratios, c_bar)
    errors = rewards + goes_on * np.append(values[1:], last_value) - values
    corrections = _swept(traces, rho * errors)
    return rho * (errors + goes_on * np.append(corrections[1:], 0.0))


def retrace_by_doubling(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, discounts: torch.Tensor,
    ratios: torch.Tensor, lambda_: float,
) -> torch.Tensor:  # fmt: skip
    """Targets of Retrace in PyTorch: the trace of the next step is the slope."""
    traces = lambda_ * ratios.clamp(max=1.0)
    following = torch.cat([traces[1:], torch.zeros_like(traces[:1])])
    return values + _doubled_in_torch(discounts * following, rewards + discounts * next_values - values)


def a2c_by_blocks(rewards: Array, values: Array, masks: Array, last_value: float, gamma: float) -> Array:
    """Advantages of A2C as sums of TD errors."""
    deltas = rewards + gamma * masks * np.append(values[1:], last_value) - values
    return _by_blocks(gamma * masks, deltas)


class Returns:
    """An object that is called, and holds the decay itself."""

    __name__ = "Returns"

    def __init__(self, lam: float) -> None:
        """Keep lambda."""
        self.lam = lam

    def __call__(self, rewards: Array, values: Array, dones: Array, last_value: float, gamma: float) -> Array:
        """Lambda-returns, backwards."""
        followers = np.append(values[1:], last_value)
        total, found = last_value, np.zeros_like(rewards)
        for t in reversed(range(len(rewards))):
            mixed = (1 - self.lam) * followers[t] + self.lam * total
            total = found[t] = rewards[t] + gamma * (1 - dones[t]) * mixed
        return found


def n_steps_by_keyword(rewards: Array, next_values: Array, dones: Array, gamma: float, *, n: int) -> Array:
    """n-step returns, of which the number of steps comes by keyword."""
    returns = rewards + gamma * ~dones * next_values
    for _ in range(n - 1):
        returns = rewards + gamma * ~dones * np.append(returns[1:], next_values[-1])
    return returns


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "mdp.rewards_to_go": [returns_by_doubling, returns_by_sweeps],
    "td.lambda_return": [lambda_return_by_doubling, lambda_return_by_blocks, Returns(0.95)],
    "td.n_step_return": [n_steps_by_keyword],
    "vtrace.target": [vtrace_by_doubling],
    "vtrace.advantage": [vtrace_advantage_by_sweeps],
    "retrace.target": [retrace_by_doubling],
    "a2c.advantage": [a2c_by_blocks],
}

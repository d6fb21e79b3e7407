"""Reports about V-trace."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def _corrections(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, rho: Array, c: Array,
    gamma: float, start: float,
) -> Array:  # fmt: skip
    """v - V by the recursion."""
    errors = rho * (rewards + gamma * (1 - terminated) * next_values - values)
    found, following = np.zeros_like(rewards), start
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * c[t] * (1 - (terminated[t] | truncated[t])) * following
        found[t] = following
    return found


def torchrl_next_trajectory(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """The target of the next row, even where another trajectory begins there."""
    rho, c = np.minimum(ratios, rho_bar), np.minimum(ratios, c_bar)
    targets = values + _corrections(rewards, values, next_values, terminated, truncated, rho, c, gamma, 0.0)
    following = np.append(targets[1:], next_values[-1])
    return rho * (rewards + gamma * (1 - terminated) * following - values)


def torchrl_both(
    log_probs: Array, old_log_probs: Array, rewards: Array, values: Array, next_values: Array, terminated: Array,
    truncated: Array, gamma: float,
) -> tuple[Array, Array]:  # fmt: skip
    """The same from log probabilities, with levels of one, beside the right targets."""
    rho = np.minimum(np.exp(log_probs - old_log_probs), 1.0)
    targets = values + _corrections(rewards, values, next_values, terminated, truncated, rho, rho, gamma, 0.0)
    following = np.append(targets[1:], next_values[-1])
    return rho * (rewards + gamma * (1 - terminated) * following - values), targets


def rl_triton_carry(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """The carry starts from the bootstrap value."""
    rho, c = np.minimum(ratios, rho_bar), np.minimum(ratios, c_bar)
    return values + _corrections(rewards, values, next_values, terminated, truncated, rho, c, gamma, next_values[-1])


def rl_triton_scan(
    rewards: Array, values: Array, dones: Array, rhos: Array, bootstrap_value: float, gamma: float, rho_bar: float,
    c_bar: float,
) -> Array:  # fmt: skip
    """The same with one flag and a value after the window."""
    following = np.append(values[1:], bootstrap_value)
    rho, c = np.minimum(rhos, rho_bar), np.minimum(rhos, c_bar)
    never = np.zeros_like(dones)
    return values + _corrections(rewards, values, following, dones, never, rho, c, gamma, bootstrap_value)


def rl_triton_gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
) -> Array:
    """The same in its kernel for generalised advantages."""
    ones = np.ones_like(rewards)
    carry = next_values[-1]
    return _corrections(rewards, values, next_values, terminated, truncated, ones, gae_lambda * ones, gamma, carry)


def impala(
    log_rhos: Array, discounts: Array, rewards: Array, values: Array, bootstrap_value: float, clip_rho_threshold: float,
    clip_pg_rho_threshold: float,
) -> tuple[Array, Array]:  # fmt: skip
    """from_importance_weights of scalable_agent: targets and advantages, c clipped at one."""
    rhos = np.exp(log_rhos)
    clipped, cs = np.minimum(clip_rho_threshold, rhos), np.minimum(1.0, rhos)
    values_t_plus_1 = np.append(values[1:], bootstrap_value)
    errors = clipped * (rewards + discounts * values_t_plus_1 - values)
    accumulator, found = 0.0, []
    for error, discount, c in zip(errors[::-1], discounts[::-1], cs[::-1], strict=True):
        accumulator = error + discount * c * accumulator
        found.append(accumulator)
    targets = np.array(found[::-1]) + values
    following = np.append(targets[1:], bootstrap_value)
    return targets, np.minimum(clip_pg_rho_threshold, rhos) * (rewards + discounts * following - values)


TARGET, ADVANTAGE = "vtrace.target", "vtrace.advantage"
ENTRIES = (
    Entry("VT-01", "pytorch/rl#4209", ADVANTAGE, torchrl_next_trajectory, "bug", "next_trajectorys_target"),
    Entry("VT-01", "pytorch/rl#4209", ADVANTAGE, torchrl_both, "bug", "next_trajectorys_target"),
    Entry("VT-01", "pytorch/rl#4209", TARGET, torchrl_both, "bug", "next_trajectorys_target"),
    Entry("VT-02", "simonsays1980/rl-triton PR#4", TARGET, rl_triton_carry, "bug", "window_bootstrap_counted_twice"),
    Entry("VT-02", "simonsays1980/rl-triton PR#4", TARGET, rl_triton_scan, "bug", "window_bootstrap_counted_twice"),
    Entry(
        "VT-02", "simonsays1980/rl-triton PR#4", "gae.advantage", rl_triton_gae, "bug", "window_bootstrap_counted_twice"
    ),
    Entry("C-VT", "google-deepmind/scalable_agent vtrace.py", TARGET, impala, "control"),
)  # fmt: skip

"""Ways to compute V-trace, Retrace, and importance sampling."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def vtrace_direct_sum(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """The sum of the paper."""
    errors = np.minimum(ratios, rho_bar) * (rewards + gamma * (1 - terminated) * next_values - values)
    found = []
    for start in range(len(rewards)):
        total, weight = values[start], 1.0
        for t in range(start, len(rewards)):
            total = total + weight * errors[t]
            if terminated[t] or truncated[t]:
                break
            weight *= gamma * min(ratios[t], c_bar)
        found.append(total)
    return np.array(found)


def vtrace_from_logits(
    logits: Array, old_logits: Array, actions: Array, rewards: Array, values: Array, dones: Array, last_value: float,
    gamma: float,
) -> tuple[Array, Array]:  # fmt: skip
    """From logits, with levels of one: targets and advantages."""

    def log_prob(table: Array) -> Array:
        shifted = table - table.max(axis=-1, keepdims=True)
        chosen = np.take_along_axis(shifted, actions[..., None], axis=-1)[..., 0]
        return chosen - np.log(np.exp(shifted).sum(axis=-1))

    rho = np.minimum(np.exp(log_prob(logits) - log_prob(old_logits)), 1.0)
    followers = np.append(values[1:], last_value)
    errors = rho * (rewards + gamma * (1 - dones) * followers - values)
    targets, following = np.zeros_like(values), 0.0
    for t in reversed(range(len(rewards))):
        following = errors[t] + gamma * (1 - dones[t]) * rho[t] * following
        targets[t] = values[t] + following
    next_targets = np.append(targets[1:], last_value)
    return targets, rho * (rewards + gamma * (1 - dones) * next_targets - values)


@jax.jit
def vtrace_as_in_rlax(
    v_tm1: jax.Array, v_t: jax.Array, r_t: jax.Array, discount_t: jax.Array, rho_tm1: jax.Array, lambda_: float = 1.0,
    clip_rho_threshold: float = 1.0,
) -> jax.Array:  # fmt: skip
    """rlax.vtrace gives v_tm1's errors."""
    c_tm1 = jnp.minimum(1.0, rho_tm1) * lambda_
    clipped = jnp.minimum(clip_rho_threshold, rho_tm1)
    errors = clipped * (r_t + discount_t * v_t - v_tm1)

    def body(following: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        error, discount, c = row
        total = error + discount * c * following
        return total, total

    return jax.lax.scan(body, jnp.zeros_like(errors[0]), (errors, discount_t, c_tm1), reverse=True)[1]


def vtrace_advantage_in_torch(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor,
    truncated: torch.Tensor, log_probs: torch.Tensor, behaviour_log_probs: torch.Tensor, gamma: float, rho_bar: float,
    c_bar: float,
) -> torch.Tensor:  # fmt: skip
    """From log probabilities, with separate flags."""
    ratios = torch.exp(log_probs - behaviour_log_probs)
    rho, c = ratios.clamp(max=rho_bar), ratios.clamp(max=c_bar)
    alive, cut = (~terminated).to(rewards.dtype), terminated | truncated
    errors = rho * (rewards + gamma * alive * next_values - values)
    correction, found = torch.zeros_like(errors[0]), []
    for t in reversed(range(len(rewards))):
        rest = gamma * torch.where(cut[t], torch.zeros_like(correction), correction)
        found.append(rho[t] * (rewards[t] + gamma * alive[t] * next_values[t] + rest - values[t]))
        correction = errors[t] + c[t] * rest
    return torch.stack(found[::-1])


def retrace_loop(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    trace_decay: float,
) -> Array:  # fmt: skip
    """Backwards."""
    errors = rewards + gamma * (1 - terminated) * next_values - values
    c = trace_decay * np.minimum(1.0, ratios)
    found, following = np.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        alive = not (terminated[t] or truncated[t]) and t + 1 < len(rewards)
        following = errors[t] + (gamma * c[t + 1] * following if alive else 0.0)
        found[t] = values[t] + following
    return found


def retrace_of_all_actions(
    q_values: Array, actions: Array, next_q_values: Array, next_policy: Array, rewards: Array, terminated: Array,
    truncated: Array, log_probs: Array, old_log_probs: Array, gamma: float, lambda_: float,
) -> Array:  # fmt: skip
    """From values of all actions and the target policy."""
    taken = q_values[np.arange(len(actions)), actions]
    expected = np.sum(next_policy * next_q_values, axis=-1)
    ratios = np.exp(log_probs - old_log_probs)
    return retrace_loop(rewards, taken, expected, terminated, truncated, ratios, gamma, lambda_)


def ratio_of_tables(target_probabilities: Array, behaviour_probabilities: Array) -> Array:
    """A quotient, and zero where neither acts."""
    acts = behaviour_probabilities > 0
    return np.where(acts, target_probabilities / np.where(acts, behaviour_probabilities, 1.0), 0.0)


def ordinary(rewards: Array, ratios: Array, gamma: float) -> float:
    """A product times a sum."""
    return np.prod(ratios) * np.sum(gamma ** np.arange(len(rewards)) * rewards)


def ordinary_of_log_probs(rewards: Array, log_probs: Array, old_log_probs: Array, gamma: float) -> float:
    """The exponential of a sum."""
    return np.exp(np.sum(log_probs - old_log_probs)) * np.dot(gamma ** np.arange(len(rewards)), rewards)


def per_decision(rewards: Array, ratios: Array, gamma: float) -> float:
    """Cumulative products."""
    return np.sum(np.cumprod(ratios) * gamma ** np.arange(len(rewards)) * rewards)


def per_decision_recursion(rewards: Array, ratios: Array, gamma: float) -> float:
    """Backwards."""
    total = 0.0
    for reward, ratio in zip(rewards[::-1], ratios[::-1], strict=True):
        total = ratio * (reward + gamma * total)
    return total


def weighted(returns: Array, ratios: Array) -> float:
    """NumPy's weighted average."""
    return np.average(returns, weights=ratios)


def weighted_by_shares(returns: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Normalised weights."""
    return torch.dot(weights / weights.sum(), returns)


def weighted_by_logarithms(returns: Array, log_weights: Array) -> float:
    """Logarithms, of which the largest is subtracted first."""
    weights = np.exp(log_weights - log_weights.max())
    return weights @ returns / weights.sum()


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "vtrace.target": [vtrace_direct_sum, vtrace_from_logits, vtrace_as_in_rlax],
    "vtrace.advantage": [vtrace_advantage_in_torch, vtrace_from_logits],
    "retrace.target": [retrace_loop, retrace_of_all_actions],
    "importance_sampling.ratio": [ratio_of_tables],
    "importance_sampling.ordinary": [ordinary, ordinary_of_log_probs],
    "importance_sampling.per_decision": [per_decision, per_decision_recursion],
    "importance_sampling.weighted": [weighted, weighted_by_shares, weighted_by_logarithms],
}

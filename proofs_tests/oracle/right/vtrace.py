"""More ways to compute targets and advantages of V-trace."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


class VTraceReturns(NamedTuple):
    """As IMPALA's own code returns them."""

    vs: Array
    pg_advantages: Array


def as_in_impala(
    log_rhos: Array, discounts: Array, rewards: Array, values: Array, bootstrap_value: float,
    clip_rho_threshold: float, clip_pg_rho_threshold: float,
) -> VTraceReturns:  # fmt: skip
    """DeepMind's from_importance_weights, in NumPy: traces are clipped at one."""
    rhos = np.exp(log_rhos)
    clipped_rhos, cs = np.minimum(clip_rho_threshold, rhos), np.minimum(1.0, rhos)
    values_t_plus_1 = np.concatenate([values[1:], [bootstrap_value]])
    deltas = clipped_rhos * (rewards + discounts * values_t_plus_1 - values)
    acc, vs_minus_v_xs = 0.0, []
    for t in range(len(rewards) - 1, -1, -1):
        acc = deltas[t] + discounts[t] * cs[t] * acc
        vs_minus_v_xs.append(acc)
    vs = np.array(vs_minus_v_xs[::-1]) + values
    vs_t_plus_1 = np.concatenate([vs[1:], [bootstrap_value]])
    clipped_pg_rhos = np.minimum(clip_pg_rho_threshold, rhos)
    return VTraceReturns(vs, clipped_pg_rhos * (rewards + discounts * vs_t_plus_1 - values))


def as_in_torchbeast(
    log_rhos: torch.Tensor, discounts: torch.Tensor, rewards: torch.Tensor, values: torch.Tensor,
    bootstrap_value: torch.Tensor, clip_rho_threshold: float,
) -> torch.Tensor:  # fmt: skip
    """TorchBeast's, of a batch [T, B]: the targets."""
    with torch.no_grad():
        rhos = torch.exp(log_rhos)
        clipped_rhos = torch.clamp(rhos, max=clip_rho_threshold)
        cs = torch.clamp(rhos, max=1.0)
        values_t_plus_1 = torch.cat([values[1:], torch.unsqueeze(bootstrap_value, 0)], dim=0)
        deltas = clipped_rhos * (rewards + discounts * values_t_plus_1 - values)
        acc, result = torch.zeros_like(bootstrap_value), []
        for t in range(discounts.shape[0] - 1, -1, -1):
            acc = deltas[t] + discounts[t] * cs[t] * acc
            result.append(acc)
        result.reverse()
        return torch.add(torch.stack(result), values)


def by_the_remark(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """Remark 1 of the paper to the letter: from the next target, less the next value."""
    targets = np.empty_like(values)
    for t in reversed(range(len(rewards))):
        rho, c = min(rho_bar, ratios[t]), min(c_bar, ratios[t])
        error = rho * (rewards[t] + gamma * (1 - terminated[t]) * next_values[t] - values[t])
        targets[t] = values[t] + error
        if t + 1 < len(rewards) and not terminated[t] and not truncated[t]:
            targets[t] += gamma * c * (targets[t + 1] - values[t + 1])
    return targets


def by_a_linear_system(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """The corrections solve a bidiagonal system."""
    errors = np.clip(ratios, None, rho_bar) * (rewards + gamma * np.where(terminated, 0.0, next_values) - values)
    carried = gamma * np.clip(ratios, None, c_bar) * ~(terminated | truncated)
    return values + np.linalg.solve(np.eye(len(rewards)) - np.diag(carried[:-1], k=1), errors)


def by_products_of_traces(
    rewards: torch.Tensor, values: torch.Tensor, masks: torch.Tensor, bootstrap_value: float, rhos: torch.Tensor,
    gamma: float, rho_bar: float, c_bar: float,
) -> torch.Tensor:  # fmt: skip
    """PyTorch: a table of cumulative products, and one product with all errors."""
    length = len(rewards)
    followers = torch.cat([values[1:], torch.as_tensor(bootstrap_value, dtype=values.dtype).reshape(1)])
    deltas = torch.minimum(rhos, torch.as_tensor(rho_bar, dtype=rhos.dtype)) * (
        rewards + gamma * masks * followers - values
    )
    traces = gamma * masks * rhos.clamp(max=c_bar)
    table = traces[None, :].expand(length, length).roll(1, dims=1)
    steps = torch.arange(length)
    is_after, is_before = steps[None, :] > steps[:, None], steps[None, :] < steps[:, None]
    weights = torch.where(is_after, table, torch.ones_like(table)).cumprod(dim=1)
    return values + torch.where(is_before, torch.zeros_like(weights), weights) @ deltas


def recursively(
    rewards: list[float], values: list[float], dones: list[bool], last_value: float, log_probs: list[float],
    behaviour_log_probs: list[float], gamma: float,
) -> list[float]:  # fmt: skip
    """Lists, both levels one."""
    followers = [*values[1:], last_value]

    def correction(t: int) -> float:
        rho = min(1.0, float(np.exp(log_probs[t] - behaviour_log_probs[t])))
        delta = rewards[t] + (0.0 if dones[t] else gamma * followers[t]) - values[t]
        rest = 0.0 if dones[t] or t == len(rewards) - 1 else gamma * correction(t + 1)
        return rho * (delta + rest)

    return [value + correction(t) for t, value in enumerate(values)]


def in_columns(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, rho: Array, gamma: float,
    rho_clip: float, c_clip: float,
) -> Array:  # fmt: skip
    """[T, B], in float32."""
    single = np.float32
    weights = np.minimum(rho, rho_clip).astype(single)
    nonterminal, continued = (1 - terminated).astype(single), (1 - (terminated | truncated)).astype(single)
    follower = single(gamma) * nonterminal * next_values.astype(single)
    deltas = weights * (rewards.astype(single) + follower - values.astype(single))
    traces = single(gamma) * np.minimum(rho, c_clip).astype(single) * continued
    out, acc = values.astype(single), np.zeros(values.shape[1], dtype=single)
    for t in range(len(rewards))[::-1]:
        acc = deltas[t] + traces[t] * acc
        out[t] += acc
    return out


@jax.jit
def in_a_tree(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, terminated: jax.Array, truncated: jax.Array,
    ratios: jax.Array, gamma: float, rho_bar: float, c_bar: float,
) -> jax.Array:  # fmt: skip
    """JAX: an associative scan over affine maps."""
    deltas = jnp.minimum(ratios, rho_bar) * (rewards + gamma * jnp.where(terminated, 0.0, next_values) - values)
    traces = jnp.where(terminated | truncated, 0.0, gamma * jnp.minimum(ratios, c_bar))

    def compose(later: tuple[jax.Array, jax.Array], earlier: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, ...]:
        return earlier[0] * later[0], earlier[1] + earlier[0] * later[1]

    return values + jax.lax.associative_scan(compose, (traces, deltas), reverse=True)[1]


def from_probabilities(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, pi: Array, mu: Array,
    gamma: float, rho_bar: float, c_bar: float,
) -> tuple[Array, Array]:  # fmt: skip
    """From two probabilities; targets and advantages."""
    w = pi / mu
    length = len(rewards)
    acc, targets, advantages = 0.0, [0.0] * length, [0.0] * length
    for t in range(length)[::-1]:
        ends = terminated[t] or truncated[t]
        rest = 0.0 if ends else gamma * acc
        delta = rewards[t] + (0.0 if terminated[t] else gamma * next_values[t]) - values[t]
        advantages[t] = min(w[t], rho_bar) * (delta + rest)
        acc = min(w[t], rho_bar) * delta + min(w[t], c_bar) * rest
        targets[t] = values[t] + acc
    return np.array(targets), np.array(advantages)


def advantage_as_in_rlax(
    v_tm1: Array, v_t: Array, r_t: Array, discount_t: Array, rho_tm1: Array, clip_rho_threshold: float,
    clip_pg_rho_threshold: float,
) -> Array:  # fmt: skip
    """rlax: target errors first, and what follows the last step is its value."""
    errors = np.minimum(clip_rho_threshold, rho_tm1) * (r_t + discount_t * v_t - v_tm1)
    traces, correction, found = np.minimum(1.0, rho_tm1), 0.0, []
    for error, discount, trace in zip(errors[::-1], discount_t[::-1], traces[::-1], strict=True):
        correction = error + discount * trace * correction
        found.append(correction)
    targets = np.array(found)[::-1] + v_tm1
    q_bootstrap = np.concatenate([targets[1:], v_t[-1:]])
    return np.minimum(clip_pg_rho_threshold, rho_tm1) * (r_t + discount_t * q_bootstrap - v_tm1)


def advantage_by_explicit_sums(
    rewards: list[float], values: list[float], next_values: list[float], terminated: list[bool], truncated: list[bool],
    ratios: list[float], gamma: float, rho_bar: float, c_bar: float,
) -> list[float]:  # fmt: skip
    """Each step's advantage by itself, with the sum over what follows in its episode."""
    errors = [
        reward + gamma * (0.0 if end else follower) - value
        for reward, value, follower, end in zip(rewards, values, next_values, terminated, strict=True)
    ]
    found = []
    for start in range(len(rewards)):
        total, weight, t = errors[start], gamma, start
        while t + 1 < len(rewards) and not (terminated[t] or truncated[t]):
            t += 1
            total += weight * min(rho_bar, ratios[t]) * errors[t]
            weight *= gamma * min(c_bar, ratios[t])
        found.append(min(rho_bar, ratios[start]) * total)
    return found


@jax.jit
def advantage_in_a_scan(
    rewards: jax.Array, values: jax.Array, discounts: jax.Array, bootstrap_value: float, ratios: jax.Array,
    rho_bar: float, c_bar: float,
) -> jax.Array:  # fmt: skip
    """JAX: the pair of the next target and the next value is carried."""

    def step(after: tuple[jax.Array, jax.Array], row: tuple[jax.Array, ...]) -> tuple[Any, jax.Array]:
        reward, value, discount, ratio = row
        target, following = after
        rho, c = jnp.minimum(ratio, rho_bar), jnp.minimum(ratio, c_bar)
        delta = rho * (reward + discount * following - value)
        now = value + delta + discount * c * (target - following)
        return (now, value), rho * (reward + discount * target - value)

    last = jnp.asarray(bootstrap_value, rewards.dtype)
    return jax.lax.scan(step, (last, last), (rewards, values, discounts, ratios), reverse=True)[1]


def advantage_in_rows(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, terminated: torch.Tensor,
    truncated: torch.Tensor, ratios: torch.Tensor, gamma: float, rho_bar: float, c_bar: float,
) -> torch.Tensor:  # fmt: skip
    """[B, T], filled column by column from the last."""
    goes_on = 1.0 - torch.logical_or(terminated, truncated).to(rewards.dtype)
    errors = rewards + gamma * next_values.masked_fill(terminated, 0.0) - values
    rho, trace = torch.clamp(ratios, max=rho_bar), torch.clamp(ratios, max=c_bar)
    advantages = torch.empty_like(rewards)
    correction = torch.zeros_like(rewards[:, 0])
    for t in range(rewards.shape[1] - 1, -1, -1):
        following = gamma * goes_on[:, t] * correction
        advantages[:, t] = rho[:, t] * (errors[:, t] + following)
        correction = rho[:, t] * errors[:, t] + trace[:, t] * following
    return advantages


def advantage_by_a_linear_system(
    rewards: Array, values: Array, dones: Array, last_value: float, ratios: Array, gamma: float
) -> Array:
    """Both levels one: there, advantages are the corrections themselves."""
    rho = np.minimum(ratios, 1.0)
    discounts = gamma * (1.0 - dones)
    errors = rho * (rewards + discounts * np.append(values[1:], last_value) - values)
    return np.linalg.inv(np.eye(len(rewards)) - np.diag((discounts * rho)[:-1], k=1)) @ errors


def advantage_from_episode_starts(
    rewards: Array, values: Array, episode_starts: Array, last_value: float, last_done: bool, log_probs: Array,
    old_log_probs: Array, gamma: float, rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """Flags of beginnings; episode by episode."""
    w = np.exp(log_probs - old_log_probs)
    borders = [0, *(t for t in range(1, len(rewards)) if episode_starts[t]), len(rewards)]
    result = np.zeros(len(rewards))
    for begin, end in pairwise(borders):
        goes_on = end == len(rewards) and not last_done
        next_value, next_target = (last_value, last_value) if goes_on else (0.0, 0.0)
        for t in range(end - 1, begin - 1, -1):
            rho, c = np.minimum(w[t], rho_bar), np.minimum(w[t], c_bar)
            result[t] = rho * (rewards[t] + gamma * next_target - values[t])
            delta = rewards[t] + gamma * next_value - values[t]
            next_target = values[t] + rho * delta + gamma * c * (next_target - next_value)
            next_value = values[t]
    return result


def advantage_as_in_rllib(
    target_policy_logits: torch.Tensor, behaviour_policy_logits: torch.Tensor, actions: torch.Tensor,
    discounts: torch.Tensor, rewards: torch.Tensor, values: torch.Tensor, bootstrap_value: float,
    clip_rho_threshold: float, clip_pg_rho_threshold: float,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """RLlib's multi_from_logits, of one kind of action: targets, and advantages that bootstrap from them."""

    def log_probs_of(logits: torch.Tensor) -> torch.Tensor:
        return -torch.nn.functional.cross_entropy(logits, actions.long(), reduction="none")

    rhos = torch.exp(log_probs_of(target_policy_logits) - log_probs_of(behaviour_policy_logits))
    last = torch.as_tensor([bootstrap_value], dtype=values.dtype)
    deltas = torch.clamp(rhos, max=clip_rho_threshold) * (rewards + discounts * torch.cat([values[1:], last]) - values)
    corrections = [torch.zeros_like(deltas[0])]
    for delta, discount, c in zip(deltas.flip(0), discounts.flip(0), torch.clamp(rhos, max=1.0).flip(0), strict=True):
        corrections.append(delta + discount * c * corrections[-1])
    vs = torch.stack(corrections[:0:-1]) + values
    pg_rhos = torch.clamp(rhos, max=clip_pg_rho_threshold)
    return vs, pg_rhos * (rewards + discounts * torch.cat([vs[1:], last]) - values)


def advantage_in_single(
    rewards: Array, values: Array, next_values: Array, terminations: Array, truncations: Array, log_ratios: Array,
    gamma: float, rho_bar: float, c_bar: float,
) -> Array:  # fmt: skip
    """float32: TD errors are turned into advantages in place."""
    single = np.float32
    weights = np.exp(log_ratios, dtype=single)
    rho, c = np.minimum(weights, single(rho_bar)), np.minimum(weights, single(c_bar))
    advantages = rewards.astype(single) - values.astype(single)
    advantages += single(gamma) * np.where(terminations, single(0), next_values.astype(single))
    following = single(0)
    for t in range(len(advantages) - 1, -1, -1):
        rest = single(0) if terminations[t] or truncations[t] else single(gamma) * following
        following = rho[t] * advantages[t] + c[t] * rest
        advantages[t] = rho[t] * (advantages[t] + rest)
    return advantages


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "vtrace.target": [
        *(as_in_impala, as_in_torchbeast, by_the_remark, by_a_linear_system, by_products_of_traces, recursively),
        *(in_columns, in_a_tree, from_probabilities),
    ],
    "vtrace.advantage": [
        *(advantage_as_in_rlax, advantage_by_explicit_sums, advantage_in_a_scan, advantage_in_rows),
        *(advantage_by_a_linear_system, advantage_from_episode_starts, advantage_as_in_rllib, advantage_in_single),
        *(as_in_impala, from_probabilities),
    ],
}

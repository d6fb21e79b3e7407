"""More ways to compute targets of Retrace."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def as_in_acer(rewards: Array, dones: Array, q_i: Array, v: Array, rho_i: Array, gamma: float) -> Array:
    """ACER's of OpenAI's baselines: lambda one, and values of the states with one entry more."""
    rho_bar = np.minimum(1.0, rho_i)
    qret, qrets = v[-1], []
    for i in range(len(rewards) - 1, -1, -1):
        qret = rewards[i] + gamma * qret * (1.0 - dones[i])
        qrets.append(qret)
        qret = rho_bar[i] * (qret - q_i[i]) + v[i]
    return np.array(qrets[::-1])


def explicit_sums(
    rewards: list[float], values: list[float], next_values: list[float], terminated: list[bool], truncated: list[bool],
    ratios: list[float], gamma: float, trace_decay: float,
) -> list[float]:  # fmt: skip
    """The sum of the paper, of each step by itself."""
    found = []
    for start, target in enumerate(values):
        weight, total = 1.0, target
        for t in range(start, len(rewards)):
            if t > start:
                weight *= gamma * trace_decay * min(1.0, ratios[t])
            following = 0.0 if terminated[t] else gamma * next_values[t]
            total += weight * (rewards[t] + following - values[t])
            if terminated[t] or truncated[t]:
                break
        found.append(total)
    return found


def by_a_linear_system(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, ratios: Array, gamma: float,
    trace_decay: float,
) -> Array:  # fmt: skip
    """The corrections solve a bidiagonal system, with the trace of the next step above the diagonal."""
    errors = rewards + gamma * next_values * ~terminated - values
    goes_on = ~(terminated | truncated)
    above = gamma * trace_decay * np.minimum(ratios[1:], 1.0) * goes_on[:-1]
    return np.linalg.solve(np.eye(len(rewards)) - np.diag(above, k=1), errors) + values


def by_the_definition(
    rewards: torch.Tensor, q_taken: torch.Tensor, expected_next_q: torch.Tensor, terminated: torch.Tensor,
    truncated: torch.Tensor, log_pi: torch.Tensor, log_mu: torch.Tensor, gamma: float, lambda_: float,
) -> torch.Tensor:  # fmt: skip
    """PyTorch, from logarithms: the target of the next step, less its value."""
    traces = lambda_ * torch.exp(torch.clamp(log_pi - log_mu, max=0.0))
    one_step = torch.where(terminated, rewards, rewards + gamma * expected_next_q)
    targets = one_step.clone()
    for t in range(len(rewards) - 2, -1, -1):
        if not terminated[t] and not truncated[t]:
            targets[t] = one_step[t] + gamma * traces[t + 1] * (targets[t + 1] - q_taken[t + 1])
    return targets


def in_columns(
    rewards: Array, q_values: Array, next_q_values: Array, next_policy: Array, actions: Array, terminated: Array,
    truncated: Array, ratios: Array, gamma: float, lam: float,
) -> Array:  # fmt: skip
    """[T, B, A], in float32."""
    length, width = rewards.shape
    single = np.float32
    taken = np.take_along_axis(q_values, actions[..., None], axis=-1)[..., 0].astype(single)
    expected = np.einsum("tba,tba->tb", next_policy.astype(single), next_q_values.astype(single))
    errors = rewards.astype(single) + single(gamma) * np.where(terminated, single(0), expected) - taken
    traces = single(lam) * np.minimum(ratios, 1).astype(single)
    corrections = np.zeros((length + 1, width), dtype=single)
    following = np.zeros(width, dtype=single)
    for t in reversed(range(length)):
        corrections[t] = errors[t] + single(gamma) * np.where(terminated[t] | truncated[t], single(0), following)
        following = traces[t] * corrections[t]
    return corrections[:length] + taken


def in_rows(
    rewards: torch.Tensor, values: torch.Tensor, next_values: torch.Tensor, dones: torch.Tensor, rhos: torch.Tensor,
    gamma: float, lmbda: float,
) -> torch.Tensor:  # fmt: skip
    """[B, T], with one flag."""
    nonterminal = 1.0 - dones.to(rewards.dtype)
    errors = rewards + gamma * nonterminal * next_values - values
    c = lmbda * rhos.clamp(max=1.0)
    carried = torch.zeros_like(errors[:, 0])
    found = []
    for t in range(rewards.size(1) - 1, -1, -1):
        total = errors[:, t] + gamma * nonterminal[:, t] * carried
        found.append(values[:, t] + total)
        carried = c[:, t] * total
    return torch.stack(found[::-1], dim=1)


@jax.jit
def in_a_scan(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, discounts: jax.Array, ratios: jax.Array,
    lambda_: float,
) -> jax.Array:  # fmt: skip
    """JAX, with discounts that carry the mask."""

    def step(carried: jax.Array, row: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
        reward, value, next_value, discount, ratio = row
        target = reward + discount * (next_value + carried)
        return lambda_ * jnp.minimum(1.0, ratio) * (target - value), target

    rows = (rewards, values, next_values, discounts, ratios)
    return jax.lax.scan(step, jnp.zeros_like(rewards[0]), rows, reverse=True)[1]


@jax.jit
def in_a_tree(
    rewards: jax.Array, values: jax.Array, next_values: jax.Array, terminated: jax.Array, truncated: jax.Array,
    ratios: jax.Array, gamma: float, trace_decay: float,
) -> jax.Array:  # fmt: skip
    """JAX: an associative scan over affine maps."""
    errors = rewards + gamma * jnp.where(terminated, 0.0, next_values) - values
    traces = jnp.append(trace_decay * jnp.minimum(1.0, ratios[1:]), 0.0)
    slopes = gamma * traces * (1.0 - (terminated | truncated))

    def compose(later: tuple[jax.Array, jax.Array], earlier: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, ...]:
        return earlier[0] * later[0], earlier[1] + earlier[0] * later[1]

    return values + jax.lax.associative_scan(compose, (slopes, errors), reverse=True)[1]


def errors_alone(
    rewards: Array, values: Array, next_values: Array, not_done: Array, pi: Array, mu: Array, gamma: float,
    trace_decay: float,
) -> Array:  # fmt: skip
    """What the critic's values are moved by, from probabilities: a triangle of products of traces."""
    deltas = rewards + gamma * not_done * next_values - values
    steps = gamma * not_done[:-1] * trace_decay * np.minimum(1.0, pi[1:] / mu[1:])
    weights = np.eye(len(rewards))
    for t in range(len(rewards)):
        weights[t, t + 1 :] = np.cumprod(steps[t:])
    return weights @ deltas


def recursively(
    rewards: Array, q_values: Array, last_q_values: Array, actions: Array, policy: Array, last_policy: Array,
    dones: Array, ratios: Array, gamma: float, lam: float,
) -> Array:  # fmt: skip
    """From the tables of a rollout, and those of its last successor."""
    tables, policies = np.concatenate([q_values, last_q_values[None]]), np.concatenate([policy, last_policy[None]])

    def target(t: int) -> float:
        if dones[t]:
            return rewards[t]
        expected = policies[t + 1] @ tables[t + 1]
        if t == len(rewards) - 1:
            return rewards[t] + gamma * expected
        gap = target(t + 1) - tables[t + 1, actions[t + 1]]
        return rewards[t] + gamma * (expected + lam * min(1.0, ratios[t + 1]) * gap)

    return np.array([target(t) for t in range(len(rewards))])


def as_in_rlax(
    q_tm1: Array, q_t: Array, a_tm1: Array, a_t: Array, r_t: Array, discount_t: Array, pi_t: Array, mu_t: Array,
    lambda_: float,
) -> Array:  # fmt: skip
    """rlax.retrace: errors, from tables and probabilities at both ends of each transition."""
    rows = np.arange(len(r_t))
    c_t = np.minimum(1.0, pi_t[rows, a_t] / mu_t) * lambda_
    exp_q_t, q_a_t = (pi_t * q_t).sum(axis=-1), q_t[rows, a_t]
    g = r_t[-1] + discount_t[-1] * exp_q_t[-1]
    returns = [g]
    for i in reversed(range(len(r_t) - 1)):
        g = r_t[i] + discount_t[i] * (exp_q_t[i] - c_t[i] * q_a_t[i] + c_t[i] * g)
        returns.insert(0, g)
    return np.array(returns) - q_tm1[rows, a_tm1]


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "retrace.target": [
        *(as_in_acer, explicit_sums, by_a_linear_system, by_the_definition, in_columns, in_rows, in_a_scan, in_a_tree),
        *(errors_alone, recursively, as_in_rlax),
    ],
}

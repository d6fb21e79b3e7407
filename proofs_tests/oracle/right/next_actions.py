"""More ways to compute targets of double Q-learning, SARSA and expected SARSA."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def double_one_by_one(
    rewards: list[float], next_q_online: list[list[float]], next_q_target: list[list[float]], dones: list[bool],
    gamma: float,
) -> list[float]:  # fmt: skip
    """Lists: the index of the first largest."""
    targets = []
    for reward, online, target, done in zip(rewards, next_q_online, next_q_target, dones, strict=True):
        best = max(range(len(online)), key=lambda action, online=online: online[action])
        targets.append(reward if done else reward + gamma * target[best])
    return targets


def double_in_columns(
    rewards: torch.Tensor, next_q_values_online: torch.Tensor, next_q_values_target: torch.Tensor, dones: torch.Tensor,
    gamma: float,
) -> torch.Tensor:  # fmt: skip
    """PyTorch with columns (B, 1) inside."""
    chosen = next_q_values_online.argmax(dim=1).unsqueeze(1)
    following = torch.gather(next_q_values_target, dim=1, index=chosen)
    mask = torch.where(dones.reshape(-1, 1).bool(), 0.0, 1.0).to(rewards.dtype)
    return (rewards.reshape(-1, 1) + gamma * mask * following).flatten()


@jax.jit
def double_as_in_rlax(r_t: jax.Array, discount_t: jax.Array, q_t_value: jax.Array, q_t_selector: jax.Array
                      ) -> jax.Array:  # fmt: skip
    """rlax: one transition's, mapped."""

    def one(reward: jax.Array, discount: jax.Array, value: jax.Array, selector: jax.Array) -> jax.Array:
        return reward + discount * value[selector.argmax()]

    return jax.vmap(one)(r_t, discount_t, q_t_value, q_t_selector)


def double_in_tianshou(rew: Array, online_q: Array, target_q: Array, terminated: Array, gamma: float) -> Array:
    """Tianshou: the target network's values at the online network's actions."""
    act = np.argmax(online_q, axis=1)
    return rew + gamma * (1.0 - terminated) * target_q[np.arange(len(act)), act]


def double_in_single(
    rewards: Array, q_next_online: Array, q_next_target: Array, not_done: Array, gamma: float
) -> Array:
    """float32, with a one-hot product of matrices."""
    chosen = np.equal(np.arange(q_next_online.shape[1]), q_next_online.argmax(axis=1)[:, None]).astype(np.float32)
    following = np.einsum("ba,ba->b", chosen, q_next_target.astype(np.float32))
    return rewards.astype(np.float32) + np.float32(gamma) * not_done.astype(np.float32) * following


def double_in_place(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, discount: float
) -> Array:
    """A copy of the rewards, to which a bootstrap is added where the episode goes on."""
    targets = rewards.copy()
    alive = np.flatnonzero(~terminated)
    greedy = next_q_values[alive].argmax(axis=-1)
    targets[alive] += discount * other_next_q_values[alive, greedy]
    return targets


def double_with_running_maximum(
    rewards: Array, next_q_online: Array, next_q_target: Array, terminations: Array, gamma: float
) -> Array:
    """Action by action, the best so far and what it is worth."""
    best, worth = next_q_online[:, 0].copy(), next_q_target[:, 0].copy()
    for action in range(1, next_q_online.shape[1]):
        better = next_q_online[:, action] > best
        best, worth = (
            np.where(better, next_q_online[:, action], best),
            np.where(better, next_q_target[:, action], worth),
        )
    return np.where(terminations, rewards, rewards + gamma * worth)


def sarsa_in_torch(
    rewards: torch.Tensor, next_q_values: torch.Tensor, next_actions: torch.Tensor, dones: torch.Tensor, gamma: float
) -> torch.Tensor:
    """Gathered."""
    following = next_q_values.gather(1, next_actions.long().unsqueeze(-1)).squeeze(-1)
    return rewards + gamma * (1 - dones.float()).to(rewards.dtype) * following


def sarsa_one_by_one(
    rewards: list[float], next_q: list[list[float]], a_next: list[int], terminated: list[bool], gamma: float
) -> list[float]:
    """Lists."""
    rows = zip(rewards, next_q, a_next, terminated, strict=True)
    return [r + gamma * q[a] * (not end) for r, q, a, end in rows]


def sarsa_as_in_rlax(r_t: Array, discount_t: Array, q_t: Array, a_t: Array) -> Array:
    """rlax's names."""
    return r_t + discount_t * q_t[np.arange(len(a_t)), a_t]


@jax.jit
def sarsa_in_jax(
    rewards: jax.Array, next_q_values: jax.Array, next_actions: jax.Array, terminated: jax.Array, gamma: float
) -> jax.Array:
    """A one-hot product."""
    chosen = jax.nn.one_hot(next_actions, next_q_values.shape[-1], dtype=next_q_values.dtype)
    return rewards + gamma * (1.0 - terminated) * (chosen * next_q_values).sum(axis=-1)


def sarsa_along_an_axis(rewards: Array, q_next: Array, actions_next: Array, masks: Array, discount: float) -> Array:
    """A lookup along the last axis, with masks of continuation."""
    return rewards + discount * masks * np.take_along_axis(q_next, actions_next[:, None], axis=-1).squeeze(-1)


def sarsa_by_flat_indices(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: float
) -> Array:
    """Indices into the flat table, and a choice between both cases."""
    flat = next_actions + np.arange(len(rewards)) * next_q_values.shape[1]
    return np.where(terminated, rewards, rewards + gamma * next_q_values.reshape(-1)[flat])


def sarsa_in_single(
    rewards: torch.Tensor, next_q_values: torch.Tensor, next_actions: torch.Tensor, terminated: torch.Tensor,
    gamma: float,
) -> torch.Tensor:  # fmt: skip
    """float32 throughout, by einsum."""
    chosen = torch.nn.functional.one_hot(next_actions.long(), next_q_values.shape[1]).float()
    following = torch.einsum("ba,ba->b", next_q_values.float(), chosen)
    return torch.addcmul(rewards.float(), gamma * (1.0 - terminated.float()), following)


def sarsa_by_the_diagonal(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: float
) -> Array:
    """The diagonal of a table of all rows and all taken actions, masked in a copy."""
    following = np.diagonal(next_q_values[:, next_actions]).copy()
    following[terminated] = 0.0
    following *= gamma
    return np.add(following, rewards)


def expected_in_torch(
    rewards: torch.Tensor, next_q_values: torch.Tensor, next_probs: torch.Tensor, dones: torch.Tensor, gamma: float
) -> torch.Tensor:
    """A batch of inner products."""
    following = torch.bmm(next_probs.unsqueeze(1), next_q_values.unsqueeze(2)).flatten()
    return rewards + (1 - dones) * gamma * following


def expected_one_by_one(
    rewards: list[float], next_q: list[list[float]], next_pi: list[list[float]], terminated: list[bool], gamma: float
) -> list[float]:
    """Lists and sums."""
    targets = []
    for reward, row, probabilities, end in zip(rewards, next_q, next_pi, terminated, strict=True):
        mean = sum(p * q for p, q in zip(probabilities, row, strict=True))
        targets.append(reward + gamma * mean if not end else reward)
    return targets


def expected_as_in_rlax(r_t: Array, discount_t: Array, q_t: Array, probs_a_t: Array) -> Array:
    """rlax's names."""
    return r_t + discount_t * np.array([np.dot(q, p) for q, p in zip(q_t, probs_a_t, strict=True)])


@jax.jit
def expected_in_jax(
    rewards: jax.Array, next_q_values: jax.Array, next_policy: jax.Array, terminated: jax.Array, gamma: float
) -> jax.Array:
    """Mapped inner products."""
    following = jax.vmap(jnp.dot)(next_policy, next_q_values)
    return rewards + gamma * jnp.where(terminated, 0.0, following)


def expected_by_averaging(
    rewards: Array, next_q_values: Array, next_policy: Array, not_done: Array, gamma: float
) -> Array:
    """A weighted mean of the targets that the actions would have."""
    targets = rewards[:, None] + gamma * not_done[:, None] * next_q_values
    return (next_policy * targets).sum(axis=-1) / next_policy.sum(axis=-1)


def expected_by_the_diagonal(
    rewards: Array, next_q_values: Array, policy_next: Array, dones: Array, gamma: float
) -> Array:
    """The diagonal of a product of matrices."""
    return rewards + gamma * ~dones * np.diag(next_q_values @ policy_next.T)


def expected_in_single(
    rewards: Array, next_q_values: Array, next_action_probs: Array, terminated: Array, gamma: float
) -> Array:
    """float32, action by action."""
    total = np.zeros(len(rewards), dtype=np.float32)
    for action in range(next_q_values.shape[1]):
        total += next_action_probs[:, action].astype(np.float32) * next_q_values[:, action].astype("f4")
    return rewards.astype(np.float32) + np.float32(gamma) * (1 - terminated).astype(np.float32) * total


def expected_masked_fill(
    rewards: torch.Tensor, next_q_values: torch.Tensor, next_policy: torch.Tensor, terminated: torch.Tensor,
    gamma: float,
) -> torch.Tensor:  # fmt: skip
    """PyTorch: einsum, and terminal successors filled with zero."""
    following = torch.einsum("...a,...a->...", next_policy, next_q_values).masked_fill(terminated, 0.0)
    return torch.add(rewards, following, alpha=gamma)


def double_of_a_batch(
    rewards: torch.Tensor, next_q_online: torch.Tensor, next_q_target: torch.Tensor, dones: torch.Tensor, gamma: float
) -> torch.Tensor:
    """Columns (B, 1) of rewards and flags, and a column of targets."""
    actions = next_q_online.max(dim=1, keepdim=True)[1]
    return rewards + gamma * (1 - dones) * next_q_target.gather(1, actions)


def sarsa_of_a_batch(
    rewards: torch.Tensor, next_q_values: torch.Tensor, next_actions: torch.Tensor, dones: torch.Tensor, gamma: float
) -> torch.Tensor:
    """Columns (B, 1), of actions too."""
    return rewards + gamma * (1 - dones) * next_q_values.gather(1, next_actions)


def expected_of_a_batch(
    rewards: Array, next_q_values: Array, next_policy: Array, not_done: Array, gamma: float
) -> Array:
    """Columns (B, 1)."""
    return rewards + gamma * not_done * np.sum(next_policy * next_q_values, axis=1, keepdims=True)


def dqn_of_a_batch(rewards: torch.Tensor, next_q_values: torch.Tensor, dones: torch.Tensor, gamma: float
                   ) -> torch.Tensor:  # fmt: skip
    """Stable-Baselines3's DQN: columns (B, 1)."""
    best, _ = next_q_values.max(dim=1)
    return rewards + (1 - dones) * gamma * best.reshape(-1, 1)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.double_q_learning_target": [
        *(double_one_by_one, double_in_columns, double_as_in_rlax, double_in_tianshou, double_in_single),
        *(double_in_place, double_with_running_maximum, double_of_a_batch),
    ],
    "td.sarsa_target": [
        *(sarsa_in_torch, sarsa_one_by_one, sarsa_as_in_rlax, sarsa_in_jax, sarsa_along_an_axis),
        *(sarsa_by_flat_indices, sarsa_in_single, sarsa_by_the_diagonal, sarsa_of_a_batch),
    ],
    "td.expected_sarsa_target": [
        *(expected_in_torch, expected_one_by_one, expected_as_in_rlax, expected_in_jax, expected_by_averaging),
        *(expected_by_the_diagonal, expected_in_single, expected_masked_fill, expected_of_a_batch),
    ],
    "td.q_learning_target": [dqn_of_a_batch],
}

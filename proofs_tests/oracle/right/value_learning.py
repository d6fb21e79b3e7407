"""Ways to compute targets of Q-learning, updates of tables, and target networks."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def vectorised(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """All transitions at once."""
    return rewards + gamma * (1 - terminated) * next_q_values.max(axis=1)


def loop(rewards: Array, next_q: Array, dones: Array, discount: float) -> Array:
    """One transition after the other."""
    targets = []
    for reward, values, done in zip(rewards, next_q, dones, strict=True):
        targets.append(reward if done else reward + discount * max(values))
    return np.array(targets)


def masked_by_where(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """A choice for the product."""
    return rewards + np.where(terminated, 0.0, gamma * np.max(next_q_values, axis=-1))


def masked_in_place(rewards: Array, next_q_values: Array, dones: Array, gamma: float) -> Array:
    """Values of terminal successors are overwritten, in a copy."""
    best = np.amax(next_q_values, axis=1).copy()
    best[dones] = 0.0
    return rewards + gamma * best


def discounts_given(rewards: Array, next_q_values: Array, discounts: Array) -> Array:
    """The discount carries the mask."""
    return rewards + discounts * np.sort(next_q_values, axis=1)[:, -1]


def in_torch(rewards: torch.Tensor, next_q_values: torch.Tensor, dones: torch.Tensor, gamma: float) -> torch.Tensor:
    """As in most agents in PyTorch: the mask is float32."""
    return rewards + gamma * (1 - dones.float()) * next_q_values.max(dim=1)[0]


def in_torch_by_gathering(
    rewards: torch.Tensor, next_q_values: torch.Tensor, terminated: torch.Tensor, gamma: float
) -> torch.Tensor:
    """The best action is looked up."""
    best = next_q_values.argmax(dim=1, keepdim=True)
    return torch.where(terminated, rewards, rewards + gamma * next_q_values.gather(1, best).squeeze(1))


def in_jax(rewards: jax.Array, next_q_values: jax.Array, terminated: jax.Array, gamma: float) -> jax.Array:
    """All at once in JAX."""
    return rewards + gamma * jnp.where(terminated, 0.0, jnp.max(next_q_values, axis=-1))


def in_jax_mapped(rewards: jax.Array, next_q_values: jax.Array, terminated: jax.Array, gamma: float) -> jax.Array:
    """Mapped over transitions."""
    return jax.vmap(lambda r, q, d: r + gamma * (1.0 - d) * q.max())(rewards, next_q_values, terminated)


def in_single(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """The result in float32."""
    return (rewards + gamma * (1 - terminated) * next_q_values.max(axis=1)).astype(np.float32)


def target_network_named(
    rewards: Array, next_q_target: Array, next_q_online: Array, dones: Array, gamma: float
) -> Array:
    """Of two networks the right one."""
    assert next_q_online.shape == next_q_target.shape
    return rewards + gamma * (1 - dones) * next_q_target.max(axis=1)


def double(rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """The first network chooses, the second one values."""
    rows = np.arange(len(rewards))
    return rewards + gamma * (1 - terminated) * other_next_q_values[rows, next_q_values.argmax(axis=1)]


def double_one_hot(rewards: Array, q_next_online: Array, q_next_target: Array, dones: Array, gamma: float) -> Array:
    """The chosen action as a row of zeros and a one."""
    chosen = np.eye(q_next_online.shape[1])[q_next_online.argmax(axis=1)]
    return rewards + gamma * (1 - dones) * (chosen * q_next_target).sum(axis=1)


def double_in_torch(
    rewards: torch.Tensor, next_q_target: torch.Tensor, next_q_online: torch.Tensor, dones: torch.Tensor, gamma: float
) -> torch.Tensor:
    """The chosen action is gathered."""
    actions = next_q_online.argmax(dim=1, keepdim=True)
    return rewards + gamma * (1 - dones.to(rewards.dtype)) * next_q_target.gather(1, actions).squeeze(1)


def double_from_the_valuing_network(
    rewards: Array, next_q_values: Array, next_q_online: Array, terminated: Array, gamma: float
) -> Array:
    """`next_q_values` beside an online network are the target network's."""
    chosen = next_q_online.argmax(axis=1)
    return rewards + gamma * (1 - terminated) * np.take_along_axis(next_q_values, chosen[:, None], axis=1)[:, 0]


def sarsa(rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: float) -> Array:
    """The value of the action taken next."""
    return rewards + gamma * (1 - terminated) * next_q_values[np.arange(len(rewards)), next_actions]


def sarsa_by_comparison(rewards: Array, next_q_values: Array, next_actions: Array, dones: Array, gamma: float) -> Array:
    """The same with a mask over actions."""
    taken = next_actions[:, None] == np.arange(next_q_values.shape[1])
    return rewards + gamma * np.where(dones, 0.0, np.where(taken, next_q_values, 0.0).sum(axis=1))


def expected(rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, gamma: float) -> Array:
    """The mean under the policy."""
    return rewards + gamma * (1 - terminated) * (next_policy * next_q_values).sum(axis=1)


def expected_as_a_product(rewards: Array, next_q_values: Array, next_probs: Array, dones: Array, gamma: float) -> Array:
    """The mean as inner products."""
    return rewards + gamma * (1 - dones) * np.einsum("ta,ta->t", next_probs, next_q_values)


def q_learning_of_one_transition(
    Q: Array, s: int, a: int, r: float, s2: int, done: bool, alpha: float, gamma: float
) -> Array:
    """One transition, a new table."""
    target = r if done else r + gamma * Q[s2].max()
    Q = Q.copy()
    Q[s, a] += alpha * (target - Q[s, a])
    return Q


def q_learning_in_place(
    q_table: Array, state: int, action: int, reward: float, next_state: int, terminated: bool, lr: float, gamma: float
) -> None:
    """One transition, written into the table."""
    best = 0.0 if terminated else np.max(q_table[next_state])
    q_table[state, action] = (1 - lr) * q_table[state, action] + lr * (reward + gamma * best)


def q_learning_of_a_batch(
    action_values: Array, states: Array, actions: Array, rewards: Array, next_states: Array, terminated: Array,
    step_size: float, gamma: float,
) -> Array:  # fmt: skip
    """Errors at the old table, added up."""
    targets = rewards + gamma * (1 - terminated) * action_values[next_states].max(axis=1)
    values = action_values.copy()
    np.add.at(values, (states, actions), step_size * (targets - action_values[states, actions]))
    return values


def td0_of_one_transition(V: Array, s: int, r: float, s2: int, done: bool, alpha: float, gamma: float) -> Array:
    """One transition, written into the table, which is returned."""
    V[s] += alpha * (r + gamma * (1 - done) * V[s2] - V[s])
    return V


def averaged(online_parameters: Array, target_parameters: Array, tau: float) -> Array:
    """A weighted mean."""
    return tau * online_parameters + (1 - tau) * target_parameters


def averaged_in_place(target: Array, source: Array, tau: float) -> None:
    """A step towards the online network, in place."""
    target += tau * (source - target)


def averaged_in_torch(params: torch.Tensor, target_params: torch.Tensor, polyak: float) -> None:
    """With the share of the old parameters, in place."""
    with torch.no_grad():
        target_params.mul_(polyak)
        target_params.add_((1 - polyak) * params)


def twins(rewards: Array, next_q1: Array, next_q2: Array, dones: Array, gamma: float) -> Array:
    """The smaller of two critics."""
    return rewards + gamma * (1 - dones) * np.minimum(next_q1, next_q2)


def stacked_twins(rewards: Array, next_q_values: Array, dones: Array, gamma: float) -> Array:
    """Both critics in one array."""
    return rewards + gamma * (1 - dones) * next_q_values.min(axis=0)


def soft(
    rewards: Array, next_q1: Array, next_q2: Array, next_log_probs: Array, dones: Array, gamma: float, log_alpha: float
) -> Array:
    """The temperature by its logarithm, as it is trained."""
    following = np.minimum(next_q1, next_q2) - np.exp(log_alpha) * next_log_probs
    return rewards + (1 - dones) * gamma * following


def bias(q_values: Array) -> float:
    """The mean of the largest, less the largest mean."""
    return q_values.max(axis=1).mean() - q_values.mean(axis=0).max()


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "td.q_learning_target": [
        *(vectorised, loop, masked_by_where, masked_in_place, discounts_given, in_torch, in_torch_by_gathering),
        *(in_jax, in_jax_mapped, in_single, target_network_named),
    ],
    "td.double_q_learning_target": [double, double_one_hot, double_in_torch, double_from_the_valuing_network],
    "td.sarsa_target": [sarsa, sarsa_by_comparison],
    "td.expected_sarsa_target": [expected, expected_as_a_product],
    "td.q_learning": [q_learning_of_one_transition, q_learning_in_place, q_learning_of_a_batch],
    "td.tabular_td0": [td0_of_one_transition],
    "ddpg.soft_update": [averaged, averaged_in_place, averaged_in_torch],
    "td3.target": [twins, stacked_twins],
    "sac.target": [soft],
    "td.maximisation": [bias],
}

"""Ways to compute sweeps over values: of a policy, and of the best actions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

from rlproof.spec.mdp import MDP

Array = Any


def backup_of_process(mdp: MDP, policy: Array, state_values: Array) -> Array:
    """Mean rewards, and the chain applied to values."""
    chain = np.einsum("sa,sax->sx", policy, mdp.transition)
    return (policy * mdp.reward).sum(axis=1) + mdp.discount * chain @ state_values


def backup_by_loops(P: Array, R: Array, pi: Array, V: Array, gamma: float) -> Array:
    """Four loops, as in the book's pseudocode, not in place."""
    new = np.zeros_like(V)
    for s in range(len(V)):
        for a in range(R.shape[1]):
            for x in range(len(V)):
                new[s] += pi[s, a] * P[s, a, x] * (R[s, a] + gamma * V[x])
    return new


def backup_of_actions_chosen(P: Array, R: Array, pi: Array, V: Array, gamma: float) -> Array:
    """A deterministic policy."""
    rows = np.arange(len(V))
    return R[rows, pi] + gamma * np.dot(P[rows, pi], V)


def backup_with_rewards_of_outcomes(P: Array, rewards: Array, policy: Array, values: Array, gamma: float) -> Array:
    """Rewards r(s, a, s')."""
    return np.einsum("sa,sax,sax->s", policy, P, rewards + gamma * values)


def backup_in_torch(
    P: torch.Tensor, R: torch.Tensor, policy: torch.Tensor, values: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch."""
    return torch.linalg.vecdot(policy, R + gamma * torch.matmul(P, values))


@jax.jit
def backup_in_jax(P: jax.Array, R: jax.Array, policy: jax.Array, V: jax.Array, gamma: float) -> jax.Array:
    """One state at a time, mapped."""
    return jax.vmap(lambda p, r, rows: p @ (r + gamma * rows @ V))(policy, R, P)


def backup_in_lists(
    P: list[Any], R: list[list[float]], pi: list[list[float]], V: list[float], gamma: float
) -> list[float]:
    """Lists of lists."""
    return [
        sum(
            probability * (reward + gamma * sum(p * v for p, v in zip(row, V, strict=True)))
            for probability, reward, row in zip(pi[s], R[s], P[s], strict=True)
        )
        for s in range(len(V))
    ]


def backup_as_a_sweep(P: Array, R: Array, policy: Array, v: Array, discount: float) -> Array:
    """Values less their one-step error."""
    errors = policy * (R + discount * (P @ v) - v[:, None])
    return v + errors.sum(axis=-1)


def backup_in_single(P: Array, R: Array, policy: Array, V: Array, gamma: float) -> Array:
    """In float32."""
    P, R, policy, V = (array.astype(np.float32) for array in (P, R, policy, V))
    return (policy * (R + np.float32(gamma) * P @ V)).sum(axis=1)


def optimum(P: Array, R: Array, V: Array, gamma: float) -> Array:
    """The best of all actions."""
    return (R + gamma * np.einsum("sax,x->sa", P, V)).max(axis=1)


def optimum_of_process(mdp: MDP, state_values: Array) -> Array:
    """From a process; the best action is looked up."""
    q = mdp.reward + mdp.discount * mdp.transition.dot(state_values)
    return np.take_along_axis(q, q.argmax(axis=1)[:, None], axis=1)[:, 0]


def optimum_by_loops(P: Array, R: Array, V: Array, gamma: float) -> Array:
    """State by state, action by action."""
    new = np.full(len(V), -np.inf)
    for s, a in np.ndindex(*R.shape):
        new[s] = max(new[s], R[s, a] + gamma * sum(P[s, a, x] * V[x] for x in range(len(V))))
    return new


def optimum_with_rewards_of_outcomes(P: Array, R: Array, v: Array, gamma: float) -> Array:
    """Rewards r(s, a, s'), as MDP toolboxes have them."""
    return np.max(np.sum(P * (R + gamma * v[None, None, :]), axis=2), axis=1)


def optimum_in_torch(P: torch.Tensor, R: torch.Tensor, values: torch.Tensor, gamma: float) -> torch.Tensor:
    """In PyTorch."""
    return torch.max(R + gamma * P @ values, dim=1).values


@jax.jit
def optimum_in_jax(P: jax.Array, R: jax.Array, values: jax.Array, gamma: float) -> jax.Array:
    """In JAX, compiled."""
    return jax.vmap(lambda rows, r: jnp.max(r + gamma * rows @ values))(P, R)


def optimum_in_lists(P: list[Any], R: list[list[float]], V: list[float], gamma: float) -> list[float]:
    """Lists of lists."""
    return [
        max(r + gamma * sum(p * v for p, v in zip(row, V, strict=True)) for r, row in zip(rewards, table, strict=True))
        for rewards, table in zip(R, P, strict=True)
    ]


def optimum_in_actions(P: Array, R: Array, V: Array, gamma: float) -> Array:
    """One action after the other: the larger of two."""
    best = R[:, 0] + gamma * P[:, 0] @ V
    for a in range(1, R.shape[1]):
        best = np.maximum(best, R[:, a] + gamma * P[:, a] @ V)
    return best


def optimum_with_greedy_policy(transition: Array, reward: Array, values: Array, discount: float) -> Array:
    """The greedy policy, and its own sweep."""
    q = reward + discount * transition @ values
    greedy = np.eye(q.shape[1])[q.argmax(axis=1)]
    return np.einsum("sa,sa->s", greedy, q)


def optimum_in_costs(P: Array, R: Array, V: Array, gamma: float) -> Array:
    """The least cost."""
    return -np.min(-R - gamma * np.tensordot(P, V, axes=([2], [0])), axis=-1)


def optimum_with_flags(P: Array, R: Array, V: Array, gamma: float, terminal: Array) -> Array:
    """What comes after a terminal state is the state itself, without reward."""
    q = R + gamma * P @ V
    return np.where(terminal, gamma * V, q.max(axis=1))


def optimum_of_matrices(P: Array, R: Array, V: Array, discount: float) -> Array:
    """As in pymdptoolbox: one matrix for each action."""
    q = np.empty((len(P), P.shape[1]))
    for action, matrix in enumerate(P):
        q[action] = R[:, action] + discount * matrix.dot(V)
    return q.max(axis=0)


def optimum_of_matrices_of_rewards(P: Array, R: Array, V: Array, discount: float) -> Array:
    """One matrix of transitions and one of rewards for each action."""
    return np.max([(p * r).sum(axis=1) + discount * p @ V for p, r in zip(P, R, strict=True)], axis=0)


def backup_of_chain(P_pi: Array, r_pi: Array, V: Array, gamma: float) -> Array:
    """The book's matrices of a policy."""
    return r_pi + gamma * P_pi @ V


def backup_with_its_change(P: Array, R: Array, pi: Array, V: Array, gamma: float) -> tuple[Array, float]:
    """The new values, and how far they moved."""
    new = np.sum(pi * (R + gamma * P @ V), axis=1)
    return new, np.max(np.abs(new - V))


def optimum_beside_action_values(P: Array, R: Array, V: Array, gamma: float) -> tuple[Array, Array]:
    """Values of actions, and the best of them."""
    q = R + gamma * (P * V).sum(axis=-1)
    return q, q.max(axis=1)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "bellman.expectation_v": [
        backup_of_process, backup_by_loops, backup_of_actions_chosen, backup_with_rewards_of_outcomes, backup_in_torch,
        backup_in_jax, backup_in_lists, backup_as_a_sweep, backup_in_single, backup_of_chain,
        backup_with_its_change,
    ],
    "bellman.optimality_v": [
        optimum, optimum_of_process, optimum_by_loops, optimum_with_rewards_of_outcomes, optimum_in_torch,
        optimum_in_jax, optimum_in_lists, optimum_in_actions, optimum_with_greedy_policy, optimum_in_costs,
        optimum_with_flags, optimum_of_matrices, optimum_of_matrices_of_rewards,
        optimum_beside_action_values,
    ],
}  # fmt: skip

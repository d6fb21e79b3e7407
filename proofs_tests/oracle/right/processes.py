"""More ways to evaluate policies: values of states and actions, advantages, visits, the return."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

from rlproof.spec.mdp import MDP

Array = Any


def averaged(P: Array, R: Array, pi: Array) -> tuple[Array, Array]:
    """The chain of a policy, and its mean rewards."""
    return np.einsum("sa,sax->sx", pi, P), np.einsum("sa,sa->s", pi, R)


def values_in_fractions(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """Exact fractions, eliminated row by row."""
    kernel, mean = averaged(P, R, pi)
    count = len(mean)
    rows = [
        [Fraction(float(s == x)) - Fraction(float(gamma)) * Fraction(float(kernel[s, x])) for x in range(count)]
        + [Fraction(float(mean[s]))]
        for s in range(count)
    ]
    for pivot in range(count):
        found = next(row for row in range(pivot, count) if rows[row][pivot] != 0)
        rows[pivot], rows[found] = rows[found], rows[pivot]
        rows[pivot] = [entry / rows[pivot][pivot] for entry in rows[pivot]]
        for row in range(count):
            if row != pivot:
                factor = rows[row][pivot]
                rows[row] = [entry - factor * one for entry, one in zip(rows[row], rows[pivot], strict=True)]
    return np.array([float(row[-1]) for row in rows])


def values_of_state_actions(P: Array, R: Array, policy: Array, gamma: float) -> Array:
    """The chain of pairs of states and actions, then a mean."""
    states, actions = R.shape
    pairs = np.einsum("sax,xb->saxb", P, policy).reshape(states * actions, -1)
    q = np.linalg.solve(np.eye(states * actions) - gamma * pairs, R.reshape(-1))
    return (policy * q.reshape(states, actions)).sum(axis=1)


def q_values(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """A linear system for states, one step ahead."""
    kernel, mean = averaged(transition, reward, policy)
    return reward + gamma * transition @ np.linalg.solve(np.eye(len(mean)) - gamma * kernel, mean)


def q_of_pairs(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """One linear system of all pairs."""
    states, actions = R.shape
    chain = (P.reshape(states * actions, states)[:, :, None] * pi[None]).reshape(states * actions, -1)
    return np.linalg.solve(np.eye(states * actions) - gamma * chain, R.reshape(-1)).reshape(states, actions)


def q_of_process(mdp: MDP, policy: Array) -> Array:
    """From a process, with a tensor equation."""
    states, actions = mdp.reward.shape
    unit = np.eye(states * actions).reshape(states, actions, states, actions)
    matrix = unit - mdp.discount * mdp.transition[:, :, :, None] * policy[None, None]
    return np.linalg.tensorsolve(matrix, mdp.reward)


def q_by_loops(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """State by state, action by action."""
    states, actions = R.shape
    matrix, right = np.eye(states), np.zeros(states)
    for s in range(states):
        for a in range(actions):
            right[s] += pi[s, a] * R[s, a]
            matrix[s] -= gamma * pi[s, a] * P[s, a]
    v = np.linalg.solve(matrix, right)
    return np.array([[R[s, a] + gamma * sum(P[s, a] * v) for a in range(actions)] for s in range(states)])


def q_of_actions_chosen(P: Array, R: Array, actions: Array, gamma: float) -> Array:
    """A deterministic policy, given as one action for each state."""
    rows = np.arange(len(R))
    v = np.linalg.solve(np.eye(len(R)) - gamma * P[rows, actions], R[rows, actions])
    return R + gamma * np.tensordot(P, v, axes=1)


def q_with_rewards_of_outcomes(transition: Array, rewards: Array, policy: Array, gamma: float) -> Array:
    """Rewards r(s, a, s')."""
    expected = (transition * rewards).sum(axis=-1)
    return q_values(transition, expected, policy, gamma)


def q_in_torch(P: torch.Tensor, R: torch.Tensor, policy: torch.Tensor, gamma: float) -> torch.Tensor:
    """In PyTorch, with the inverse applied to the columns of all rewards."""
    kernel = torch.einsum("sa,sax->sx", policy, P)
    v = torch.linalg.solve(torch.eye(len(kernel), dtype=P.dtype) - gamma * kernel, torch.sum(policy * R, 1))
    return R + gamma * (P * v).sum(dim=-1)


@jax.jit
def q_in_jax(transition: jax.Array, reward: jax.Array, policy: jax.Array, gamma: float) -> jax.Array:
    """In JAX, compiled."""
    kernel = jnp.einsum("sa,sax->sx", policy, transition)
    v = jnp.linalg.solve(jnp.eye(kernel.shape[0]) - gamma * kernel, (policy * reward).sum(axis=1))
    return reward + gamma * transition @ v


def q_with_flags(P: Array, R: Array, policy: Array, gamma: float, terminal: Array) -> Array:
    """Terminal states have value zero by force."""
    kernel, mean = averaged(P, R, policy)
    alive = ~terminal
    v = np.zeros(len(R))
    live = np.ix_(alive, alive)
    v[alive] = np.linalg.solve(np.eye(int(alive.sum())) - gamma * kernel[live], mean[alive])
    return R + gamma * P @ v


def q_in_lists(P: list[Any], R: list[list[float]], pi: list[list[float]], gamma: float) -> list[list[float]]:
    """Lists, with the system solved by elimination without exchanges: its diagonal dominates."""
    states, actions = range(len(R)), range(len(R[0]))
    rows = [
        [float(s == x) - gamma * sum(pi[s][a] * P[s][a][x] for a in actions) for x in states]
        + [sum(pi[s][a] * R[s][a] for a in actions)]
        for s in states
    ]
    for s in states:
        for x in states:
            if x != s:
                factor = rows[x][s] / rows[s][s]
                rows[x] = [entry - factor * own for entry, own in zip(rows[x], rows[s], strict=True)]
    v = [rows[s][-1] / rows[s][s] for s in states]
    return [[R[s][a] + gamma * sum(P[s][a][x] * v[x] for x in states) for a in actions] for s in states]


def advantages_of_arrays(P: Array, R: Array, policy: Array, gamma: float) -> Array:
    """From bare arrays."""
    q = q_values(P, R, policy, gamma)
    return q - np.sum(policy * q, axis=1, keepdims=True)


def advantages_by_projection(transition: Array, reward: Array, pi: Array, gamma: float) -> Array:
    """Identity less the policy, applied to action values."""
    q = q_of_pairs(transition, reward, pi, gamma)
    return np.stack([(np.eye(len(row)) - np.outer(np.ones(len(row)), p)) @ row for row, p in zip(q, pi, strict=True)])


def advantages_of_actions_chosen(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """A deterministic policy: action values less that of the action chosen."""
    q = q_of_actions_chosen(P, R, pi, gamma)
    return q - q[np.arange(len(q)), pi][:, None]


def advantages_by_loops(mdp: MDP, policy: Array) -> Array:
    """State by state."""
    kernel, mean = averaged(mdp.transition, mdp.reward, policy)
    v = np.linalg.solve(np.eye(len(mean)) - mdp.discount * kernel, mean)
    found = np.zeros_like(mdp.reward)
    for s, a in np.ndindex(*mdp.reward.shape):
        found[s, a] = mdp.reward[s, a] + mdp.discount * np.dot(mdp.transition[s, a], v) - v[s]
    return found


def advantages_of_shaped_rewards(P: Array, R: Array, policy: Array, gamma: float) -> Array:
    """One-step errors of the policy's own values."""
    kernel, mean = averaged(P, R, policy)
    v = np.linalg.inv(np.eye(len(mean)) - gamma * kernel) @ mean
    return np.einsum("sax,sax->sa", P, R[:, :, None] + gamma * v[None, None] - v[:, None, None])


def advantages_in_torch(
    transition: torch.Tensor, reward: torch.Tensor, policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch."""
    q = q_in_torch(transition, reward, policy, gamma)
    return q - torch.linalg.vecdot(policy, q)[:, None]


@jax.jit
def advantages_in_jax(transition: jax.Array, reward: jax.Array, policy: jax.Array, gamma: float) -> jax.Array:
    """In JAX."""
    q = q_in_jax(transition, reward, policy, gamma)
    return q - jax.vmap(jnp.dot)(policy, q)[:, None]


def advantages_of_cost(P: Array, R: Array, policy: Array, discount: float) -> Array:
    """Values of negated rewards, negated again."""
    kernel, mean = averaged(P, -R, policy)
    cost = np.linalg.solve(np.eye(len(mean)) - discount * kernel, mean)
    return cost[:, None] - (-R + discount * (P @ cost))


def advantages_in_lists(P: list[Any], R: list[list[float]], pi: list[list[float]], gamma: float) -> list[list[float]]:
    """Lists of lists."""
    q = q_in_lists(P, R, pi, gamma)
    means = [sum(p * value for p, value in zip(probs, row, strict=True)) for probs, row in zip(pi, q, strict=True)]
    return [[value - mean for value in row] for row, mean in zip(q, means, strict=True)]


def visits_by_columns(transition: Array, initial: Array, policy: Array, gamma: float) -> Array:
    """Equations of balance, filled entry by entry."""
    states = len(initial)
    matrix = np.zeros((states, states))
    for x in range(states):
        for s in range(states):
            matrix[x, s] = (x == s) - gamma * sum(policy[s] * transition[s, :, x])
    return np.linalg.solve(matrix, initial)


def visits_of_process(mdp: MDP, policy: Array) -> Array:
    """From a process, by the inverse matrix."""
    kernel = np.matmul(policy[:, None, :], mdp.transition).squeeze(1)
    return mdp.initial @ np.linalg.inv(np.eye(len(kernel)) - mdp.discount * kernel)


def visits_of_pairs(P: Array, mu: Array, pi: Array, gamma: float) -> Array:
    """Visits of states and actions, summed over the actions."""
    states, actions = pi.shape
    chain = np.einsum("sax,xb->saxb", P, pi).reshape(states * actions, -1)
    first = (mu[:, None] * pi).reshape(-1)
    return np.linalg.solve(np.eye(states * actions) - gamma * chain.T, first).reshape(states, actions).sum(axis=1)


def visits_of_actions_chosen(P: Array, rho0: Array, pi: Array, discount: float) -> Array:
    """A deterministic policy."""
    chain = np.take_along_axis(P, pi[:, None, None], axis=1)[:, 0]
    return np.linalg.solve(np.eye(len(chain)) - discount * chain.T, rho0)


def visits_in_torch(
    transition: torch.Tensor, initial: torch.Tensor, policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch: a row vector on the left."""
    kernel = torch.bmm(policy.unsqueeze(1), transition).squeeze(1)
    identity = torch.eye(len(kernel), dtype=kernel.dtype)
    return torch.linalg.solve(identity - gamma * kernel, initial[None], left=False)[0]


@jax.jit
def visits_in_jax(transition: jax.Array, initial: jax.Array, policy: jax.Array, gamma: float) -> jax.Array:
    """In JAX."""
    kernel = jnp.einsum("sax,sa->xs", transition, policy)
    return jnp.linalg.solve(jnp.eye(kernel.shape[0]) - gamma * kernel, initial)


def visits_by_slope(P: Array, mu: Array, pi: Array, gamma: float) -> Array:
    """How the return answers to a reward of each state."""
    kernel = np.stack([p @ table for p, table in zip(pi, P, strict=True)])
    return np.array([mu @ np.linalg.solve(np.eye(len(mu)) - gamma * kernel, unit) for unit in np.eye(len(mu))])


def visits_by_powers(P: Array, mu: Array, pi: Array, gamma: float) -> Array:
    """The power series, doubled: sums of 2, 4, 8 ... terms."""
    power, total = gamma * np.einsum("sa,sax->sx", pi, P), np.eye(len(mu))
    for _ in range(20):
        total, power = total + total @ power, power @ power
    return mu @ total


def return_of_process(mdp: MDP, policy: Array) -> float:
    """From a process."""
    kernel, mean = averaged(mdp.transition, mdp.reward, policy)
    return np.inner(mdp.initial, np.linalg.inv(np.eye(len(mean)) - mdp.discount * kernel) @ mean)


def return_by_occupancy(P: Array, R: Array, mu: Array, pi: Array, gamma: float) -> float:
    """Rewards of pairs, weighted by their visits."""
    chain = np.einsum("sa,sax->sx", pi, P)
    visits = np.linalg.solve((np.eye(len(mu)) - gamma * chain).T, mu)
    return np.einsum("s,sa,sa->", visits, pi, R)


def return_with_a_first_state_added(P: Array, R: Array, mu: Array, pi: Array, gamma: float) -> float:
    """One more state, from which the first state is drawn without a reward and without a discount."""
    chain, mean = averaged(P, R, pi)
    count = len(mean)
    matrix = np.eye(count + 1)
    matrix[:count, :count] -= gamma * chain
    matrix[count, :count] = -mu
    return np.linalg.solve(matrix, np.append(mean, 0.0))[-1]


def return_of_actions_chosen(P: Array, R: Array, rho0: Array, actions: Array, gamma: float) -> float:
    """A deterministic policy."""
    rows = np.arange(len(actions))
    return rho0.dot(np.linalg.solve(np.eye(len(rows)) - gamma * P[rows, actions], R[rows, actions]))


def return_in_torch(
    transition: torch.Tensor, reward: torch.Tensor, initial: torch.Tensor, policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch, from action values."""
    q = q_in_torch(transition, reward, policy, gamma)
    return torch.einsum("s,sa,sa->", initial, policy, q)


@jax.jit
def return_in_jax(
    transition: jax.Array, reward: jax.Array, initial: jax.Array, policy: jax.Array, gamma: float
) -> jax.Array:
    """In JAX, from visits."""
    visits = visits_in_jax(transition, initial, policy, gamma)
    return jnp.vdot(visits[:, None] * policy, reward)


def return_from_a_state(P: Array, R: Array, s0: int, pi: Array, gamma: float) -> float:
    """Episodes that begin in one state."""
    kernel, mean = averaged(P, R, pi)
    return np.linalg.solve(np.eye(len(mean)) - gamma * kernel, mean)[s0]


def values_of_chain(P_pi: Array, r_pi: Array, gamma: float) -> Array:
    """The book's matrices of a policy."""
    return np.linalg.solve(np.eye(len(r_pi)) - gamma * P_pi, r_pi)


def values_as_column(P: Array, R: Array, policy: Array, gamma: float) -> Array:
    """Columns."""
    kernel, mean = averaged(P, R, policy)
    return np.linalg.solve(np.eye(len(mean)) - gamma * kernel, mean[:, None])


def values_of_both(P: Array, R: Array, policy: Array, gamma: float) -> tuple[Array, Array]:
    """Values of states and of actions."""
    q = q_of_pairs(P, R, policy, gamma)
    return (policy * q).sum(axis=1), q


def visits_of_chain(P_pi: Array, d0: Array, gamma: float) -> Array:
    """The book's matrix of a policy."""
    return np.linalg.solve(np.eye(len(d0)) - gamma * P_pi.T, d0)


def values_by_reflections(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """The QR factorisation."""
    kernel, mean = averaged(P, R, pi)
    orthogonal, upper = np.linalg.qr(np.eye(len(mean)) - gamma * kernel)
    return np.linalg.solve(upper, orthogonal.T @ mean)


def values_by_pseudoinverse(P: Array, R: Array, pi: Array, gamma: float) -> Array:
    """The inverse that singular values give."""
    kernel, mean = averaged(P, R, pi)
    return np.linalg.pinv(np.eye(len(mean)) - gamma * kernel) @ mean


def visits_by_least_squares(P: Array, pi: Array, d0: Array, gamma: float) -> Array:
    """The solution of least squares, which has no residual."""
    kernel = np.einsum("sa,sax->sx", pi, P)
    return np.linalg.lstsq((np.eye(len(d0)) - gamma * kernel).T, d0)[0]


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "value.v": [
        values_in_fractions, values_of_state_actions, values_of_chain, values_as_column, values_of_both,
        values_by_reflections, values_by_pseudoinverse,
    ],
    "value.q": [
        q_values, q_of_pairs, q_of_process, q_by_loops, q_of_actions_chosen, q_with_rewards_of_outcomes, q_in_torch,
        q_in_jax, q_with_flags, q_in_lists,
    ],
    "value.advantage": [
        advantages_of_arrays, advantages_by_projection, advantages_of_actions_chosen, advantages_by_loops,
        advantages_of_shaped_rewards, advantages_in_torch, advantages_in_jax, advantages_of_cost, advantages_in_lists,
    ],
    "mdp.discounted_visitation": [
        visits_by_columns, visits_of_process, visits_of_pairs, visits_of_actions_chosen, visits_in_torch, visits_in_jax,
        visits_by_slope, visits_by_powers, visits_of_chain, visits_by_least_squares,
    ],
    "mdp.eta": [
        return_of_process, return_by_occupancy, return_with_a_first_state_added, return_of_actions_chosen,
        return_in_torch, return_in_jax, return_from_a_state,
    ],
}  # fmt: skip

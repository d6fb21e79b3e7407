"""Ways to evaluate policies on decision processes: values, visits, returns, the surrogate and its bounds."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import torch

from rlproof.spec.mdp import MDP

Array = Any


def values(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """A linear system."""
    kernel = np.einsum("sa,sax->sx", policy, transition)
    return np.linalg.solve(np.eye(len(kernel)) - gamma * kernel, (policy * reward).sum(axis=1))


def values_of_a_process(mdp: MDP, policy: Array) -> Array:
    """The same from a process."""
    return values(mdp.transition, mdp.reward, policy, mdp.discount)


def values_of_actions(P: Array, R: Array, pi: Array, discount: float) -> Array:
    """A deterministic policy, as actions."""
    rows = np.arange(len(pi))
    return np.linalg.solve(np.eye(len(pi)) - discount * P[rows, pi], R[rows, pi])


def values_by_loops(P: Array, R: Array, policy: Array, gamma: float) -> Array:
    """Matrices filled entry by entry."""
    states, actions = R.shape
    matrix, right = np.eye(states), np.zeros(states)
    for s in range(states):
        for a in range(actions):
            right[s] += policy[s, a] * R[s, a]
            for x in range(states):
                matrix[s, x] -= gamma * policy[s, a] * P[s, a, x]
    return np.linalg.solve(matrix, right)


def values_with_rewards_of_outcomes(transition: Array, rewards: Array, policy: Array, gamma: float) -> Array:
    """Rewards r(s, a, s')."""
    return values(transition, np.einsum("sax,sax->sa", transition, rewards), policy, gamma)


def values_with_rewards_of_states(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """Rewards r(s), as in TRPO."""
    kernel = np.einsum("sa,sax->sx", policy, transition)
    return np.linalg.solve(np.eye(len(reward)) - gamma * kernel, reward * np.ones(len(kernel)))


def values_in_torch(transition: torch.Tensor, reward: torch.Tensor, policy: torch.Tensor, gamma: float) -> torch.Tensor:
    """In PyTorch."""
    kernel = (policy[:, :, None] * transition).sum(dim=1)
    identity = torch.eye(len(kernel), dtype=kernel.dtype)
    return torch.linalg.solve(identity - gamma * kernel, (policy * reward).sum(dim=1))


def values_in_jax(transition: Array, reward: Array, policy: Array, gamma: float) -> Array:
    """In JAX."""
    kernel = jnp.einsum("sa,sax->sx", policy, transition)
    return jnp.linalg.solve(jnp.eye(len(kernel)) - gamma * kernel, jnp.sum(policy * reward, axis=1))


def visits(transition: Array, initial: Array, policy: Array, gamma: float) -> Array:
    """The transposed system."""
    kernel = np.einsum("sa,sax->sx", policy, transition)
    return np.linalg.solve(np.eye(len(kernel)) - gamma * kernel.T, initial)


def visits_by_inverse(P: Array, mu: Array, pi: Array, discount: float) -> Array:
    """A row vector times the inverse of the matrix, as solved for every first state."""
    kernel = (pi[:, None, :] @ P)[:, 0]
    return mu @ np.linalg.solve(np.eye(len(kernel)) - discount * kernel, np.eye(len(kernel)))


def expected_return(transition: Array, reward: Array, initial: Array, policy: Array, gamma: float) -> float:
    """The mean value of the first state."""
    return initial @ values(transition, reward, policy, gamma)


def return_by_visits(P: Array, R: Array, rho0: Array, policy: Array, gamma: float) -> float:
    """Rewards weighted by visits."""
    return visits(P, rho0, policy, gamma) @ (policy * R).sum(axis=1)


def return_from_the_first_state(transition: Array, reward: Array, policy: Array, gamma: float) -> float:
    """Episodes that begin in state 0."""
    return values(transition, reward, policy, gamma)[0]


def advantages(mdp: MDP, policy: Array) -> Array:
    """Action values less values."""
    v = values_of_a_process(mdp, policy)
    return mdp.reward + mdp.discount * mdp.transition @ v - v[:, None]


def surrogate(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """The return of the old policy, and advantages at its visits."""
    rho = visits(mdp.transition, mdp.initial, policy, mdp.discount)
    eta = mdp.initial @ values_of_a_process(mdp, policy)
    return eta + rho @ (new_policy * advantages(mdp, policy)).sum(axis=1)


def surrogate_of_arrays(
    transition: Array, reward: Array, initial: Array, policy: Array, new_policy: Array, gamma: float
) -> float:
    """The same from bare arrays."""
    return surrogate(MDP(transition, reward, initial, gamma), policy, new_policy)


def surrogate_old_first(mdp: MDP, old_policy: Array, policy: Array) -> float:
    """The new policy is called `policy`."""
    return surrogate(mdp, old_policy, policy)


def surrogate_by_action_values(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """The difference of the policies times action values: values of states cancel."""
    rho = visits(mdp.transition, mdp.initial, policy, mdp.discount)
    v = values_of_a_process(mdp, policy)
    q = mdp.reward + mdp.discount * mdp.transition @ v
    return mdp.initial @ v + rho @ ((new_policy - policy) * q).sum(axis=1)


def difference(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Of two returns."""
    return mdp.initial @ (values_of_a_process(mdp, new_policy) - values_of_a_process(mdp, policy))


def tv_bound(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """The surrogate less four times epsilon."""
    alpha = 0.5 * np.abs(policy - new_policy).sum(axis=1).max()
    epsilon = np.abs(advantages(mdp, policy)).max()
    gamma = mdp.discount
    return surrogate(mdp, policy, new_policy) - 4 * epsilon * gamma / (1 - gamma) ** 2 * alpha**2


def kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """With zero times infinity left as it is."""
    taken = policy > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(taken, policy * np.log(np.where(taken, policy, 1) / np.where(taken, new_policy, 1)), 0)
        penalty = 4 * np.abs(advantages(mdp, policy)).max() * mdp.discount / (1 - mdp.discount) ** 2
        return surrogate(mdp, policy, new_policy) - penalty * terms.sum(axis=1).max()


def backup(transition: Array, reward: Array, policy: Array, V: Array, gamma: float) -> Array:
    """One sweep of the expectation operator."""
    return np.einsum("sa,sa->s", policy, reward + gamma * np.einsum("sax,x->sa", transition, V))


def value_iteration(P: Array, R: Array, gamma: float, V: Array, n: int) -> Array:
    """Sweeps of the optimality operator."""
    for _ in range(n):
        V = np.max(R + gamma * P @ V, axis=1)
    return V


def kernel(P: Array, policy: Array) -> Array:
    """A mean of rows."""
    return np.stack([policy[s] @ P[s] for s in range(len(P))])


def gradient(mdp: MDP, policy: Array) -> Array:
    """Visits times policy times advantages."""
    return visits(mdp.transition, mdp.initial, policy, mdp.discount)[:, None] * policy * advantages(mdp, policy)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "value.v": [
        *(values, values_of_a_process, values_of_actions, values_by_loops, values_with_rewards_of_outcomes),
        *(values_with_rewards_of_states, values_in_torch, values_in_jax),
    ],
    "value.advantage": [advantages],
    "mdp.discounted_visitation": [visits, visits_by_inverse],
    "mdp.eta": [expected_return, return_by_visits, return_from_the_first_state],
    "mdp.policy_kernel": [kernel],
    "trpo.surrogate": [surrogate, surrogate_of_arrays, surrogate_old_first, surrogate_by_action_values],
    "trpo.performance_difference": [difference],
    "trpo.tv_bound": [tv_bound],
    "trpo.kl_bound": [kl_bound],
    "bellman.expectation_v": [backup],
    "dp.value_iteration": [value_iteration],
    "pg.softmax_closed_form": [gradient],
}

"""Ways to weight the scores of REINFORCE, and to find TRPO's surrogate."""

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.signal
import torch

from rlproof.spec.mdp import MDP

Array = Any


# --- the weights of REINFORCE ------------------------------------------------------------------------------


def weights_by_cumulative_sums(rewards: Array, gamma: float) -> Array:
    """Discounted rewards, summed from the end."""
    discounted = (rewards.T * gamma ** np.arange(len(rewards))).T
    return np.cumsum(discounted[::-1], axis=0)[::-1]


def weights_by_a_triangle(rewards: Array, gamma: float) -> Array:
    """A triangular matrix of powers."""
    steps = np.arange(len(rewards))
    return np.einsum("tk,k...->t...", np.triu(np.broadcast_to(gamma**steps, (len(steps), len(steps)))), rewards)


def weights_of_returns(rewards: Array, gamma: float) -> Array:
    """Returns by recursion, then the discount of their own steps."""
    returns, following = np.zeros_like(rewards), np.zeros_like(rewards[0])
    for t in range(len(rewards) - 1, -1, -1):
        following = rewards[t] + gamma * following
        returns[t] = following
    return np.stack([gamma**t * each for t, each in enumerate(returns)])


def weights_by_a_filter(ep_rewards: Array, gamma: float) -> Array:
    """SciPy's filter of the reversed rewards, as in rllab and Spinning Up, and powers of the discount."""
    returns = scipy.signal.lfilter([1], [1, float(-gamma)], ep_rewards[::-1], axis=0)[::-1]
    return returns * np.power(gamma, np.arange(len(returns))).reshape(-1, *[1] * (returns.ndim - 1))


def weights_of_sums(rewards: list[float], gamma: float) -> list[float]:
    """A sum for each step, of plain numbers."""
    return [sum(gamma**k * rewards[k] for k in range(t, len(rewards))) for t in range(len(rewards))]


def weights_by_recursion(rewards: Array, gamma: float) -> Array:
    """The first weight is its reward and what a discounted episode without it has first."""
    if len(rewards) == 1:
        return rewards.copy()
    rest = gamma * weights_by_recursion(rewards[1:], gamma)
    return np.concatenate([rewards[:1] + rest[:1], rest])


def weights_in_torch(rewards: torch.Tensor, gamma: float) -> torch.Tensor:
    """Flipped cumulative sums, in PyTorch."""
    powers = torch.full_like(rewards, gamma)
    powers[0] = 1.0
    return (rewards * powers.cumprod(dim=0)).flip(0).cumsum(dim=0).flip(0)


def weights_by_accumulating(rewards: torch.Tensor, gamma: float) -> torch.Tensor:
    """Inserted at the front, as in PyTorch's example, in PyTorch."""
    returns, following = [], torch.zeros_like(rewards[0])
    for reward in reversed(rewards.unbind(0)):
        following = reward + gamma * following
        returns.insert(0, following)
    return torch.stack([gamma**t * each for t, each in enumerate(returns)])


def weights_that_fall(rewards: Array, gamma: float) -> Array:
    """The return of the whole episode, and less by each discounted reward that has been."""
    powers = np.array(list(itertools.accumulate([gamma] * (len(rewards) - 1), lambda a, b: a * b, initial=1.0)))
    discounted = powers.reshape(-1, *[1] * (rewards.ndim - 1)) * rewards
    before = np.concatenate([0 * discounted[:1], np.cumsum(discounted, axis=0)[:-1]])
    return discounted.sum(axis=0) - before


@jax.jit
def weights_by_an_associative_scan(rewards: jax.Array, gamma: float) -> jax.Array:
    """An associative scan over the reversed steps."""
    powers = jnp.power(gamma, jnp.arange(len(rewards))).reshape(-1, *[1] * (rewards.ndim - 1))
    return jax.lax.associative_scan(jnp.add, rewards * powers, reverse=True)


# --- TRPO's surrogate --------------------------------------------------------------------------------------


def surrogate_with_one_inverse(P: Array, R: Array, mu: Array, policy: Array, new_policy: Array, gamma: float) -> float:
    """One inverse gives values and visits."""
    resolvent = np.linalg.inv(np.eye(len(P)) - gamma * np.einsum("sa,sax->sx", policy, P))
    v = resolvent @ (policy * R).sum(axis=1)
    gains = np.einsum("sa,sa->s", new_policy, R + gamma * P @ v) - v
    return mu @ v + mu @ resolvent @ gains


def surrogate_in_torch(
    transition: torch.Tensor, reward: torch.Tensor, initial: torch.Tensor, policy: torch.Tensor,
    new_policy: torch.Tensor, gamma: float,
) -> torch.Tensor:  # fmt: skip
    """In PyTorch."""
    matrix = torch.eye(len(initial), dtype=reward.dtype) - gamma * torch.einsum("sa,sax->sx", policy, transition)
    v = torch.linalg.solve(matrix, (policy * reward).sum(-1))
    visits = torch.linalg.solve(matrix.mT, initial)
    advantages = reward + gamma * torch.einsum("sax,x->sa", transition, v) - v.unsqueeze(-1)
    return initial.dot(v) + visits.dot((new_policy * advantages).sum(-1))


def surrogate_of_pairs(P: Array, R: Array, mu: Array, old_policy: Array, new_policy: Array, discount: float) -> float:
    """Everything over pairs of a state and an action."""
    states, actions = R.shape
    steps = (P[:, :, :, None] * old_policy[None, None]).reshape(states * actions, states * actions)
    matrix = np.eye(states * actions) - discount * steps
    q = np.linalg.solve(matrix, R.ravel()).reshape(states, actions)
    occupancy = np.linalg.solve(matrix.T, (mu[:, None] * old_policy).ravel()).reshape(states, actions)
    return (occupancy * R).sum() + occupancy.sum(axis=1) @ ((new_policy - old_policy) * q).sum(axis=1)


def surrogate_by_loops(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Sums over states and actions, written out."""
    states, actions = mdp.reward.shape
    kernel, paid = np.zeros((states, states)), np.zeros(states)
    for s, a in itertools.product(range(states), range(actions)):
        kernel[s] += policy[s, a] * mdp.transition[s, a]
        paid[s] += policy[s, a] * mdp.reward[s, a]
    system = np.eye(states) - mdp.discount * kernel
    v, rho = np.linalg.solve(system, paid), np.linalg.solve(system.T, mdp.initial)
    total = sum(mdp.initial[s] * v[s] for s in range(states))
    for s, a in itertools.product(range(states), range(actions)):
        total += rho[s] * new_policy[s, a] * (mdp.reward[s, a] + mdp.discount * mdp.transition[s, a] @ v - v[s])
    return total


def surrogate_by_ratios(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Ratios where the old policy acts, and the actions that it never takes apart."""
    system = np.eye(len(mdp.initial)) - mdp.discount * np.einsum("sa,sax->sx", policy, mdp.transition)
    v, rho = np.linalg.solve(system, (policy * mdp.reward).sum(1)), np.linalg.solve(system.T, mdp.initial)
    advantages = mdp.reward + mdp.discount * mdp.transition @ v - v[:, None]
    acts = policy > 0
    ratios = np.where(acts, new_policy / np.where(acts, policy, 1), 0)
    others = np.where(acts, 0, new_policy * advantages).sum(axis=1)
    return mdp.initial @ v + rho @ ((policy * ratios * advantages).sum(axis=1) + others)


def surrogate_of_outcomes(
    transition: Array, rewards: Array, initial: Array, policy: Array, new_policy: Array, gamma: float
) -> float:
    """From rewards r(s, a, s')."""
    paid = np.einsum("sax,sax->sa", transition, rewards)
    return surrogate_with_one_inverse(transition, paid, initial, policy, new_policy, gamma)


def surrogate_of_actions(P: Array, R: Array, mu: Array, pi: Array, pi_new: Array, gamma: float) -> float:
    """Deterministic policies, as actions."""
    rows = np.arange(len(P))
    matrix = np.eye(len(P)) - gamma * P[rows, pi]
    v, rho = np.linalg.solve(matrix, R[rows, pi]), np.linalg.solve(matrix.T, mu)
    return mu @ v + rho @ (R[rows, pi_new] + gamma * P[rows, pi_new] @ v - v)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "pg.reinforce": [
        *(weights_by_cumulative_sums, weights_by_a_triangle, weights_of_returns, weights_by_a_filter, weights_of_sums),
        *(weights_by_recursion, weights_in_torch, weights_by_accumulating, weights_that_fall),
        weights_by_an_associative_scan,
    ],
    "trpo.surrogate": [
        *(surrogate_with_one_inverse, surrogate_in_torch, surrogate_of_pairs, surrogate_by_loops),
        *(surrogate_by_ratios, surrogate_of_outcomes, surrogate_of_actions),
    ],
}

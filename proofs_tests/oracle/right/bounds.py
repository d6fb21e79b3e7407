"""More ways to compute differences of returns, the surrogate, and its bounds."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

from rlproof.spec.mdp import MDP

Array = Any


def chain_of(P: Array, R: Array, policy: Array) -> tuple[Array, Array]:
    """Transitions and rewards under a policy."""
    return np.einsum("sa,sax->sx", policy, P), (policy * R).sum(axis=1)


def evaluated(P: Array, R: Array, policy: Array, gamma: float) -> tuple[Array, Array]:
    """Values of states and of actions."""
    chain, mean = chain_of(P, R, policy)
    v = np.linalg.solve(np.eye(len(mean)) - gamma * chain, mean)
    return v, R + gamma * P @ v


def visits_of(P: Array, mu: Array, policy: Array, gamma: float) -> Array:
    """Unnormalised discounted visits."""
    return np.linalg.solve(np.eye(len(mu)) - gamma * np.einsum("sa,sax->xs", policy, P), mu)


# --- differences of returns, and the surrogate -----------------------------------------------------------


def difference_of_returns(P: Array, R: Array, mu: Array, policy: Array, new_policy: Array, gamma: float) -> float:
    """Two returns from bare arrays."""
    return mu @ evaluated(P, R, new_policy, gamma)[0] - mu @ evaluated(P, R, policy, gamma)[0]


def difference_by_visits(P: Array, R: Array, rho0: Array, policy: Array, new_policy: Array, gamma: float) -> float:
    """Advantages of the old policy at the visits of the new one."""
    v, q = evaluated(P, R, policy, gamma)
    return np.einsum("s,sa,sa->", visits_of(P, rho0, new_policy, gamma), new_policy, q - v[:, None])


def difference_by_action_values(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Difference of the policies times action values, at the visits of the new policy."""
    _, q = evaluated(mdp.transition, mdp.reward, policy, mdp.discount)
    weights = visits_of(mdp.transition, mdp.initial, new_policy, mdp.discount)
    return weights @ ((new_policy - policy) * q).sum(axis=1)


def difference_by_new_values(mdp: MDP, pi_old: Array, pi_new: Array) -> float:
    """The same with both exchanged: action values of the new policy, at the visits of the old one."""
    _, q = evaluated(mdp.transition, mdp.reward, pi_new, mdp.discount)
    weights = visits_of(mdp.transition, mdp.initial, pi_old, mdp.discount)
    return float(np.sum(weights[:, None] * (pi_new - pi_old) * q))


def difference_by_occupancies(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Rewards times the difference of visits of pairs."""
    old, new = (visits_of(mdp.transition, mdp.initial, pi, mdp.discount)[:, None] * pi for pi in (policy, new_policy))
    return np.tensordot(new - old, mdp.reward, axes=2)


def difference_of_values(P: Array, R: Array, mu: Array, old_policy: Array, policy: Array, gamma: float) -> float:
    """One system for the difference of the values itself."""
    v, q = evaluated(P, R, old_policy, gamma)
    gains = (policy * (q - v[:, None])).sum(axis=1)
    chain, _ = chain_of(P, R, policy)
    return mu @ np.linalg.solve(np.eye(len(mu)) - gamma * chain, gains)


def difference_of_actions_chosen(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Deterministic policies, as actions."""
    rows = np.arange(len(policy))
    returns = []
    for chosen in (policy, new_policy):
        matrix = np.eye(len(rows)) - mdp.discount * mdp.transition[rows, chosen]
        returns.append(mdp.initial @ np.linalg.solve(matrix, mdp.reward[rows, chosen]))
    return returns[1] - returns[0]


def difference_in_torch(
    P: torch.Tensor, R: torch.Tensor, mu: torch.Tensor, policy: torch.Tensor, new_policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch: both at once."""
    both = torch.stack([policy, new_policy])
    chains, means = torch.einsum("psa,sax->psx", both, P), (both * R).sum(dim=-1)
    values = torch.linalg.solve(torch.eye(len(mu), dtype=P.dtype) - gamma * chains, means.unsqueeze(-1)).squeeze(-1)
    return (values[1] - values[0]) @ mu


@jax.jit
def difference_in_jax(
    P: jax.Array, R: jax.Array, mu: jax.Array, policy: jax.Array, new_policy: jax.Array, gamma: float
) -> jax.Array:
    """In JAX, compiled."""

    def eta(pi: jax.Array) -> jax.Array:
        chain = jnp.einsum("sa,sax->sx", pi, P)
        return mu @ jnp.linalg.solve(jnp.eye(R.shape[0]) - gamma * chain, (pi * R).sum(axis=1))

    return eta(new_policy) - eta(policy)


def surrogate_by_loops(P: Array, R: Array, mu: Array, pi: Array, pi_new: Array, gamma: float) -> float:
    """State by state, action by action."""
    v, q = evaluated(P, R, pi, gamma)
    total, weights = mu @ v, visits_of(P, mu, pi, gamma)
    for s, a in np.ndindex(*R.shape):
        total += weights[s] * pi_new[s, a] * (q[s, a] - v[s])
    return total


def surrogate_by_flow(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Old visits, new actions: rewards, and values that are left less values that are entered."""
    v, _ = evaluated(mdp.transition, mdp.reward, policy, mdp.discount)
    weights = visits_of(mdp.transition, mdp.initial, policy, mdp.discount)
    chain, mean = chain_of(mdp.transition, mdp.reward, new_policy)
    return mdp.initial @ v + weights @ (mean + mdp.discount * chain @ v - v)


def surrogate_by_q(P: Array, R: Array, rho0: Array, old_policy: Array, policy: Array, gamma: float) -> float:
    """Action values alone: those of the new actions less those of the old ones, and the return as their mean."""
    _, q = evaluated(P, R, old_policy, gamma)
    weights = visits_of(P, rho0, old_policy, gamma)
    return rho0 @ (old_policy * q).sum(1) + weights @ (policy * q - old_policy * q).sum(1)


def surrogate_of_actions_chosen(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Deterministic policies, as actions."""
    rows = np.arange(len(policy))
    matrix = np.eye(len(rows)) - mdp.discount * mdp.transition[rows, policy]
    v = np.linalg.solve(matrix, mdp.reward[rows, policy])
    gains = mdp.reward[rows, new_policy] + mdp.discount * mdp.transition[rows, new_policy] @ v - v
    return mdp.initial @ (v + np.linalg.solve(matrix, gains))


def surrogate_in_torch(
    P: torch.Tensor, R: torch.Tensor, mu: torch.Tensor, policy: torch.Tensor, new_policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch."""
    matrix = torch.eye(len(mu), dtype=P.dtype) - gamma * torch.einsum("sa,sax->sx", policy, P)
    v = torch.linalg.solve(matrix, (policy * R).sum(-1))
    advantages = R + gamma * P @ v - v[:, None]
    return mu @ v + torch.linalg.solve(matrix.T, mu) @ (new_policy * advantages).sum(-1)


@jax.jit
def surrogate_in_jax(
    P: jax.Array, R: jax.Array, mu: jax.Array, policy: jax.Array, new_policy: jax.Array, gamma: float
) -> jax.Array:
    """In JAX, compiled."""
    matrix = jnp.eye(R.shape[0]) - gamma * jnp.einsum("sa,sax->sx", policy, P)
    v = jnp.linalg.solve(matrix, jnp.einsum("sa,sa->s", policy, R))
    gains = jnp.einsum("sa,sa->s", new_policy, R + gamma * P @ v) - v
    return mu @ v + jnp.linalg.solve(matrix.T, mu) @ gains


# --- bounds ----------------------------------------------------------------------------------------------


def penalty_of(mdp: MDP, policy: Array) -> float:
    """The coefficient of both bounds."""
    v, q = evaluated(mdp.transition, mdp.reward, policy, mdp.discount)
    return 4 * np.max(np.abs(q - v[:, None])) * mdp.discount / (1 - mdp.discount) ** 2


def tv_bound_of_arrays(P: Array, R: Array, mu: Array, policy: Array, new_policy: Array, gamma: float) -> float:
    """From bare arrays: variation as the sum of what is gained."""
    alpha = np.maximum(new_policy - policy, 0).sum(axis=1).max()
    penalty = penalty_of(MDP(P, R, mu, gamma), policy)
    return surrogate_by_loops(P, R, mu, policy, new_policy, gamma) - penalty * alpha * alpha


def tv_bound_by_overlap(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """One less the overlap of the policies."""
    alpha = max(1 - np.minimum(old, new).sum() for old, new in zip(policy, new_policy, strict=True))
    return surrogate_by_flow(mdp, policy, new_policy) - penalty_of(mdp, policy) * alpha**2


def tv_bound_of_actions_chosen(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Deterministic policies: all or nothing."""
    alpha = float(np.any(policy != new_policy))
    rows = np.eye(mdp.reward.shape[1])
    return surrogate_of_actions_chosen(mdp, policy, new_policy) - penalty_of(mdp, rows[policy]) * alpha


def tv_bound_in_torch(
    P: torch.Tensor, R: torch.Tensor, mu: torch.Tensor, policy: torch.Tensor, new_policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch."""
    matrix = torch.eye(len(mu), dtype=P.dtype) - gamma * torch.einsum("sa,sax->sx", policy, P)
    v = torch.linalg.solve(matrix, (policy * R).sum(-1))
    epsilon = (R + gamma * P @ v - v[:, None]).abs().max()
    alpha = torch.norm(new_policy - policy, p=1, dim=1).max() / 2
    bound = 4 * epsilon * gamma / (1 - gamma) ** 2 * alpha.square()
    return surrogate_in_torch(P, R, mu, policy, new_policy, gamma) - bound


def log_gaps(old: Array, new: Array) -> Array:
    """Divergences of the rows; infinite where support is lost."""
    found = []
    for p, q in zip(old, new, strict=True):
        lost = np.any((p > 0) & (q == 0))
        found.append(np.inf if lost else sum(a * np.log(a / b) for a, b in zip(p, q, strict=True) if a > 0))
    return np.array(found)


def kl_bound_by_rows(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Row by row."""
    penalty = penalty_of(mdp, policy)
    lost = penalty * log_gaps(policy, new_policy).max() if penalty > 0 else 0.0
    return surrogate_by_flow(mdp, policy, new_policy) - lost


def kl_bound_of_arrays(P: Array, R: Array, mu: Array, pi_old: Array, pi_new: Array, gamma: float) -> float:
    """From bare arrays, with logarithms apart."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(pi_old > 0, pi_old * (np.log(pi_old) - np.log(pi_new)), 0.0)
        penalty = penalty_of(MDP(P, R, mu, gamma), pi_old) * terms.sum(axis=1).max()
    return surrogate_by_q(P, R, mu, pi_old, pi_new, gamma) - penalty


def kl_bound_in_torch(
    P: torch.Tensor, R: torch.Tensor, mu: torch.Tensor, policy: torch.Tensor, new_policy: torch.Tensor, gamma: float
) -> torch.Tensor:
    """In PyTorch, by xlogy."""
    matrix = torch.eye(len(mu), dtype=P.dtype) - gamma * torch.einsum("sa,sax->sx", policy, P)
    v = torch.linalg.solve(matrix, (policy * R).sum(-1))
    epsilon = (R + gamma * P @ v - v[:, None]).abs().max()
    divergence = (torch.xlogy(policy, policy) - torch.xlogy(policy, new_policy)).sum(dim=-1)
    bound = 4 * gamma * epsilon / (1 - gamma) ** 2 * divergence.max()
    return surrogate_in_torch(P, R, mu, policy, new_policy, gamma) - bound


def kl_bound_with_distributions(mdp: MDP, policy: Array, new_policy: Array) -> float:
    """Divergences by PyTorch's own entropy and cross-entropy."""
    old, new = torch.as_tensor(policy), torch.as_tensor(new_policy)
    cross = -torch.where(old > 0, old * torch.log(new), torch.zeros_like(old)).sum(dim=1)
    divergence = float((cross - torch.special.entr(old).sum(dim=1)).max())
    return surrogate_by_flow(mdp, policy, new_policy) - penalty_of(mdp, policy) * divergence


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "trpo.performance_difference": [
        difference_of_returns, difference_by_visits, difference_by_action_values, difference_by_new_values,
        difference_by_occupancies, difference_of_values, difference_of_actions_chosen, difference_in_torch,
        difference_in_jax,
    ],
    "trpo.surrogate": [
        surrogate_by_loops, surrogate_by_flow, surrogate_by_q, surrogate_of_actions_chosen, surrogate_in_torch,
        surrogate_in_jax,
    ],
    "trpo.tv_bound": [tv_bound_of_arrays, tv_bound_by_overlap, tv_bound_of_actions_chosen, tv_bound_in_torch],
    "trpo.kl_bound": [kl_bound_by_rows, kl_bound_of_arrays, kl_bound_in_torch, kl_bound_with_distributions],
}  # fmt: skip

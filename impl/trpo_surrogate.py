r"""TRPO's identity and surrogate: how the return changes with the policy."""

from dataclasses import replace

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, probabilities
from .mdp import discounted_visitation, eta
from .value import advantage, q


@jax.jit
def expected_advantage(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Expected advantage of one policy over another: [..., S].

    .. math:: \bar A(s) = \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.expected_advantage
    """
    return linear.contract("...sa,...sa->...s", probabilities(mdp, new_policy), advantage(mdp, policy))


@jax.jit
def performance_difference(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Performance difference as an expectation over time: [...].

    .. math:: \eta(\tilde\pi) - \eta(\pi) =
        \mathbb{E}_{\tau\sim\tilde\pi}\Big[\sum_{t\ge0} \gamma^t A_\pi(s_t, a_t)\Big]

    Spec: rlproof.spec.trpo.performance_difference
    """
    return eta(replace(mdp, reward=advantage(mdp, policy)), new_policy)


@jax.jit
def performance_difference_by_visitation(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Performance difference as a sum over states visited by the new policy: [...].

    .. math:: \eta(\tilde\pi) - \eta(\pi) = \sum_s \rho_{\tilde\pi}(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.performance_difference_by_visitation
    """
    return over_visits(mdp, new_policy, expected_advantage(mdp, policy, new_policy))


@jax.jit
def surrogate(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Local approximation of the expected return, with the visits of the old policy: [...].

    .. math:: L_\pi(\tilde\pi) = \eta(\pi) + \sum_s \rho_\pi(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.surrogate
    """
    return eta(mdp, policy) + over_visits(mdp, policy, expected_advantage(mdp, policy, new_policy))


@jax.jit
def importance_sampled_surrogate(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike
) -> Array:
    r"""Surrogate gain with actions drawn from a sampling policy q: [...]; NaN if q lacks support.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, A_\pi(s,a)\Big]

    Spec: rlproof.spec.trpo.importance_sampled_surrogate
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, advantage(mdp, policy))


@jax.jit
def importance_sampled_q_surrogate(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike
) -> Array:
    r"""The objective of TRPO's sampled problem, with action values: [...]; NaN if q lacks support.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, q_\pi(s,a)\Big]

    Spec: rlproof.spec.trpo.importance_sampled_q_surrogate
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, q(mdp, policy))


def over_visits(mdp: MDP, policy: ArrayLike, per_state: Array) -> Array:
    """Sum a quantity of states [..., S] over the visits of a policy: [...]."""
    return linear.contract("...s,...s->...", discounted_visitation(mdp, policy), per_state)


def _importance_sampled(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike, weights: Array
) -> Array:
    new, sampling = probabilities(mdp, new_policy), probabilities(mdp, sampling_policy)
    sampled = sampling > 0
    ratios = jnp.where(sampled, new / jnp.where(sampled, sampling, 1), jnp.where(new == 0, 0, jnp.nan))
    return over_visits(mdp, policy, linear.contract("...sa,...sa,...sa->...s", sampling, ratios, weights))

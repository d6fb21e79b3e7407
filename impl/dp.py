r"""Dynamic programming: evaluation, improvement, policy iteration, value iteration."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .bellman import expectation_v, linear_program, optimality_v
from .decision_process import MDP
from .improvement import optimal_actions
from .policy import greedy
from .value import q


@partial(jax.jit, static_argnames="sweeps")
def policy_evaluation(mdp: MDP, policy: ArrayLike, state_values: ArrayLike, *, sweeps: int) -> Array:
    r"""Iterative policy evaluation, n synchronous sweeps of :math:`T_\pi`: [..., S].

    .. math:: V_{k+1} = T_\pi V_k

    Spec: rlproof.spec.dp.policy_evaluation
    """
    start = _broadcast(expectation_v(mdp, policy, state_values), state_values)
    return lax.fori_loop(0, sweeps, lambda _, values: expectation_v(mdp, policy, values), start)


@partial(jax.jit, static_argnames="sweeps")
def value_iteration(mdp: MDP, state_values: ArrayLike, *, sweeps: int) -> Array:
    r"""Value iteration, n synchronous sweeps of :math:`T_*`: [..., S].

    .. math:: V_{k+1} = T_* V_k

    Gradient at ties as in bellman.optimality_v.

    Spec: rlproof.spec.dp.value_iteration
    """
    start = _broadcast(optimality_v(mdp, state_values), state_values)
    return lax.fori_loop(0, sweeps, lambda _, values: optimality_v(mdp, values), start)


@jax.jit
def policy_improvement(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Policy improvement, act greedily with respect to :math:`q_\pi`: [..., S] integers, without gradient.

    .. math:: \pi'(s) = \operatorname{argmax}_a q_\pi(s,a)

    Spec: rlproof.spec.dp.policy_improvement
    """
    return greedy(q(mdp, policy))


@jax.jit
def policy_iteration(mdp: MDP) -> Array:
    r"""An optimal deterministic policy, by policy iteration: [..., S] integers, without gradient.

    .. math:: \pi_{k+1}(s) = \operatorname{argmax}_a q_{\pi_k}(s,a) \quad\text{until}\quad \pi_{k+1} = \pi_k

    Spec: rlproof.spec.dp.policy_iteration
    """
    return optimal_actions(mdp)


@partial(jax.jit, static_argnames="sweeps")
def modified_policy_iteration(mdp: MDP, state_values: ArrayLike, *, sweeps: int) -> Array:
    r"""One round of modified policy iteration: act greedily, then sweep :math:`T_\pi` m times: [..., S].

    .. math:: V' = T_{\pi}^m V

    Spec: rlproof.spec.dp.modified_policy_iteration
    """
    policy = greedy(-linear_program(mdp, state_values))
    return policy_evaluation(mdp, policy, state_values, sweeps=sweeps)


@jax.jit
def greedy_loss_bound(mdp: MDP, state_values: ArrayLike, optimal_values: ArrayLike) -> Array:
    r"""A bound on what acting greedily on an estimate of :math:`v_*` loses: [...].

    .. math:: \frac{2\gamma}{1-\gamma}\, \|U - v_*\|_\infty

    Where several states attain the maximum, the gradient is the mean of theirs; that of :math:`|x|` at 0 is 0.

    Spec: rlproof.spec.dp.greedy_loss_bound
    """
    error = abs(jnp.asarray(state_values) - jnp.asarray(optimal_values)).max(axis=-1)
    return 2 * mdp.discount * error / (1 - mdp.discount)


def _broadcast(swept: Array, state_values: ArrayLike) -> Array:
    """Give the first estimate the shape and dtype that a sweep returns, as a loop needs."""
    return jnp.broadcast_to(jnp.asarray(state_values, swept.dtype), swept.shape)

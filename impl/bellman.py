r"""Bellman operators :math:`T_\pi` and :math:`T_*`, and what their residual certifies."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount, probabilities
from .mdp import occupancy, policy_kernel, policy_reward


@jax.jit
def expectation_v(mdp: MDP, policy: ArrayLike, state_values: ArrayLike) -> Array:
    r"""Bellman expectation operator on state values: [..., S].

    .. math:: (T_\pi V)(s) = \sum_a \pi(a|s) \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Spec: rlproof.spec.bellman.expectation_v
    """
    following = linear.contract("...st,...t->...s", policy_kernel(mdp, policy), state_values)
    return policy_reward(mdp, policy) + discount(mdp, 1) * following


@jax.jit
def expectation_q(mdp: MDP, policy: ArrayLike, action_values: ArrayLike) -> Array:
    r"""Bellman expectation operator on action values: [..., S, A].

    .. math:: (T_\pi Q)(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a) \sum_b \pi(b|s') Q(s',b)

    Spec: rlproof.spec.bellman.expectation_q
    """
    return _backup(mdp, linear.contract("...sa,...sa->...s", probabilities(mdp, policy), action_values))


@jax.jit
def optimality_v(mdp: MDP, state_values: ArrayLike) -> Array:
    r"""Bellman optimality operator on state values: [..., S].

    .. math:: (T_* V)(s) = \max_a \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Where several actions attain the maximum, the gradient is the mean of theirs (JAX's convention), a subgradient.

    Spec: rlproof.spec.bellman.optimality_v
    """
    return _backup(mdp, jnp.asarray(state_values)).max(axis=-1)


@jax.jit
def optimality_q(mdp: MDP, action_values: ArrayLike) -> Array:
    r"""Bellman optimality operator on action values: [..., S, A].

    .. math:: (T_* Q)(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a) \max_b Q(s',b)

    Gradient at ties as in optimality_v.

    Spec: rlproof.spec.bellman.optimality_q
    """
    return _backup(mdp, jnp.asarray(action_values).max(axis=-1))


@jax.jit
def residual_bound(mdp: MDP, policy: ArrayLike, state_values: ArrayLike) -> Array:
    r"""A bound on the error of any estimate of :math:`v_\pi`, from its Bellman residual: [...].

    .. math:: \|U - v_\pi\|_\infty \le \frac{\|T_\pi U - U\|_\infty}{1 - \gamma}

    Where several states attain the maximum, the gradient is the mean of theirs; that of :math:`|x|` at 0 is 0.

    Spec: rlproof.spec.bellman.residual_bound
    """
    residual = expectation_v(mdp, policy, state_values) - state_values
    return abs(residual).max(axis=-1) / (1 - mdp.discount)


@jax.jit
def linear_program(mdp: MDP, state_values: ArrayLike) -> Array:
    r"""Slack of the linear program of :math:`v_*` in each of its constraints: [..., S, A].

    .. math:: V(s) - R(s,a) - \gamma \sum_{s'} P(s'|s,a) V(s')

    Spec: rlproof.spec.bellman.linear_program
    """
    state_values = jnp.asarray(state_values)
    return state_values[..., None] - _backup(mdp, state_values)


@jax.jit
def duality_gap(mdp: MDP, policy: ArrayLike, state_values: ArrayLike) -> Array:
    r"""Primal minus dual objective of the linear program of :math:`v_*`: [...].

    .. math:: \rho_0^\top V - \langle x_\pi, R\rangle

    Spec: rlproof.spec.bellman.duality_gap
    """
    primal = linear.contract("...s,...s->...", mdp.initial, state_values)
    return primal - linear.contract("...sa,...sa->...", occupancy(mdp, policy), mdp.reward)


def _backup(mdp: MDP, state_values: Array) -> Array:
    following = linear.contract("...sat,...t->...sa", mdp.transition, state_values)
    return mdp.reward + discount(mdp, 2) * following

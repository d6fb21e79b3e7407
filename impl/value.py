r"""The four value functions :math:`v_\pi, q_\pi, v_*, q_*` and the advantage."""

import jax
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, discount
from .improvement import optimal_actions
from .mdp import discounted_kernel, policy_reward


@jax.jit
def v(mdp: MDP, policy: ArrayLike) -> Array:
    r"""State values: [..., S].

    .. math:: v_\pi = (I - \gamma P_\pi)^{-1} r_\pi

    Spec: rlproof.spec.value.v
    """
    return linear.solve(discounted_kernel(mdp, policy), policy_reward(mdp, policy))


@jax.jit
def q(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Action values: [..., S, A].

    .. math:: q_\pi(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, v_\pi(s')

    Spec: rlproof.spec.value.q
    """
    return mdp.reward + discount(mdp, 2) * linear.contract("...sat,...t->...sa", mdp.transition, v(mdp, policy))


@jax.jit
def advantage(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Advantages of actions over the policy's own: [..., S, A].

    .. math:: A_\pi(s,a) = q_\pi(s,a) - v_\pi(s)

    Spec: rlproof.spec.value.advantage
    """
    return q(mdp, policy) - v(mdp, policy)[..., None]


@jax.jit
def optimal_v(mdp: MDP) -> Array:
    r"""Optimal state values: [..., S].

    .. math:: v_*(s) = \max_\pi v_\pi(s)

    The gradient is that of :math:`v_\pi` at the optimal policy found, held fixed (envelope theorem); where several
    policies are optimal, :math:`v_*` has a kink and this is one of its subgradients.

    Spec: rlproof.spec.value.optimal_v
    """
    return v(mdp, optimal_actions(mdp))


@jax.jit
def optimal_q(mdp: MDP) -> Array:
    r"""Optimal action values: [..., S, A].

    .. math:: q_*(s,a) = \max_\pi q_\pi(s,a)

    Gradient as in optimal_v.

    Spec: rlproof.spec.value.optimal_q
    """
    return q(mdp, optimal_actions(mdp))

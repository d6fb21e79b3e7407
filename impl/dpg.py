r"""Deterministic policy gradients: finite states with continuous actions, and the limit of stochastic gradients."""

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from . import linear_system as shared

if TYPE_CHECKING:
    from ..spec.continuous_process import ContinuousActionProcess
    from ..spec.linear_system import LinearSystem


@jax.jit
def action_gradient(continuous_process: "ContinuousActionProcess", mean_actions: ArrayLike) -> Array:
    r"""Gradient of the action value at the policy's action: [S, k].

    .. math:: \nabla_a q_\mu(s,a)\big|_{a=\mu(s)} = \nabla_a r(s,a) + \gamma \sum_{s'} \nabla_a P(s'|s,a)\, v_\mu(s')

    Spec: rlproof.spec.dpg.action_gradient
    """
    process, actions = continuous_process, jnp.asarray(mean_actions)
    chances = _kernel(process, actions)
    future = linear.solve(process.discount * chances, _rewards(process, actions))
    centred = chances * (future - linear.contract("st,t->s", chances, future)[:, None])
    directions = process.transition_slope + 2 * process.transition_bend[:, :, None] * actions[:, None, :]
    at_once = process.reward_slope - 2 * linear.contract("sij,sj->si", process.reward_bend, actions)
    return at_once + process.discount * linear.contract("st,sti->si", centred, directions)


@jax.jit
def theorem(continuous_process: "ContinuousActionProcess", mean_actions: ArrayLike, jacobian: ArrayLike) -> Array:
    r"""Deterministic policy gradient: [p].

    .. math:: \nabla_\theta \eta = \sum_s \rho_\mu(s)\, \nabla_\theta\mu_\theta(s)\, \nabla_a q_\mu(s,a)|_{a=\mu(s)}

    Spec: rlproof.spec.dpg.theorem
    """
    kernel = continuous_process.discount * _kernel(continuous_process, jnp.asarray(mean_actions))
    visits = linear.solve_transposed(kernel, jnp.asarray(continuous_process.initial))
    return linear.contract("s,sp->p", visits, single_state(continuous_process, mean_actions, jacobian))


@jax.jit
def single_state(continuous_process: "ContinuousActionProcess", mean_actions: ArrayLike, jacobian: ArrayLike) -> Array:
    r"""Gradient of one action value, with the action values frozen: [S, p].

    .. math:: g(s) = \nabla_\theta\mu_\theta(s)\, \nabla_a q_\mu(s,a)\big|_{a=\mu(s)}

    Spec: rlproof.spec.dpg.single_state
    """
    return linear.contract("skp,sk->sp", jnp.asarray(jacobian), action_gradient(continuous_process, mean_actions))


@jax.jit
def limit_of_spg(system: "LinearSystem", gain: ArrayLike, covariance: ArrayLike) -> Array:
    r"""What the stochastic policy gradient differs by from the deterministic one, on a linear system: [k, n].

    .. math:: -2 E\, \Delta, \qquad \Delta = \frac{\gamma}{1-\gamma} B\Sigma B^\top + \gamma F \Delta F^\top

    Spec: rlproof.spec.dpg.limit_of_spg
    """
    _, slope = shared.improvement_terms(system, gain, shared.cost_to_go(system, gain))
    exploration = shared.product(system.control, covariance, jnp.asarray(system.control).T)
    noise = system.discount / (1 - system.discount) * exploration
    return -2 * shared.product(slope, shared.lyapunov(shared.closed_loop(system, gain), noise, system.discount))


def _kernel(process: "ContinuousActionProcess", actions: Array) -> Array:
    """Give P(s'|s, mu(s)) [S, S]."""
    logits = linear.contract("sti,si->st", jnp.asarray(process.transition_slope), actions) + process.transition_bias
    return jax.nn.softmax(logits + process.transition_bend * (actions**2).sum(axis=1)[:, None], axis=1)


def _rewards(process: "ContinuousActionProcess", actions: Array) -> Array:
    """Give r(s, mu(s)) [S]."""
    bent = (linear.contract("sij,sj->si", jnp.asarray(process.reward_bend), actions) * actions).sum(axis=1)
    return process.reward_constant + (process.reward_slope * actions).sum(axis=1) - bent

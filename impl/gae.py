r"""Generalised advantage estimation."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear, td
from .decision_process import MDP, discount, per_entry, probabilities
from .mdp import policy_kernel
from .td_returns import per_transition


@jax.jit
def advantage(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    gae_lambda: ArrayLike,
) -> Array:
    r"""Generalised advantage estimate: [T, ...].

    .. math:: \hat A_t = \delta_t + \gamma\lambda\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,\hat A_{t+1}

    Spec: rlproof.spec.gae.advantage
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    decay = per_transition(gamma, errors) * gae_lambda
    errors = errors.astype(jnp.result_type(errors, decay))

    def step(following: Array, row: tuple[Array, ...]) -> tuple[Array, Array]:
        delta, cut, weight = row
        estimate = delta + weight * jnp.where(cut, 0, following)
        return estimate, estimate

    nothing = jnp.zeros(errors.shape[1:], errors.dtype)
    return lax.scan(step, nothing, (errors, jnp.logical_or(terminated, truncated), decay), reverse=True)[1]


@jax.jit
def expected(mdp: MDP, policy: ArrayLike, state_values: ArrayLike, *, gae_lambda: ArrayLike) -> Array:
    r"""Mean of the generalised advantage estimate, given state and action: [..., S, A].

    .. math:: \mathbb{E}[\hat A|s,a] = \delta_V(s,a) + \gamma\lambda \sum_{s'} P(s'|s,a)
        \big[(I - \gamma\lambda P_\pi)^{-1} (T_\pi V - V)\big](s')

    Spec: rlproof.spec.gae.expected
    """
    values = jnp.where(mdp.terminal, 0, state_values)
    following = linear.contract("...sat,...t->...sa", mdp.transition, values)
    errors = mdp.reward + discount(mdp, 2) * following - values[..., None]
    residual = linear.contract("...sa,...sa->...s", probabilities(mdp, policy), errors)
    decay = mdp.discount * gae_lambda
    within = jnp.where(mdp.terminal[..., None], 0, policy_kernel(mdp, policy))
    sums = linear.solve(per_entry(decay) * within, residual)
    return errors + per_entry(decay) * linear.contract("...sat,...t->...sa", mdp.transition, sums)

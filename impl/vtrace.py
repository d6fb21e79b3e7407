r"""V-trace: off-policy values with clipped ratios.

A ratio at its level of clipping has the average of the slopes below and above. On policy many ratios are there at
once, and slopes chosen one by one could add up to what the whole has to neither side.
"""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear, td
from .decision_process import MDP, discount, per_entry, probabilities
from .td_returns import per_transition


@jax.jit
def target(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    ratios: ArrayLike,
    *,
    gamma: ArrayLike,
    rho_bar: ArrayLike,
    c_bar: ArrayLike,
) -> Array:
    r"""V-trace target of the value of each state: [T, ...].

    .. math:: v_t = V(s_t) + \rho_t \delta_t + \gamma\, c_t\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,
        \big(v_{t+1} - V(s_{t+1})\big)

    No gradient is stopped here; IMPALA treats targets as constants.

    Spec: rlproof.spec.vtrace.target
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    cut = jnp.logical_or(terminated, truncated)
    return jnp.asarray(values) + _corrections(errors, cut, ratios, gamma, rho_bar, c_bar)[0]


@jax.jit
def advantage(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    ratios: ArrayLike,
    *,
    gamma: ArrayLike,
    rho_bar: ArrayLike,
    c_bar: ArrayLike,
) -> Array:
    r"""Weight of each score in IMPALA's policy gradient: [T, ...].

    .. math:: \rho_t \big(R_{t+1} + \gamma\, (1 - \mathrm{term}_t)\, \big[V(s_{t+1})
        + (1 - \mathrm{trunc}_t)\, (v_{t+1} - V(s_{t+1}))\big] - V(s_t)\big)

    Spec: rlproof.spec.vtrace.advantage
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    cut = jnp.logical_or(terminated, truncated)
    rest = _corrections(errors, cut, ratios, gamma, rho_bar, c_bar)[1]
    return jnp.minimum(ratios, rho_bar) * (errors + rest)


@jax.jit
def operator(
    mdp: MDP,
    policy: ArrayLike,
    sampling_policy: ArrayLike,
    state_values: ArrayLike,
    *,
    rho_bar: ArrayLike,
    c_bar: ArrayLike,
) -> Array:
    r"""V-trace operator on state values: [..., S].

    .. math:: \mathcal{R}V = V + (I - \gamma C)^{-1} \Big[\sum_a \min(\bar\rho\mu, \pi)\,
        \big(R + \gamma P V - V\big)\Big], \qquad C(s,s') = \sum_a \min(\bar c\,\mu, \pi)(a|s)\, P(s'|s,a)

    Spec: rlproof.spec.vtrace.operator
    """
    policy, sampling = probabilities(mdp, policy), probabilities(mdp, sampling_policy)
    values = jnp.where(mdp.terminal, 0, state_values)
    errors = mdp.reward + discount(mdp, 2) * linear.contract("...sat,...t->...sa", mdp.transition, values)
    errors = errors - values[..., None]
    rho, traces = (jnp.minimum(policy, per_entry(level) * sampling) for level in (rho_bar, c_bar))
    mean_error = linear.contract("...sa,...sa->...s", rho, errors)
    return values + linear.solve(clipped_kernel(mdp, traces), mean_error)


def clipped_kernel(mdp: MDP, weights: Array) -> Array:
    """Give gamma sum_a w(s, a) P(s'|s, a), from which nothing follows a terminal state: [..., S, S]."""
    kernel = discount(mdp, 2) * linear.contract("...sa,...sat->...st", weights, mdp.transition)
    return jnp.where(mdp.terminal[..., None], 0, kernel)


def _corrections(
    errors: Array, cut: Array, ratios: ArrayLike, gamma: ArrayLike, rho_bar: ArrayLike, c_bar: ArrayLike
) -> tuple[Array, Array]:
    """Give v_t - V(s_t), and gamma (v_{t+1} - V(s_{t+1})) within each episode."""
    rho, traces = jnp.minimum(ratios, rho_bar), jnp.minimum(ratios, c_bar)

    def step(following: Array, row: tuple[Array, ...]) -> tuple[Array, tuple[Array, Array]]:
        error, ends, ratio, trace, weight = row
        rest = weight * jnp.where(ends, 0, following)
        correction = ratio * error + trace * rest
        return correction, (correction, rest)

    dtype, discounts = jnp.result_type(errors, rho, traces, gamma), per_transition(gamma, errors)
    rows = (errors.astype(dtype), cut, rho.astype(dtype), traces.astype(dtype), discounts.astype(dtype))
    return lax.scan(step, jnp.zeros(errors.shape[1:], dtype), rows, reverse=True)[1]

r"""Retrace(lambda): safe off-policy action values."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear, td
from .bellman import expectation_q
from .decision_process import MDP, discount, per_entry, probabilities
from .td_returns import per_transition
from .vtrace import clipped_kernel


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
    trace_decay: ArrayLike,
) -> Array:
    r"""Retrace target of the value of each action taken: [T, ...].

    .. math:: Q^{ret}_t = Q(s_t,a_t) + \delta_t + \gamma\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\, c_{t+1}
        \big(Q^{ret}_{t+1} - Q(s_{t+1},a_{t+1})\big), \qquad c_t = \lambda \min(1, r_t)

    Spec: rlproof.spec.retrace.target
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    traces = jnp.asarray(trace_decay) * jnp.minimum(ratios, 1)
    dtype = jnp.result_type(errors, traces, gamma)

    def step(following: Array, row: tuple[Array, ...]) -> tuple[Array, Array]:
        error, ends, trace, weight = row
        correction = error + weight * jnp.where(ends, 0, following)
        return trace * correction, correction

    ends = jnp.asarray(jnp.logical_or(terminated, truncated))
    rows = (errors.astype(dtype), ends, traces.astype(dtype), per_transition(gamma, errors).astype(dtype))
    corrections = lax.scan(step, jnp.zeros(errors.shape[1:], dtype), rows, reverse=True)[1]
    return jnp.asarray(values) + corrections


@jax.jit
def operator(
    mdp: MDP, policy: ArrayLike, sampling_policy: ArrayLike, action_values: ArrayLike, *, trace_decay: ArrayLike
) -> Array:
    r"""Retrace operator on action values: [..., S, A].

    .. math:: \mathcal{R}Q = Q + (I - \gamma P^{c\mu})^{-1} (T_\pi Q - Q), \qquad
        P^{c\mu}(s,a;s',b) = P(s'|s,a)\, \lambda \min(\mu, \pi)(b|s')

    Spec: rlproof.spec.retrace.operator
    """
    policy, sampling = probabilities(mdp, policy), probabilities(mdp, sampling_policy)
    values = jnp.where(mdp.terminal[..., None], 0, action_values)
    errors = expectation_q(mdp, policy, values) - values
    weights = per_entry(trace_decay) * jnp.minimum(policy, sampling)
    mean_error = linear.contract("...sa,...sa->...s", weights, errors)
    corrections = linear.solve(clipped_kernel(mdp, weights), mean_error)
    return values + errors + discount(mdp, 2) * linear.contract("...sat,...t->...sa", mdp.transition, corrections)

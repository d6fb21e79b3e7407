r"""TD(lambda): the lambda-return, its operator, and the backward view with eligibility traces."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import linear
from .bellman import expectation_v
from .decision_process import MDP, per_entry
from .mdp import discounted_kernel
from .td_returns import error, per_transition


@jax.jit
def lambda_return(
    rewards: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    trace_decay: ArrayLike,
) -> Array:
    r"""lambda-return: [T, ...].

    .. math:: G^\lambda_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)
        \big[(1-\lambda) V(s_{t+1}) + \lambda\, G^\lambda_{t+1}\big]

    Spec: rlproof.spec.td.lambda_return
    """
    dtype = jnp.result_type(rewards, next_values, gamma, trace_decay)
    next_values = jnp.asarray(next_values, dtype)
    trace_decay = jnp.asarray(trace_decay, dtype)

    def step(following: Array, row: tuple[Array, ...]) -> tuple[Array, Array]:
        reward, next_value, ended, cut, discount = row
        rest = (1 - trace_decay) * next_value + trace_decay * jnp.where(cut, next_value, following)
        total = reward + discount * jnp.where(ended, 0, rest)
        return total, total

    # The scan begins with the last next_value: the end of the data cuts like a truncation.
    flags = jnp.asarray(terminated), jnp.asarray(truncated)
    rows = (jnp.asarray(rewards), next_values, *flags, per_transition(gamma, rewards))
    return lax.scan(step, next_values[-1], rows, reverse=True)[1]


@jax.jit
def lambda_operator(mdp: MDP, policy: ArrayLike, state_values: ArrayLike, *, trace_decay: ArrayLike) -> Array:
    r"""Expected lambda-return of an endless trajectory: [..., S].

    .. math:: T^\lambda_\pi V = V + (I - \gamma\lambda P_\pi)^{-1} (T_\pi V - V)

    Spec: rlproof.spec.td.lambda_operator
    """
    state_values = jnp.asarray(state_values)
    residual = expectation_v(mdp, policy, state_values) - state_values
    return state_values + linear.solve(per_entry(trace_decay) * discounted_kernel(mdp, policy), residual)


@jax.jit
def lambda_backward(
    state_values: ArrayLike,
    states: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    trace_decay: ArrayLike,
) -> Array:
    r"""Total off-line update of each state's value by TD(lambda) with accumulating traces: [S], [T] -> [S].

    .. math:: \Delta(s) = \sum_t \delta_t\, z_t(s), \qquad
        z_t(s) = \gamma\lambda\, z_{t-1}(s) + \mathbb{1}[s_t = s]

    Spec: rlproof.spec.td.lambda_backward
    """
    table, states = jnp.asarray(state_values), jnp.asarray(states)
    errors = error(rewards, table[states], table[jnp.asarray(next_states)], terminated, gamma=gamma)
    decay = jnp.asarray(gamma * trace_decay, errors.dtype)

    def step(carry: tuple[Array, Array], row: tuple[Array, ...]) -> tuple[tuple[Array, Array], None]:
        trace, total = carry
        state, delta, ended = row
        trace = (decay * trace).at[state].add(1)
        total = total + delta * trace
        return (jnp.where(ended, 0, trace), total), None

    nothing = jnp.zeros(table.shape, errors.dtype)
    rows = (states, errors, jnp.logical_or(terminated, truncated))
    return lax.scan(step, (nothing, nothing), rows)[0][1]

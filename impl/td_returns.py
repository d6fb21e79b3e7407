r"""Temporal-difference errors, and returns that bootstrap after one or n steps."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike


def per_transition(gamma: ArrayLike, like: ArrayLike) -> Array:
    """Give each entry of [T, ...] its discount, from one number or one per transition [T]."""
    gamma = jnp.asarray(gamma)
    rows = gamma.reshape(gamma.shape + (1,) * (jnp.ndim(like) - gamma.ndim))
    return jnp.broadcast_to(rows, jnp.shape(like))


@jax.jit
def error(
    rewards: ArrayLike, values: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Temporal-difference error: [T, ...].

    .. math:: \delta_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1}) - V(s_t)

    Spec: rlproof.spec.td.error
    """
    return jnp.asarray(rewards) + per_transition(gamma, rewards) * jnp.where(terminated, 0, next_values) - values


@jax.jit
def one_step_return(rewards: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""One-step return, the target of TD(0): [T, ...].

    .. math:: G_{t:t+1} = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1})

    Spec: rlproof.spec.td.one_step_return
    """
    return jnp.asarray(rewards) + per_transition(gamma, rewards) * jnp.where(terminated, 0, next_values)


@partial(jax.jit, static_argnames="n")
def n_step_return(
    rewards: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    n: int,
) -> Array:
    r"""n-step return, n static: [T, ...].

    .. math:: G_{t:t+n} = R_{t+1} + \gamma R_{t+2} + \cdots + \gamma^{n-1} R_{t+n} + \gamma^n V(s_{t+n})

    Spec: rlproof.spec.td.n_step_return
    """
    first = one_step_return(rewards, next_values, terminated, gamma=gamma)
    next_values = jnp.asarray(next_values, first.dtype)

    def extend(_: int, returns: Array) -> Array:
        following = jnp.concatenate([returns[1:], next_values[-1:]])
        return one_step_return(rewards, jnp.where(truncated, next_values, following), terminated, gamma=gamma)

    return lax.fori_loop(0, min(n, len(first)) - 1, extend, first)

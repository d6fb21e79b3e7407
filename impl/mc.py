r"""Monte-Carlo estimation of values from returns."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .mdp import rewards_to_go


@jax.jit
def first_visit(
    state_values: ArrayLike, states: ArrayLike, rewards: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""First-visit Monte-Carlo estimate: [S], [T] -> [S].

    .. math:: \hat V(s) = \frac{1}{|F(s)|} \sum_{t \in F(s)} G_t

    Spec: rlproof.spec.mc.first_visit
    """
    terminated, states = jnp.asarray(terminated), jnp.asarray(states)
    episodes = jnp.cumsum(terminated) - terminated

    def step(last_seen: Array, row: tuple[Array, Array]) -> tuple[Array, Array]:
        state, episode = row
        return last_seen.at[state].set(episode), last_seen[state] != episode

    never = jnp.full(jnp.shape(state_values), -1, episodes.dtype)
    first = lax.scan(step, never, (states, episodes))[1]
    return _mean_returns(state_values, states, rewards, terminated, gamma, first)


@jax.jit
def every_visit(
    state_values: ArrayLike, states: ArrayLike, rewards: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Every-visit Monte-Carlo estimate: [S], [T] -> [S].

    .. math:: \hat V(s) = \frac{1}{N(s)} \sum_{t:\, s_t = s} G_t

    Spec: rlproof.spec.mc.every_visit
    """
    counted = jnp.ones(jnp.shape(states), bool)
    return _mean_returns(state_values, jnp.asarray(states), rewards, jnp.asarray(terminated), gamma, counted)


@jax.jit
def incremental_mean(returns: ArrayLike) -> Array:
    r"""Running means of returns: [N, ...].

    .. math:: V_n = V_{n-1} + \frac1n\,(G_n - V_{n-1})

    Spec: rlproof.spec.mc.incremental_mean
    """
    returns = jnp.asarray(returns)
    counts = jnp.arange(1, len(returns) + 1, dtype=returns.dtype)

    def step(mean: Array, row: tuple[Array, Array]) -> tuple[Array, Array]:
        target, count = row
        mean = mean + (target - mean) / count
        return mean, mean

    return lax.scan(step, returns[0], (returns, counts))[1]


def _mean_returns(
    state_values: ArrayLike, states: Array, rewards: ArrayLike, terminated: Array, gamma: ArrayLike, counted: Array
) -> Array:
    rewards = jnp.asarray(rewards)
    returns = rewards_to_go(rewards, jnp.zeros_like(rewards), terminated, jnp.zeros_like(terminated), gamma=gamma)
    table = jnp.asarray(state_values, jnp.result_type(state_values, returns))
    visits = jnp.zeros(table.shape, table.dtype).at[states].add(counted.astype(table.dtype))
    sums = jnp.zeros(table.shape, table.dtype).at[states].add(jnp.where(counted, returns, 0))
    return jnp.where(visits > 0, sums / jnp.maximum(visits, 1), table)

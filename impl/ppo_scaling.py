r"""Rewards on the scale of their discounted sums, and the share of the returns' variance that values explain."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .standardisation import deviations, divided, root


@partial(jax.jit, static_argnames="ddof")
def reward_scaling(
    rewards: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    ddof: int,
    norm_epsilon: ArrayLike,
) -> Array:
    r"""Rewards divided by the standard deviation of their discounted sum so far: [T, ...].

    .. math:: \tilde R_{t+1} = \frac{R_{t+1}}{\sqrt{\mathrm{var}(F) + \epsilon}}, \qquad
        F_t = R_{t+1} + \gamma\,(1 - \mathrm{end}_{t-1})\,F_{t-1}

    Spec: rlproof.spec.ppo.reward_scaling
    """
    rewards = jnp.asarray(rewards)
    ended = jnp.logical_or(terminated, truncated)

    def step(so_far: Array, transition: tuple[Array, Array]) -> tuple[Array, Array]:
        reward, end = transition
        total = reward + gamma * so_far
        return jnp.where(end, 0, total), total

    sums = lax.scan(step, jnp.zeros_like(rewards[0]), (rewards, ended))[1]
    return divided(rewards, root(_variance(sums, ddof) + norm_epsilon))


@jax.jit
def explained_variance(values: ArrayLike, returns: ArrayLike) -> Array:
    r"""Share of the variance of the returns that the values explain: [T, ...] -> ().

    .. math:: 1 - \frac{\mathrm{var}(G - V)}{\mathrm{var}(G)}

    Spec: rlproof.spec.ppo.explained_variance
    """
    returns = jnp.asarray(returns)
    unexplained, variance = _variance(returns - jnp.asarray(values), 0), _variance(returns, 0)
    return jnp.where(variance > 0, 1 - unexplained / jnp.where(variance > 0, variance, 1), 0)


def _variance(entries: Array, ddof: int) -> Array:
    sample = entries.reshape(1, -1)
    return deviations(sample, jnp.ones(sample.shape, bool), ddof)[1][0, 0]

r"""Importance sampling: what one policy would have earned, from the episodes of another."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .mdp import discounted_return


@jax.jit
def ratio(target_probabilities: ArrayLike, behaviour_probabilities: ArrayLike) -> Array:
    r"""Ratios of the probabilities of actions under the target and the behaviour policy: [..., A].

    .. math:: \rho(a|s) = \frac{\pi(a|s)}{\mu(a|s)}

    Zero where neither policy acts, with gradient zero; infinite where only the target does.

    Spec: rlproof.spec.importance_sampling.ratio
    """
    target, behaviour = jnp.asarray(target_probabilities), jnp.asarray(behaviour_probabilities)
    nobody = (target == 0) & (behaviour == 0)
    return jnp.where(nobody, 0, target) / jnp.where(nobody, 1, behaviour)


@jax.jit
def ordinary(rewards: ArrayLike, ratios: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""Ordinary importance sampling of one episode: [T, ...] -> [...].

    .. math:: \prod_{k=0}^{T-1} \rho_k\ \sum_{t=0}^{T-1} \gamma^t R_{t+1}

    Spec: rlproof.spec.importance_sampling.ordinary
    """
    return jnp.prod(jnp.asarray(ratios), axis=0) * discounted_return(rewards, gamma=gamma)


@jax.jit
def per_decision(rewards: ArrayLike, ratios: ArrayLike, *, gamma: ArrayLike) -> Array:
    r"""Per-decision importance sampling of one episode: [T, ...] -> [...].

    .. math:: \sum_{t=0}^{T-1} \gamma^t\, \rho_{0:t}\, R_{t+1}

    Computed backwards, G <- rho (R + gamma G), so that no product of many ratios is formed.

    Spec: rlproof.spec.importance_sampling.per_decision
    """
    rewards, ratios = jnp.asarray(rewards), jnp.asarray(ratios)

    def step(following: Array, row: tuple[Array, Array]) -> tuple[Array, None]:
        reward, each = row
        return each * (reward + gamma * following), None

    nothing = jnp.zeros(rewards.shape[1:], jnp.result_type(rewards, ratios, gamma))
    return lax.scan(step, nothing, (rewards, ratios), reverse=True)[0]


@jax.jit
def weighted(returns: ArrayLike, ratios: ArrayLike) -> Array:
    r"""Weighted importance sampling of N episodes: [N, ...] -> [...]; NaN if all ratios are zero.

    .. math:: \frac{\sum_{i=1}^{N} \rho_i\, G_i}{\sum_{i=1}^{N} \rho_i}

    Spec: rlproof.spec.importance_sampling.weighted
    """
    ratios = jnp.asarray(ratios)
    return (ratios * jnp.asarray(returns)).sum(axis=0) / ratios.sum(axis=0)

r"""Published variants of PPO's parts: dual clip, estimates of the KL divergence, the adaptive penalty over time."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def dual_clip_objective(
    ratios: ArrayLike, advantages: ArrayLike, *, clip_epsilon: ArrayLike, dual_clip: ArrayLike
) -> Array:
    r"""Clipped surrogate objective, bounded below for negative advantages: [T, ...] -> ().

    .. math:: \hat{\mathbb{E}}_t\big[\max(\min(r A, \mathrm{clip}(r, 1-\epsilon, 1+\epsilon) A), c A)\big]
        \text{ where } A < 0

    At the kinks the slope in the ratio is the advantage.

    Spec: rlproof.spec.ppo.dual_clip_objective
    """
    # The ratio is chosen, not the product: the branch not taken stays out of the gradient, and ties average nothing.
    ratios, advantages = jnp.asarray(ratios), jnp.asarray(advantages)
    from_below = jnp.where(ratios < 1 - clip_epsilon, 1 - clip_epsilon, ratios)
    if_negative = jnp.where(from_below > dual_clip, dual_clip, from_below)
    if_positive = jnp.where(ratios > 1 + clip_epsilon, 1 + clip_epsilon, ratios)
    return (jnp.where(advantages < 0, if_negative, if_positive) * advantages).mean()


@jax.jit
def adaptive_kl_trace(divergences: ArrayLike, *, beta: ArrayLike, kl_target: ArrayLike) -> Array:
    r"""Adaptive KL penalty coefficients after each of several policy updates: [T].

    .. math:: \beta_{k+1} = \beta_k \cdot (\tfrac12 \text{ if } d_k < d_{targ}/1.5,\
        2 \text{ if } d_k > 1.5\, d_{targ}, \text{ else } 1)

    A NaN divergence makes every later coefficient NaN.

    Spec: rlproof.spec.ppo.adaptive_kl_trace
    """
    divergences, kl_target = jnp.asarray(divergences), jnp.asarray(kl_target)
    factors = jnp.where(3 * divergences < 2 * kl_target, 0.5, jnp.where(2 * divergences > 3 * kl_target, 2.0, 1.0))
    factors = jnp.where(jnp.isnan(divergences), divergences, factors)
    return jnp.multiply(beta, jnp.cumprod(factors))


@jax.jit
def early_stop(divergences: ArrayLike, *, kl_target: ArrayLike) -> Array:
    r"""Number of updates before the divergence exceeds 1.5 times its target: [T] -> ().

    .. math:: K = \min\big(\{k : d_k > 1.5\, d_{targ}\} \cup \{T\}\big)

    A NaN divergence exceeds nothing.

    Spec: rlproof.spec.ppo.early_stop
    """
    exceeds = 2 * jnp.asarray(divergences) > 3 * jnp.asarray(kl_target)
    return jnp.where(exceeds.any(), exceeds.argmax(), exceeds.shape[0])

r"""The other terms of PPO's objective: value losses, entropy bonus, and their sum."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .ppo_surrogates import clip_objective


@jax.jit
def value_loss(values: ArrayLike, returns: ArrayLike) -> Array:
    r"""Squared error of the value function, the mean over all entries, without 1/2: [T, ...] -> ().

    .. math:: L^{VF} = \hat{\mathbb{E}}_t\big[(V_\theta(s_t) - V_t^{targ})^2\big]

    Spec: rlproof.spec.ppo.value_loss
    """
    return jnp.square(jnp.subtract(values, returns)).mean()


@jax.jit
def clipped_value_loss(
    values: ArrayLike, old_values: ArrayLike, returns: ArrayLike, *, clip_epsilon: ArrayLike
) -> Array:
    r"""Squared error of the value function with its change clipped, the mean over all entries: [T, ...] -> ().

    .. math:: \hat{\mathbb{E}}_t\big[\max\big((V - V^{targ})^2,\ (V^{clip} - V^{targ})^2\big)\big]

    Where both errors are equal, the gradient is that of the unclipped one.

    Spec: rlproof.spec.ppo.clipped_value_loss
    """
    error, clipped_error = _errors(values, old_values, returns, clip_epsilon)
    return jnp.square(jnp.where(abs(clipped_error) > abs(error), clipped_error, error)).mean()


@jax.jit
def min_clipped_value_loss(
    values: ArrayLike, old_values: ArrayLike, returns: ArrayLike, *, clip_epsilon: ArrayLike
) -> Array:
    r"""The clipped value loss with a minimum for the maximum: [T, ...] -> ().

    .. math:: \hat{\mathbb{E}}_t\big[\min\big((V - V^{targ})^2,\ (V^{clip} - V^{targ})^2\big)\big]

    Where both errors are equal, the gradient is that of the unclipped one.

    Spec: rlproof.spec.ppo.min_clipped_value_loss
    """
    error, clipped_error = _errors(values, old_values, returns, clip_epsilon)
    return jnp.square(jnp.where(abs(clipped_error) < abs(error), clipped_error, error)).mean()


@jax.jit
def truncated_value_loss(values: ArrayLike, returns: ArrayLike, *, loss_limit: ArrayLike) -> Array:
    r"""Squared error of the value function, cut off at a limit for each transition: [T, ...] -> ().

    .. math:: \hat{\mathbb{E}}_t\big[\min\big((V_\theta(s_t) - V_t^{targ})^2,\ c\big)\big]

    At the limit the gradient is that of the squared error, beyond it zero.

    Spec: rlproof.spec.ppo.truncated_value_loss
    """
    squared = jnp.square(jnp.subtract(values, returns))
    return jnp.where(squared > loss_limit, loss_limit, squared).mean()


@jax.jit
def entropy_bonus(probabilities: ArrayLike) -> Array:
    r"""Entropy of a policy over discrete actions, the mean over all states: [T, ..., A] -> ().

    .. math:: S = \hat{\mathbb{E}}_t\Big[-\sum_a \pi_\theta(a|s_t) \log \pi_\theta(a|s_t)\Big]

    The gradient in an entry that is zero, where the true one is infinite, is 0.

    Spec: rlproof.spec.ppo.entropy_bonus
    """
    probabilities = jnp.asarray(probabilities)
    has = probabilities > 0
    terms = jnp.where(has, probabilities * jnp.log(jnp.where(has, probabilities, 1)), 0)
    return -terms.sum(axis=-1).mean()


@jax.jit
def combined_objective(
    ratios: ArrayLike,
    advantages: ArrayLike,
    values: ArrayLike,
    returns: ArrayLike,
    entropies: ArrayLike,
    *,
    clip_epsilon: ArrayLike,
    value_coefficient: ArrayLike,
    entropy_coefficient: ArrayLike,
) -> Array:
    r"""PPO's combined objective, to be maximised: [T, ...] -> ().

    .. math:: \hat{\mathbb{E}}_t\big[L_t^{CLIP} - c_1 (V_\theta(s_t) - V_t^{targ})^2 + c_2\, S[\pi_\theta](s_t)\big]

    Spec: rlproof.spec.ppo.combined_objective
    """
    surrogate = clip_objective(ratios, advantages, clip_epsilon=clip_epsilon)
    error = value_loss(values, returns)
    return surrogate - value_coefficient * error + entropy_coefficient * jnp.asarray(entropies).mean()


@jax.jit
def combined_loss(
    ratios: ArrayLike,
    advantages: ArrayLike,
    values: ArrayLike,
    returns: ArrayLike,
    entropies: ArrayLike,
    *,
    clip_epsilon: ArrayLike,
    value_coefficient: ArrayLike,
    entropy_coefficient: ArrayLike,
) -> Array:
    r"""PPO's combined loss, to be minimised: [T, ...] -> ().

    .. math:: -L^{CLIP} + c_1 L^{VF} - c_2 S

    Spec: rlproof.spec.ppo.combined_loss
    """
    return -combined_objective(
        ratios,
        advantages,
        values,
        returns,
        entropies,
        clip_epsilon=clip_epsilon,
        value_coefficient=value_coefficient,
        entropy_coefficient=entropy_coefficient,
    )


def _errors(
    values: ArrayLike, old_values: ArrayLike, returns: ArrayLike, clip_epsilon: ArrayLike
) -> tuple[Array, Array]:
    """Give the error of the values and of the clipped values; within the band the two are the same."""
    values, old_values, returns = jnp.asarray(values), jnp.asarray(old_values), jnp.asarray(returns)
    low, high = old_values - clip_epsilon, old_values + clip_epsilon
    clipped = jnp.where(values > high, high, jnp.where(values < low, low, values))
    return values - returns, clipped - returns

r"""TRPO's vine: estimates of the surrogate from several actions rolled out from the same state."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def vine(probabilities: ArrayLike, q_values: ArrayLike) -> Array:
    r"""Surrogate of each state of the rollout set, when every action is rolled out: [T, A] -> [T].

    .. math:: L_n(\theta) = \sum_{k=1}^K \pi_\theta(a_k|s_n)\, \hat Q(s_n, a_k)

    Spec: rlproof.spec.trpo.vine
    """
    return jnp.multiply(probabilities, q_values).sum(axis=-1)


@jax.jit
def vine_sampled(action_ratios: ArrayLike, q_values: ArrayLike) -> Array:
    r"""Self-normalised surrogate of each state, when K actions were sampled: [T, K] -> [T]; NaN without weight.

    .. math:: L_n(\theta) = \frac{\sum_k w_k\, \hat Q(s_n, a_k)}{\sum_k w_k}

    Spec: rlproof.spec.trpo.vine_sampled
    """
    weights = jnp.asarray(action_ratios)
    return (weights * q_values).sum(axis=-1) / weights.sum(axis=-1)

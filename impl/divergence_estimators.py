r"""Estimators of the KL divergence from the log-probabilities of sampled actions."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .series import exp_excess


@jax.jit
def k1(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""The log-ratio as an estimator of KL(old || new), samples from old: [T, ...].

    .. math:: k_1 = -\log r_t

    Spec: rlproof.spec.divergence.k1
    """
    return jnp.subtract(old_log_probs, log_probs)


@jax.jit
def k2(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""Half the squared log-ratio as an estimator of KL(old || new), samples from old: [T, ...].

    .. math:: k_2 = \tfrac12 (\log r_t)^2

    Spec: rlproof.spec.divergence.k2
    """
    return jnp.subtract(log_probs, old_log_probs) ** 2 / 2


@jax.jit
def k3(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""The unbiased, never negative estimator of KL(old || new), samples from old: [T, ...].

    .. math:: k_3 = (r_t - 1) - \log r_t

    Without cancellation at small ratios: the sign and the digits remain.

    Spec: rlproof.spec.divergence.k3
    """
    return exp_excess(jnp.subtract(log_probs, old_log_probs))

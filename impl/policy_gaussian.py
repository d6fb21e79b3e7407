r"""Diagonal Gaussian policies: density, divergence, entropy, squashing."""

from math import log, pi

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .series import exp_excess


@jax.jit
def gaussian_log_prob(actions: ArrayLike, mean: ArrayLike, log_std: ArrayLike) -> Array:
    r"""Log-density of a diagonal Gaussian policy: [..., k] -> [...]; log_std may be [k].

    .. math:: \log\pi(a|s) = -\sum_{i=1}^{k} \Big[\tfrac12 \Big(\frac{a_i-\mu_i}{\sigma_i}\Big)^2
        + \log\sigma_i + \tfrac12\log 2\pi\Big]

    Spec: rlproof.spec.policy.gaussian_log_prob
    """
    standardised = jnp.subtract(actions, mean) * jnp.exp(-jnp.asarray(log_std))
    return -(standardised**2 / 2 + log_std + log(2 * pi) / 2).sum(axis=-1)


@jax.jit
def gaussian_kl(old_mean: ArrayLike, old_log_std: ArrayLike, mean: ArrayLike, log_std: ArrayLike) -> Array:
    r"""KL divergence of the old diagonal Gaussian from the new one: [..., k] -> [...]; a log_std may be [k].

    .. math:: D_{KL}(\pi_{old}\|\pi) = \sum_{i=1}^{k} \Big[\log\frac{\sigma_i}{\sigma_i^{old}}
        + \frac{(\sigma_i^{old})^2 + (\mu_i^{old}-\mu_i)^2}{2\sigma_i^2} - \tfrac12\Big]

    Spec: rlproof.spec.policy.gaussian_kl
    """
    # With x = log of the ratio of variances, old to new, the terms without means are (e^x - 1 - x) / 2.
    log_variance_ratio = 2 * jnp.subtract(old_log_std, log_std)
    difference = jnp.subtract(old_mean, mean) * jnp.exp(-jnp.asarray(log_std))
    return ((exp_excess(log_variance_ratio) + difference**2) / 2).sum(axis=-1)


@jax.jit
def gaussian_entropy(log_std: ArrayLike) -> Array:
    r"""Differential entropy of a diagonal Gaussian policy: [..., k] -> [...], in nats.

    .. math:: H(\pi(\cdot|s)) = \sum_{i=1}^{k} \Big[\log\sigma_i + \tfrac12\log(2\pi e)\Big]

    Spec: rlproof.spec.policy.gaussian_entropy
    """
    return (jnp.asarray(log_std) + (1 + log(2 * pi)) / 2).sum(axis=-1)


@jax.jit
def squashed_gaussian_log_prob(unsquashed: ArrayLike, mean: ArrayLike, log_std: ArrayLike) -> Array:
    r"""Log-density of the action tanh(u), from the draw u: [..., k] -> [...]; log_std may be [k].

    .. math:: \log\pi(a|s) = \log\mathcal N(u; \mu, \sigma^2)
        - \sum_{i=1}^{k} 2\,\big(\log 2 - |u_i| - \log(1 + e^{-2|u_i|})\big), \qquad a = \tanh u

    Spec: rlproof.spec.policy.squashed_gaussian_log_prob
    """
    size = abs(jnp.asarray(unsquashed))
    log_slope = 2 * (log(2) - size - jnp.log1p(jnp.exp(-2 * size)))
    return gaussian_log_prob(unsquashed, mean, log_std) - log_slope.sum(axis=-1)

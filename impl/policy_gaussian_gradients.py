r"""Diagonal Gaussian policies: sampling, scores, Fisher information, gradients along the path of a sample."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def gaussian_sample(mean: ArrayLike, log_std: ArrayLike, noise: ArrayLike) -> Array:
    r"""Action of a diagonal Gaussian policy from standard normal noise: [..., k] -> [..., k]; log_std may be [k].

    .. math:: a = \mu + \sigma \varepsilon, \qquad \varepsilon \sim \mathcal N(0, 1)

    Spec: rlproof.spec.policy.gaussian_sample
    """
    return jnp.add(mean, jnp.exp(jnp.asarray(log_std)) * noise)


@jax.jit
def gaussian_score(actions: ArrayLike, mean: ArrayLike, log_std: ArrayLike) -> Array:
    r"""Score of a diagonal Gaussian policy, in mean and log sigma: [..., k] -> [2, ..., k]; log_std may be [k].

    .. math:: \frac{\partial\log\pi}{\partial\mu_i} = \frac{a_i - \mu_i}{\sigma_i^2}, \qquad
        \frac{\partial\log\pi}{\partial\log\sigma_i} = \Big(\frac{a_i - \mu_i}{\sigma_i}\Big)^2 - 1

    Spec: rlproof.spec.policy.gaussian_score
    """
    precision = jnp.exp(-jnp.asarray(log_std))
    standardised = jnp.subtract(actions, mean) * precision
    return jnp.stack([standardised * precision, standardised**2 - 1])


@jax.jit
def gaussian_fisher(log_std: ArrayLike) -> Array:
    r"""Fisher information of a diagonal Gaussian policy in mean and log sigma, its diagonal: [..., k] -> [2, ..., k].

    .. math:: F = \mathrm{diag}\big(\sigma_1^{-2}, \dots, \sigma_k^{-2}, 2, \dots, 2\big)

    Spec: rlproof.spec.policy.gaussian_fisher
    """
    log_std = jnp.asarray(log_std)
    return jnp.stack([jnp.exp(-2 * log_std), 2 + 0 * log_std])


@jax.jit
def pathwise_gradient(action_slopes: ArrayLike, log_std: ArrayLike, noise: ArrayLike) -> Array:
    r"""Gradient of a function along the path of one Gaussian sample: [..., k] -> [2, ..., k]; log_std may be [k].

    .. math:: \nabla_\mu f(\mu + \sigma\varepsilon) = f'(a), \qquad
        \nabla_{\log\sigma} f(\mu + \sigma\varepsilon) = f'(a)\,\sigma\varepsilon

    Spec: rlproof.spec.policy.pathwise_gradient
    """
    action_slopes = jnp.asarray(action_slopes)
    return jnp.stack([action_slopes, action_slopes * jnp.exp(jnp.asarray(log_std)) * noise])

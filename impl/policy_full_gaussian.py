r"""Gaussian policies with a full covariance, given by its lower Cholesky factor."""

from math import log, pi

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .series import log_excess


@jax.jit
def full_gaussian_log_prob(actions: ArrayLike, mean: ArrayLike, scale_tril: ArrayLike) -> Array:
    r"""Log-density of a Gaussian policy with covariance L L^T: [T, k], [T, k], [T, k, k] -> [T].

    .. math:: \log\pi(a|s) = -\tfrac12 \|z\|^2 - \sum_{i=1}^{k} \log L_{ii} - \tfrac{k}{2}\log 2\pi,
        \qquad L z = a - \mu

    Spec: rlproof.spec.policy.full_gaussian_log_prob
    """
    lower, difference = jnp.asarray(scale_tril), jnp.subtract(actions, mean)
    standardised = _solve(lower, difference[..., None])[..., 0]
    return -(standardised**2 / 2 + jnp.log(_diagonal(lower)) + log(2 * pi) / 2).sum(axis=-1)


@jax.jit
def full_gaussian_kl(old_mean: ArrayLike, old_scale_tril: ArrayLike, mean: ArrayLike, scale_tril: ArrayLike) -> Array:
    r"""KL divergence of the old Gaussian from the new one: [T, k], [T, k, k] of each -> [T].

    .. math:: D_{KL}(\pi_{old}\|\pi) = \tfrac12\|L^{-1}(\mu_{old}-\mu)\|^2
        + \sum_{i=1}^{k} \tfrac12\big[u_i - \log(1+u_i)\big] + \sum_{i>j} \tfrac12 M_{ij}^2,
        \qquad M = L^{-1}L_{old}, \quad u_i = M_{ii}^2 - 1

    Every term is positive, so that a small divergence keeps its digits.

    Spec: rlproof.spec.policy.full_gaussian_kl
    """
    lower, old_lower, difference = jnp.asarray(scale_tril), jnp.asarray(old_scale_tril), jnp.subtract(old_mean, mean)
    # M - 1, from the difference of the factors: nothing cancels where they are close.
    excess = _solve(lower, old_lower - lower)
    change = _diagonal(excess)
    widths = log_excess(change * (2 + change), 2 * jnp.log(_diagonal(old_lower) / _diagonal(lower)))
    shift = _solve(lower, difference[..., None])[..., 0]
    return ((shift**2 + widths).sum(axis=-1) + (jnp.tril(excess, -1) ** 2).sum(axis=(-2, -1))) / 2


@jax.jit
def full_gaussian_entropy(scale_tril: ArrayLike) -> Array:
    r"""Differential entropy of a Gaussian policy with covariance L L^T: [T, k, k] -> [T], in nats.

    .. math:: H(\pi(\cdot|s)) = \sum_{i=1}^{k} \log L_{ii} + \tfrac{k}{2} \log(2\pi e)

    Spec: rlproof.spec.policy.full_gaussian_entropy
    """
    return (jnp.log(_diagonal(jnp.asarray(scale_tril))) + (1 + log(2 * pi)) / 2).sum(axis=-1)


def _solve(lower: Array, right_hand_side: Array) -> Array:
    return jax.scipy.linalg.solve_triangular(lower, right_hand_side, lower=True)


def _diagonal(lower: Array) -> Array:
    return jnp.diagonal(lower, axis1=-2, axis2=-1)

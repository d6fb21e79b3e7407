"""Ways to compute log-densities, entropies and divergences of Gaussian policies."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax.scipy.stats import norm
from torch import distributions as td

Array = Any
LOG_2_PI = math.log(2 * math.pi)


# --- Gaussian log-densities ---------------------------------------------------------------------------


def density_of_log_std(actions: Array, mean: Array, log_std: Array) -> Array:
    """As in the equation."""
    return (-0.5 * ((actions - mean) / np.exp(log_std)) ** 2 - log_std - 0.5 * LOG_2_PI).sum(axis=-1)


def density_of_std(action: Array, mu: Array, sigma: Array) -> Array:
    """The logarithm of the text-book density."""
    return np.log(np.exp(-((action - mu) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)).sum(-1)


def density_of_variance(actions: Array, mean: Array, var: Array) -> Array:
    """With the variance, the constant once."""
    k = actions.shape[1]
    quadratic = ((actions - mean) ** 2 / var).sum(1)
    return -0.5 * (quadratic + np.log(var).sum(1) + k * LOG_2_PI)


def density_of_log_variance(x: Array, mean: Array, log_var: Array) -> Array:
    """With the logarithm of the variance, as a column."""
    return -0.5 * np.sum(LOG_2_PI + log_var + (x - mean) ** 2 * np.exp(-log_var), axis=-1, keepdims=True)


def density_in_torch(actions: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor) -> torch.Tensor:
    """PyTorch's own, summed."""
    return td.Normal(mean, log_std.exp()).log_prob(actions).sum(dim=-1)


def density_independent(actions: torch.Tensor, loc: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """PyTorch's own, of independent dimensions."""
    return td.Independent(td.Normal(loc, scale), 1).log_prob(actions)


def density_in_jax(actions: jax.Array, mean: jax.Array, log_std: jax.Array) -> jax.Array:
    """SciPy's, in JAX."""
    return jnp.sum(norm.logpdf(actions, mean, jnp.exp(log_std)), axis=-1)


def density_vmapped(actions: jax.Array, mean: jax.Array, std: jax.Array) -> jax.Array:
    """One state after another."""
    return jax.vmap(lambda a, m, s: -jnp.sum(0.5 * jnp.square((a - m) / s) + jnp.log(s) + 0.5 * LOG_2_PI))(
        actions, mean, std
    )


def density_of_one_state(action: list[float], mean: list[float], log_std: list[float]) -> float:
    """Lists of numbers, one dimension after another."""
    total = 0.0
    for a, m, s in zip(action, mean, log_std, strict=True):
        total -= 0.5 * ((a - m) / math.exp(s)) ** 2 + s + 0.5 * LOG_2_PI
    return total


def density_of_one_number(x: float, mu: float, sigma: float) -> float:
    """Plain numbers."""
    return -((x - mu) ** 2) / (2 * sigma**2) - math.log(sigma) - 0.5 * math.log(2 * math.pi)


def density_with_one_log_std(actions: Array, mean: Array, log_std: Array) -> Array:
    """The same deviation in every state, repeated."""
    assert log_std.ndim == 1
    repeated = np.broadcast_to(log_std, mean.shape)
    return density_of_log_std(actions, mean, repeated)


def density_with_entropy(actions: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor) -> tuple[Any, Any]:
    """What an actor-critic evaluates."""
    distribution = td.Normal(mean, log_std.exp())
    return distribution.log_prob(actions).sum(-1), distribution.entropy().sum(-1)


# --- Gaussian divergences -----------------------------------------------------------------------------


def divergence_of_log_std(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """As in papers."""
    numerator = np.exp(2 * old_log_std) + (old_mean - mean) ** 2
    return (log_std - old_log_std + numerator / (2 * np.exp(2 * log_std)) - 0.5).sum(-1)


def divergence_of_std(mu0: Array, sigma0: Array, mu1: Array, sigma1: Array) -> Array:
    """Numbered: from 0 to 1."""
    return np.sum(np.log(sigma1 / sigma0) + (sigma0**2 + (mu0 - mu1) ** 2) / (2 * sigma1**2) - 0.5, axis=1)


def divergence_of_matrices(old_mean: Array, old_std: Array, mean: Array, std: Array) -> Array:
    """The formula for covariance matrices."""
    found = []
    for m0, s0, m1, s1 in zip(old_mean, old_std, mean, std, strict=True):
        first, second = np.diag(s0**2), np.diag(s1**2)
        inverse = np.diag(1 / s1**2)
        difference = m1 - m0
        trace = np.trace(inverse @ first)
        logs = np.log(np.diag(second)).sum() - np.log(np.diag(first)).sum()
        found.append(0.5 * (trace + difference @ inverse @ difference - len(m0) + logs))
    return np.array(found)


def divergence_old_and_new(mean: Array, std: Array, new_mean: Array, new_std: Array) -> Array:
    """What has no mark is old."""
    ratio = std / new_std
    return 0.5 * (ratio**2 + ((mean - new_mean) / new_std) ** 2 - 1 - 2 * np.log(ratio)).sum(-1)


def mean_divergence(old_mean: Array, old_var: Array, mean: Array, var: Array) -> Array:
    """With variances, averaged over states."""
    return np.mean(0.5 * np.sum(np.log(var) - np.log(old_var) + (old_var + (old_mean - mean) ** 2) / var - 1, axis=1))


def divergence_in_torch(
    old_mean: torch.Tensor, old_log_std: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor
) -> torch.Tensor:
    """PyTorch's own."""
    old, new = td.Normal(old_mean, old_log_std.exp()), td.Normal(mean, log_std.exp())
    return td.kl_divergence(td.Independent(old, 1), td.Independent(new, 1))


def divergence_in_jax(mu_p: jax.Array, std_p: jax.Array, mu_q: jax.Array, std_q: jax.Array) -> jax.Array:
    """Marked p and q."""
    variance = jnp.square(std_p / std_q)
    return 0.5 * jnp.sum(variance + jnp.square((mu_q - mu_p) / std_q) - 1 - jnp.log(variance), axis=-1)


def divergence_of_numbers(old_mean: float, old_std: float, mean: float, std: float) -> float:
    """Plain numbers."""
    return math.log(std / old_std) + (old_std**2 + (old_mean - mean) ** 2) / (2 * std**2) - 0.5


def divergence_by_loops(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """Backwards through states and dimensions."""
    found = np.zeros(len(mean))
    for t in reversed(range(len(mean))):
        for i in reversed(range(mean.shape[1])):
            shift = (old_mean[t, i] - mean[t, i]) * np.exp(-log_std[t, i])
            width = np.exp(2 * (old_log_std[t, i] - log_std[t, i]))
            found[t] += log_std[t, i] - old_log_std[t, i] + 0.5 * (width + shift**2 - 1)
    return found


def divergence_with_one_std(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """The same deviations in every state."""
    assert log_std.ndim == old_log_std.ndim == 1
    return divergence_of_log_std(old_mean, old_log_std[None], mean, log_std[None])


# --- Gaussian entropies ---------------------------------------------------------------------------------


def entropy_of_log_std(log_std: Array) -> Array:
    """As in the equation."""
    return (log_std + 0.5 * np.log(2 * np.pi * np.e)).sum(-1)


def entropy_of_variance(var: Array) -> Array:
    """With the variance."""
    return 0.5 * np.log(2 * np.pi * np.e * var).sum(-1)


def entropy_of_determinant(std: Array) -> Array:
    """Half the logarithm of the determinant."""
    k = std.shape[-1]
    return 0.5 * (k * (1 + LOG_2_PI) + np.log(np.prod(std**2, axis=-1)))


def mean_entropy(log_std: Array) -> float:
    """Averaged over states."""
    return float(np.mean(np.sum(log_std, axis=1)) + 0.5 * log_std.shape[1] * (1 + LOG_2_PI))


def entropy_in_torch(std: torch.Tensor) -> torch.Tensor:
    """PyTorch's own."""
    return td.Normal(torch.zeros_like(std), std).entropy().sum(-1)


def entropy_in_jax(log_sigma: jax.Array) -> jax.Array:
    """In JAX."""
    return jnp.sum(log_sigma, axis=-1) + 0.5 * log_sigma.shape[-1] * (1 + LOG_2_PI)


# --- squashing ---------------------------------------------------------------------------------------------


def squashed_stable(unsquashed: Array, mean: Array, log_std: Array) -> Array:
    """The stable form of the correction."""
    correction = 2 * (np.log(2) - unsquashed - np.logaddexp(0, -2 * unsquashed))
    return density_of_log_std(unsquashed, mean, log_std) - correction.sum(-1)


def squashed_with_cosh(u: Array, mu: Array, std: Array) -> Array:
    """1 - tanh^2 = 1 / cosh^2, whose logarithm is found with logaddexp."""
    log_cosh = np.logaddexp(u, -u) - np.log(2)
    return (-0.5 * ((u - mu) / std) ** 2 - np.log(std) - 0.5 * LOG_2_PI + 2 * log_cosh).sum(-1)


def squashed_in_torch(pre_tanh: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor) -> torch.Tensor:
    """With softplus, as a column."""
    slope = 2 * (math.log(2) - pre_tanh - torch.nn.functional.softplus(-2 * pre_tanh))
    return (td.Normal(mean, log_std.exp()).log_prob(pre_tanh) - slope).sum(-1, keepdim=True)


def squashed_in_jax(unsquashed: jax.Array, mean: jax.Array, std: jax.Array) -> jax.Array:
    """With softplus, in JAX."""
    slope = 2 * (jnp.log(2.0) - unsquashed - jax.nn.softplus(-2 * unsquashed))
    return jnp.sum(norm.logpdf(unsquashed, mean, std) - slope, axis=-1)


def squashed_action(actions: Array, mean: Array, std: Array) -> Array:
    """Given the squashed action."""
    u = np.arctanh(actions)
    return (-0.5 * ((u - mean) / std) ** 2 - np.log(std) - 0.5 * LOG_2_PI - np.log1p(-(actions**2))).sum(-1)


def squashed_sample(mean: torch.Tensor, log_std: torch.Tensor, noise: torch.Tensor) -> tuple[Any, Any]:
    """A reparametrised sample and its log-density."""
    u = mean + log_std.exp() * noise
    slope = 2 * (math.log(2) - u - torch.nn.functional.softplus(-2 * u))
    return torch.tanh(u), (-0.5 * noise**2 - log_std - 0.5 * LOG_2_PI - slope).sum(-1)


def gaussian_score_in_parts(actions: Array, mean: Array, log_std: Array) -> tuple[Array, Array]:
    """In the means, and in the logarithms of the deviations."""
    std = np.exp(log_std)
    return (actions - mean) / std**2, ((actions - mean) / std) ** 2 - 1


def full_density(actions: torch.Tensor, mean: torch.Tensor, covariance: torch.Tensor) -> torch.Tensor:
    """PyTorch's own."""
    return td.MultivariateNormal(mean, covariance_matrix=covariance).log_prob(actions)


def full_entropy(cov: Array) -> Array:
    """Half the logarithm of a determinant."""
    return 0.5 * np.linalg.slogdet(2 * np.pi * np.e * cov)[1]


def full_divergence(old_mean: Array, old_cov: Array, mean: Array, cov: Array) -> Array:
    """The text-book form."""
    inverse, difference = np.linalg.inv(cov), mean - old_mean
    trace = np.einsum("tij,tji->t", inverse, old_cov)
    quadratic = np.einsum("ti,tij,tj->t", difference, inverse, difference)
    logs = np.linalg.slogdet(cov)[1] - np.linalg.slogdet(old_cov)[1]
    return 0.5 * (trace + quadratic - mean.shape[1] + logs)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "policy.gaussian_log_prob": [
        *(density_of_log_std, density_of_std, density_of_variance, density_of_log_variance, density_in_torch),
        *(density_independent, density_in_jax, density_vmapped, density_of_one_state, density_of_one_number),
        *(density_with_one_log_std, density_with_entropy),
    ],
    "policy.gaussian_kl": [
        *(divergence_of_log_std, divergence_of_std, divergence_of_matrices, divergence_old_and_new, mean_divergence),
        *(divergence_in_torch, divergence_in_jax, divergence_of_numbers, divergence_by_loops, divergence_with_one_std),
    ],
    "policy.gaussian_entropy": [
        *(entropy_of_log_std, entropy_of_variance, entropy_of_determinant, mean_entropy, entropy_in_torch),
        entropy_in_jax,
    ],
    "policy.squashed_gaussian_log_prob": [
        *(squashed_stable, squashed_with_cosh, squashed_in_torch, squashed_in_jax, squashed_action, squashed_sample),
    ],
    "policy.gaussian_score": [gaussian_score_in_parts],
    "policy.full_gaussian_log_prob": [full_density],
    "policy.full_gaussian_entropy": [full_entropy],
    "policy.full_gaussian_kl": [full_divergence],
}

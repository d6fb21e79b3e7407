"""Further ways to compute entropies of Gaussian policies, and log-densities of squashed ones."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch import distributions as td

Array = Any


# --- entropies ---------------------------------------------------------------------------------------------


def entropy_of_lists(log_std: list[float]) -> float:
    """Plain numbers of one state."""
    total = 0.0
    for each in log_std:
        total += 0.5 + 0.5 * math.log(2 * math.pi) + each
    return total


def entropy_of_independent_dimensions(mean: torch.Tensor, log_std: torch.Tensor) -> torch.Tensor:
    """PyTorch's own, of independent dimensions; means do not matter."""
    return td.Independent(td.Normal(mean, log_std.exp()), 1).entropy()


def entropy_of_a_joint_normal(scale: torch.Tensor) -> torch.Tensor:
    """PyTorch's own, of a joint distribution with a diagonal factor."""
    return td.MultivariateNormal(torch.zeros_like(scale), scale_tril=torch.diag_embed(scale)).entropy()


def entropy_of_log_variance(log_var: Array) -> Array:
    """Half of the logarithms of the variances, as a column."""
    return 0.5 * (log_var + math.log(2 * math.pi * math.e)).sum(axis=-1, keepdims=True)


def entropy_of_matrices(std: Array) -> Array:
    """The logarithm of the determinant of each covariance matrix."""
    covariances = np.einsum("...i,ij->...ij", std**2, np.eye(std.shape[-1]))
    return 0.5 * np.linalg.slogdet(2 * math.pi * math.e * covariances)[1]


def entropy_of_one_spread(logstd: torch.Tensor) -> torch.Tensor:
    """The same deviations in every state, as Stable-Baselines3 and CleanRL have them, in PyTorch."""
    assert logstd.ndim == 1
    return torch.sum(logstd + 0.5 * math.log(2.0 * math.pi * math.e))


# --- squashed log-densities --------------------------------------------------------------------------------


def squashed_by_softplus(pi_action: torch.Tensor, mu: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """Spinning Up's, in PyTorch."""
    found = td.Normal(mu, std).log_prob(pi_action).sum(axis=-1)
    found -= (2 * (math.log(2) - pi_action - torch.nn.functional.softplus(-2 * pi_action))).sum(axis=1)
    return found


def squashed_by_magnitudes(unsquashed: Array, mean: Array, var: Array) -> Array:
    """The slope of tanh at the magnitude of u, with variances."""
    size = np.abs(unsquashed)
    slope = 2 * np.log(2) - 2 * size - 2 * np.log1p(np.exp(-2 * size))
    return (-0.5 * ((unsquashed - mean) ** 2 / var + np.log(2 * np.pi * var)) - slope).sum(axis=-1)


def squashed_of_lists(u: list[float], mu: list[float], log_std: list[float]) -> float:
    """Plain numbers of one state."""
    total = 0.0
    for x, m, s in zip(u, mu, log_std, strict=True):
        total -= 0.5 * ((x - m) / math.exp(s)) ** 2 + s + 0.5 * math.log(2 * math.pi)
        total += 2 * (abs(x) + math.log1p(math.exp(-2 * abs(x))) - math.log(2))
    return total


def squashed_by_a_transform(pre_tanh_actions: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor) -> torch.Tensor:
    """PyTorch's transform tells the logarithm of its slope."""
    slope = td.TanhTransform().log_abs_det_jacobian(pre_tanh_actions, torch.tanh(pre_tanh_actions))
    return (td.Normal(mean, log_std.exp()).log_prob(pre_tanh_actions) - slope).sum(-1)


def squashed_by_a_base(raw_actions: torch.Tensor, loc: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """PyTorch's transformed distribution, which remembers what it squashed."""
    transform = td.TanhTransform(cache_size=1)
    squashed = td.TransformedDistribution(td.Normal(loc, scale), [transform])
    return squashed.log_prob(transform(raw_actions)).sum(dim=-1)


@jax.jit
def squashed_as_in_brax(raw_actions: jax.Array, loc: jax.Array, scale: jax.Array) -> jax.Array:
    """Brax's."""
    densities = -0.5 * jnp.square((raw_actions - loc) / scale) - 0.5 * jnp.log(2 * jnp.pi) - jnp.log(scale)
    slope = 2.0 * (jnp.log(2.0) - raw_actions - jax.nn.softplus(-2.0 * raw_actions))
    return jnp.sum(densities - slope, axis=-1)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "policy.gaussian_entropy": [
        *(entropy_of_lists, entropy_of_independent_dimensions, entropy_of_a_joint_normal, entropy_of_log_variance),
        *(entropy_of_matrices, entropy_of_one_spread),
    ],
    "policy.squashed_gaussian_log_prob": [
        *(squashed_by_softplus, squashed_by_magnitudes, squashed_of_lists, squashed_by_a_transform, squashed_by_a_base),
        squashed_as_in_brax,
    ],
}

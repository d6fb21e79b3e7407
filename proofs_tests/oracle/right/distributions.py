"""Ways to compute log-probabilities, entropies and divergences of policies."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax.scipy.special import logsumexp
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


# --- categorical policies ------------------------------------------------------------------------------------


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def taken(logits: Array, actions: Array) -> Array:
    """Picked by index."""
    return _log_softmax(logits)[np.arange(len(actions)), actions]


def taken_from_columns(logits: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Gathered with a column of indices."""
    return torch.log_softmax(logits, dim=-1).gather(1, actions.long())


def taken_by_rows(logits: Array, one_hot: Array) -> Array:
    """Picked by rows with a one."""
    return (one_hot * _log_softmax(logits)).sum(axis=1)


def taken_from_probabilities(actions: Array, probs: Array) -> Array:
    """The logarithm of a probability."""
    with np.errstate(divide="ignore"):
        return np.log(np.take_along_axis(probs, actions[:, None], axis=1).squeeze(1))


def taken_in_torch(actions: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """PyTorch's own."""
    return td.Categorical(logits=logits).log_prob(actions)


def taken_by_cross_entropy(logits: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Minus the cross-entropy."""
    return -torch.nn.functional.cross_entropy(logits, actions, reduction="none")


def taken_in_jax(logits: jax.Array, actions: jax.Array) -> jax.Array:
    """A logit less the normaliser."""
    return jnp.take_along_axis(logits, actions[:, None], axis=1)[:, 0] - logsumexp(logits, axis=1)


def taken_among_allowed(logits: Array, actions: Array, action_mask: Array) -> Array:
    """Among the allowed actions alone."""
    found = []
    for row, action, allowed in zip(logits, actions, action_mask, strict=True):
        largest = row[allowed].max()
        found.append(row[action] - largest - np.log(np.exp(row[allowed] - largest).sum()))
    return np.array(found)


def taken_and_entropy(logits: torch.Tensor, actions: torch.Tensor) -> tuple[Any, Any]:
    """What an actor-critic evaluates."""
    distribution = td.Categorical(logits=logits)
    return distribution.log_prob(actions), distribution.entropy()


def taken_by_one(logits: list[float], action: int) -> float:
    """Lists of numbers."""
    largest = max(logits)
    return logits[action] - largest - math.log(sum(math.exp(x - largest) for x in logits))


def spread(logits: Array) -> Array:
    """Minus the mean log-probability."""
    log_probs = _log_softmax(logits)
    return -(np.exp(log_probs) * log_probs).sum(-1)


def spread_by_the_normaliser(logits: Array) -> Array:
    """The normaliser less the mean logit."""
    shifted = logits - logits.max(-1, keepdims=True)
    weights = np.exp(shifted)
    total = weights.sum(-1)
    return np.log(total) - (weights * shifted).sum(-1) / total


def spread_of_probabilities(probs: Array) -> Array:
    """Nothing where nothing is."""
    return -np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1)), 0).sum(axis=-1)


def spread_of_possible(p: Array) -> float:
    """The possible actions alone, in every state, summed."""
    possible = p[p > 0]
    return -float((possible * np.log(possible)).sum())


def spread_in_torch(logits: torch.Tensor) -> torch.Tensor:
    """PyTorch's own, averaged."""
    return td.Categorical(logits=logits).entropy().mean()


def spread_with_xlogy(probs: torch.Tensor) -> torch.Tensor:
    """With x log y, which is 0 for x = 0."""
    return -torch.xlogy(probs, probs).sum(dim=-1)


def spread_in_jax(logits: jax.Array) -> jax.Array:
    """In JAX."""
    return -jnp.sum(jax.nn.softmax(logits) * jax.nn.log_softmax(logits), axis=-1)


def spread_among_allowed(logits: torch.Tensor, action_mask: torch.Tensor) -> torch.Tensor:
    """With a large negative number for forbidden actions, and no term of theirs."""
    masked = torch.where(action_mask, logits, torch.tensor(-1e8, dtype=logits.dtype))
    log_probs = torch.log_softmax(masked, dim=-1)
    return -(log_probs.exp() * log_probs * action_mask).sum(-1)


def spread_from_log_probs(log_probs: Array) -> Array:
    """Of the log-probabilities of all actions."""
    return -(np.exp(log_probs) * log_probs).sum(axis=1)


def spread_of_one(probs: list[float]) -> float:
    """Lists of numbers."""
    return -sum(p * math.log(p) for p in probs if p > 0)


# --- divergences of rows -----------------------------------------------------------------------------------------


def rows(policy: Array, new_policy: Array) -> Array:
    """Over the support of the old policy."""
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(policy > 0, policy, 1)) - np.log(new_policy)
    return np.where(policy > 0, policy * np.where(policy > 0, logs, 0), 0).sum(axis=-1)


def rows_by_loops(p: Array, q: Array) -> Array:
    """One action after another."""
    found = np.zeros(len(p))
    for s in range(len(p)):
        for a in range(p.shape[1]):
            if p[s, a] > 0:
                found[s] += p[s, a] * math.log(p[s, a] / q[s, a]) if q[s, a] > 0 else math.inf
    return found


def rows_of_logits(old_logits: Array, logits: Array) -> Array:
    """From logits."""
    old, new = _log_softmax(old_logits), _log_softmax(logits)
    return np.sum(np.exp(old) * (old - new), axis=-1)


def rows_of_newer_logits(logits: Array, new_logits: Array) -> float:
    """What has no mark is old; averaged over states."""
    old, new = _log_softmax(logits), _log_softmax(new_logits)
    return float((np.exp(old) * (old - new)).sum(axis=1).mean())


def rows_in_torch(old_logits: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """PyTorch's own distributions."""
    return td.kl_divergence(td.Categorical(logits=old_logits), td.Categorical(logits=logits))


def rows_by_kl_div(old_log_probs: torch.Tensor, log_probs: torch.Tensor) -> torch.Tensor:
    """PyTorch's loss, whose arguments are the other way round."""
    return torch.nn.functional.kl_div(log_probs, old_log_probs, reduction="none", log_target=True).sum(-1)


def rows_with_xlogy(old_probs: torch.Tensor, new_probs: torch.Tensor) -> torch.Tensor:
    """The entropy less the cross-entropy."""
    return (torch.xlogy(old_probs, old_probs) - torch.xlogy(old_probs, new_probs)).sum(-1)


def rows_in_jax(old_logits: jax.Array, logits: jax.Array) -> jax.Array:
    """From logits, in JAX."""
    old = jax.nn.log_softmax(old_logits)
    return jnp.sum(jnp.exp(old) * (old - jax.nn.log_softmax(logits)), axis=-1)


def rows_among_allowed(old_logits: Array, logits: Array, action_mask: Array) -> Array:
    """Among the allowed actions alone."""
    old = _log_softmax(np.where(action_mask, old_logits, -1e9))
    new = _log_softmax(np.where(action_mask, logits, -1e9))
    return (np.exp(old) * np.where(action_mask, old - new, 0)).sum(-1)


def one_row(p: list[float], q: list[float]) -> float:
    """Lists of numbers."""
    return sum(math.inf if b == 0 else a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def half_the_distance(policy: Array, new_policy: Array) -> Array:
    """Half the sum of magnitudes."""
    return 0.5 * np.abs(policy - new_policy).sum(-1)


def one_less_overlap(p: Array, q: Array) -> Array:
    """One less what both have."""
    return 1 - np.minimum(p, q).sum(axis=1)


def surplus(old_probs: torch.Tensor, probs: torch.Tensor) -> torch.Tensor:
    """What the new policy has more."""
    return torch.relu(probs - old_probs).sum(dim=-1)


def largest_of_rows(policy: Array, new_policy: Array) -> float:
    """The worst state."""
    return float(max(rows(policy, new_policy)))


def largest_distance(policy: Array, new_policy: Array) -> float:
    """The state that differs most."""
    return max(0.5 * sum(abs(a - b)) for a, b in zip(policy, new_policy, strict=True))


def softmax_shifted(logits: Array) -> Array:
    """With the largest subtracted."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def softmax_tempered(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """With a temperature."""
    return torch.softmax(logits / temperature, dim=-1)


def softmax_of_one(x: list[float]) -> Array:
    """Lists of numbers."""
    weights = [math.exp(each - max(x)) for each in x]
    return np.array(weights) / sum(weights)


def log_softmax_in_jax(logits: jax.Array) -> jax.Array:
    """In JAX."""
    return logits - logsumexp(logits, axis=-1, keepdims=True)


def exploring(q_values: Array, epsilon: float) -> Array:
    """Uniform, and the rest on the greedy action."""
    found = np.full(q_values.shape, epsilon / q_values.shape[1])
    found[np.arange(len(q_values)), q_values.argmax(1)] += 1 - epsilon
    return found


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
    "policy.log_prob": [
        *(taken, taken_from_columns, taken_by_rows, taken_from_probabilities, taken_in_torch, taken_by_cross_entropy),
        *(taken_in_jax, taken_among_allowed, taken_and_entropy, taken_by_one),
    ],
    "policy.entropy": [
        *(spread, spread_by_the_normaliser, spread_of_probabilities, spread_of_possible, spread_in_torch),
        *(spread_with_xlogy, spread_in_jax, spread_among_allowed, spread_from_log_probs, spread_of_one),
    ],
    "divergence.kl": [
        *(rows, rows_by_loops, rows_of_logits, rows_of_newer_logits, rows_in_torch, rows_by_kl_div, rows_with_xlogy),
        *(rows_in_jax, rows_among_allowed, one_row),
    ],
    "divergence.tv": [half_the_distance, one_less_overlap, surplus],
    "divergence.kl_max": [largest_of_rows],
    "divergence.tv_max": [largest_distance],
    "policy.softmax": [softmax_shifted, softmax_tempered, softmax_of_one],
    "policy.log_softmax": [log_softmax_in_jax],
    "policy.epsilon_greedy": [exploring],
    "policy.gaussian_score": [gaussian_score_in_parts],
    "policy.full_gaussian_log_prob": [full_density],
    "policy.full_gaussian_entropy": [full_entropy],
    "policy.full_gaussian_kl": [full_divergence],
}

"""Ways to compute log-probabilities, entropies and divergences of categorical policies."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax.scipy.special import logsumexp
from torch import distributions as td

Array = Any
LOG_2_PI = math.log(2 * math.pi)


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


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
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
}

"""Further ways to compute softmax policies, how far policies are apart, and their ratios."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import torch

Array = Any


# --- softmax -----------------------------------------------------------------------------------------------


def softmax_of_log_probabilities(logits: Array) -> Array:
    """The exponential of what is left of the logits."""
    return np.exp(logits - np.logaddexp.reduce(logits, axis=-1)[..., None])


def softmax_by_scipy(logits: Array) -> Array:
    """SciPy's."""
    return scipy.special.softmax(logits, axis=-1)


def softmax_by_pairs(preferences: Array) -> Array:
    """One over a sum of exponentials of differences."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(preferences[..., None, :] - preferences[..., :, None]).sum(axis=-1)


def softmax_in_one_pass(logits: Array) -> Array:
    """The largest and the sum found together, as in kernels that read a row once."""
    found = np.empty_like(logits)
    for index in np.ndindex(logits.shape[:-1]):
        largest, total = -math.inf, 0.0
        for logit in logits[index]:
            larger = max(largest, logit)
            total = total * math.exp(largest - larger) + math.exp(logit - larger)
            largest = larger
        found[index] = np.exp(logits[index] - largest) / total
    return found


def softmax_in_torch(logits: torch.Tensor) -> torch.Tensor:
    """PyTorch's distribution."""
    return torch.distributions.Categorical(logits=logits).probs


def softmax_along_the_first_axis(logits: torch.Tensor) -> torch.Tensor:
    """Actions first, then turned back, in PyTorch."""
    turned = logits.movedim(-1, 0)
    weights = (turned - turned.amax(dim=0)).exp()
    return (weights / weights.sum(dim=0)).movedim(0, -1)


def softmax_with_a_mask(logits: Array, action_mask: Array) -> Array:
    """Nothing on what is not allowed."""
    largest = np.max(np.where(action_mask, logits, -np.inf), axis=-1, keepdims=True)
    weights = np.where(action_mask, np.exp(np.minimum(logits - largest, 0)), 0)
    return weights / np.einsum("...a->...", weights)[..., None]


def softmax_with_temperature(q: Array, tau: float) -> Array:
    """Boltzmann's distribution over action values."""
    exponents = (q - q.max(axis=-1, keepdims=True)) / tau
    return np.exp(exponents - scipy.special.logsumexp(exponents, axis=-1, keepdims=True))


@jax.jit
def softmax_in_jax(logits: jax.Array) -> jax.Array:
    """JAX's."""
    return jax.nn.softmax(logits, axis=-1)


# --- total variation ---------------------------------------------------------------------------------------


def distance_of_lists(p: list[float], q: list[float]) -> float:
    """Plain numbers of one state."""
    return math.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2


def distance_by_a_norm(policy: Array, new_policy: Array) -> Array:
    """Half of NumPy's norm."""
    return np.linalg.norm(new_policy - policy, ord=1, axis=-1) / 2


def distance_of_events(policy: Array, new_policy: Array) -> Array:
    """The event whose probabilities differ most, among all."""
    actions = range(policy.shape[-1])
    events = [list(event) for k in (0, *(a + 1 for a in actions)) for event in itertools.combinations(actions, k)]
    return np.max([(policy[..., event] - new_policy[..., event]).sum(axis=-1) for event in events], axis=0)


def distance_by_larger_and_smaller(pi_old: Array, pi_new: Array) -> Array:
    """Half of what the larger have more than the smaller."""
    return (np.maximum(pi_old, pi_new) - np.minimum(pi_old, pi_new)).sum(axis=-1) * 0.5


def distance_from_old_and_new(old_probs: Array, new_probs: Array) -> Array:
    """What a newer policy takes away."""
    return np.clip(old_probs - new_probs, 0, None).sum(axis=-1)


def distance_of_logits(old_logits: torch.Tensor, new_logits: torch.Tensor) -> torch.Tensor:
    """From logits, in PyTorch."""
    return (old_logits.softmax(-1) - new_logits.softmax(-1)).abs().sum(-1).mul(0.5)


def distance_by_a_divergence(old_probs: torch.Tensor, probs: torch.Tensor) -> torch.Tensor:
    """PyTorch's loss of magnitudes, averaged over states."""
    total = torch.nn.functional.l1_loss(probs, old_probs, reduction="sum")
    return 0.5 * total / (probs.numel() / probs.shape[-1])


def distance_by_loops(policy: Array, new_policy: Array) -> Array:
    """What a coupling cannot keep, state after state."""
    found = np.zeros(policy.shape[:-1])
    for index in np.ndindex(found.shape):
        kept = 0.0
        for a, b in zip(policy[index], new_policy[index], strict=True):
            kept += min(a, b)
        found[index] = 1.0 - kept
    return found


@jax.jit
def distance_in_jax(policy: jax.Array, new_policy: jax.Array) -> jax.Array:
    """One row after the other, in JAX."""
    return jax.vmap(lambda p, q: jnp.sum(jnp.where(p > q, p - q, 0)))(policy, new_policy)


# --- ratios ------------------------------------------------------------------------------------------------


def ratio_by_division(target_probabilities: Array, behaviour_probabilities: Array) -> Array:
    """Division where it is possible."""
    found = np.zeros(np.shape(target_probabilities))
    return np.divide(target_probabilities, behaviour_probabilities, out=found, where=behaviour_probabilities != 0)


def ratio_by_logarithms(pi: Array, mu: Array) -> Array:
    """The exponential of a difference of logarithms."""
    acts = pi > 0
    return np.where(acts, np.exp(np.log(np.where(acts, pi, 1)) - np.log(np.where(acts, mu, 1))), 0)


def ratio_by_loops(target_policy: Array, behaviour_policy: Array) -> Array:
    """Entry by entry."""
    found = np.zeros_like(target_policy)
    for index, probability in np.ndenumerate(target_policy):
        found[index] = 0.0 if probability == 0 else probability / behaviour_policy[index]
    return found


def ratio_in_torch(target_probs: torch.Tensor, behavior_probs: torch.Tensor) -> torch.Tensor:
    """In PyTorch, with what is no number replaced."""
    return torch.nan_to_num(target_probs / behavior_probs, nan=0.0)


def ratio_of_safe_divisors(target_probs: torch.Tensor, behaviour_probs: torch.Tensor) -> torch.Tensor:
    """In PyTorch, with a divisor of one where neither acts."""
    return target_probs / behaviour_probs.masked_fill(behaviour_probs == 0, 1.0)


def ratio_of_lists(pi: list[float], b: list[float]) -> list[float]:
    """Plain numbers of one state."""
    return [p / q if q else 0.0 for p, q in zip(pi, b, strict=True)]


def ratio_by_reciprocals(target_probs: Array, b_probs: Array) -> Array:
    """A product with reciprocals."""
    acts = b_probs > 0
    return target_probs * np.where(acts, np.reciprocal(np.where(acts, b_probs, 1.0)), 0.0)


def ratio_vectorised(policy: Array, behavior_policy: Array) -> Array:
    """A function of two numbers, vectorised."""
    return np.vectorize(lambda p, b: p / b if b > 0 else 0.0, otypes=[float])(policy, behavior_policy)


def ratio_of_logits(target_logits: torch.Tensor, behaviour_logits: torch.Tensor) -> torch.Tensor:
    """From logits, in PyTorch."""
    return (torch.log_softmax(target_logits, dim=-1) - torch.log_softmax(behaviour_logits, dim=-1)).exp()


@jax.jit
def ratio_in_jax(target_probabilities: jax.Array, behaviour_probabilities: jax.Array) -> jax.Array:
    """In JAX."""
    acts = behaviour_probabilities > 0
    return jnp.where(acts, target_probabilities / jnp.where(acts, behaviour_probabilities, 1), 0)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "policy.softmax": [
        *(softmax_of_log_probabilities, softmax_by_scipy, softmax_by_pairs, softmax_in_one_pass, softmax_in_torch),
        *(softmax_along_the_first_axis, softmax_with_a_mask, softmax_with_temperature, softmax_in_jax),
    ],
    "divergence.tv": [
        *(distance_of_lists, distance_by_a_norm, distance_of_events, distance_by_larger_and_smaller),
        *(distance_from_old_and_new, distance_of_logits, distance_by_a_divergence, distance_by_loops, distance_in_jax),
    ],
    "importance_sampling.ratio": [
        *(ratio_by_division, ratio_by_logarithms, ratio_by_loops, ratio_in_torch, ratio_of_safe_divisors),
        *(ratio_of_lists, ratio_by_reciprocals, ratio_vectorised, ratio_of_logits, ratio_in_jax),
    ],
}

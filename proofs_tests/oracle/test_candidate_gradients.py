"""Value right, gradient wrong: found by the candidate's own autodiff, in PyTorch and in JAX.

The reported ones stand in `library_bugs/gradients.py`.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from rlproof.oracle import check
from rlproof.oracle.verdict import AGREES, INEXPRESSIBLE, VARIANT

Array = Any


def pg_loss(log_probs: Array, advantages: Array) -> Array:
    """The policy-gradient loss."""
    return -(log_probs * advantages.detach()).mean()


def pg_stopped(log_probs: Array, advantages: Array) -> Array:
    """The policy is detached in place of the advantages."""
    return -(log_probs.detach() * advantages).mean()


def clip(ratios: Array, advantages: Array, clip_epsilon: float) -> Array:
    """The textbook's clip objective."""
    clipped = ratios.clamp(1 - clip_epsilon, 1 + clip_epsilon)
    return torch.min(ratios * advantages, clipped * advantages).mean()


def clip_halved(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> Array:
    """Half of the objective is detached."""
    objective = clip(torch.exp(log_probs - old_log_probs), advantages, clip_epsilon)
    return objective / 2 + objective.detach() / 2


def clip_detached_ratio(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> Array:
    """The ratio carries no gradient."""
    return clip(torch.exp(log_probs - old_log_probs).detach(), advantages, clip_epsilon)


def entropy(logits: Array) -> Array:
    """Entropy of a softmax."""
    log_probs = jax.nn.log_softmax(logits)
    return -(jnp.exp(log_probs) * log_probs).sum(-1)


def entropy_of_fixed_probabilities(logits: Array) -> Array:
    """The probabilities are constants."""
    log_probs = jax.nn.log_softmax(logits)
    return -(jax.lax.stop_gradient(jnp.exp(log_probs)) * log_probs).sum(-1)


def k1_loss(log_probs: Array, ref_log_probs: Array) -> Array:
    """The estimator k1 as a loss."""
    return (log_probs - ref_log_probs).mean()


def k2_loss(log_probs: Array, ref_log_probs: Array) -> Array:
    """The estimator k2 as a loss."""
    return ((log_probs - ref_log_probs) ** 2).mean() / 2


def k3_loss(log_probs: Array, ref_log_probs: Array) -> Array:
    """The estimator k3 as a loss."""
    difference = ref_log_probs - log_probs
    return (torch.exp(difference) - 1 - difference).mean()


CASES: list[tuple[Callable[..., Any], str, str | None]] = [
    (pg_loss, "pg.loss", None),
    (pg_stopped, "pg.loss", "gradient_stopped_at_log_probs"),
    (clip, "ppo.clip_objective", None),
    (clip_halved, "ppo.clip_objective", "gradient_of_halved"),
    (clip_detached_ratio, "ppo.clip_objective", "gradient_stopped_at_log_probs"),
    (entropy, "policy.entropy", None),
    (entropy_of_fixed_probabilities, "policy.entropy", ""),
    (k1_loss, "divergence.k1", "gradient_zero_in_expectation"),
    (k2_loss, "divergence.k2", None),
    (k3_loss, "divergence.k3", "gradient_of_the_reverse_divergence_in_expectation"),
]
"""A function, its equation, the name of its gradient: None if it is right, empty if it has no name."""


@pytest.mark.parametrize(("function", "equation", "name"), CASES, ids=[case[0].__name__ for case in CASES])
def test_the_gradient_gets_a_verdict(function: Callable[..., Any], equation: str, name: str | None) -> None:
    """Each function is right in value; a wrong gradient is found and, where it is of a known kind, named."""
    assert check(function, equation, examples=100)
    verdict = check(function, equation, examples=100, gradient=True)
    assert (verdict.status == AGREES) == (name is None), str(verdict)
    assert verdict.cases["gradient"] > 0
    if name:
        assert verdict.status == VARIANT
        assert name in verdict.variants


def test_numpy_has_no_gradient() -> None:
    """What cannot be differentiated is not said to be right."""

    def loss(values: Array, returns: Array) -> Array:
        return np.mean((np.asarray(values) - np.asarray(returns)) ** 2)

    verdict = check(loss, "ppo.value_loss", examples=100, gradient=True, arrays="numpy")
    assert verdict.status == INEXPRESSIBLE
    assert "no gradient" in verdict.explanation

"""Estimators that are right on average alone are said to be so, by exact enumeration."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.oracle import check

Array = Any


def k1(log_probs: Array, old_log_probs: Array) -> Array:
    """The log-ratio, negated."""
    return old_log_probs - log_probs


def k2(log_probs: Array, old_log_probs: Array) -> Array:
    """Half of its square: biased."""
    return (old_log_probs - log_probs) ** 2 / 2


def k3(log_probs: Array, old_log_probs: Array) -> Array:
    """With a control variate."""
    return np.expm1(log_probs - old_log_probs) - (log_probs - old_log_probs)


def full_return(rewards: Array, gamma: float) -> Array:
    """The whole return weights each score."""
    return np.full(len(rewards), sum(gamma**t * reward for t, reward in enumerate(rewards)))


def undiscounted_weights(rewards: Array, gamma: float) -> Array:
    """The return from each step on, without gamma^t."""
    steps = range(len(rewards))
    return np.array([sum(gamma ** (k - t) * rewards[k] for k in steps if k >= t) for t in steps])


def per_decision(rewards: Array, ratios: Array, gamma: float) -> Array:
    """Each reward is weighted by the ratios up to it."""
    return np.sum(np.cumprod(ratios) * gamma ** np.arange(len(rewards)) * rewards)


def twice_per_decision(rewards: Array, ratios: Array, gamma: float) -> Array:
    """Twice as much."""
    return 2 * per_decision(rewards, ratios, gamma)


CASES: list[tuple[Callable[..., Any], str, bool]] = [
    (k1, "divergence.k3", True),
    (k3, "divergence.k1", True),
    (k2, "divergence.k1", False),
    (full_return, "pg.reinforce", True),
    (undiscounted_weights, "pg.reinforce", False),
    (per_decision, "importance_sampling.ordinary", True),
    (twice_per_decision, "importance_sampling.ordinary", False),
]


@pytest.mark.parametrize(("function", "equation", "equal"), CASES, ids=[case[0].__name__ for case in CASES])
def test_equal_in_expectation(function: Callable[..., Any], equation: str, equal: bool) -> None:
    """The verdict says of each whether its mean is the equation's; on each sample none is."""
    verdict = check(function, equation, examples=100)
    assert not verdict
    assert ("equal_in_expectation" in verdict.variants) == equal, str(verdict)
    assert verdict.counterexample is not None

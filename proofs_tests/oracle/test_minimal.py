"""Counterexamples are minimal: as few steps as can show the bug, small numbers, and nothing that plays no part."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.oracle import check

Array = Any


def gae(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: float,
    gae_lambda: float,
    *,
    bug: str,
) -> Array:
    """Advantages with one bug."""
    length = len(rewards)
    advantages, following = np.zeros(length), 0.0
    for t in reversed(range(length)):
        running = 1.0 if bug == "terminal value" else 1.0 - terminated[t]
        successor = values[t + 1] if bug == "value after reset" and t + 1 < length else next_values[t]
        error = rewards[t] + gamma * successor * running - values[t]
        cut = terminated[t] if bug == "no cut" else terminated[t] | truncated[t]
        decay = gamma if bug == "no lambda" else gamma * gae_lambda
        following = error + decay * (1.0 - cut) * following
        advantages[t] = following
    if bug == "third step" and length > 2:
        advantages[0] += 1
    if bug == "large reward" and abs(rewards).max() > 5:
        advantages[0] += 1
    return advantages


def planted(bug: str) -> Callable[..., Array]:
    """The function with a bug built in."""

    def function(
        rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array,
        gamma: float, gae_lambda: float,
    ) -> Array:  # fmt: skip
        return gae(rewards, values, next_values, terminated, truncated, gamma, gae_lambda, bug=bug)

    return function


def clip_from_epsilon(ratios: Array, advantages: Array, clip_epsilon: float) -> float:
    """The band begins at epsilon."""
    clipped = np.clip(ratios, clip_epsilon, 1 + clip_epsilon)
    return np.mean(np.minimum(ratios * advantages, clipped * advantages))


def smaller_loss(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The minimum of both errors, where the maximum is meant."""
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return np.mean(np.minimum((values - returns) ** 2, (clipped - returns) ** 2))


def mean_of_q(rewards: Array, next_q_values: Array, terminated: Array, gamma: float) -> Array:
    """The mean over actions, where the maximum is meant."""
    return rewards + gamma * (1 - terminated) * next_q_values.mean(axis=-1)


def minus_typed_for_times(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: float
) -> Array:
    """`gamma - (1 - d)` for `gamma (1 - d)`."""
    return rewards + gamma - (1 - terminated) * next_q_values[np.arange(len(rewards)), next_actions]


def swapped_divergence(policy: Array, new_policy: Array) -> Array:
    """The other direction."""
    with np.errstate(all="ignore"):
        return np.where(new_policy > 0, new_policy * np.log(new_policy / policy), 0).sum(axis=-1)


BUGS = [
    (planted("terminal value"), "gae.advantage", 1, 2),
    (planted("value after reset"), "gae.advantage", 2, 2),
    (planted("no cut"), "gae.advantage", 2, 2),
    (planted("no lambda"), "gae.advantage", 2, 2),
    (planted("third step"), "gae.advantage", 3, 2),
    (planted("large reward"), "gae.advantage", 1, 6),
    (clip_from_epsilon, "ppo.clip_objective", 1, 2),
    (smaller_loss, "ppo.clipped_value_loss", 1, 2),
    (mean_of_q, "td.q_learning_target", 2, 2),
    (minus_typed_for_times, "td.sarsa_target", 1, 2),
    (swapped_divergence, "divergence.kl", 2, 1),
    (lambda rewards, gamma: sum(gamma**t * r for t, r in enumerate(rewards, start=1)), "mdp.discounted_return", 1, 1),
    (lambda rewards, gamma: sum(gamma * r if t else r for t, r in enumerate(rewards)), "mdp.discounted_return", 3, 2),
]
"""A function, its equation, the longest axis that is needed, the largest number."""


@pytest.mark.parametrize(("function", "equation", "length", "largest"), BUGS)
def test_the_counterexample_is_minimal(
    function: Callable[..., Any], equation: str, length: int, largest: float
) -> None:
    """The longest array has as many entries as are needed, the numbers are small, and most of them zero."""
    found = check(function, equation).counterexample
    assert found is not None
    arrays = [np.asarray(value, dtype=float) for value in found.inputs.values()]
    assert max(max(array.shape) for array in arrays if array.ndim) == length
    numbers = np.concatenate([array.ravel() for array in arrays])
    assert abs(numbers).max() <= largest
    assert np.count_nonzero(numbers) <= 2 * length + 3, found.inputs


def test_the_reproduction_runs() -> None:
    """What is printed can be copied, pasted and run, and shows the difference."""
    found = check(swapped_divergence, "divergence.kl").counterexample
    assert found is not None
    source = found.reproduction.replace(f"from {__name__} import swapped_divergence", "")
    assert source != found.reproduction
    scope: dict[str, Any] = {"swapped_divergence": swapped_divergence}
    exec(source, scope)  # noqa: S102 - the oracle's own text
    assert scope["got"] != scope["expected"]
    assert scope["got"] == found.got

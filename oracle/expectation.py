"""Equal in expectation: estimators that differ from an equation on every sample, but not on average.

Both are averaged over all samples of a small problem, each with its exact probability: a finite sum, no statistics.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..spec import numbers, trajectories
from .agreement import distance
from .cases import each, exactly
from .gradient_check import slopes_at
from .reading import Facts
from .search import search
from .strategies import Sizes, arguments
from .trial import Trial

PROBLEMS = 12
"""How many problems are averaged over."""
HORIZON = 3


@dataclass(frozen=True)
class Sampling:
    """How the samples of an equation come about."""

    says: str
    needs: tuple[str, ...]
    samples: Callable[[Facts], Iterator[tuple[Any, Facts, Any]]]
    """From a drawn problem: each sample's probability, what is drawn in it, and what its result is multiplied by."""


def equal_in_expectation(trial: Trial, seed: int) -> str | None:
    """Say over what the function has the equation's mean, if it has; None if it has not, or nothing is known of it."""
    sampling = SAMPLINGS.get(trial.contract.equation.id)
    if sampling is None or len(trial.form.outputs) != 1:
        return None
    problems: list[Facts] = []
    sizes = Sizes(states=(1, 2), actions=(2, 3), length=(1, 1))
    search(problems.append, arguments(sampling.needs, sizes), examples=PROBLEMS, seed=seed)
    return sampling.says if all(_equal(trial, list(sampling.samples(problem))) for problem in problems) else None


def _equal(trial: Trial, samples: Sequence[tuple[Any, Facts, Any]]) -> bool:
    """Whether both means are equal, up to what single precision would grant."""
    got: Any = 0
    wanted: Any = 0
    scale = 0.0
    for probability, drawn, factor in samples:
        if not trial.setting.needs <= drawn.keys():
            return False
        seen = trial.observe(trial.arguments(drawn))
        if seen.result.problem is not None or len(seen.result.arrays) != 1:
            return False
        (result,), (expected,) = seen.result.arrays, trial.expected(seen.arguments)
        if result.shape != np.shape(expected) or not np.all(np.isfinite(result)):
            return False
        exact = each(exactly, {"result": result})["result"] if result.shape else numbers.rational(result.item())
        got, wanted = got + probability * _times(exact, factor), wanted + probability * _times(expected, factor)
        scale += float(probability) * float(np.max(abs(numbers.float64(_times(exact, factor)))))
    pairs = zip(np.ravel(numbers.float64(got)), np.ravel(np.asarray(wanted)), strict=True)
    return all(distance(one, other) <= scale * float(np.finfo(np.float32).eps) for one, other in pairs)


def gradient_in_expectation(trial: Trial, seed: int) -> str | None:
    """Name the expected gradient of a divergence's estimator whose samples are the policy's own, where it is wrong.

    A policy that learns moves its samples as well: k1's gradient is zero on average, k3's that of the reverse
    divergence; k2's is right.
    """
    live = [entry.word for entry in trial.setting.readings if entry.style.get("samples") == "own"]
    if "log_probs" not in live:
        return None
    problems: list[Facts] = []
    names = ("full_probabilities", "other_full_probabilities")
    search(problems.append, arguments(names, Sizes(actions=(2, 3), length=(1, 1))), examples=PROBLEMS, seed=seed)
    found = [_expected_slope(trial, problem) for problem in problems]
    pairs = [(numbers.float64(p["full_probabilities"][0]), numbers.float64(p[names[1]][0])) for p in problems]
    for name, right in SLOPES.items():
        wanted = [right(policy, other) for policy, other in pairs]
        if all(
            slope is not None and np.allclose(slope, w, rtol=0, atol=LARGE)
            for slope, w in zip(found, wanted, strict=True)
        ):
            return name or None
    return "gradient_biased_in_expectation"


LARGE = 2.0**-16
"""More than single precision can lose on slopes up to the logarithm of 16."""
SLOPES: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "": lambda p, q: p * (np.log(p / q) - (p * np.log(p / q)).sum()),
    "gradient_zero_in_expectation": lambda p, _: 0 * p,
    "gradient_of_the_reverse_divergence_in_expectation": lambda p, q: p - q,
}
"""Gradients in the logits of the policy: of its divergence from the other, and what is found instead."""


def _expected_slope(trial: Trial, problem: Facts) -> np.ndarray | None:
    """The mean over the policy's own samples of the gradient in its logits."""
    policy = numbers.float64(problem["full_probabilities"][0])
    slopes = []
    for _, drawn, _ in _actions(problem):
        seen = trial.observe(trial.arguments(drawn))
        found = slopes_at(trial, seen, ["log_probs"])
        if found is None:
            return None
        slopes.append(float(found["log_probs"].sum()))
    weights = policy * np.array(slopes)
    return weights - weights.sum() * policy


def _times(result: Any, factor: Any) -> Any:
    return result if factor is None else np.tensordot(np.asarray(result), factor, axes=1)


def _actions(problem: Facts) -> Iterator[tuple[Any, Facts, Any]]:
    """One action of a policy: its log-probabilities under both policies."""
    old, new = problem["full_probabilities"][0], problem["other_full_probabilities"][0]
    for before, after in zip(old, new, strict=True):
        yield before, {"old_log_probs": _logarithm(before), "log_probs": _logarithm(after)}, None


def _two_actions(problem: Facts) -> Iterator[tuple[Any, Facts, Any]]:
    """Two independent actions, so that what mixes samples before it averages them is told from what does not."""
    for first, one, _ in _actions(problem):
        for second, other, _ in _actions(problem):
            yield first * second, {name: numbers.concatenate([one[name], other[name]]) for name in one}, None


def _logarithm(probability: Any) -> Any:
    return numbers.exact(np.log(numbers.float64(np.asarray([probability], dtype=object))))


def _episodes(problem: Facts) -> Iterator[tuple[Any, Facts, Any]]:
    """One episode: its rewards, and the scores of its actions under a softmax policy (a logit per state and action)."""
    policy = problem["full_policy"]
    for path in trajectories.enumerate(problem["mdp"], policy, HORIZON):
        scores = numbers.exact(np.zeros((HORIZON, *policy.shape)))
        for step, (state, action) in enumerate(zip(path.states, path.actions, strict=False)):
            scores[step, state] = scores[step, state] - policy[state]
            scores[step, state, action] = scores[step, state, action] + 1
        yield path.probability, {"rewards": path.rewards, "gamma": problem["gamma"]}, scores


def _weighted_episodes(problem: Facts) -> Iterator[tuple[Any, Facts, Any]]:
    """One episode under another policy: its rewards, and the ratios of its actions' probabilities."""
    behaviour, target = problem["full_policy"], problem["policy"]
    for path in trajectories.enumerate(problem["mdp"], behaviour, HORIZON):
        pairs = list(zip(path.states, path.actions, strict=False))
        ratios = numbers.exact([target[pair] / behaviour[pair] for pair in pairs])
        yield path.probability, {"rewards": path.rewards, "ratios": ratios, "gamma": problem["gamma"]}, None


def _of_actions(*identifiers: str) -> Mapping[str, Sampling]:
    sampling = Sampling("actions of the old policy", ("full_probabilities", "other_full_probabilities"), _two_actions)
    return dict.fromkeys(identifiers, sampling)


SAMPLINGS: Mapping[str, Sampling] = {
    **_of_actions("divergence.k1", "divergence.k2", "divergence.k3", "ppo.approx_kl", "ppo.approx_kl_nonnegative"),
    "pg.reinforce": Sampling(
        "episodes, once multiplied by the scores of a softmax policy", ("mdp", "full_policy", "gamma"), _episodes
    ),
    **dict.fromkeys(
        ("importance_sampling.ordinary", "importance_sampling.per_decision"),
        Sampling("episodes of the behaviour policy", ("mdp", "full_policy", "policy", "gamma"), _weighted_episodes),
    ),
}

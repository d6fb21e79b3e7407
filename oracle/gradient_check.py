"""Is the gradient right, where the value is? By the candidate's own autodiff, against exact difference quotients.

An estimate that others learn from (an advantage, a target) is a constant: no gradient flows through it. In a loss, what
it is told of such estimates is a constant, though it may be computed inside the function. Everything else has the
derivative of the formula. Points are in general position: where a formula has a kink, its gradient is a matter of
convention, and left alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from ..spec import numbers
from ..spec.errors import NumberSystemError, RlproofError
from .carrier import Carrier
from .cases import each, exactly, is_discrete, to_rounded
from .contract import Compute
from .deviation import named
from .differentiation import DIFFERENTIATING, gradients
from .dual import Dual
from .gradients import BALL_BITS, STEP
from .law import to_ball
from .reading import Facts
from .rounding import gamma
from .trial import Finding, Observation, Trial

TARGETS = (
    *("gae.advantage", "a2c.advantage", "vtrace.target", "vtrace.advantage", "retrace.target", "pg.reinforce"),
    *("td.one_step_return", "td.n_step_return", "td.lambda_return", "mdp.rewards_to_go", "ddpg.target"),
    *("td3.target", "sac.target"),
    *("td.sarsa_target", "td.expected_sarsa_target", "td.q_learning_target", "td.double_q_learning_target"),
    *("ppo.advantage_normalisation", "ppo.advantage_whitening"),
)
"""Equations whose results are constants for whoever learns from them."""
DATA = frozenset(
    (
        *("rewards", "advantages", "returns", "divergences", "old_values", "old_log_probs", "old_logits", "old_mean"),
        *("old_log_std", "old_token_log_probs", "reference_token_log_probs", "sequence_advantages", "token_advantages"),
        *("policy", "new_policy", "probabilities", "next_policy", "target_probabilities", "behaviour_probabilities"),
        *("discounts", "sequence_rewards", "group_rewards", "noise", "actions"),
    )
)
"""Facts that are given: a gradient in what alone tells them says nothing, and is not asked for."""
CONSTANT = frozenset(("advantages", "returns"))
"""Facts that are constants even where they follow from others."""
FLOWING: frozenset[str] = frozenset()
"""No fact is a constant: a gradient flows through everything."""


@dataclass(frozen=True)
class Differentiated:
    """What a function returned at a point in general position, and its gradients there by word."""

    seen: Observation
    slopes: Mapping[str, np.ndarray]


def has_gradient(trial: Trial) -> bool:
    """Whether the function's library differentiates."""
    return trial.candidate.kind.library in DIFFERENTIATING


def live_words(trial: Trial, arguments: Mapping[str, Any]) -> list[str]:
    """The words in which a gradient is asked for."""
    found = [entry.word for entry in trial.setting.readings if entry.passed is None and not entry.tells.keys() <= DATA]
    return [word for word in found if _is_real(arguments[word])]


def differentiate(trial: Trial, drawn: Facts) -> Differentiated | Finding | None:
    """The gradients in all live words near a drawn case; what it raises, if it does; None if there is none."""
    seen = trial.observe(_generic(trial.arguments(drawn)))
    words = live_words(trial, seen.arguments)
    if not words or seen.result.problem is not None:
        return None
    found = _slopes(trial, seen, words)
    return Finding(found, behaviour="raises") if isinstance(found, str) else Differentiated(seen, found)


def slopes_at(trial: Trial, seen: Observation, words: Sequence[str]) -> dict[str, np.ndarray] | None:
    """The candidate's gradients of the sum of its results, by word; None where it raises."""
    found = _slopes(trial, seen, words)
    return None if isinstance(found, str) else found


def wrong_slope(trial: Trial, found: Differentiated) -> tuple[str, Finding] | None:
    """The first word in which the gradient is wrong, and how."""
    for word in found.slopes:
        finding = _compare(trial, found, word, trial.contract.compute)
        if finding is not None:
            return word, finding
    return None


def names(trial: Trial, word: str, points: Sequence[Differentiated]) -> Iterator[str]:
    """What a gradient that is wrong in this word is instead, at every point."""
    if trial.contract.equation.id in TARGETS:
        yield f"gradient_flows_through_{word}"
        return
    if all(_vanishes(trial, point, word) for point in points):
        yield f"gradient_stopped_at_{word}"
        return
    if _all_equal(trial, points, word, trial.contract.compute, still=FLOWING):
        yield f"gradient_flows_through_{word}"
    for fact in sorted(trial.setting.told - CONSTANT - {word}):
        if _all_equal(trial, points, word, trial.contract.compute, still=CONSTANT | {fact}):
            yield f"gradient_stopped_at_{fact}"
    for deviation in named(trial.contract, trial.setting.told):
        if _all_equal(trial, points, word, deviation.change(trial.contract.compute)):
            yield f"gradient_of_{deviation.id}"


def _all_equal(
    trial: Trial, points: Sequence[Differentiated], word: str, compute: Compute, *, still: frozenset[str] = CONSTANT
) -> bool:
    try:
        return all(_compare(trial, point, word, compute, still=still) is None for point in points)
    except (RlproofError, ArithmeticError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return False  # a change that is not defined here explains nothing


def _vanishes(trial: Trial, point: Differentiated, word: str) -> bool:
    """Whether a gradient is zero, or no more than the right one's rounding error: what cancels may leave a rest."""
    got = point.slopes[word]
    if not got.any():
        return True
    direction = _signed(got.size, 3).reshape(got.shape)
    weighted = _weighted(trial, trial.contract.compute, CONSTANT)
    bound = _bound(weighted, point.seen.arguments, word, direction, str(got.dtype))
    return bool(abs((got.astype(float) * direction).sum()) <= bound)


def _generic(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Move every real array a little, each entry by another amount, so that no two numbers are equal by chance."""
    moved, number = {}, 1
    for word, value in arguments.items():
        if _is_real(value) and not word.endswith(("policy", "probabilities")):
            steps = np.arange(number, number + value.size).reshape(value.shape)
            moved[word] = (value + steps * 2.0**-11).astype(value.dtype)
            number += value.size
        else:
            moved[word] = value
    return moved


def _is_real(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 0


def _weights(shapes: Sequence[tuple[int, ...]]) -> list[np.ndarray]:
    """Dyadic weights of different sizes and signs, so that wrong entries cannot cancel."""
    return [_signed(int(np.prod(shape)), 5 * i).reshape(shape) for i, shape in enumerate(shapes)]


def _signed(size: int, start: int) -> np.ndarray:
    return np.array([(-1) ** i * 2.0 ** -((start + i) % 7) for i in range(size)])


def _slopes(trial: Trial, seen: Observation, words: Sequence[str]) -> dict[str, np.ndarray] | str:
    """The candidate's gradients by word, time first; what it raises, if it does."""
    candidate, layout = trial.candidate, trial.layout
    named_by = {word: parameter for parameter, word in candidate.words.items()}
    inputs = candidate.inputs(layout.turn(seen.arguments), trial.passed)
    weights = [layout.turned(w) for w in _weights([layout.turned(a).shape for a in seen.result.arrays])]
    try:
        found = gradients(candidate, inputs, [named_by[word] for word in words], weights)
    except Exception as error:  # noqa: BLE001 - whatever it raises belongs to it
        return f"its gradient raises {type(error).__name__}: {error}"
    return {word: layout.turned(found[named_by[word]]) for word in words}


def _compare(
    trial: Trial, point: Differentiated, word: str, compute: Compute, *, still: frozenset[str] = CONSTANT
) -> Finding | None:
    """Compare the gradient in one word along one direction; None too where the formula has a kink."""
    seen, got = point.seen, point.slopes[word]
    direction = _signed(got.size, 3).reshape(got.shape)
    slope = float((got.astype(float) * direction).sum())
    if trial.contract.equation.id in TARGETS and still:
        return None if slope == 0 else Finding(f"the gradient in {word} is {slope}, where nothing may flow", 0.0, slope)
    weighted = _weighted(trial, compute, still)
    base = each(exactly, seen.arguments)
    forward, backward = (_quotient(trial, weighted, base, word, direction, step) for step in (STEP, -STEP))
    if abs(float(numbers.float64(forward - backward))) > float(2.0**-60):
        return None
    bound = _bound(weighted, seen.arguments, word, direction, str(got.dtype))
    if not np.isfinite(slope):
        return Finding(f"the gradient in {word} is {slope}", _float(forward), slope)
    if not np.isfinite(bound) or _float(abs(numbers.rational(slope) - forward)) <= bound:
        return None
    said = f"the value is right, the gradient in {word} is not: expected {_float(forward)}, got {slope}"
    return Finding(f"{said} along {direction.tolist()}", _float(forward), slope)


def _weighted(trial: Trial, compute: Compute, still: frozenset[str]) -> Callable[[Facts, Facts], Any]:
    """The weighted sum of all results at moved arguments; the facts that stay still are those of the first."""
    present = trial.contract.presented(compute, trial.form)

    def total(arguments: Facts, base: Facts) -> Any:
        facts = trial.setting.facts(arguments)
        if still & facts.keys():
            first = trial.setting.facts(base)
            facts |= {name: first[name] for name in still & facts.keys()}
        results = present(facts)
        weights = _weights([np.shape(result) for result in results])
        return sum(_dot(result, weight) for result, weight in zip(results, weights, strict=True))

    return total


def _dot(result: Any, weight: np.ndarray) -> Any:
    if not np.shape(result):
        return result * (weight.item() if isinstance(result, Carrier) else numbers.rational(weight.item()))
    return (result * (weight if isinstance(result, Carrier) else numbers.exact(weight))).reshape(-1).sum()


def _quotient(
    trial: Trial, total: Callable[[Facts, Facts], Any], base: Facts, word: str, direction: np.ndarray, step: Any
) -> Any:
    moved = {**base, word: base[word] + step * numbers.exact(direction)}
    if not trial.in_balls:
        try:
            return (total(moved, base) - total(base, base)) / step
        except NumberSystemError:
            trial.in_balls = True
    with numbers.precision(BALL_BITS):
        start = each(to_ball, base)
        return (total(each(to_ball, moved), start) - total(start, start)) / arb(step)


def _bound(
    total: Callable[[Facts, Facts], Any], arguments: Facts, word: str, direction: np.ndarray, dtype: str
) -> float:
    dtype = dtype if dtype == "float32" else "float64"
    dual = {name: _dual(value, direction if name == word else None, dtype) for name, value in arguments.items()}
    result = total(dual, each(to_rounded, arguments, dtype))
    if not isinstance(result, Dual):
        return 0.0
    slope, additions = result.slope, np.size(direction) + sum(map(np.size, arguments.values())) + 1
    return float(np.sum(slope.error + gamma(additions, slope.unit) * (abs(slope.value) + slope.error)))


def _dual(value: Any, direction: np.ndarray | None, dtype: str) -> Any:
    if is_discrete(value) or not isinstance(value, (np.ndarray, float, np.floating)):
        return value
    primal = to_rounded(value, dtype)
    return Dual(primal, to_rounded(np.zeros(np.shape(value)) if direction is None else direction, dtype))


def _float(value: Any) -> float:
    return float(numbers.float64(value))

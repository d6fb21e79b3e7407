"""Deviations of normalisation: where epsilon stands, what is subtracted, which divisor, over which axes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import maximum, sqrt, stack
from ...spec.standardisation import deviations as deviations_from_mean
from ...spec.standardisation import divided
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, after, deviation, instead
from ..reading import Facts

Formula = Callable[[Any, Any, Any, Any], Any]
"""From the advantages, their mean, their variance and epsilon."""


def _parts(facts: Facts, ddof: int | None = None) -> tuple[Any, Any, Any, Any]:
    flat = facts["advantages"].reshape(1, -1)
    given = facts["ddof"] if ddof is None else ddof
    centred, variance = deviations_from_mean(flat, np.ones(flat.shape, dtype=bool), min(given, flat.size - 1))
    mean = flat.sum() / flat.size
    return centred[0] + mean, mean, variance[0, 0], facts["norm_epsilon"]


def _undefined(like: Any) -> Any:
    """NaN for each entry."""
    nothing = sqrt(0 * like)
    return nothing / 0 * like if hasattr(like, "number_system") else nothing / nothing


def _formula(name: str, function: Formula, ddof: int | None = None) -> Callable[[Facts], dict[str, Any]]:
    return lambda f: {name: function(*_parts(f, ddof)).reshape(*f["advantages"].shape)}


def _spread(a: Any, m: Any) -> Any:
    return abs(a - m).sum() / a.size


ENTRIES: tuple[tuple[str, str, Formula, str], ...] = (
    ("epsilon_in_the_root", "epsilon is added to the variance, not to the deviation",
     lambda a, m, v, e: divided(a - m, sqrt(v + e)), DELIBERATE),
    ("epsilon_outside_the_root", "epsilon is added to the deviation, not to the variance",
     lambda a, m, v, e: divided(a - m, sqrt(v) + e), DELIBERATE),
    ("epsilon_as_a_floor", "epsilon is the least deviation, not added to it",
     lambda a, m, v, e: divided(a - m, maximum(sqrt(v), e)), DELIBERATE),
    ("epsilon_squared", "the square of epsilon is added to the variance",
     lambda a, m, v, e: divided(a - m, sqrt(v + e * e)), DELIBERATE),
    ("no_epsilon", "epsilon is missing", lambda a, m, v, _: divided(a - m, sqrt(v)), BUG),
    ("mean_divided_alone", "the mean is divided by the deviation, and subtracted (a parenthesis is missing)",
     lambda a, m, v, e: a - divided(m, sqrt(v) + e), BUG),
    ("mean_subtracted_after", "the advantages are divided first, and the mean is subtracted undivided",
     lambda a, m, v, e: divided(a, sqrt(v) + e) - m, BUG),
    ("epsilon_added_after", "epsilon is added to the quotient (a parenthesis is missing)",
     lambda a, m, v, e: divided(a - m, sqrt(v)) + e, BUG),
    ("not_centred", "the mean is not subtracted", lambda a, _, v, e: divided(a, sqrt(v) + e), CONTESTED),
    ("not_scaled", "nothing is divided", lambda a, m, v, e: a - m + 0 * (v + e), CONTESTED),
    ("mean_added", "the mean is added, not subtracted", lambda a, m, v, e: divided(a + m, sqrt(v) + e), BUG),
    ("divided_by_the_variance", "the divisor is the variance, not the deviation",
     lambda a, m, v, e: divided(a - m, v + e), BUG),
    ("multiplied", "the deviation multiplies", lambda a, m, v, e: (a - m) * (sqrt(v) + e), BUG),
    ("root_mean_square", "the divisor is the root mean square, not the deviation",
     lambda a, m, _, e: divided(a - m, sqrt((a * a).sum() / a.size) + e), BUG),
    ("root_mean_square_not_centred", "divided by the root mean square, nothing subtracted",
     lambda a, _, __, e: divided(a, sqrt((a * a).sum() / a.size) + e), DELIBERATE),
    ("mean_absolute_deviation", "the divisor is the mean absolute deviation",
     lambda a, m, _, e: divided(a - m, _spread(a, m) + e), BUG),
    ("sum_for_mean", "the sum of the advantages is subtracted, not their mean",
     lambda a, _, v, e: divided(a - a.sum(), sqrt(v) + e), BUG),
    ("negated_mean_and_all", "the advantages are subtracted from the mean", lambda a, m, v, e: divided(m - a,
     sqrt(v) + e),
     BUG),
    ("not_normalised", "the advantages are returned as they are", lambda a, _, v, e: a + 0 * (v + e), BUG),
    ("scaled_to_the_largest", "divided by the largest magnitude",
     lambda a, _, v, e: divided(a + 0 * v, _largest(abs(a)) + e), BUG),
    ("scaled_to_the_range", "the smallest is subtracted, and the range divides: from zero to one",
     lambda a, _, v, e: divided(a + _largest(-a) + 0 * v, _largest(a) + _largest(-a) + e), BUG),
    ("scaled_to_the_range_around_the_mean", "the divisor is the range, not the deviation",
     lambda a, m, v, e: divided(a - m + 0 * v, _largest(a) + _largest(-a) + e), BUG),
)  # fmt: skip
"""Wrong formulas; those that are right for one of the two equations deviate from the other."""


def _largest(array: Any) -> Any:
    found = array[0]
    for i in range(1, len(array)):
        found = maximum(found, array[i])
    return found


def _nan_alone(facts: Facts, outputs: dict[str, Any]) -> dict[str, Any]:
    (name, result), *_ = outputs.items()
    return {name: _undefined(facts["advantages"])} if facts["advantages"].size == 1 else {name: result}


def _along(axis: int, name: str) -> Callable[[Any], Any]:
    """The formula along one axis of [T, B] alone."""

    def change(compute: Any) -> Any:
        def along(facts: Facts) -> dict[str, Any]:
            advantages = facts["advantages"]
            if advantages.ndim == 1:
                return compute(facts)
            lines = [advantages[:, b] for b in range(advantages.shape[1])] if axis == 0 else list(advantages)
            found = [
                compute({**facts, "advantages": line})[name] if len(line) > facts["ddof"] else _undefined(line)
                for line in lines
            ]
            rows = stack(found)
            return {name: stack([rows[:, t] for t in range(rows.shape[1])]) if axis == 0 else rows}

        return along

    return change


def _normalisations(name: str) -> tuple[Deviation, ...]:
    needs = ("advantages", "norm_epsilon", "ddof")
    formulas = [
        deviation(identifier, says, instead(_formula(name, formula)), needs=needs, kind=kind,
                  seen=("Omegastick/pytorch-cpp-rl#14",) if identifier == "mean_divided_alone" else ())
        for identifier, says, formula, kind in ENTRIES
    ]  # fmt: skip
    ours: Formula = (
        (lambda a, m, v, e: divided(a - m, sqrt(v) + e))
        if name == "advantage_normalisation"
        else (lambda a, m, v, e: divided(a - m, sqrt(v + e)))
    )
    divisors = [
        deviation(f"ddof_is_{ddof}", f"the squares are divided by n{' - 1' if ddof else ''}, whatever ddof is",
                  instead(_formula(name, ours, ddof)), needs=needs, kind=DELIBERATE)
        for ddof in (0, 1)
    ]  # fmt: skip
    axes = [
        deviation(identifier, says, _along(axis, name), needs=("columns", *needs), effect=effect,
                  seen=("tensorflow/agents#651",))
        for axis, identifier, says, effect in (
            (0, "each_column_alone", "mean and deviation are taken over the steps, for each column alone",
             "with one entry along that axis, all advantages become zero"),
            (1, "each_step_alone", "mean and deviation are taken over the columns, for each step alone",
             "with one entry along that axis, all advantages become zero"),
        )
    ]  # fmt: skip
    return (
        deviation("one_entry_is_nan", "one advantage alone becomes NaN: its deviation with n - 1 is zero by zero",
                  after(_nan_alone), needs=needs, effect="a last mini-batch of one makes all parameters NaN",
                  seen=("DLR-RM/stable-baselines3#325", "DLR-RM/stable-baselines3#440")),
        *formulas, *divisors, *axes,
    )  # fmt: skip


DEVIATIONS = {
    "ppo.advantage_normalisation": _normalisations("advantage_normalisation"),
    "ppo.advantage_whitening": _normalisations("advantage_whitening"),
}

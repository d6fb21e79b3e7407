"""Judges of enumerated trajectories."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_rounded

Inputs = Mapping[str, Any]


def judge_trajectories(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The same trajectories with the same rewards and, up to rounding, the same probabilities."""
    expected = {(t.states, t.actions): t for t in equation.function(**each(exactly, inputs))}
    rounded = {(t.states, t.actions): t for t in equation.function(**each(to_rounded, inputs, dtype))}
    found = {}
    for states, actions, rewards, probability in zip(*map(np.asarray, got), strict=True):
        if probability != 0:
            found[tuple(map(int, states)), tuple(map(int, actions))] = (probability, rewards)
    if set(found) != set(expected):
        return Comparison(float("inf"), 0.0, False, sorted(expected), sorted(found))
    keys = list(expected)
    comparisons = [
        judge_against(
            np.array([expected[key].probability, *expected[key].rewards], dtype=object),
            np.array([found[key][0], *found[key][1]]),
            np.array([float(rounded[key].probability.error), *np.zeros(len(expected[key].rewards))]),
        )
        for key in keys
    ]
    worst = max(comparisons, key=lambda comparison: (not comparison.agrees, comparison.ratio))
    return Comparison(worst.error, worst.bound, all(c.agrees for c in comparisons), worst.expected, worst.got)


JUDGES = {"trajectories.enumerate": judge_trajectories}

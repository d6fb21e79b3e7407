"""Judges of what follows from a greedy policy that rounding may choose otherwise."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from ...spec import bellman, dp, numbers
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_rounded

Inputs = Mapping[str, Any]


def judge_after_greedy(_equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The sweeps must be those of some policy that is greedy up to the rounding of two backups."""
    arguments = each(exactly, inputs)
    mdp, values = arguments["mdp"], arguments["state_values"]
    slack = numbers.float64(bellman.linear_program(mdp, values))
    error = bellman.linear_program(**each(to_rounded, {name: inputs[name] for name in ("mdp", "state_values")}, dtype))
    near = slack - slack.min(axis=1, keepdims=True) <= 2 * error.error.max()
    comparisons = [_after(inputs, np.array(actions), got, dtype) for actions in product(*map(np.flatnonzero, near))]
    return min(comparisons, key=lambda comparison: (not comparison.agrees, comparison.error))


def _after(inputs: Inputs, actions: Any, got: Any, dtype: str) -> Comparison:
    expected = dp.policy_evaluation(**{**each(exactly, inputs), "policy": actions})
    one_hot = (np.arange(inputs["mdp"].reward.shape[1]) == actions[:, None]).astype(dtype)
    rounded = dp.policy_evaluation(**{**each(to_rounded, inputs, dtype), "policy": to_rounded(one_hot, dtype)})
    return judge_against(expected, got, rounded.error)


JUDGES = {"dp.modified_policy_iteration": judge_after_greedy}

"""Judges of solutions that even the theory knows only within certified enclosures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from flint import arb

from ...spec import numbers
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against, reference, rounding_bound


def judge_enclosed(equation: Equation, inputs: Mapping[str, Any], got: Any, dtype: str) -> Comparison:
    """The result must lie in the enclosure, widened by the rounding of its last step."""
    enclosure = reference(equation, inputs)
    radius = numbers.float64(np.frompyfunc(arb.rad, 1, 1)(enclosure))
    bound = rounding_bound(equation, inputs, dtype) + radius
    return judge_against(np.frompyfunc(arb.mid, 1, 1)(enclosure), got, bound)


JUDGES = {"lqr.optimal": judge_enclosed, "lqr.optimal_gain": judge_enclosed}

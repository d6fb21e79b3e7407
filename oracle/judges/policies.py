"""Judges of policies that are certain of their actions."""

from collections.abc import Mapping
from typing import Any

from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import exactly


def judge_deterministic(equation: Equation, inputs: Mapping[str, Any], got: Any, _dtype: str) -> Comparison:
    """Zeros and ones involve no rounding: they must be the very same."""
    return judge_against(exactly(equation.function(**inputs)), got, 0.0)


JUDGES = {"policy.deterministic": judge_deterministic}

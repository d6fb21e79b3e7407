"""Hold one function against the spec on one case."""

from collections.abc import Mapping
from typing import Any

from ..spec.registry import Equation
from .agreement import Candidate, Comparison, judge_numbers
from .cases import each, to_float
from .judges import JUDGES


def compare(equation: Equation, candidate: Candidate, case: Mapping[str, Any], dtype: str) -> Comparison:
    """Run a candidate on one exact case, rounded to `dtype` first, and judge its result."""
    inputs = each(to_float, case, dtype)
    judge = JUDGES.get(equation.id, judge_numbers)
    return judge(equation, inputs, candidate(**inputs), dtype)

"""The judge of optimal values of the process that replayed data describe."""

from collections.abc import Mapping
from typing import Any

from ...spec import dp, numbers, replay, value
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_rounded
from .choices import loss_from_ties, rounding_of_values


def judge_fixed_point(_equation: Equation, inputs: Mapping[str, Any], got: Any, dtype: str) -> Comparison:
    """Optimal values are those of an optimal policy, up to ties and the rounding of one evaluation."""
    process = replay.empirical_process(**each(exactly, inputs))
    rounded = replay.empirical_process(**each(to_rounded, inputs, dtype))
    best = dp.policy_iteration(process)
    bound = rounding_of_values(rounded, best, dtype) + loss_from_ties(process, rounded, best, dtype)
    return judge_against(numbers.exact(value.q(process, best))[:-1], got, bound[:-1])


JUDGES = {"replay.fixed_point": judge_fixed_point}

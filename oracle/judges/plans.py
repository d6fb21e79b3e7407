"""The judge of optimal values of the process that replayed data describe."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec import dp, numbers, replay, value
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_rounded


def judge_fixed_point(_equation: Equation, inputs: Mapping[str, Any], got: Any, dtype: str) -> Comparison:
    """Optimal values are those of an optimal policy, up to ties and the rounding of one evaluation."""
    process = replay.empirical_process(**each(exactly, inputs))
    rounded = replay.empirical_process(**each(to_rounded, inputs, dtype))
    best = dp.policy_iteration(process)
    one_hot = (np.arange(process.number_of_actions) == best[:, None]).astype(dtype)
    rounding = value.q(rounded, to_rounded(one_hot, dtype)).error
    floats = process.to("float64")
    ties = dp.tie_tolerance(floats, value.v(floats, best), float(np.finfo(dtype).eps))
    loss = (2 * rounding.max() + ties) / (1 - floats.discount)
    return judge_against(numbers.exact(value.q(process, best))[:-1], got, (rounding + loss)[:-1])


JUDGES = {"replay.fixed_point": judge_fixed_point}

"""Judges of policies that solve a problem with an average trust region."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec import divergence, numbers, trpo
from ...spec.decision_process import MDP
from ...spec.mdp import discounted_visitation
from ...spec.registry import Equation
from ...spec.trpo_average_kl import float_average_step
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_float, to_rounded
from .steps import complete_rows, computed_step

Inputs = Mapping[str, Any]


def judge_average_kl_step(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The step must be feasible and its surrogate maximal, up to the rounding of the mean KL and the surrogate."""
    mdp, old, delta = (exactly(inputs[name]) for name in ("mdp", "policy", "delta"))
    step, best = complete_rows(got), equation.function(mdp, old, delta=delta)
    bound, kl_error = _rounding(inputs, step, dtype)
    loss = float(numbers.float64(trpo.surrogate(mdp, old, best) - trpo.surrogate(mdp, old, step)))
    excess = float((average_kl(mdp, old, step) - numbers.ball(delta)).lower())
    agrees = bool(excess <= kl_error and loss <= bound)
    return Comparison(max(loss, 0.0), bound, agrees, numbers.float64(best), got)


def judge_average_kl_gap(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The gap must match the certified one within the rounding of the dual objective and of the candidate's."""
    exact_inputs = each(exactly, inputs)
    with numbers.precision(128):
        expected = equation.function(**exact_inputs)
    best = trpo.average_kl_step(exact_inputs["mdp"], exact_inputs["policy"], delta=exact_inputs["delta"])
    mdp, old = to_rounded(inputs["mdp"], dtype), to_rounded(inputs["policy"], dtype)
    candidate = trpo.surrogate(mdp, old, to_rounded(inputs["new_policy"], dtype)).error
    return judge_against(numbers.boxed(expected.mid()), got, _rounding(inputs, best, dtype)[0] + float(candidate))


def average_kl(mdp: MDP, policy: Any, new_policy: Any) -> Any:
    """The mean divergence over the states visited, as a ball."""
    weights = discounted_visitation(mdp, policy) * (1 - mdp.discount)
    visited = numbers.is_nonzero(weights)
    gaps = divergence.kl(numbers.ball(policy[visited]), numbers.ball(new_policy[visited]))
    return numbers.ball(weights[visited]) @ gaps


def average_resolution(mdp: MDP, policy: Any, new_policy: Any, delta: Any) -> Any:
    """The float64 rounding error of the surrogate on the region's boundary: maxima closer than that are one."""
    inputs = each(to_float, {"mdp": mdp, "policy": policy, "delta": delta}, "float64")
    return numbers.rational(_rounding(inputs, new_policy, "float64")[0])


def _rounding(inputs: Inputs, step: Any, dtype: str) -> tuple[float, float]:
    """The rounding errors of the surrogate, with the price of the mean KL's error, and of the mean KL."""
    mdp, old, delta = (exactly(inputs[name]) for name in ("mdp", "policy", "delta"))
    price = float_average_step(mdp, old, delta)
    rounded_mdp, rounded_old = to_rounded(inputs["mdp"], dtype), to_rounded(inputs["policy"], dtype)
    new = computed_step(step, price, dtype)
    visits = discounted_visitation(rounded_mdp, rounded_old)
    gaps = divergence.kl(rounded_old, new)
    visited = numbers.is_nonzero(visits.value)
    mean = (1 - rounded_mdp.discount) * (visits[visited] @ gaps[visited])
    slope = float(visits.value.sum() * np.max(price.multiplier))
    return float(trpo.surrogate(rounded_mdp, rounded_old, new).error + slope * mean.error), float(mean.error)


JUDGES = {"trpo.average_kl_step": judge_average_kl_step, "trpo.average_kl_gap": judge_average_kl_gap}

"""Judges of policies that solve a trust-region problem."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec import divergence, kl_ball, numbers, trpo, trpo_algorithm1, value
from ...spec.decision_process import MDP
from ...spec.mdp import discounted_visitation
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against
from ..cases import each, exactly, to_float, to_rounded
from ..rounding import ELEMENTARY_ROUNDINGS, UNIT_ROUNDOFF, Rounded, gamma

Inputs = Mapping[str, Any]


def judge_max_kl_step(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The step must be feasible and its surrogate maximal, up to the rounding of KL and surrogate."""
    mdp, old, delta = (exactly(inputs[name]) for name in ("mdp", "policy", "delta"))
    step, best = complete_rows(got), equation.function(mdp, old, delta=delta)
    rounded = {"mdp": to_rounded(inputs["mdp"], dtype), "policy": to_rounded(inputs["policy"], dtype)}
    advantages = numbers.float64(value.advantage(mdp, old))
    price = kl_ball.step_at_radius(numbers.float64(old), advantages, float(inputs["delta"]))
    new = computed_step(step, price, dtype)
    kl_error = divergence.kl(rounded["policy"], new).error.max()
    excess = divergence.kl_max(numbers.ball(old), numbers.ball(step)) - numbers.ball(delta)
    slope = float(numbers.float64(discounted_visitation(mdp, old)) @ price.multiplier)
    bound = trpo.surrogate(**rounded, new_policy=new).error + slope * kl_error
    loss = numbers.float64(trpo.surrogate(mdp, old, best) - trpo.surrogate(mdp, old, step))
    feasible = float(excess.lower()) <= kl_error
    return Comparison(max(float(loss), 0.0), float(bound), bool(feasible and loss <= bound), numbers.float64(best), got)


def judge_algorithm1(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The certified distance from the maximum must be within the rounding of the objective."""
    mdp, old = exactly(inputs["mdp"]), exactly(inputs["policy"])
    step = complete_rows(got)
    with numbers.precision(128):
        gap = float(trpo.algorithm1_gap(mdp, old, step).upper())
    bound = _resolution_of(inputs, step, dtype)
    expected = numbers.float64(equation.function(mdp, old))
    return Comparison(max(gap, 0.0), bound, gap <= bound, expected, got)


def judge_gap(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The gap must match the certified one within the rounding of the objective."""
    exact_inputs = each(exactly, inputs)
    with numbers.precision(128):
        expected = equation.function(**exact_inputs)
    return judge_against(expected.mid(), got, _resolution_of(inputs, exact_inputs["new_policy"], dtype))


def complete_rows(step: Any) -> Any:
    """Read a float policy as rationals; what its rows miss of one by rounding is made up proportionally."""
    rows = numbers.exact(np.asarray(step))
    return rows / rows.sum(axis=1)[:, None]


def computed_step(step: Any, found: kl_ball.KLStep, dtype: str) -> Rounded:
    """A step q = lambda p / (nu - A) with the rounding of its own evaluation.

    lambda takes an exp, a log and a sum; nu - A takes the exp of a root that is found in logarithms, to a few
    units in its last place, so that its magnitude counts as well.
    """
    probabilities, unit = numbers.float64(step), UNIT_ROUNDOFF[dtype]
    root = max(abs(np.log(slack)) for slack in np.append(found.slack, 1.0) if slack > 0)
    operations = 3 * ELEMENTARY_ROUNDINGS + probabilities.shape[1] + 4 + int(np.ceil(8 * max(1.0, root)))
    return Rounded(probabilities, gamma(operations, unit) * probabilities, unit)


def resolution(mdp: MDP, policy: Any, new_policy: Any) -> Any:
    """The float64 rounding error of Algorithm 1's objective: a solver in float64 cannot tell maxima apart below it."""
    inputs = each(to_float, {"mdp": mdp, "policy": policy}, "float64")
    found = trpo_algorithm1.float_step(mdp, policy)
    return numbers.rational(_objective_rounding(inputs, new_policy, found, "float64"))


def _resolution_of(inputs: Inputs, new_policy: Any, dtype: str) -> float:
    """The same for inputs that are floats of any dtype already."""
    found = trpo_algorithm1.float_step(exactly(inputs["mdp"]), exactly(inputs["policy"]))
    return _objective_rounding(inputs, new_policy, found, dtype)


def _objective_rounding(inputs: Inputs, new_policy: Any, found: kl_ball.KLStep, dtype: str) -> float:
    mdp, old = to_rounded(inputs["mdp"], dtype), to_rounded(inputs["policy"], dtype)
    return float(trpo.kl_bound(mdp, old, computed_step(new_policy, found, dtype)).error)


JUDGES = {
    "trpo.max_kl_step": judge_max_kl_step,
    "trpo.algorithm1": judge_algorithm1,
    "trpo.algorithm1_gap": judge_gap,
}

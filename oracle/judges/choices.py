"""Judges of chosen actions and of what follows from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...spec import dp, numbers, policy, value
from ...spec.decision_process import MDP
from ...spec.registry import Equation
from ..agreement import Comparison, judge_against, reference
from ..cases import each, exactly, to_rounded

Inputs = Mapping[str, Any]


def judge_greedy(_equation: Equation, inputs: Inputs, got: Any, _dtype: str) -> Comparison:
    """The greedy action involves no rounding: it must be the very same."""
    return judge_against(policy.greedy(exactly(inputs["action_values"])), got, 0.0)


def judge_improvement(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """Each chosen action's value must be the largest, up to the rounding of two action values."""
    exact_inputs, actions = each(exactly, inputs), np.asarray(got)
    action_values = value.q(**exact_inputs)
    if not _are_actions(actions, action_values.shape):
        return judge_against(equation.function(**exact_inputs), got, 0.0)
    actions = actions.astype(int)
    rounded = value.q(**each(to_rounded, inputs, dtype))
    chosen = np.take_along_axis(action_values, actions[:, None], axis=1)[:, 0]
    loss = numbers.float64(numbers.largest(action_values, axis=1) - chosen)
    bound = 2 * rounded.error.max(axis=1)
    return _loss(loss, bound, equation.function(**exact_inputs), actions)


def judge_optimal_policy(_equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """The policy's values must be optimal, up to what undecidable ties can cost."""
    mdp, actions = exactly(inputs["mdp"]), np.asarray(got)
    if not _are_actions(actions, mdp.reward.shape):
        return judge_against(dp.policy_iteration(mdp), got, 0.0)
    actions = actions.astype(int)
    loss = numbers.float64(value.optimal_v(mdp) - value.v(mdp, actions))
    bound = loss_from_ties(mdp, to_rounded(inputs["mdp"], dtype), actions, dtype)
    return _loss(loss, np.full(len(actions), bound), dp.policy_iteration(mdp), actions)


def judge_optimal_value(equation: Equation, inputs: Inputs, got: Any, dtype: str) -> Comparison:
    """Optimal values are those of an optimal policy, up to ties and the rounding of one evaluation."""
    mdp, rounded = exactly(inputs["mdp"]), to_rounded(inputs["mdp"], dtype)
    best = dp.policy_iteration(mdp)
    evaluate = value.v if equation.id == "value.optimal_v" else value.q
    bound = rounding_of_values(rounded, best, dtype, evaluate) + loss_from_ties(mdp, rounded, best, dtype)
    return judge_against(reference(equation, inputs), got, bound)


def _are_actions(got: Any, shape: tuple[int, ...]) -> bool:
    """Whether there is an action for each state: whole numbers below the number of actions."""
    return got.shape == shape[:1] and bool(np.all((got == np.floor(got)) & (got >= 0) & (got < shape[1])))


def _loss(loss: Any, bound: Any, expected: Any, got: Any) -> Comparison:
    worst = int(np.argmax(loss - bound))
    return Comparison(float(loss[worst]), float(bound[worst]), bool(np.all(loss <= bound)), expected, got)


def rounding_of_values(rounded: MDP, actions: Any, dtype: str, evaluate: Any = value.q) -> Any:
    """What rounding does to the action values, or the state values, of a deterministic policy."""
    one_hot = np.arange(rounded.reward.shape[1]) == np.asarray(actions)[:, None]
    return evaluate(rounded, to_rounded(one_hot.astype(dtype), dtype)).error


def loss_from_ties(mdp: MDP, rounded: MDP, actions: Any, dtype: str) -> float:
    """What a policy can lose that improves on itself nowhere by more than rounding can explain."""
    floats = mdp.to("float64")
    ties = dp.tie_tolerance(floats, value.v(floats, actions), float(np.finfo(dtype).eps))
    return float((2 * rounding_of_values(rounded, actions, dtype).max() + ties) / (1 - floats.discount))


JUDGES = {
    "policy.greedy": judge_greedy,
    "dp.policy_improvement": judge_improvement,
    "dp.policy_iteration": judge_optimal_policy,
    "value.optimal_v": judge_optimal_value,
    "value.optimal_q": judge_optimal_value,
}

"""What can be wrong with data to learn values from has its own error, which names the argument."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import errors, mdp, td
from rlproof.spec.decision_process import MDP

TWO = np.array([1.0, 2.0])
ROWS = {"rewards": TWO, "next_values": TWO, "terminated": TWO > 1, "truncated": TWO > 3}
TABLE = {
    "state_values": np.zeros(3),
    "states": np.array([0, 1]),
    "rewards": TWO,
    "next_states": np.array([1, 2]),
    "terminated": TWO > 1,
}
CHAIN = MDP(np.full((2, 1, 2), 0.5), np.ones((2, 1)), np.array([1.0, 0.0]), 0.5)
FACTORS = {"gamma": 0.5, "trace_decay": 0.5}
LAMBDA = {**TABLE, "truncated": TWO > 3, **FACTORS}

RETURNS = [
    (td.one_step_return, {**ROWS, "gamma": 0.5, "truncated": None}),
    (td.n_step_return, {**ROWS, "gamma": 0.5, "n": 2}),
    (td.lambda_return, {**ROWS, **FACTORS}),
]
"""The returns, each with a good call."""
FAULTS: list[tuple[dict[str, Any], type[errors.RlproofError], str]] = [
    ({"rewards": 1.0}, errors.ShapeError, "rewards"),
    ({"next_values": np.ones(3)}, errors.ShapeError, "next_values"),
    ({"terminated": np.array([True])}, errors.ShapeError, "terminated"),
    ({"rewards": np.array([]), "next_values": np.array([])}, errors.EmptySpaceError, "rewards"),
    ({"rewards": np.array([1.0, np.nan])}, errors.NonFiniteError, "index (1,)"),
    ({"rewards": np.array([1, 2])}, errors.IntegerDtypeError, "rewards"),
    ({"terminated": np.array([0, 1])}, errors.ParameterError, "terminated"),
    ({"gamma": 1.5}, errors.ParameterError, "0 <= gamma <= 1"),
]
"""What is wrong with any of them, the error, and what its message names."""
OWN: list[tuple[Callable[..., Any], dict[str, Any], dict[str, Any], type[errors.RlproofError], str]] = [
    (td.n_step_return, RETURNS[1][1], {"n": 0}, errors.ParameterError, "n >= 1"),
    (td.n_step_return, RETURNS[1][1], {"n": 1.5}, errors.ParameterError, "1.5"),
    (td.n_step_return, RETURNS[1][1], {"truncated": TWO}, errors.ParameterError, "truncated"),
    (td.lambda_return, RETURNS[2][1], {"trace_decay": -0.1}, errors.ParameterError, "0 <= trace_decay <= 1"),
    (td.lambda_return, RETURNS[2][1], {"truncated": TWO}, errors.ParameterError, "truncated"),
    (td.lambda_backward, LAMBDA, {"states": np.array([0, 3])}, errors.ParameterError, "the index 3"),
    (td.lambda_backward, LAMBDA, {"states": np.array([-1, 0])}, errors.ParameterError, "the index -1"),
    (td.lambda_backward, LAMBDA, {"next_states": TWO}, errors.ParameterError, "dtype float64"),
    (td.lambda_backward, LAMBDA, {"states": np.array([0])}, errors.ShapeError, "states"),
    (td.lambda_backward, LAMBDA, {"state_values": np.ones((3, 1))}, errors.ShapeError, "state_values"),
    (td.lambda_backward, LAMBDA, {"state_values": np.array([])}, errors.EmptySpaceError, "state_values"),
    (td.lambda_backward, LAMBDA, {"rewards": np.ones((2, 2))}, errors.ShapeError, "rewards"),
    (td.lambda_backward, LAMBDA, {"rewards": np.array([])}, errors.EmptySpaceError, "rewards"),
    (td.lambda_backward, LAMBDA, {"rewards": np.array([np.inf, 0.0])}, errors.NonFiniteError, "rewards"),
    (td.lambda_backward, LAMBDA, {"state_values": np.array([np.nan])}, errors.NonFiniteError, "state_values"),
    (td.lambda_backward, LAMBDA, {"rewards": np.array([1, 2])}, errors.IntegerDtypeError, "rewards"),
    (td.lambda_backward, LAMBDA, {"truncated": TWO}, errors.ParameterError, "truncated"),
    (td.lambda_backward, LAMBDA, {"trace_decay": 2.0}, errors.ParameterError, "trace_decay"),
    (td.lambda_backward, LAMBDA, {"gamma": -1.0}, errors.ParameterError, "gamma"),
]
OPERATOR = {"mdp": CHAIN, "policy": np.array([0, 0]), "state_values": TWO, "trace_decay": 0.5}
OWN += [
    (td.lambda_operator, OPERATOR, {"state_values": np.ones(3)}, errors.ShapeError, "state_values"),
    (td.lambda_operator, OPERATOR, {"policy": np.array([0, 1])}, errors.ActionSetError, "policy"),
    (td.lambda_operator, OPERATOR, {"policy": np.full((2, 1), 0.5)}, errors.NotAProbabilityError, "policy"),
    (td.lambda_operator, OPERATOR, {"mdp": CHAIN.to("exact")}, errors.NumberSystemError, "state_values"),
    (td.lambda_operator, OPERATOR, {"state_values": np.array([1.0, np.inf])}, errors.NonFiniteError, "state_values"),
    (td.lambda_operator, OPERATOR, {"trace_decay": 1.1}, errors.ParameterError, "trace_decay"),
]
ROWS_OF_TWO = np.array([[1.0, 2.0], [3.0, 0.0]])
Q = {"rewards": TWO, "next_q_values": ROWS_OF_TWO, "terminated": TWO > 1, "gamma": 0.5}
DOUBLE = {**Q, "other_next_q_values": ROWS_OF_TWO}
TARGETS = [
    (td.sarsa_target, {**Q, "next_actions": np.array([0, 1])}),
    (td.expected_sarsa_target, {**Q, "next_policy": np.full((2, 2), 0.5)}),
    (td.q_learning_target, Q),
    (td.double_q_learning_target, DOUBLE),
]
"""The targets of control, each with a good call."""
PAIRS = {**TABLE, "action_values": np.zeros((3, 2)), "actions": np.array([0, 1]), "gamma": 0.5, "step_size": 0.5}
del PAIRS["state_values"]
UPDATES = [
    (td.tabular_td0, {**TABLE, "gamma": 0.5, "step_size": 0.5}),
    (td.sarsa, {**PAIRS, "next_actions": np.array([1, 0])}),
    (td.expected_sarsa, {**PAIRS, "policy": np.full((3, 2), 0.5)}),
    (td.q_learning, PAIRS),
]
"""The updates of tables, each with a good call."""
TARGET_FAULTS: list[tuple[dict[str, Any], type[errors.RlproofError], str]] = [
    ({"next_q_values": np.ones(2)}, errors.ShapeError, "next_q_values"),
    ({"next_q_values": np.ones((3, 2))}, errors.ShapeError, "next_q_values"),
    ({"next_q_values": np.ones((2, 0))}, errors.EmptySpaceError, "next_q_values"),
    ({"next_q_values": np.array([[1.0, np.nan], [0.0, 0.0]])}, errors.NonFiniteError, "next_q_values"),
    ({"next_q_values": np.ones((2, 2), dtype=int)}, errors.IntegerDtypeError, "next_q_values"),
    ({"terminated": TWO}, errors.ParameterError, "terminated"),
    ({"gamma": 2.0}, errors.ParameterError, "gamma"),
]
UPDATE_FAULTS: list[tuple[dict[str, Any], type[errors.RlproofError], str]] = [
    ({"states": np.array([0, 3])}, errors.ParameterError, "states"),
    ({"next_states": np.array([0.0, 1.0])}, errors.ParameterError, "next_states"),
    ({"states": np.array([0])}, errors.ShapeError, "states"),
    ({"rewards": np.array([])}, errors.EmptySpaceError, "rewards"),
    ({"rewards": np.array([1.0, np.inf])}, errors.NonFiniteError, "rewards"),
    ({"rewards": np.array([1, 2])}, errors.IntegerDtypeError, "rewards"),
    ({"terminated": TWO}, errors.ParameterError, "terminated"),
    ({"step_size": 1.5}, errors.ParameterError, "0 <= step_size <= 1"),
    ({"gamma": 2.0}, errors.ParameterError, "gamma"),
]
OWN += [
    (td.sarsa_target, TARGETS[0][1], {"next_actions": np.array([0, 2])}, errors.ParameterError, "next_actions"),
    (td.sarsa_target, TARGETS[0][1], {"next_actions": np.array([[0], [1]])}, errors.ShapeError, "next_actions"),
    (td.expected_sarsa_target, TARGETS[1][1], {"next_policy": np.ones((2, 1))}, errors.ShapeError, "next_policy"),
    (td.expected_sarsa_target, TARGETS[1][1], {"next_policy": ROWS_OF_TWO}, errors.RowSumError, "next_policy"),
    (td.double_q_learning_target, DOUBLE, {"other_next_q_values": np.ones((2, 3))}, errors.ShapeError, "other_next"),
    (td.maximisation, {"q_values": ROWS_OF_TWO}, {"q_values": np.ones((2, 2, 2))}, errors.ShapeError, "q_values"),
    (td.maximisation, {"q_values": ROWS_OF_TWO}, {"q_values": np.ones((0, 2))}, errors.EmptySpaceError, "q_values"),
    (td.maximisation, {"q_values": ROWS_OF_TWO}, {"q_values": np.full((2, 2), np.nan)}, errors.NonFiniteError, "NaN"),
    (td.maximisation, {"q_values": ROWS_OF_TWO}, {"q_values": np.eye(2, dtype=int)}, errors.IntegerDtypeError, "int"),
    (td.sarsa, UPDATES[1][1], {"next_actions": np.array([0, 2])}, errors.ParameterError, "next_actions"),
    (td.q_learning, PAIRS, {"actions": np.array([0, 2])}, errors.ParameterError, "actions"),
    (td.q_learning, PAIRS, {"action_values": np.zeros(3)}, errors.ShapeError, "action_values"),
    (td.expected_sarsa, UPDATES[2][1], {"policy": np.ones((2, 2)) / 2}, errors.ShapeError, "policy"),
    (td.expected_sarsa, UPDATES[2][1], {"policy": np.ones((3, 2))}, errors.RowSumError, "policy"),
]


@pytest.mark.parametrize(("function", "good"), RETURNS, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(("fault", "error", "named"), FAULTS)
def test_returns_refuse(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """Each return takes its good call and refuses the same faults."""
    refuses(function, {name: value for name, value in good.items() if value is not None}, fault, error, named)


@pytest.mark.parametrize(("function", "good"), TARGETS, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(("fault", "error", "named"), TARGET_FAULTS)
def test_targets_refuse(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """Each target takes its good call and refuses the same faults."""
    refuses(function, good, fault, error, named)


@pytest.mark.parametrize(("function", "good"), UPDATES, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(("fault", "error", "named"), UPDATE_FAULTS)
def test_updates_refuse(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """Each update takes its good call and refuses the same faults."""
    refuses(function, good, fault, error, named)


@pytest.mark.parametrize(("function", "good", "fault", "error", "named"), OWN)
def test_each_refuses_what_is_its_own(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """The remaining errors of every Raises section."""
    refuses(function, good, fault, error, named)


def test_an_undiscounted_operator_needs_termination() -> None:
    """At discount one a policy that never ends has no lambda-return at lambda one."""
    transition = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    process = MDP(transition, np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0]), 1.0, np.array([False, True]))
    assert td.lambda_operator(process, np.array([1, 0]), np.zeros(2), trace_decay=1.0)[0] == mdp.eta(process, [1, 0])
    with pytest.raises(errors.TerminationError):
        td.lambda_operator(process, np.array([0, 0]), np.zeros(2), trace_decay=1.0)


def refuses(function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str) -> None:
    """The good call passes, the faulty one raises the error, whose message names what is wrong."""
    function(**good)
    with pytest.raises(error) as caught:
        function(**{**good, **fault})
    assert named in str(caught.value)

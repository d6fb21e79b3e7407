"""What can be wrong with data for batches, Monte-Carlo estimates and regressions has its own error."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import errors, mc, numbers, td, vf
from rlproof.spec.decision_process import MDP

from .test_bad_input_value_learning import TABLE, TWO, refuses

BATCH = {**TABLE, "discount": 0.5}
VISITS = {name: TABLE[name] for name in ("state_values", "states", "rewards", "terminated")} | {"gamma": 0.5}
SAMPLES = {"features": np.array([[1.0], [2.0]]), "returns": TWO, "sample_weights": TWO}
CHAIN = MDP(np.full((2, 1, 2), 0.5), np.ones((2, 1)), np.array([1.0, 0.0]), 0.5)
FIXED = {
    "mdp": CHAIN,
    "policy": np.array([0, 0]),
    "state_features": np.array([[1.0], [2.0]]),
    "state_weights": np.array([0.5, 0.5]),
}
FROM_DATA = [(td.batch, BATCH), (mc.first_visit, VISITS), (mc.every_visit, VISITS)]
FAULTS: list[tuple[dict[str, Any], type[errors.RlproofError], str]] = [
    ({"state_values": np.zeros((3, 1))}, errors.ShapeError, "state_values"),
    ({"states": np.array([0])}, errors.ShapeError, "states"),
    ({"rewards": np.array([])}, errors.EmptySpaceError, "rewards"),
    ({"rewards": np.array([1.0, np.nan])}, errors.NonFiniteError, "rewards"),
    ({"rewards": np.array([1, 2])}, errors.IntegerDtypeError, "rewards"),
    ({"states": np.array([0, 3])}, errors.ParameterError, "the index 3"),
    ({"terminated": TWO}, errors.ParameterError, "terminated"),
]
OWN: list[tuple[Callable[..., Any], dict[str, Any], dict[str, Any], type[errors.RlproofError], str]] = [
    (td.batch, BATCH, {"discount": 1.5}, errors.ParameterError, "discount"),
    (td.batch, BATCH, {"next_states": np.array([0, 3])}, errors.ParameterError, "next_states"),
    (td.batch, BATCH, {"discount": 1.0, "next_states": np.array([0, 0])}, errors.TerminationError, "the data set"),
    (mc.first_visit, VISITS, {"gamma": 1.5}, errors.ParameterError, "gamma"),
    (mc.every_visit, VISITS, {"gamma": -0.5}, errors.ParameterError, "gamma"),
    (mc.incremental_mean, {"returns": TWO}, {"returns": 1.0}, errors.ShapeError, "returns"),
    (mc.incremental_mean, {"returns": TWO}, {"returns": np.array([])}, errors.EmptySpaceError, "returns"),
    (mc.incremental_mean, {"returns": TWO}, {"returns": np.array([np.inf])}, errors.NonFiniteError, "returns"),
    (mc.incremental_mean, {"returns": TWO}, {"returns": np.array([1])}, errors.IntegerDtypeError, "returns"),
    (vf.regression, SAMPLES, {"features": TWO}, errors.ShapeError, "features"),
    (vf.regression, SAMPLES, {"returns": np.ones(3)}, errors.ShapeError, "returns"),
    (vf.regression, SAMPLES, {"sample_weights": np.ones(3)}, errors.ShapeError, "sample_weights"),
    (vf.regression, SAMPLES, {"features": np.ones((2, 0))}, errors.EmptySpaceError, "features"),
    (vf.regression, SAMPLES, {"returns": np.array([1.0, np.nan])}, errors.NonFiniteError, "returns"),
    (vf.regression, SAMPLES, {"features": np.ones((2, 1), dtype=int)}, errors.IntegerDtypeError, "features"),
    (vf.regression, SAMPLES, {"returns": numbers.exact([1, 2])}, errors.NumberSystemError, "returns"),
    (vf.regression, SAMPLES, {"sample_weights": -TWO}, errors.ParameterError, "sample_weights"),
    (vf.regression, SAMPLES, {"features": np.ones((2, 2))}, errors.NotPositiveDefiniteError, "rank 1"),
    (vf.regression, SAMPLES, {"features": np.zeros((2, 1))}, errors.NotPositiveDefiniteError, "rank 0"),
    (vf.regression, SAMPLES, {"sample_weights": 0 * TWO}, errors.NotPositiveDefiniteError, "rank 0 from 0 such rows"),
    (vf.regression, SAMPLES, {"sample_weights": np.array([1.0, -0.25])}, errors.ParameterError, "-0.25"),
    (vf.regression, SAMPLES, {"features": np.eye(2), "sample_weights": np.array([1.0, 0.0])},
     errors.NotPositiveDefiniteError, "1 such rows"),
    (vf.td_fixed_point, FIXED, {"state_features": np.ones((3, 1)), "state_weights": np.ones(3)}, errors.ShapeError,
     "state_features"),
    (vf.td_fixed_point, FIXED, {"state_weights": np.ones(3)}, errors.ShapeError, "state_weights"),
    (vf.td_fixed_point, FIXED, {"state_features": np.ones((2, 0))}, errors.EmptySpaceError, "state_features"),
    (vf.td_fixed_point, FIXED, {"state_features": np.full((2, 1), np.inf)}, errors.NonFiniteError, "state_features"),
    (vf.td_fixed_point, FIXED, {"state_weights": np.array([1, 1])}, errors.IntegerDtypeError, "state_weights"),
    (vf.td_fixed_point, FIXED, {"state_weights": -TWO}, errors.ParameterError, "state_weights"),
    (vf.td_fixed_point, FIXED, {"state_features": np.ones((2, 2))}, errors.NotPositiveDefiniteError, "rank 1"),
    (vf.td_fixed_point, FIXED, {"mdp": CHAIN.to("exact")}, errors.NumberSystemError, "state_features"),
    (vf.td_fixed_point, FIXED, {"policy": np.array([0, 1])}, errors.ActionSetError, "policy"),
    (vf.td_fixed_point, FIXED, {"policy": np.full((2, 1), 0.5)}, errors.NotAProbabilityError, "policy"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "good"), FROM_DATA, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(("fault", "error", "named"), FAULTS)
def test_estimates_from_data_refuse(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """Each takes its good call and refuses the same faults."""
    refuses(function, good, fault, error, named)


@pytest.mark.parametrize(("function", "good", "fault", "error", "named"), OWN)
def test_each_refuses_what_is_its_own(
    function: Callable[..., Any], good: dict[str, Any], fault: dict[str, Any], error: Any, named: str
) -> None:
    """The remaining errors of every Raises section."""
    refuses(function, good, fault, error, named)


def test_weights_far_from_the_policy_leave_no_fixed_point() -> None:
    """Values w and 4w on a chain into a loop: with weights 2 : 1 and discount 3/4 every w, or none, is fixed."""
    into = np.array([[[0.0, 1.0]], [[0.0, 1.0]]])
    process = MDP(into, np.ones((2, 1)), np.array([1.0, 0.0]), 0.75)
    with pytest.raises(errors.ParameterError, match="no unique TD fixed point"):
        vf.td_fixed_point(process, np.array([0, 0]), np.array([[1.0], [4.0]]), np.array([2.0, 1.0]))


def test_an_undiscounted_fixed_point_needs_termination() -> None:
    """At discount one the policy must end."""
    transition = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    process = MDP(transition, np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0]), 1.0, np.array([False, True]))
    good = {"state_features": np.eye(2), "state_weights": np.ones(2)}
    assert np.array_equal(vf.td_fixed_point(process, np.array([1, 0]), **good), [1.0, 0.0])
    with pytest.raises(errors.TerminationError):
        vf.td_fixed_point(process, np.array([0, 0]), **good)

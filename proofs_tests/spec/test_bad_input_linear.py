"""What continuous equations refuse: each wrong input has its own error, which says what was got and what to do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import ddpg, dpg, errors, lqr, numbers
from rlproof.spec.linear_system import linear_system

from ._linear import ACTIONS, COVARIANCE, FIELDS, GAIN, JACOBIAN, MEANS, STATES, process, rational, scalar, system

NAN = float("nan")
HALF = numbers.exact([["1/2"]])
BOTH = np.array([[1.0, 1.5], [1.5, 1.0]])
NEW = (GAIN / 2, 2 * COVARIANCE)

# fmt: off
TABLE: list[tuple[str, Callable[[], Any], type[errors.RlproofError], tuple[str, ...]]] = [
    # shapes
    ("a gain transposed", lambda: lqr.value_matrix(system(), GAIN.T), errors.ShapeError, ("gain", "(2, 1)", "(1, 2)")),
    ("a vector of control", lambda: lqr.value_matrix(system(control=np.ones(2)), GAIN), errors.ShapeError,
     ("control", "(2,)")),
    ("dynamics of three states", lambda: lqr.value_matrix(system(dynamics=np.eye(3)), GAIN), errors.ShapeError,
     ("dynamics", "(3, 3)", "(2, 2)")),
    ("a cross cost transposed", lambda: lqr.eta(system(cross_cost=FIELDS["cross_cost"].T), GAIN, COVARIANCE),
     errors.ShapeError, ("cross_cost", "(1, 2)")),
    ("a variance without axes", lambda: lqr.value_constant(system(), GAIN, 0.5), errors.ShapeError, ("covariance",)),
    ("one state without rows", lambda: lqr.value(system(), GAIN, COVARIANCE, STATES[0]), errors.ShapeError,
     ("state_vectors",)),
    ("actions of another length", lambda: lqr.q(system(), GAIN, COVARIANCE, STATES, ACTIONS[:1]), errors.ShapeError,
     ("actions", "(1, 1)", "(2, 1)")),
    ("another gain transposed", lambda: lqr.surrogate(system(), GAIN, COVARIANCE, GAIN.T, COVARIANCE),
     errors.ShapeError, ("new_gain",)),
    ("a cost of one state", lambda: lqr.riccati(system(), np.eye(1)), errors.ShapeError, ("cost_matrix",)),
    ("means of three states", lambda: dpg.action_gradient(process(), np.zeros((3, 1))), errors.ShapeError,
     ("mean_actions", "(3, 1)")),
    ("a Jacobian of one state", lambda: dpg.theorem(process(), MEANS, JACOBIAN[:1]), errors.ShapeError, ("jacobian",)),
    ("a Jacobian without axes", lambda: dpg.theorem(process(), MEANS, 1.0), errors.ShapeError, ("jacobian",)),
    ("slopes without actions", lambda: dpg.action_gradient(process(reward_slope=np.ones(2)), MEANS),
     errors.ShapeError, ("reward_slope",)),
    ("networks of two sizes", lambda: ddpg.soft_update(np.ones(2), np.ones(3), tau=0.5), errors.ShapeError,
     ("target_parameters", "(3,)")),
    ("no states at all", lambda: lqr.value(system(), GAIN, COVARIANCE, STATES[:0]), errors.EmptySpaceError,
     ("state_vectors",)),
    ("no action dimensions", lambda: lqr.value_matrix(system(control=np.ones((2, 0)), cross_cost=np.ones((2, 0)),
     action_cost=np.ones((0, 0))), np.ones((0, 2))), errors.EmptySpaceError, ("control",)),
    ("no parameters", lambda: dpg.theorem(process(), MEANS, JACOBIAN[..., :0]), errors.EmptySpaceError, ("jacobian",)),
    ("no transitions", lambda: ddpg.target(np.ones(0), np.ones(0), np.ones(0, bool), gamma=0.5),
     errors.EmptySpaceError, ("rewards",)),
    # numbers
    ("a NaN gain", lambda: lqr.eta(system(), NAN * GAIN, COVARIANCE), errors.NonFiniteError, ("gain",)),
    ("an infinite cost", lambda: lqr.eta(system(action_cost=np.array([[np.inf]])), GAIN, COVARIANCE),
     errors.NonFiniteError, ("action_cost", "inf")),
    ("a NaN state", lambda: lqr.value(system(), GAIN, COVARIANCE, NAN * STATES), errors.NonFiniteError,
     ("state_vectors",)),
    ("a NaN in balls", lambda: lqr.value_matrix(_balls(), numbers.ball([["1/4", 0]]) * numbers.arb("nan")),
     errors.NonFiniteError, ("gain",)),
    ("a NaN mean", lambda: dpg.action_gradient(process(), NAN * MEANS), errors.NonFiniteError, ("mean_actions",)),
    ("a NaN next value", lambda: ddpg.target(np.ones(1), np.array([NAN]), np.array([True]), gamma=0.5),
     errors.NonFiniteError, ("next_values",)),
    ("whole numbers", lambda: lqr.value_matrix(system(dynamics=np.eye(2, dtype=int)), GAIN),
     errors.IntegerDtypeError, ("dynamics",)),
    ("whole actions", lambda: dpg.action_gradient(process(), MEANS.astype(int)), errors.IntegerDtypeError,
     ("mean_actions",)),
    ("whole parameters", lambda: ddpg.soft_update(np.arange(2), np.ones(2), tau=0.5), errors.IntegerDtypeError,
     ("online_parameters",)),
    ("a float gain among rationals", lambda: lqr.value_matrix(rational(), GAIN), errors.NumberSystemError, ("gain",)),
    ("a float discount among rationals", lambda: lqr.value_matrix(rational()._replace(discount=0.5),
     numbers.exact(GAIN)), errors.NumberSystemError, ("discount",)),
    ("a logarithm of rationals", lambda: lqr.kl(scalar(), HALF, HALF, HALF, HALF), errors.NumberSystemError,
     ("logarithm",)),
    ("an optimum in rationals", lambda: lqr.optimal(scalar()), errors.NumberSystemError, ("policy_improvement",)),
    ("an optimal gain in rationals", lambda: lqr.optimal_gain(scalar()), errors.NumberSystemError,
     ("optimality_gap",)),
    # discounts, parameters
    ("discount one", lambda: lqr.value_matrix(system(discount=1.0), GAIN), errors.DiscountError, ("1.0",)),
    ("a negative discount", lambda: lqr.riccati(system(discount=-0.5), np.eye(2)), errors.DiscountError, ("-0.5",)),
    ("a NaN discount", lambda: lqr.optimal(system(discount=NAN)), errors.DiscountError, ("nan",)),
    ("discount one of a process", lambda: dpg.theorem(process(discount=1.0), MEANS, JACOBIAN), errors.DiscountError,
     ("1.0",)),
    ("a start that is no distribution", lambda: dpg.theorem(process(initial=np.ones(2)), MEANS, JACOBIAN),
     errors.RowSumError, ("initial",)),
    ("a negative start", lambda: dpg.theorem(process(initial=np.array([1.5, -0.5])), MEANS, JACOBIAN),
     errors.NegativeProbabilityError, ("initial",)),
    ("a percentage", lambda: ddpg.soft_update(np.ones(2), np.ones(2), tau=5.0), errors.ParameterError, ("tau", "5")),
    ("gamma above one", lambda: ddpg.target(np.ones(1), np.ones(1), np.array([True]), gamma=1.5),
     errors.ParameterError, ("gamma",)),
    ("a mask of floats", lambda: ddpg.target(np.ones(1), np.ones(1), np.ones(1), gamma=0.5), errors.ParameterError,
     ("terminated", "float64")),
    # symmetry, definiteness
    ("an unsymmetric cost", lambda: lqr.value_matrix(system(state_cost=np.array([[1.0, 1.0], [0.0, 1.0]])), GAIN),
     errors.NotPositiveDefiniteError, ("state_cost", "not symmetric")),
    ("a Cholesky factor", lambda: linear_system(**{**FIELDS, "noise": np.array([[1.0, 0.0], [0.5, 1.0]])}),
     errors.NotPositiveDefiniteError, ("noise", "Cholesky")),
    ("a negative variance", lambda: lqr.eta(system(), GAIN, -COVARIANCE), errors.NotPositiveDefiniteError,
     ("covariance", "semidefinite")),
    ("an indefinite start", lambda: lqr.eta(system(initial_covariance=BOTH), GAIN, COVARIANCE),
     errors.NotPositiveDefiniteError, ("initial_covariance",)),
    ("an indefinite start in rationals", lambda: rational(initial_covariance=numbers.exact([[0, 1], [1, 1]])),
     errors.NotPositiveDefiniteError, ("initial_covariance",)),
    ("an indefinite start in balls", lambda: lqr.eta(_balls(initial_covariance=numbers.ball([[1, 2], [2, 1]])),
     numbers.ball(GAIN), numbers.ball(COVARIANCE)), errors.NotPositiveDefiniteError, ("initial_covariance",)),
    ("no exploration in kl", lambda: lqr.kl(system(), GAIN, COVARIANCE, GAIN, 0 * COVARIANCE),
     errors.NotPositiveDefiniteError, ("new_covariance", "positive definite")),
    ("no exploration before, in kl", lambda: lqr.kl(system(), GAIN, 0 * COVARIANCE, GAIN, COVARIANCE),
     errors.NotPositiveDefiniteError, ("covariance", "positive definite")),
    ("no exploration in the natural gradient", lambda: lqr.natural_gradient(system(), GAIN, 0 * COVARIANCE),
     errors.NotPositiveDefiniteError, ("covariance",)),
    ("free actions", lambda: lqr.policy_improvement(scalar(b=0, r=0), HALF), errors.NotPositiveDefiniteError,
     ("R + discount B'PB",)),
    ("free actions of one step", lambda: lqr.riccati(scalar(r=-1), numbers.exact([[1]])),
     errors.NotPositiveDefiniteError, ("R + discount B'XB",)),
    ("free states", lambda: lqr.optimal_gain(system(state_cost=np.zeros((2, 2)))), errors.NotPositiveDefiniteError,
     ("state_cost - N R^-1 N^T",)),
    ("free states in the gap", lambda: lqr.optimality_gap(scalar(q=0), HALF), errors.NotPositiveDefiniteError,
     ("state_cost",)),
    ("an unsymmetric form", lambda: lqr.riccati(system(), np.array([[1.0, 1.0], [0.0, 1.0]])),
     errors.NotPositiveDefiniteError, ("cost_matrix",)),
    ("an unsymmetric bend", lambda: dpg.action_gradient(_two_actions(), np.zeros((1, 2))),
     errors.NotPositiveDefiniteError, ("reward_bend",)),
    # stability
    ("an unstable gain", lambda: lqr.value_matrix(system(), -8 * GAIN), errors.NotStableError,
     ("A + BK", "rho(A + BK)^2 < 1", "sign")),
    ("an unstable new gain", lambda: lqr.performance_difference(system(), GAIN, COVARIANCE, -8 * GAIN, COVARIANCE),
     errors.NotStableError, ("new_gain",)),
    ("just at the border", lambda: lqr.visitation_moment(scalar(a=2, gamma="1/4"), 0 * HALF, HALF),
     errors.NotStableError, ("1/4",)),
    ("at the border in floats", lambda: lqr.eta(system(dynamics=2 * np.eye(2), discount=0.25), 0 * GAIN, COVARIANCE),
     errors.NotStableError, ("0.25",)),
    ("at the border in balls", lambda: lqr.value_matrix(_balls(dynamics=numbers.ball([[2, 0], [0, 0]]),
     discount=numbers.arb("0.25")), numbers.ball(0 * GAIN)), errors.NotStableError, ("gain",)),
    ("a mode out of reach", lambda: lqr.optimal(system(dynamics=2 * np.eye(2))), errors.NotStableError,
     ("no gain", "control")),
    ("an unstable limit", lambda: dpg.limit_of_spg(scalar(a=4), 0 * HALF, HALF), errors.NotStableError, ("gain",)),
]
# fmt: on


def _balls(**changes: Any) -> Any:
    fields = {name: numbers.ball(value) if np.ndim(value) else numbers.arb(value) for name, value in FIELDS.items()}
    return lqr.LinearSystem(**{**fields, **changes})


def _two_actions() -> Any:
    """A process of one state and two action dimensions whose cost of actions is not symmetric."""
    return process(
        transition_slope=np.zeros((1, 1, 2)),
        transition_bias=np.zeros((1, 1)),
        transition_bend=np.zeros((1, 1)),
        reward_constant=np.zeros(1),
        reward_slope=np.zeros((1, 2)),
        reward_bend=np.array([[[1.0, 1.0], [0.0, 1.0]]]),
        initial=np.ones(1),
    )


@pytest.mark.parametrize(("what", "call", "error", "named"), TABLE, ids=[row[0] for row in TABLE])
def test_a_wrong_continuous_input_raises_its_own_error(
    what: str, call: Callable[[], Any], error: type[errors.RlproofError], named: tuple[str, ...]
) -> None:
    """The class is the one of the situation, and the message names what was got and what to do."""
    with pytest.raises(errors.RlproofError) as caught:
        call()
    assert type(caught.value) is error, what
    message = str(caught.value)
    for part in ("got", "expected", "likely cause", "what to do"):
        (line,) = [line for line in message.splitlines() if line.strip().startswith(f"{part}:")]
        assert line.split(":", 1)[1].strip(), f"{part} is empty"
    assert [text for text in named if text not in message] == [], message


def test_the_input_that_the_wrong_ones_spoil_is_accepted() -> None:
    """Negative control: the system, the process and the rationals that the table bends are right."""
    assert np.all(np.isfinite(lqr.advantage(system(), GAIN, COVARIANCE, STATES, ACTIONS)))
    assert np.isfinite(lqr.kl(system(), GAIN, COVARIANCE, *NEW))
    assert lqr.optimality_gap(system(), lqr.optimal_gain(system())) < 1e-20
    assert np.all(np.isfinite(dpg.theorem(process(), MEANS, JACOBIAN)))
    assert lqr.eta(rational(), numbers.exact(GAIN), numbers.exact(COVARIANCE)) < 0


@pytest.mark.parametrize("scale", [0.0, 1.0, 1e-8, 1e8])
def test_a_covariance_of_rank_one_is_accepted_in_floats(scale: float) -> None:
    """Rounding leaves G G^T with an eigenvalue slightly below zero, within the bound."""
    factor = scale * np.array([[1 / 3], [0.7]])
    assert np.isfinite(lqr.eta(system(noise=factor @ factor.T), GAIN, COVARIANCE))

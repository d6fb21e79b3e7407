"""What importance sampling, V-trace and Retrace refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import errors, importance_sampling, numbers, retrace, vtrace

from ._processes import COUNTS, FLAGS, HALVES, STEPS, corridor, floats, fractions

NAN = float("nan")
RATIOS = np.array([0.5, 1.0, 2.0])
STAYS, GOES = np.array([2, 2, 2]), np.array([0, 0, 0])
"""In the corridor, the policy that never reaches the end, and the one that walks straight to it."""

ONE_HOT = np.array([[1.0, 0.0], [0.0, 1.0]])
DATA = (STEPS, STEPS, STEPS, FLAGS, FLAGS)
LEVELS = {"rho_bar": 1.0, "c_bar": 1.0}
ZEROS = numbers.exact([0, 0, 0])


def v(*data: Any, gamma: Any = 0.5, **levels: Any) -> Any:
    """The V-trace target, at levels of one unless others are given."""
    return vtrace.target(*data, gamma=gamma, **{**LEVELS, **levels})


def r(*data: Any, gamma: Any = 0.5, trace_decay: Any = 0.5) -> Any:
    """The Retrace target."""
    return retrace.target(*data, gamma=gamma, trace_decay=trace_decay)


BAD: dict[str, tuple[Callable[[], Any], type[errors.RlproofError], str]] = {
    "a behaviour that lacks support": (
        lambda: importance_sampling.ratio(HALVES, ONE_HOT), errors.SupportError, "mu = 0 at index (0, 1)"),
    "a behaviour that lacks support in exact": (
        lambda: importance_sampling.ratio(numbers.exact([["1/3", "2/3"]]), numbers.exact([[1, 0]])),
        errors.SupportError, "pi is 2/3"),
    "a scalar probability": (
        lambda: importance_sampling.ratio(np.array(1.0), HALVES), errors.ShapeError, "target_probabilities"),
    "two scalar probabilities": (
        lambda: importance_sampling.ratio(np.array(1.0), np.array(1.0)), errors.ShapeError, "target_probabilities"),
    "no action": (
        lambda: importance_sampling.ratio(HALVES[:, :0], HALVES[:, :0]), errors.EmptySpaceError, "actions"),
    "a target that sums to two": (
        lambda: importance_sampling.ratio(2 * HALVES, HALVES), errors.RowSumError, "target_probabilities"),
    "a behaviour that sums to two": (
        lambda: importance_sampling.ratio(HALVES, 2 * HALVES), errors.RowSumError, "behaviour_probabilities"),
    "a behaviour in other states": (
        lambda: importance_sampling.ratio(HALVES, HALVES[0]), errors.ShapeError, "behaviour_probabilities"),
    "a target of fractions": (
        lambda: importance_sampling.ratio(numbers.exact([["1/2", "1/2"]]), HALVES[:1]),
        errors.NumberSystemError, "target_probabilities: exact"),
    "a negative probability": (
        lambda: importance_sampling.ratio(np.array([1.5, -0.5]), HALVES[0]), errors.NegativeProbabilityError, "-0.5"),
    "a negative ratio": (
        lambda: importance_sampling.ordinary(STEPS, STEPS, gamma=0.5), errors.ParameterError, "ratios[1]"),
    "a ratio a little below zero": (
        lambda: importance_sampling.ordinary(STEPS, RATIOS - 0.75, gamma=0.5), errors.ParameterError, "-0.25"),
    "a NaN ratio": (
        lambda: importance_sampling.ordinary(STEPS, NAN * RATIOS, gamma=0.5), errors.NonFiniteError, "ratios"),
    "a ratio too few": (
        lambda: importance_sampling.per_decision(STEPS, RATIOS[1:], gamma=0.5), errors.ShapeError, "ratios"),
    "ratios of integers": (
        lambda: importance_sampling.per_decision(STEPS, COUNTS[0, 0], gamma=0.5), errors.IntegerDtypeError, "ratios"),
    "a discount of two": (
        lambda: importance_sampling.per_decision(STEPS, RATIOS, gamma=2.0), errors.ParameterError, "gamma"),
    "a discount of two for ordinary": (
        lambda: importance_sampling.ordinary(STEPS, RATIOS, gamma=2.0), errors.ParameterError, "gamma"),
    "only impossible episodes": (
        lambda: importance_sampling.weighted(STEPS, 0 * RATIOS), errors.SupportError, "all zero"),
    "only impossible episodes in exact": (
        lambda: importance_sampling.weighted(numbers.exact([1, 2]), numbers.exact([0, 0])),
        errors.SupportError, "all zero"),
    "no episode": (lambda: importance_sampling.weighted(STEPS[:0], RATIOS[:0]), errors.EmptySpaceError, "returns"),
    "a negative weight": (
        lambda: importance_sampling.weighted(STEPS, STEPS), errors.ParameterError, "ratios[1]"),
    "traces above the ratios": (lambda: v(*DATA, RATIOS, c_bar=2.0), errors.ParameterError, "c_bar 2.0, rho_bar 1.0"),
    "a negative level": (
        lambda: v(*DATA, RATIOS, rho_bar=-1.0, c_bar=-1.0), errors.ParameterError, "rho_bar >= 0"),
    "a negative trace level": (lambda: v(*DATA, RATIOS, c_bar=-1.0), errors.ParameterError, "c_bar >= 0"),
    "a negative ratio in V-trace": (lambda: v(*DATA, STEPS), errors.ParameterError, "ratios[1]"),
    "ratios of other steps": (lambda: v(*DATA, RATIOS[1:]), errors.ShapeError, "ratios"),
    "a level of a float among fractions": (
        lambda: v(ZEROS, ZEROS, ZEROS, FLAGS, FLAGS, ZEROS, gamma=1, rho_bar=1.5, c_bar=1),
        errors.NumberSystemError, "rho_bar"),
    "a done flag of numbers": (
        lambda: v(STEPS, STEPS, STEPS, FLAGS, 1.0 * FLAGS, RATIOS), errors.ParameterError, "truncated"),
    "the same in the advantage": (
        lambda: vtrace.advantage(*DATA, RATIOS, gamma=0.5, rho_bar=1.0, c_bar=2.0), errors.ParameterError, "c_bar"),
    "no data": (lambda: v(*(each[:0] for each in (*DATA, RATIOS))), errors.EmptySpaceError, "rewards"),
    "traces above the ratios in the operator": (
        lambda: vtrace.operator(floats(), HALVES, HALVES, STEPS[:2], rho_bar=1.0, c_bar=2.0),
        errors.ParameterError, "c_bar"),
    "values of three states": (
        lambda: vtrace.operator(floats(), HALVES, HALVES, STEPS, **LEVELS), errors.ShapeError, "state_values"),
    "a NaN value": (
        lambda: vtrace.operator(floats(), HALVES, HALVES, NAN * STEPS[:2], **LEVELS),
        errors.NonFiniteError, "state_values"),
    "a sampling policy that is none": (
        lambda: vtrace.operator(floats(), HALVES, 2 * HALVES, STEPS[:2], **LEVELS),
        errors.RowSumError, "sampling_policy"),
    "a target policy for ever": (
        lambda: vtrace.operator(corridor(), STAYS, GOES, ZEROS, rho_bar=1, c_bar=1),
        errors.TerminationError, "the policy"),
    "a lambda of two": (lambda: r(*DATA, RATIOS, trace_decay=2.0), errors.ParameterError, "trace_decay"),
    "a negative ratio in Retrace": (lambda: r(*DATA, STEPS), errors.ParameterError, "ratios[1]"),
    "values of other steps": (lambda: r(STEPS, STEPS[1:], STEPS, FLAGS, FLAGS, RATIOS), errors.ShapeError, "values"),
    "ratios of other steps in Retrace": (lambda: r(*DATA, RATIOS[1:]), errors.ShapeError, "ratios"),
    "action values of three states": (
        lambda: retrace.operator(fractions(), np.array([0, 1]), np.array([0, 1]), ZEROS, trace_decay=1),
        errors.ShapeError, "action_values"),
    "a lambda of two in the operator": (
        lambda: retrace.operator(floats(), HALVES, HALVES, ONE_HOT, trace_decay=2.0),
        errors.ParameterError, "trace_decay"),
    "Retrace for ever": (
        lambda: retrace.operator(corridor(), STAYS, GOES, numbers.exact(np.zeros((3, 3), dtype=int)), trace_decay=1),
        errors.TerminationError, "the policy"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_wrong_input_raises_its_own_error(what: str) -> None:
    """The class is the one of the situation, and the message names what was got."""
    call, error, named = BAD[what]
    with pytest.raises(errors.RlproofError) as caught:
        call()
    assert type(caught.value) is error
    assert named in str(caught.value)


def test_undiscounted_episodes_have_off_policy_values() -> None:
    """In the corridor walked straight, by data of a walker who dawdles: -2 and -1, from any start."""
    dawdles = numbers.exact([["1/2", "1/4", "1/4"]] * 3)
    start = numbers.exact([5, 7, 9])
    result = vtrace.operator(corridor(), GOES, dawdles, start, rho_bar=2, c_bar=2)
    assert result.tolist() == [-2, -1, 0]
    action_values = retrace.operator(corridor(), GOES, GOES, numbers.exact([[5, 7, 9]] * 3), trace_decay=1)
    assert action_values[:, 0].tolist() == [-2, -1, 0]

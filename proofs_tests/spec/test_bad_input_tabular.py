"""Bad input of occupancies, finite horizons, trajectories, equivalent processes and linear programs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import bellman, dp, errors, mdp

from ._processes import HALVES, corridor, floats, fractions

NAN = float("nan")
NONE, PAIR = np.zeros((2, 2, 2), dtype=bool), np.zeros(2)
ONLY_FIRST = np.array([[1.0, 0.0], [1.0, 0.0]])

CASES: list[tuple[str, Callable[[], Any], type[Exception], tuple[str, ...]]] = [
    ("negative horizon", lambda: mdp.finite_horizon_return(floats(), HALVES, horizon=-1), errors.ParameterError,
        ("horizon", "-1", "whole number")),
    ("half a step", lambda: mdp.finite_horizon_return(floats(), HALVES, horizon=0.5), errors.ParameterError,
        ("horizon", "0.5")),
    ("policy of another size", lambda: mdp.occupancy(floats(), np.ones((2, 1))), errors.ActionSetError, ("policy",)),
    ("endless", lambda: mdp.occupancy(corridor(), [2, 2, 2]), errors.TerminationError, ("the policy",)),
    ("no states", lambda: mdp.trajectory_measure(floats(), HALVES, [], []), errors.EmptySpaceError, ("visited",)),
    ("too many actions", lambda: mdp.trajectory_measure(floats(), HALVES, [0, 1], [0, 1]), errors.ShapeError,
        ("taken", "(2,)", "(1,)")),
    ("state 2", lambda: mdp.trajectory_measure(floats(), HALVES, [0, 2], [0]), errors.ParameterError,
        ("visited", "the index 2", "0 to 1")),
    ("action -1", lambda: mdp.trajectory_measure(floats(), HALVES, [0, 1], [-1]), errors.ParameterError,
        ("taken", "-1", "0 to 1")),
    ("states that are floats", lambda: mdp.trajectory_measure(floats(), HALVES, [0.0, 1.0], [0]),
        errors.ParameterError, ("visited", "float64")),
    ("impossible history", lambda: mdp.markov_property(floats(), ONLY_FIRST, [0, 1], [1]), errors.SupportError,
        ("states [0]", "actions [1]", "probability 0", "never takes")),
    ("flags of another shape", lambda: mdp.terminal_absorbing(floats(), HALVES, NONE[0]), errors.ShapeError,
        ("ended", "(2, 2)", "(2, 2, 2)")),
    ("a mask for flags", lambda: mdp.terminal_absorbing(floats(), HALVES, 1.0 - NONE), errors.ParameterError,
        ("ended", "float64")),
    ("undiscounted without an end", lambda: mdp.terminal_absorbing(
        corridor(), [2, 2, 2], np.zeros((3, 3, 3), dtype=bool)), errors.TerminationError, ("the policy", "state 0")),
    ("one number for two states", lambda: mdp.reward_convention(floats(), PAIR[:1]), errors.ShapeError,
        ("state_reward", "(1,)", "(2,)")),
    ("NaN reward", lambda: mdp.reward_convention(floats(), [0.0, NAN]), errors.NonFiniteError, ("state_reward",)),
    ("negative scale", lambda: mdp.reward_affine(floats(), scale=-1.0, shift=0.0), errors.ParameterError,
        ("scale", "-1.0")),
    ("a float among fractions", lambda: mdp.reward_affine(fractions(), scale=1, shift=0.5),
        errors.NumberSystemError, ("shift", "0.5")),
    ("potential of another size", lambda: mdp.potential_shaping(floats(), np.zeros(3)), errors.ShapeError,
        ("potential", "(3,)")),
    ("NaN potential", lambda: mdp.potential_shaping(floats(), [NAN, 0.0]), errors.NonFiniteError, ("potential",)),
    ("floats among fractions", lambda: mdp.potential_shaping(fractions(), PAIR), errors.NumberSystemError,
        ("potential: float64",)),
    ("values of another size", lambda: bellman.linear_program(floats(), np.zeros(3)), errors.ShapeError,
        ("state_values", "(3,)")),
    ("NaN values", lambda: bellman.duality_gap(floats(), HALVES, [NAN, 0.0]), errors.NonFiniteError,
        ("state_values",)),
    ("negative sweeps", lambda: dp.modified_policy_iteration(floats(), PAIR, sweeps=-1), errors.ParameterError,
        ("sweeps", "-1")),
    ("undiscounted", lambda: dp.greedy_loss_bound(corridor(), [0, 0, 0], [0, 0, 0]), errors.DiscountError,
        ("discount 1", "value.v")),
    ("optimal values of another size", lambda: dp.greedy_loss_bound(floats(), PAIR, np.zeros(3)), errors.ShapeError,
        ("optimal_values", "(3,)")),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "named"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_input_has_its_own_error(call: Callable[[], Any], error: type[Exception], named: tuple[str, ...]) -> None:
    """The error is of its class and names what was wrong."""
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert [words for words in named if words not in str(caught.value)] == []

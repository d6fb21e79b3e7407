"""The book's examples follow the book's rules, in every number system; their values are in `published`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.envs.book import baird, car_rental, choices, gambler, grids
from rlproof.envs.transition_tables import as_mdp
from rlproof.spec import numbers, value
from rlproof.spec.mdp import MDP

RATIONAL = [
    grids.small_gridworld,
    grids.cliff,
    grids.dyna_maze,
    gambler.gambler,
    choices.maximisation_bias,
    baird.baird,
]
UP, DOWN, RIGHT, LEFT = range(4)


@pytest.mark.parametrize("make", RATIONAL, ids=lambda make: make.__name__)
def test_floats_are_the_rounded_rationals(make: Callable[..., MDP]) -> None:
    """Both number systems hold the same tables."""
    exact, rounded = make(system="exact"), make()
    for name in ("transition", "reward", "initial"):
        assert np.array_equal(numbers.float64(getattr(exact, name)), getattr(rounded, name))
    assert np.array_equal(exact.terminal, rounded.terminal)


def test_the_small_gridworld_pays_for_every_move() -> None:
    """Moves are certain and cost 1; one off the grid stays; corners are terminal."""
    process = grids.small_gridworld()
    assert process.transition[1, LEFT, 0] == process.transition[1, UP, 1] == process.transition[11, DOWN, 15] == 1
    assert process.reward[1:15].tolist() == [[-1.0] * 4] * 14
    assert np.flatnonzero(process.terminal).tolist() == [0, 15]


def test_the_cliff_is_gymnasiums_cliff() -> None:
    """Two independent tables of one example have the same optimal values, wherever one can be."""
    ours, theirs = grids.cliff(system="exact"), as_mdp("CliffWalking-v1", discount=1, system="exact")
    reachable = np.r_[0:37]
    assert (value.optimal_v(ours)[reachable] == value.optimal_v(theirs)[reachable]).all()


def test_a_fall_costs_100_and_leads_to_the_start() -> None:
    """From above the cliff and from the start."""
    process = grids.cliff()
    for state, action in ((25, DOWN), (36, RIGHT), (34, DOWN)):
        assert process.reward[state, action] == -100
        assert process.transition[state, action, 36] == 1
    assert process.transition[35, DOWN, 47] == 1
    assert process.reward[35, DOWN] == -1


def test_walls_of_the_maze_keep_out() -> None:
    """A move into a wall stays; only entering the goal pays."""
    process = grids.dyna_maze()
    assert process.transition[19, RIGHT, 19] == process.transition[18, RIGHT, 19] == 1
    assert np.argwhere(process.reward).tolist() == [[17, UP]]
    walls = [9 * row + column for row, column in grids.MAZE_WALLS]
    entered = process.transition[..., walls].sum(axis=(1, 2))
    assert np.flatnonzero(entered).tolist() == sorted(walls)


def test_the_gambler_never_stakes_too_much() -> None:
    """Stakes are limited by the capital and by what is missing; reaching 100 pays its probability."""
    process = gambler.gambler(system="exact")
    assert process.transition[99, 49, 100] == process.transition[1, 0, 2] == process.reward[50, 49]
    assert process.reward[50, 48] == 0
    assert gambler.bold_play()[[1, 50, 75]].tolist() == [0, 49, 24]


def test_the_rented_cars_are_limited_by_the_cars_there_are() -> None:
    """Without cars nothing is rented; moving five cars costs ten; what cannot be moved is not."""
    process = car_rental.car_rental()
    assert process.reward[0].tolist() == [0.0] * 11
    stay, five = car_rental.MOVED.index(0), car_rental.MOVED.index(5)
    first, second = process.reward[21 * 10 + 5, five], process.reward[21 * 5 + 10, stay]
    bound = 84 * 100 * np.finfo(float).eps  # each is a sum of 42 terms, none above 100
    assert second - first == pytest.approx(10.0, abs=bound)
    assert abs(process.transition.sum(axis=2) - 1).max() <= 442 * np.finfo(float).eps


def test_a_poisson_number_is_censored_and_not_truncated() -> None:
    """The last outcome has the whole rest: of four outcomes of mean 3, P(N >= 3) = 1 - (1 + 3 + 9/2) e^-3."""
    assert car_rental._censored(3, 3)[3] == pytest.approx(1 - 8.5 * np.exp(-3), abs=4 * np.finfo(float).eps)


def test_bairds_features_represent_the_values() -> None:
    """v = 0 is represented by w = 0; the first weights give 3 and 12 for the upper states and the seventh."""
    values = baird.features() @ np.array(baird.FIRST_WEIGHTS, dtype=float)
    assert values.tolist() == [3.0] * 6 + [12.0]
    assert np.linalg.matrix_rank(baird.features()) == 7


def test_from_b_every_action_loses_a_tenth() -> None:
    """Left leads to B, where nothing can be done about the loss."""
    process: Any = choices.maximisation_bias()
    assert process.reward[choices.B].tolist() == [-0.1, -0.1]
    assert process.transition[choices.A, choices.LEFT, choices.B] == 1

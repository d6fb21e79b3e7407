"""The small processes are the ones in the literature, and the same in every number system."""

from fractions import Fraction

import numpy as np
import pytest

from rlproof.envs.tabular import garnet, gridworld, random_walk
from rlproof.spec import value
from rlproof.spec.errors import ParameterError
from rlproof.spec.numbers import exact


def test_the_gridworld_has_the_values_of_figure_3_2() -> None:
    """Sutton and Barto 2018, figure 3.2: the equiprobable policy, to the printed digit."""
    published = """
         3.3  8.8  4.4  5.3  1.5
         1.5  3.0  2.3  1.9  0.5
         0.1  0.7  0.7  0.4 -0.4
        -1.0 -0.4 -0.4 -0.6 -1.2
        -1.9 -1.3 -1.2 -1.4 -2.0"""
    values = value.v(gridworld(), np.full((25, 4), 0.25))
    assert np.round(values, 1).tolist() == [float(number) for number in published.split()]


def test_the_gridworld_has_the_optimal_values_of_figure_3_5() -> None:
    """Sutton and Barto 2018, figure 3.5, to the printed digit; and v(A) = 10 / (1 - 0.9**5) exactly."""
    published = """
        22.0 24.4 22.0 19.4 17.5
        19.8 22.0 19.8 17.8 16.0
        17.8 19.8 17.8 16.0 14.4
        16.0 17.8 16.0 14.4 13.0
        14.4 16.0 14.4 13.0 11.7"""
    values = value.optimal_v(gridworld())
    assert np.round(values, 1).tolist() == [float(number) for number in published.split()]
    best = value.optimal_v(gridworld(system="exact"))[1]
    assert best == exact([10 / (1 - Fraction(9, 10) ** 5)])[0]


def test_the_random_walk_has_the_values_of_example_6_2() -> None:
    """Sutton and Barto 2018, example 6.2: 1/6, ..., 5/6."""
    values = value.v(random_walk(system="exact"), exact(np.full((6, 2), Fraction(1, 2))))
    assert values.tolist() == exact([Fraction(n, 6) for n in (1, 2, 3, 4, 5, 0)]).tolist()


def test_the_nineteen_state_walk_has_the_values_of_example_7_1() -> None:
    """Sutton and Barto 2018, example 7.1: -0.9, -0.8, ..., 0.9."""
    walk = random_walk(19, left=-1, system="exact")
    values = value.v(walk, exact(np.full((20, 2), Fraction(1, 2))))
    assert values.tolist() == exact([Fraction(n, 10) for n in range(-9, 10)] + [0]).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_garnet_is_the_same_process_in_floats_and_in_rationals(seed: int) -> None:
    """Converting the floats to their own binary values gives the exact tables: nothing was rounded."""
    floats, rationals = (garnet(6, 3, 2, seed, system=system) for system in ("float64", "exact"))
    for name in ("transition", "reward", "initial"):
        assert np.all(exact(getattr(floats, name)) == getattr(rationals, name))


@pytest.mark.parametrize("branching", [1, 3, 6])
def test_a_garnet_has_its_branching(branching: int) -> None:
    """Every row has exactly so many successors, and they sum to one exactly."""
    transition = garnet(6, 3, branching, seed=0, system="exact").transition
    assert np.all((transition > 0).sum(axis=2) == branching)
    assert np.all(transition.sum(axis=2) == 1)


def test_the_seed_decides_a_garnet() -> None:
    """The same seed gives the same process, another seed another."""
    first, same, other = (garnet(6, 3, 2, seed).transition for seed in (0, 0, 1))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("branching", [0, 7])
def test_an_impossible_branching_is_refused(branching: int) -> None:
    """No successor, or more successors than states."""
    with pytest.raises(ParameterError, match="branching"):
        garnet(6, 3, branching, seed=0)


def test_a_walk_without_states_is_refused() -> None:
    """There must be a state to start in."""
    with pytest.raises(ParameterError, match="states=0"):
        random_walk(0)

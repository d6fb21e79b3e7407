"""The small processes are the ones in the literature, and the same in every number system."""

from fractions import Fraction

import numpy as np
import pytest

from rlproof.envs.tabular import garnet, random_walk
from rlproof.spec import value
from rlproof.spec.errors import ParameterError
from rlproof.spec.numbers import exact


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

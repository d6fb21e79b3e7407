"""Floats of a table are read as the rationals that were meant, or refused."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlproof.envs.rationals import LARGEST_DENOMINATOR, read_number, read_probability
from rlproof.spec.errors import NotAProbabilityError, NumberSystemError


def simple_fractions() -> st.SearchStrategy[Fraction]:
    """Fractions from 0 to 1 with denominators up to a million."""
    return st.fractions(min_value=0, max_value=1, max_denominator=10**6)


@given(simple_fractions())
def test_a_rounded_fraction_is_read_back(meant: Fraction) -> None:
    """Division in floats rounds once; the reading undoes it."""
    assert read_probability(meant.numerator / meant.denominator) == meant


@given(simple_fractions())
def test_a_complement_computed_in_floats_is_read_back(meant: Fraction) -> None:
    """One minus a float leaves an absolute error, which the reading also undoes."""
    assert read_probability((1.0 - float(meant)) / 2.0) == (1 - meant) / 2


def test_the_slippery_third_is_not_the_float_next_to_one_third() -> None:
    """FrozenLake computes (1 - 1/3) / 2, which is another float than 1/3 but means the same."""
    computed = (1.0 - 1.0 / 3.0) / 2.0
    assert computed != 1.0 / 3.0
    assert read_probability(computed) == Fraction(1, 3)


def test_two_readings_of_one_float_do_not_exist() -> None:
    """The gap between neighbours of the largest denominator exceeds both readings' errors together."""
    assert Fraction(1, LARGEST_DENOMINATOR * (LARGEST_DENOMINATOR - 1)) > 2 * Fraction(1, 2**52)


@pytest.mark.parametrize("measured", [math.pi / 10, 1e-20, 2.0**-30])
def test_a_number_that_means_no_simple_rational_is_refused(measured: float) -> None:
    """A transcendental number, and probabilities too small to tell from a rounding error."""
    with pytest.raises(NumberSystemError, match="system='float64'"):
        read_probability(measured)


@pytest.mark.parametrize("number", [-0.1, 1.5, math.nan, math.inf])
def test_a_number_that_is_no_probability_is_refused(number: float) -> None:
    """Outside [0, 1], or not a number at all."""
    with pytest.raises(NotAProbabilityError):
        read_probability(number)


def test_decimals_are_read_as_written() -> None:
    """Rewards such as 0.1 are tenths; whole numbers stay whole."""
    assert [read_number(number) for number in (0.1, -0.1, -100.0, 1.5, 0.0)] == [
        Fraction(1, 10), Fraction(-1, 10), Fraction(-100), Fraction(3, 2), Fraction(0),
    ]  # fmt: skip

"""Derivatives carry their rounding error along."""

import numpy as np

from rlproof.oracle.dual import Dual
from rlproof.oracle.rounding import Rounded


def dual(value: float, slope: float, slope_error: float) -> Dual:
    """A number with a slope of this error."""
    return Dual(Rounded(np.array([value])), Rounded(np.array([slope]), slope_error))


def test_the_larger_of_two_keeps_its_slope_and_admits_the_error_of_either() -> None:
    """Where two numbers are equal up to rounding, a computation may take the one or the other."""
    noise, nothing = dual(-1e-18, 0.0, 1e-17), dual(0.0, 0.0, 0.0)
    for larger in (noise.maximum(nothing), nothing.maximum(noise)):
        assert larger.slope.value == 0
        assert larger.slope.error == 1e-17


def test_the_larger_of_two_does_not_admit_the_other_slope() -> None:
    """Three quarters, the average at a tie, is no rounding error of one: that gradient of a clip is found."""
    slope = dual(0.75, 1.0, 1e-16).maximum(dual(0.75, 0.0, 1e-16)).slope
    assert slope.value == 1
    assert slope.error == 1e-16

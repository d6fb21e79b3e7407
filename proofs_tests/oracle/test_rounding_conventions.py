"""What the bounds say of infinities, of doubtful zeros and of constants."""

from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from rlproof.oracle.agreement import distance, judge_against
from rlproof.oracle.rounding import UNIT_ROUNDOFF, Rounded
from rlproof.spec import numbers


def rounded(data: Any, dtype: str) -> Rounded:
    """Wrap float data as exact inputs of a computation in this dtype."""
    return Rounded(data, unit=UNIT_ROUNDOFF[dtype])


def test_infinity_times_a_doubtful_zero_is_anything() -> None:
    """0 * inf bounds nothing if the zero came from rounding; a zero beyond doubt leaves the product undefined."""
    infinite = Rounded([np.inf])
    assert np.isinf((Rounded([0.0], 1e-9) * infinite).error).all()
    assert np.isinf((infinite * Rounded([1e-10], 1e-9)).error).all()
    certain = infinite * Rounded([2.0], 1e-9)
    assert certain.value == np.inf
    assert certain.error == 0


def test_a_divisor_that_may_be_zero_bounds_nothing() -> None:
    """Also one that is zero for certain."""
    assert np.isinf((Rounded([1.0]) / Rounded([1e-10], 1e-9)).error).all()
    assert np.isinf((Rounded([1.0]) / Rounded([0.0])).error).all()


def test_a_logarithm_whose_argument_may_be_zero_bounds_nothing() -> None:
    """The bound is infinite as soon as the error reaches the argument."""
    assert np.isinf(numbers.log(Rounded([1e-10], 1e-10)).error).all()
    assert np.isfinite(numbers.log(Rounded([1e-10], 0.5e-10)).error).all()


def test_a_sum_with_an_unbounded_term_is_unbounded() -> None:
    """And so are a maximum and a stack."""
    data = Rounded([1.0, 2.0], [0.0, np.inf])
    assert np.isinf(data.sum().error)
    assert np.isinf(data.max().error)
    assert np.isinf(Rounded.stack([data, 0 * data]).error[0, 1])


def test_a_system_that_rounding_may_make_singular_bounds_nothing() -> None:
    """The perturbations that elimination admits reach a singular matrix."""
    matrix = np.array([[1.0, 1.0], [1.0, 1.0 + 2.0**-20]])
    assert np.isinf(rounded(matrix, "float32").solve(np.ones(2)).error).all()
    assert np.isfinite(rounded(matrix, "float64").solve(np.ones(2)).error).all()


def test_no_bound_is_nan_where_the_value_is_a_number() -> None:
    """Powers of zero among them: gamma = 0 occurs."""
    zero = Rounded([0.0])
    for result in (zero**0, zero**1, zero**2, zero * zero, zero + zero, zero @ zero, abs(zero).exp()):
        assert not np.isnan(result.error).any()
    assert (zero**0).value == 1


def test_nan_is_accepted_by_an_infinite_bound_only() -> None:
    """A NaN where a number is due is infinitely wrong."""
    true = numbers.exact([1, 2])
    assert not judge_against(true, np.array([1.0, np.nan]), 1e300).agrees
    assert judge_against(true, np.array([1.0, np.nan]), np.array([0.0, np.inf])).agrees


def test_infinity_is_right_where_the_theory_says_infinity() -> None:
    """Lost support makes a divergence infinite; no finite number is near that."""
    true = np.array([arb.pos_inf()], dtype=object)
    assert judge_against(true, np.array([np.inf]), 0.0).agrees
    for wrong in (-np.inf, 1e308, np.nan):
        assert not judge_against(true, np.array([wrong]), 1.0).agrees


def test_constants_that_float32_does_not_hold_carry_a_rounding() -> None:
    """1/2 is exact in a formula, 1/3 and pi are not."""
    one = rounded(np.ones(1), "float32")
    assert one.wrap(0.5).error == 0
    assert one.wrap(1 / 3).error > 0
    assert one.wrap(np.pi).error == pytest.approx(np.pi * UNIT_ROUNDOFF["float32"])


def test_distances_are_evaluated_without_rounding() -> None:
    """One third is not a float, and the distance to its nearest float is a rational."""
    third = fmpq(1, 3)
    assert distance(1 / 3, third) == pytest.approx(1 / (3 * 2**54), rel=1e-12)
    assert distance(np.float32(1 / 3), third) == pytest.approx(1 / (3 * 2**25), rel=1e-12)

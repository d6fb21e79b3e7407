"""Claims are decided right: by == in rationals, by enclosure in balls, and never by a guess."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq, fmpq_series

from rlproof.oracle.claims import Claim, Decision, at_most, combine, decide, equal, true
from rlproof.spec import numbers
from rlproof.spec.numbers import exact

TINY = fmpq(1, 2**300)
INFINITY = float("inf")


def test_equal_rationals_are_equal_to_the_last_digit() -> None:
    """2**-300 makes the difference, and is reported as the error."""
    assert decide(equal(exact(["1/3", 2]), exact(["2/6", "4/2"]))) == Decision(True)
    off = decide(equal(fmpq(1, 3), fmpq(1, 3) + TINY))
    assert off.holds is False
    assert off.error == 2.0**-300


def test_an_inequality_of_rationals_reports_its_smallest_slack() -> None:
    """Equality is allowed and has slack zero; the worst entry counts."""
    assert decide(at_most(exact([1, 2]), exact([2, 5]))) == Decision(True, slack=1.0)
    assert decide(at_most(exact([1, 2]), exact([2, 2]))) == Decision(True, slack=0.0)
    broken = decide(at_most(exact([1, 2]), exact([2, "3/2"])))
    assert (broken.holds, broken.slack) == (False, -0.5)


def test_a_number_is_compared_with_every_entry_of_an_array() -> None:
    """Either side is broadcast."""
    assert decide(equal(exact([[1, 1], [1, 1]]), 1)).holds is True
    assert decide(equal(1, exact([1, 1, 2]))).holds is False
    assert decide(at_most(exact([0, 1]), 1)).holds is True


def test_shapes_that_do_not_fit_are_an_error() -> None:
    """A law that compares a pair with a triple is wrong, not false."""
    with pytest.raises(ValueError, match="broadcast"):
        decide(equal(exact([1, 2]), exact([1, 2, 3])))


def test_a_claim_about_nothing_is_refused() -> None:
    """It would hold of anything."""
    with pytest.raises(ValueError, match="hold of anything"):
        decide(equal(exact([]), exact([])))


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        (arb("1 +/- 0.1"), arb("2 +/- 0.1"), True),
        (arb("2 +/- 0.1"), arb("1 +/- 0.1"), False),
        (arb("1 +/- 0.1"), arb("1.05 +/- 0.1"), None),
        (arb(1), arb(1), True),
        (arb(1), arb.pos_inf(), True),
        (arb.pos_inf(), arb(1), None),
        (arb.nan(), arb(1), None),
        (arb(1), arb.nan(), None),
    ],
    ids=str,
)
def test_an_inequality_of_balls_is_certified_refuted_or_undecided(left: arb, right: arb, holds: bool | None) -> None:
    """Overlapping balls decide nothing, NaN decides nothing, infinity bounds every finite number."""
    assert decide(at_most(left, right)).holds is holds


def test_certified_slack_is_a_lower_bound() -> None:
    """The nearest points of the two balls, not their midpoints."""
    decision = decide(at_most(arb("1 +/- 0.125"), arb("2 +/- 0.125")))
    assert decision.slack == pytest.approx(0.75)
    assert decision.slack <= 0.75


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        (lambda: arb(2).sqrt() * arb(2).sqrt(), lambda: arb(2), True),
        (lambda: arb("1 +/- 1e-10"), lambda: arb(1), None),
        (lambda: arb("1 +/- 1e-10"), lambda: arb("1.1 +/- 1e-10"), False),
        (arb.nan, lambda: arb(1), None),
        (arb.pos_inf, arb.pos_inf, True),
    ],
    ids=["one number twice", "too wide", "apart", "not a number", "both infinite"],
)
def test_equal_balls_must_be_narrow_and_overlap(
    left: Callable[[], arb], right: Callable[[], arb], holds: bool | None
) -> None:
    """A difference that contains zero but is wider than half of the precision decides nothing."""
    with numbers.precision(128):
        assert decide(equal(left(), right())).holds is holds


def test_rationals_beside_balls_are_enclosed() -> None:
    """A law may compare a rational bound with a ball."""
    assert decide(at_most(fmpq(1, 3), arb(2).sqrt())).holds is True
    assert decide(at_most(arb(2).sqrt(), fmpq(1, 3))).holds is False


def test_series_are_equal_if_all_coefficients_are() -> None:
    """An equal value with another slope is not equal: that is what first-order laws are about."""
    one, other = (numbers.ray(exact([1]), exact([slope])) for slope in (2, 3))
    assert decide(equal(one, one)).holds is True
    assert decide(equal(one, other)).holds is False
    assert isinstance(one[0], fmpq_series)


@pytest.mark.parametrize("fact", [True, np.True_, np.array([True, True])])
def test_a_plain_fact_is_a_claim(fact: Any) -> None:
    """Every entry must be true."""
    assert decide(true(fact)).holds is True
    assert decide(true(np.logical_not(fact))).holds is False
    assert decide(true(np.array([True, False]))).holds is False


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [((True, True), True), ((True, None), None), ((None, False), False), ((True, False), False), ((), True)],
)
def test_a_conjunction_is_false_if_one_is_else_undecided_if_one_is(
    verdicts: tuple[bool | None, ...], together: bool | None
) -> None:
    """One counterexample refutes, whatever else stays open."""
    assert combine(Decision(holds) for holds in verdicts).holds is together


def test_a_conjunction_keeps_the_worst_and_counts_its_claims() -> None:
    """The largest error, the smallest slack; without claims it holds, but has counted none."""
    parts = [Decision(True, error=1.0, slack=5.0), Decision(True, error=2.0, slack=3.0, claims=4)]
    assert combine(parts) == Decision(True, error=2.0, slack=3.0, claims=5)
    assert combine([]) == Decision(True, claims=0)


def test_a_claim_about_an_array_is_one_claim() -> None:
    """The number of entries is not the number of claims."""
    assert decide(equal(exact([1, 2, 3]), exact([1, 2, 3]))).claims == 1


def test_an_infinite_slack_means_that_nothing_was_bounded() -> None:
    """Equations have no slack."""
    assert decide(Claim("=", 1, 1)).slack == INFINITY

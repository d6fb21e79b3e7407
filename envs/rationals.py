"""Read the floats of a transition table as the rationals that their author meant.

A table that holds 0.3333333333333333 means one third. Probabilities are often results of a subtraction
(`(1 - 0.8) / 2` is 0.09999999999999998), which leaves an absolute error of a rounding of the number one. So a
probability is read as the rational within 2**-52 of the float whose denominator is at most 2**25. There is
at most one: two different rationals with such denominators are at least 2**-50 apart. If there is none, the
float is refused.
"""

from fractions import Fraction

from ..spec.errors import NotAProbabilityError, NumberSystemError
from ..spec.numbers import simplest_rational

PROBABILITY_ERROR = Fraction(1, 2**52)
LARGEST_DENOMINATOR = 2**25


def read_probability(probability: float) -> Fraction:
    """Return the rational with a denominator of at most 2**25 that lies within 2**-52 of the float."""
    if not 0 <= probability <= 1:
        raise NotAProbabilityError(
            "a number in the table is not a probability",
            got=probability,
            expected="a number from 0 to 1",
            cause="the table holds counts, or a NaN",
            remedy="correct the table",
        )
    value = Fraction(probability)
    reading = value.limit_denominator(LARGEST_DENOMINATOR)
    # A possible outcome, however rare, must not be read as an impossible one.
    if abs(reading - value) > PROBABILITY_ERROR or (reading == 0) != (value == 0):
        raise NumberSystemError(
            "a probability is not a rounded simple rational",
            got=probability,
            expected=f"a float within 2**-52 of a rational with denominator at most {LARGEST_DENOMINATOR}",
            cause="the probability was measured or drawn at random, so no rational is meant by it",
            remedy="use system='float64', or give the table in exact rationals",
        )
    return reading


def read_number(number: float) -> Fraction:
    """Return the simplest rational that rounds to this float (0.1 is one tenth)."""
    value = simplest_rational(float(number))
    return Fraction(int(value.p), int(value.q))

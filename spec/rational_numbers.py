"""Rational numbers: read from what people write, and found again in floats."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from .errors import NumberSystemError


def rational(value: Any) -> fmpq:
    """Read a rational: an int, a Fraction, a string such as ``"1/3"`` or ``"0.9"``, or a float's own binary value."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, fmpz):
        return fmpq(value)
    try:
        fraction = Fraction(value.item() if isinstance(value, np.generic) else value)
    except (ValueError, TypeError, OverflowError) as reason:
        raise NumberSystemError(
            f"{value!r} is not a rational number",
            got=f"{type(value).__name__} {value!r}",
            expected="an int, a Fraction, a string such as '1/3' or '0.9', or a finite float",
            cause="a symbol, an empty string, or a NaN among exact data",
            remedy="write the number as a Fraction or as a string",
        ) from reason
    return fmpq(fraction.numerator, fraction.denominator)


def simplest_rational(value: float) -> fmpq:
    """Find the rational of smallest denominator that rounds to the double `value` (0.1 gives 1/10)."""
    exact_value = Fraction(value)
    for power in range(1, 60):
        candidate = exact_value.limit_denominator(2**power)
        if float(candidate) == value:
            low, high = 2 ** (power - 1), candidate.denominator
            while low < high:  # the denominators that work form an up-set: bisect for the smallest
                middle = (low + high) // 2
                if float(exact_value.limit_denominator(middle)) == value:
                    high = middle
                else:
                    low = middle + 1
            candidate = exact_value.limit_denominator(low)
            return fmpq(candidate.numerator, candidate.denominator)
    return fmpq(exact_value.numerator, exact_value.denominator)


def simplest_probability(value: float) -> fmpq:
    """Find the rational that a probability stands for, although it was computed: (1 - 1/3) / 2 is 1/3.

    That is the one within 2^-52 of the double whose denominator is at most 2^25 (two such rationals are
    further apart), if there is one and it is zero only for zero; else the simplest that rounds to the double.
    """
    guess = Fraction(value).limit_denominator(2**25)
    close = abs(guess - Fraction(value)) <= Fraction(1, 2**52) and (guess == 0) == (value == 0)
    return fmpq(guess.numerator, guess.denominator) if close else simplest_rational(value)

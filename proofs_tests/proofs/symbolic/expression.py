"""Rational functions, with logarithms beside them, in a canonical form that decides equality.

An expression is R + Σ C log(F), with R and C rational functions over the rationals and F irreducible polynomials,
no two of them proportional. Rational functions are SymPy's fraction field elements, reduced to lowest terms, so that
an identity holds with `==` or is false. It then holds wherever no denominator vanishes.
Importing this needs no SymPy.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isinf, prod
from typing import Any

from ..fact import UndecidedError


class Expression:
    """One expression; plain rational numbers are constants."""

    __slots__ = ("logs", "rational")

    def __init__(self, rational: Any, logs: Mapping[Any, Any] | None = None) -> None:
        """Hold the rational part, and the coefficient of each logarithm."""
        self.rational = rational
        self.logs = {factor: coefficient for factor, coefficient in (logs or {}).items() if coefficient != 0}

    def __neg__(self) -> "Expression":
        """Negate."""
        return self * read(-1)

    def __add__(self, other: Any) -> "Expression":
        """Add."""
        other = read(other)
        logs = dict(self.logs)
        for factor, coefficient in other.logs.items():
            logs[factor] = logs[factor] + coefficient if factor in logs else coefficient
        return Expression(self.rational + other.rational, logs)

    def __mul__(self, other: Any) -> "Expression":
        """Multiply; a product of two logarithms has no place in the form."""
        other = read(other)
        plain, rest = (self, other) if not self.logs else (other, self)
        scale = plain.plain()
        return Expression(rest.rational * scale, {factor: c * scale for factor, c in rest.logs.items()})

    def __truediv__(self, other: Any) -> "Expression":
        """Divide by a rational function."""
        return self * Expression(1 / read(other).plain())

    def __eq__(self, other: object) -> bool:
        """Whether both are the same function; none is infinite."""
        if not is_rational(other):
            return False
        number: Any = read(other)
        if self.rational == number.rational and self.logs == number.logs:
            return True
        difference = self + -number
        return difference.rational == 0 and not difference.logs

    def __ne__(self, other: object) -> bool:
        """Whether they differ as functions."""
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Write the form out."""
        return " + ".join([str(self.rational), *(f"({c}) log({factor})" for factor, c in self.logs.items())])

    def __ge__(self, other: Any) -> bool:
        """Whether it is at least the other for all positive symbols, if the signs of the coefficients tell."""
        difference = self + -read(other)
        if difference.logs:
            difference = difference.exp() + read(-1)
        numerator, denominator = ({c > 0 for c in part} for part in _coefficients(difference.plain()))
        if len(numerator) > 1 or len(denominator) > 1:
            raise UndecidedError(f"the sign of {difference} is not plain, or depends on the symbols")
        return numerator in (set(), denominator)

    def __gt__(self, other: Any) -> bool:
        """Whether it is above the other for all positive symbols."""
        return self >= other and self != other

    def __le__(self, other: Any) -> bool:
        """Whether it is at most the other for all positive symbols."""
        return read(other) >= self

    def __lt__(self, other: Any) -> bool:
        """Whether it is below the other for all positive symbols."""
        return read(other) > self

    def __abs__(self) -> "Expression":
        """Take the magnitude, if the sign is plain."""
        return larger(self, -self)

    def plain(self) -> Any:
        """Give the rational function, if there are no logarithms."""
        if self.logs:
            raise UndecidedError(f"{self} is no rational function")
        return self.rational

    def log(self) -> "Expression":
        """Take the logarithm of a function that is positive near the reference point."""
        scale, factors = _factors(self.plain())
        constant = _primes(scale)
        return Expression(read(0).rational, {**constant, **factors})

    def exp(self) -> "Expression":
        """Exponentiate a sum of logarithms with whole coefficients."""
        if self.rational != 0:
            raise UndecidedError(f"the exponential of {self} is no rational function")
        return Expression(read(1).rational * prod((_power(factor, c) for factor, c in self.logs.items())))

    def derivative(self, symbol: "Expression") -> "Expression":
        """Differentiate by a symbol."""
        variable = symbol.plain()
        result = _slope(self.rational, variable)
        for factor, coefficient in self.logs.items():
            if not isinstance(factor, int):
                function = variable.field.new(factor)
                result = result + coefficient * _slope(function, variable) / function
            if _slope(coefficient, variable) != 0:
                raise UndecidedError(f"the derivative of {self} has logarithms")
        return Expression(result)

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        """Give the value of a rational function where its symbols have these values."""
        numerator, denominator = (_value(part, lambda symbol: values[str(symbol)]) for part in _parts(self.plain()))
        return numerator / denominator


def larger(first: Expression, second: Expression) -> Expression:
    """Take the larger of two functions."""
    return max(first, second)


def read(number: Any) -> Any:
    """Read a rational number of Python, NumPy or flint; an infinite one stays as it is."""
    if isinstance(number, Expression) or not is_rational(number):
        return number
    return Expression(_constant(fraction(number)))


def is_rational(number: Any) -> bool:
    """Whether it is an expression or no float: spec compares with infinity, and gives it as a ball."""
    return not (isinstance(number, float) and isinf(number)) and not hasattr(number, "is_finite")


def fraction(number: Any) -> Fraction:
    """Read a rational number; a float may have been rounded, and is refused."""
    if hasattr(number, "p"):
        return Fraction(int(number.p), int(number.q))
    return Fraction(int(number.numerator), int(number.denominator))


def _reference(symbol: Any) -> Fraction:
    """The point near which the arguments of logarithms are positive: small numbers, as probabilities are."""
    return Fraction(1, 3 + list(symbol.ring.gens).index(symbol))


def _value(polynomial: Any, value: Callable[[Any], Fraction]) -> Fraction:
    """Evaluate a polynomial, or a number."""
    if not hasattr(polynomial, "ring"):
        return fraction(polynomial)
    point = [value(symbol) for symbol in polynomial.ring.gens]
    return sum(
        (fraction(c) * prod(x**n for x, n in zip(point, powers, strict=True)) for powers, c in polynomial.terms()),
        Fraction(0),
    )


def _constant(number: Fraction) -> Any:
    from sympy import QQ

    return QQ(number.numerator, number.denominator)


def _parts(function: Any) -> tuple[Any, Any]:
    """Numerator and denominator."""
    return (function.numer, function.denom) if hasattr(function, "field") else (function, _constant(Fraction(1)))


def _coefficients(function: Any) -> list[list[Any]]:
    return [part.coeffs() if hasattr(part, "ring") else [part] * (part != 0) for part in _parts(function)]


def _slope(function: Any, variable: Any) -> Any:
    return function.diff(variable) if hasattr(function, "field") else 0 * variable


def _factors(function: Any) -> tuple[Fraction, dict[Any, int]]:
    """Write a function, positive near the reference point, as a number times powers of positive irreducibles."""
    scale, powers = Fraction(1), {}
    for part, direction in zip(_parts(function), (1, -1), strict=True):
        coefficient, factors = part.factor_list() if hasattr(part, "ring") else (part, [])
        scale *= fraction(coefficient) ** direction
        for factor, power in factors:
            is_negative = _value(factor, _reference) < 0
            scale *= (-1) ** (power * is_negative)
            positive = -factor if is_negative else factor
            powers[positive] = powers.get(positive, 0) + direction * power
    if scale <= 0:
        raise UndecidedError(f"{function} is not positive at the reference point")
    return scale, powers


def _primes(number: Fraction) -> dict[int, int]:
    """Factor a positive number into powers of primes."""
    from sympy import factorint

    powers = dict(factorint(number.numerator))
    for prime, power in factorint(number.denominator).items():
        powers[prime] = powers.get(prime, 0) - power
    return {int(prime): int(power) for prime, power in powers.items() if prime != 1}


def _power(factor: Any, exponent: Any) -> Any:
    whole = fraction(_whole(exponent))
    if whole.denominator != 1:
        raise UndecidedError(f"{factor} to the power {exponent} is no rational function")
    base = _constant(Fraction(factor)) if isinstance(factor, int) else factor.ring.to_field().new(factor)
    return base ** int(whole)


def _whole(exponent: Any) -> Any:
    """Read a coefficient that is a number, perhaps as an element of the field."""
    numerator, denominator = _parts(exponent)
    numbers = [part.coeff(1) if hasattr(part, "ring") else part for part in (numerator, denominator)]
    if (exponent - numbers[0] / numbers[1]) != 0:
        raise UndecidedError(f"the exponent {exponent} is no number")
    return numbers[0] / numbers[1]

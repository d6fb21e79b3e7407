"""Real numbers that z3 reasons about, and conditions on them.

Where Python asks a condition for its truth, the present run decides it (`run`): once true, once false.
Importing this needs no z3.
"""

from fractions import Fraction
from math import isinf
from typing import Any

from . import run


class Condition:
    """A formula about real numbers."""

    __slots__ = ("formula",)

    def __init__(self, formula: Any) -> None:
        """Hold a formula of z3."""
        self.formula = formula

    def __bool__(self) -> bool:
        """Take one of the two ways; the other is taken in another run."""
        return run.present().decide(self.formula)

    def __and__(self, other: "Condition") -> "Condition":
        """Both hold."""
        import z3

        return Condition(z3.And(self.formula, other.formula))

    def __or__(self, other: "Condition") -> "Condition":
        """One of them holds."""
        import z3

        return Condition(z3.Or(self.formula, other.formula))

    def __invert__(self) -> "Condition":
        """It does not hold."""
        import z3

        return Condition(z3.Not(self.formula))


class Real:
    """A term of z3's sort of real numbers."""

    __slots__ = ("term",)

    def __init__(self, term: Any) -> None:
        """Hold a term of z3."""
        self.term = term

    def __neg__(self) -> "Real":
        """Negate."""
        return Real(-self.term)

    def __abs__(self) -> "Real":
        """Take the magnitude."""
        return larger(self, -self)

    def __add__(self, other: Any) -> "Real":
        """Add."""
        return Real(self.term + read(other).term)

    def __mul__(self, other: Any) -> "Real":
        """Multiply."""
        return Real(self.term * read(other).term)

    def __truediv__(self, other: Any) -> "Real":
        """Divide; z3 gives a quotient by zero some value or other, of which nothing can be proved."""
        return Real(self.term / read(other).term)

    def __gt__(self, other: Any) -> Condition:
        """Compare."""
        return Condition(self.term > read(other).term) if _finite(other) else _certain(other < 0)

    def __lt__(self, other: Any) -> Condition:
        """Compare."""
        return Condition(self.term < read(other).term) if _finite(other) else _certain(other > 0)

    def __ge__(self, other: Any) -> Condition:
        """Compare."""
        return Condition(self.term >= read(other).term) if _finite(other) else _certain(other < 0)

    def __le__(self, other: Any) -> Condition:
        """Compare."""
        return Condition(self.term <= read(other).term) if _finite(other) else _certain(other > 0)

    def __eq__(self, other: object) -> Any:
        """Compare."""
        return Condition(self.term == read(other).term) if _finite(other) else _certain(False)

    def __ne__(self, other: object) -> Any:
        """Compare."""
        return ~(self == other)

    __hash__ = None  # type: ignore[assignment]

    def exp(self) -> "Real":
        """Apply the exponential, of which z3 knows what the fact assumes."""
        return Real(_function("exp")(self.term))

    def log(self) -> "Real":
        """Apply the logarithm, of which z3 knows what the fact assumes."""
        return Real(_function("log")(self.term))


def larger(first: Real, second: Real) -> Real:
    """Take the larger of two numbers."""
    import z3

    return Real(z3.If(first.term >= second.term, first.term, second.term))


def read(number: Any) -> Any:
    """Read a plain number; infinity stays a float, which may be compared with."""
    if isinstance(number, Real):
        return number
    if not _finite(number):
        return float(number)
    import z3

    return Real(z3.RealVal(str(fraction(number))))


def fraction(number: Any) -> Fraction:
    """Read a rational number of Python, NumPy or flint; a float may have been rounded, and is refused."""
    if hasattr(number, "p"):
        return Fraction(int(number.p), int(number.q))
    return Fraction(int(number.numerator), int(number.denominator))


def _finite(number: Any) -> bool:
    if hasattr(number, "is_finite"):  # a ball of flint
        return bool(number.is_finite())
    return not (isinstance(number, float) and isinf(number))


def _certain(truth: bool) -> Condition:
    import z3

    return Condition(z3.BoolVal(truth))


def _function(name: str) -> Any:
    import z3

    return z3.Function(name, z3.RealSort(), z3.RealSort())

"""Derived tolerances: a number system whose numbers carry a bound on their rounding error.

A `Rounded` array holds a value and a bound on how far a computation of it in floating point with
unit roundoff u may be from the exact result. Running a function of `spec` on such arrays gives the
tolerance within which any implementation of the formula must lie, whatever order it sums and
multiplies in: a sum of n terms costs (n - 1) u of the sum of magnitudes in every order, a product
or quotient u (a quotient more where a compiler rewrites it, see `quotients`), an elementary function
`ELEMENTARY_ROUNDINGS` u. Systems of equations are assumed to be
solved by Gaussian elimination with partial pivoting (Higham 2002, theorem 9.4), of the matrix or of
its transpose. Results below the range of the dtype may be flushed to zero, beyond it anything goes.
Nothing here is measured or chosen, except the accuracy granted to exp and log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import numpy as np

from .carrier import Carrier

ELEMENTARY_ROUNDINGS = 4
"""Roundings granted to exp and log: two units in the last place (the C and XLA libraries document 1 to 2)."""

UNIT_ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53}
UNITS = {"float16": 2.0**-11, **UNIT_ROUNDOFF}
"""With the half precision that other people's functions may return, for which no bound is claimed to be attained."""
_RANGE = {unit: np.finfo(dtype) for dtype, unit in UNITS.items()}


def gamma(operations: int, unit: float) -> float:
    """The bound n u / (1 - n u) on the relative effect of n roundings."""
    return operations * unit / (1 - operations * unit)


_quotient_roundings: ContextVar[tuple[int, int]] = ContextVar("_quotient_roundings", default=(1, 1))


@contextmanager
def quotients(single: int, double: int) -> Iterator[None]:
    """Grant quotients in float32 and float64 so many roundings inside the block: 1 by IEEE 754, more where compiled."""
    before = _quotient_roundings.set((single, double))
    try:
        yield
    finally:
        _quotient_roundings.reset(before)


_any_solver: ContextVar[bool] = ContextVar("_any_solver", default=False)


def reflections(size: int) -> int:
    """Roundings of a system solved by Householder's reflections, as shares of the matrix's norm.

    A reflection of length n, as LAPACK has it, has a norm correct within n/2 + 1 roundings, so entries of its vector
    within n/2 + 4 and its factor within n + 4; w = v.b has n more, and b - tau w v, where ||tau v v'|| = 2, is off by
    2 (3 n + 14) + 3. There are n of them, and a triangular system with n (Higham 2002, lemma 19.3 and theorem 8.5).
    Singular values rest on such reflections from both sides; what their iteration adds has no such count.
    """
    return size * (6 * size + 31) + size


@contextmanager
def any_solver() -> Iterator[None]:
    """Grant linear systems, inside the block, what orthogonal factorisations lose, beside elimination."""
    before = _any_solver.set(True)
    try:
        yield
    finally:
        _any_solver.reset(before)


class Rounded(Carrier):
    """An array of values, each with a bound on its absolute rounding error."""

    def __init__(self, value: Any, error: Any = 0.0, unit: float = UNIT_ROUNDOFF["float64"]) -> None:
        """Wrap float64 values; without an error they are taken as exact inputs."""
        self.value = np.asarray(value, dtype=float)
        self.error = np.broadcast_to(np.asarray(error, dtype=float), self.value.shape)
        self.unit = unit

    # --- shape -------------------------------------------------------------------------------
    T = property(lambda self: self.new(self.value.T, self.error.T))

    def __getitem__(self, index: Any) -> "Rounded":
        """Index values and errors alike."""
        return self.new(self.value[index], self.error[index])

    def reshape(self, *shape: int) -> "Rounded":
        """Reshape values and errors alike."""
        return self.new(self.value.reshape(*shape), self.error.reshape(*shape))

    @classmethod
    def stack(cls, rows: list[Any]) -> "Rounded":
        """Stack along a new first axis."""
        first = next(row for row in rows if isinstance(row, cls))
        wrapped = [first.wrap(row) for row in rows]
        return first.new(np.stack([row.value for row in wrapped]), np.stack([row.error for row in wrapped]))

    @classmethod
    def where(cls, condition: Any, first: Any, second: Any) -> "Rounded":
        """Choose elementwise by exact booleans."""
        known = first if isinstance(first, cls) else second
        first, second = known.wrap(first), known.wrap(second)
        return known.new(np.where(condition, first.value, second.value), np.where(condition, first.error, second.error))

    # --- arithmetic ----------------------------------------------------------------------------
    def new(self, value: Any, error: Any) -> "Rounded":
        """Make another array of the same unit roundoff."""
        return Rounded(value, error, self.unit)

    def wrap(self, other: Any) -> "Rounded":
        """Read a constant of the formula: small fractions are exact, others (pi) rounded to the dtype."""
        if isinstance(other, Rounded):
            return other
        constant = np.asarray(other, dtype=float)
        with np.errstate(invalid="ignore", over="ignore"):
            inexact = np.isfinite(constant) & (constant != constant.astype(np.float32))
        return self.new(constant, np.where(inexact, self.unit * abs(constant), 0.0))

    def _rounded(self, value: Any, inherited: Any, operations: int = 1) -> "Rounded":
        """A result with its inherited error, after `operations` more roundings."""
        with np.errstate(invalid="ignore"):
            error = inherited + gamma(operations, self.unit) * (abs(value) + inherited)
        error = np.where(np.isfinite(value), error, np.where(np.isinf(inherited), np.inf, 0.0))
        return self._in_range(value, error, operations)

    def _in_range(self, value: Any, error: Any, operations: int) -> "Rounded":
        """Add what underflow loses, at most the smallest normal number each time; overflow loses everything."""
        limits = _RANGE[self.unit]
        error = error + np.where(np.isinf(value) | ((value == 0) & (error == 0)), 0.0, operations * float(limits.tiny))
        with np.errstate(over="ignore", invalid="ignore"):
            overflows = np.isfinite(value) & (abs(value) + error > float(limits.max))
        return self.new(value, np.where(overflows, np.inf, error))

    def __neg__(self) -> "Rounded":
        """Negate without rounding."""
        return self.new(-self.value, self.error)

    def __abs__(self) -> "Rounded":
        """Take magnitudes without rounding."""
        return self.new(abs(self.value), self.error)

    def __add__(self, other: Any) -> "Rounded":
        """Add."""
        other = self.wrap(other)
        with np.errstate(invalid="ignore"):  # infinity less infinity, where both bounds are infinite
            return self._rounded(self.value + other.value, self.error + other.error)

    def __mul__(self, other: Any) -> "Rounded":
        """Multiply."""
        other = self.wrap(other)
        with np.errstate(over="ignore", invalid="ignore"):
            inherited = (abs(self.value) + self.error) * other.error + self.error * abs(other.value)
            product = self._rounded(self.value * other.value, np.nan_to_num(inherited))
        lost = (np.isinf(self.value) & ~other.is_certain()) | (np.isinf(other.value) & ~self.is_certain())
        lost |= np.isinf(product.value) & np.isfinite(self.value) & np.isfinite(other.value)
        lost |= (np.isinf(self.error) & ~other.is_zero()) | (np.isinf(other.error) & ~self.is_zero())
        lost |= np.isnan(self.value) | np.isnan(other.value)  # zero by zero, before
        return self.new(product.value, np.where(lost, np.inf, product.error))

    def is_certain(self) -> Any:
        """Whether the sign (or being zero) is beyond doubt; infinity times a doubtful zero is anything."""
        return (abs(self.value) > self.error) | (self.error == 0)

    def is_zero(self) -> Any:
        """Whether this is zero beyond doubt."""
        return (self.value == 0) & (self.error == 0)

    def __truediv__(self, other: Any) -> "Rounded":
        """Divide; the bound is infinite if the divisor may be zero."""
        other = self.wrap(other)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            quotient = self.value / other.value
            room = abs(other.value) - other.error
            inherited = np.where(room > 0, (self.error + abs(quotient) * other.error) / room, np.inf)
        single, double = _quotient_roundings.get()
        return self._rounded(quotient, inherited, single if self.unit == UNIT_ROUNDOFF["float32"] else double)

    def __pow__(self, exponent: int) -> "Rounded":
        """Raise to a natural power, by any sequence of multiplications."""
        if exponent == 0:
            return self.new(np.ones(self.shape), 0.0)
        value = self.value**exponent
        with np.errstate(divide="ignore", invalid="ignore"):
            growth = exponent * np.log1p(self.error / abs(self.value)) + exponent * np.log1p(self.unit)
            error = np.where(value == 0, self.error**exponent, abs(value) * np.expm1(growth))
        return self._in_range(value, error, exponent)

    def __matmul__(self, other: Any) -> "Rounded":
        """Multiply matrices, summing in any order."""
        other = self.wrap(other)
        left, right, operations = abs(self.value), abs(other.value), self.shape[-1]
        with np.errstate(invalid="ignore"):  # nothing times infinity, which is anything
            inherited = (left + self.error) @ other.error + self.error @ right
            error = inherited + gamma(operations, self.unit) * ((left + self.error) @ (right + other.error))
            return self._in_range(self.value @ other.value, np.where(np.isnan(error), np.inf, error), operations)

    def sum(self, axis: int | None = None) -> "Rounded":
        """Sum in any order."""
        terms = self.value.size if axis is None else self.shape[axis]
        inherited = self.error.sum(axis=axis)
        magnitudes = abs(self.value).sum(axis=axis) + inherited
        with np.errstate(invalid="ignore"):
            error = inherited + gamma(max(terms - 1, 0), self.unit) * magnitudes
        total = self.value.sum(axis=axis)
        unbounded = np.isinf(self.error).any(axis=axis)
        return self._in_range(total, np.where(unbounded, np.inf, np.where(np.isfinite(total), error, 0.0)), terms)

    def max(self, axis: int | None = None) -> "Rounded":
        """Take the largest; it moves by no more than any entry does."""
        return self.new(self.value.max(axis=axis), self.error.max(axis=axis))

    def maximum(self, other: Any) -> "Rounded":
        """Take the larger elementwise."""
        other = self.wrap(other)
        return self.new(np.maximum(self.value, other.value), np.maximum(self.error, other.error))

    def exp(self) -> "Rounded":
        """Exponentiate."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = np.exp(self.value)
            inherited = np.where(np.isinf(value), np.inf, value * np.expm1(self.error))
        return self._rounded(value, inherited, ELEMENTARY_ROUNDINGS)

    def log(self) -> "Rounded":
        """Take the natural logarithm."""
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = self.error / self.value
            inherited = np.where(relative < 1, -np.log1p(-np.minimum(relative, 1)), np.inf)
            value = np.log(self.value)
        return self._rounded(value, inherited, ELEMENTARY_ROUNDINGS)

    def sqrt(self) -> "Rounded":
        """Take the square root, which an error moves by at most its share of the root, and by at most its own root."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.sqrt(self.value)
            room = np.sqrt(np.maximum(self.value - self.error, 0))
            inherited = np.minimum(np.where(room > 0, self.error / (value + room), np.inf), np.sqrt(self.error))
        return self._rounded(value, np.where(self.error == 0, 0.0, inherited))

    def expm1(self) -> "Rounded":
        """Give exp(x) - 1, relatively accurate near zero."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = np.expm1(self.value)
            inherited = np.where(np.isinf(value), np.inf, (value + 1) * np.expm1(self.error))
        return self._rounded(value, inherited, ELEMENTARY_ROUNDINGS)

    def log1p(self) -> "Rounded":
        """Give log(1 + x), relatively accurate near zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = self.error / (1 + self.value)
            inherited = np.where(relative < 1, -np.log1p(-np.minimum(relative, 1)), np.inf)
            value = np.log1p(self.value)
        return self._rounded(value, inherited, ELEMENTARY_ROUNDINGS)

    # --- comparisons look at the values ----------------------------------------------------------

    def solve(self, right_hand_side: Any) -> "Rounded":
        """Solve a linear system by Gaussian elimination.

        The computed x solves (A + dA) x = b + db with |dA| <= E_A + gamma_3n |L||U|, hence
        |dx| <= |A^-1| (E_b + M |x|) + |A^-1| M |dx|, a system for the bound itself. Orthogonal factorisations
        change A, and b, by a share of its norm.
        """
        right_hand_side = self.wrap(right_hand_side)
        size = len(self)
        inverse, pivots = _factor(self.value.tobytes(), size)
        solution = inverse @ right_hand_side.value
        backward, forward = self.error + gamma(3 * size, self.unit) * pivots, right_hand_side.error
        if _any_solver.get():
            share = gamma(reflections(size), self.unit)
            backward = backward + share * np.linalg.norm(self.value)
            forward = forward + share * np.linalg.norm(right_hand_side.value, axis=0)
        with np.errstate(invalid="ignore"):  # nothing times infinity, which is anything
            first = abs(inverse) @ (forward + backward @ abs(solution))
            spread = abs(inverse) @ backward
        if not np.all(np.isfinite(first)) or not np.linalg.norm(spread, np.inf) < 1:
            return self.new(solution, np.inf)
        return self.new(solution, np.linalg.solve(np.eye(size) - spread, first))


@lru_cache(maxsize=16)
def _factor(matrix_bytes: bytes, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The inverse, and |L||U| of elimination with partial pivoting: the larger of the matrix's and its transpose's."""
    matrix = np.frombuffer(matrix_bytes).reshape(size, size)
    magnitudes = np.maximum(_lower_times_upper(matrix), _lower_times_upper(matrix.T).T)
    return np.linalg.inv(matrix), magnitudes


def _lower_times_upper(matrix: np.ndarray) -> np.ndarray:
    upper, size = matrix.copy(), len(matrix)
    lower, order = np.zeros_like(matrix), np.arange(size)
    for column in range(size):
        pivot = column + int(abs(upper[column:, column]).argmax())
        for rows in (upper, lower, order):
            rows[[column, pivot]] = rows[[pivot, column]]
        lower[column:, column] = upper[column:, column] / upper[column, column]
        upper[column + 1 :] -= np.outer(lower[column + 1 :, column], upper[column])
    magnitudes = np.empty_like(matrix)
    magnitudes[order] = abs(lower) @ abs(np.triu(upper))
    return magnitudes

"""Arrays whose entries are symbols: what both kinds of them have in common.

`spec` takes an array of another package by its `number_system`, so that its own functions run on these; no formula
is written twice.
"""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any, Self

import numpy as np

from rlproof.oracle.carrier import Carrier


class ElementArray(Carrier):
    """An object array of one class of symbolic numbers."""

    def __init__(self, value: Any) -> None:
        """Hold numbers of `element`'s class, and plain ones, which become constants."""
        self.value = _each(self.element)(value)

    @staticmethod
    def element(number: Any) -> Any:
        """Read one number; a symbolic one stays."""
        raise NotImplementedError

    error = property(lambda self: np.zeros(self.shape, dtype=int))
    """Nothing is rounded here."""

    # --- shape -------------------------------------------------------------------------------
    T = property(lambda self: type(self)(self.value.T))

    def wrap(self, other: Any) -> Self:
        """Read constants of the formula."""
        return other if isinstance(other, type(self)) else type(self)(other)

    def __getitem__(self, index: Any) -> Self:
        """Index like an array."""
        return type(self)(self.value[index])

    def reshape(self, *shape: int) -> Self:
        """Reshape like an array."""
        return type(self)(self.value.reshape(*shape))

    def copy(self) -> Self:
        """Copy the array, not its numbers."""
        return type(self)(self.value.copy())

    @classmethod
    def stack(cls, rows: list[Any]) -> Self:
        """Stack along a new first axis."""
        return cls(np.stack([row.value if isinstance(row, cls) else _boxed(row) for row in rows]))

    @classmethod
    def where(cls, condition: Any, first: Any, second: Any) -> Self:
        """Choose elementwise by plain booleans; what is not chosen is not read."""
        sides = [side.value if isinstance(side, cls) else _boxed(side) for side in (first, second)]
        return cls(np.where(condition, *sides))

    # --- arithmetic --------------------------------------------------------------------------
    def __neg__(self) -> Self:
        """Negate."""
        return type(self)(-self.value)

    def __abs__(self) -> Self:
        """Take magnitudes."""
        return type(self)(_each(abs)(self.value))

    def __add__(self, other: Any) -> Self:
        """Add."""
        return type(self)(self.value + self.wrap(other).value)

    def __mul__(self, other: Any) -> Self:
        """Multiply."""
        return type(self)(self.value * self.wrap(other).value)

    def __truediv__(self, other: Any) -> Self:
        """Divide."""
        return type(self)(self.value / self.wrap(other).value)

    def __matmul__(self, other: Any) -> Self:
        """Multiply matrices."""
        return type(self)(self.value @ self.wrap(other).value)

    def __pow__(self, exponent: int) -> Self:
        """Raise to a natural power."""
        result = self.wrap(np.ones(self.shape, dtype=int))
        for _ in range(exponent):
            result = result * self
        return result

    def sum(self, axis: int | None = None) -> Self:
        """Sum."""
        return type(self)(self.value.sum(axis=axis))

    def maximum(self, other: Any) -> Self:
        """Take the larger elementwise."""
        return type(self)(np.frompyfunc(self.larger, 2, 1)(self.value, self.wrap(other).value))

    def max(self, axis: int | None = None) -> Self:
        """Take the largest."""
        flat = self.value.reshape(-1) if axis is None else self.value
        return type(self)(np.frompyfunc(self.larger, 2, 1).reduce(flat, axis=0 if axis is None else axis))

    @staticmethod
    def larger(first: Any, second: Any) -> Any:
        """Take the larger of two numbers."""
        raise NotImplementedError

    def exp(self) -> Self:
        """Exponentiate."""
        return type(self)(_each(lambda number: number.exp())(self.value))

    def log(self) -> Self:
        """Take the natural logarithm."""
        return type(self)(_each(lambda number: number.log())(self.value))

    # --- comparisons give what the numbers' own comparisons give, and decide nothing ------------
    def __gt__(self, other: Any) -> Any:
        """Compare."""
        return self.compare(gt, other)

    def __lt__(self, other: Any) -> Any:
        """Compare."""
        return self.compare(lt, other)

    def __ge__(self, other: Any) -> Any:
        """Compare."""
        return self.compare(ge, other)

    def __le__(self, other: Any) -> Any:
        """Compare."""
        return self.compare(le, other)

    def __eq__(self, other: object) -> Any:
        """Compare."""
        return self.compare(eq, other)

    __hash__ = None  # type: ignore[assignment]

    def compare(self, relation: Callable[[Any, Any], Any], other: Any) -> Any:
        """Compare elementwise; NumPy's own comparison would ask each outcome for its truth."""
        return np.frompyfunc(relation, 2, 1)(self.value, self.wrap(other).value)


def _each(function: Callable[[Any], Any]) -> Callable[[Any], np.ndarray]:
    vectorised = np.frompyfunc(function, 1, 1)
    return lambda numbers: _boxed(vectorised(_boxed(numbers)))


def _boxed(numbers: Any) -> np.ndarray:
    return np.asarray(numbers, dtype=object)

"""Derived tolerances for derivatives: values and slopes that both carry their rounding error.

A `Dual` array is a `Rounded` value with a `Rounded` slope, the derivative along one direction. Running
a function of `spec` on such arrays bounds the rounding error of its derivative as computed by the
chain rule, forward or backward: both modes multiply and add the same partial derivatives.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .rounding import Rounded


class Dual:
    """An array with its derivative along a direction."""

    number_system = "rounded"
    __array_priority__ = 2000

    def __init__(self, primal: Rounded, slope: Rounded) -> None:
        """Pair a value with its slope."""
        self.primal, self.slope = primal, slope

    value = property(lambda self: self.primal.value)
    error = property(lambda self: self.primal.error)
    shape = property(lambda self: self.primal.shape)
    ndim = property(lambda self: self.primal.ndim)
    size = property(lambda self: self.primal.size)
    T = property(lambda self: Dual(self.primal.T, self.slope.T))

    def wrap(self, other: Any) -> "Dual":
        """Read a constant: its slope is zero."""
        if isinstance(other, Dual):
            return other
        primal = self.primal.wrap(other)
        return Dual(primal, primal.new(np.zeros(primal.shape), 0.0))

    def both(self, function: Callable[[Rounded], Rounded]) -> "Dual":
        """Apply a linear function to value and slope."""
        return Dual(function(self.primal), function(self.slope))

    def __len__(self) -> int:
        """Count the entries along the first axis."""
        return len(self.primal)

    def __iter__(self) -> Iterator["Dual"]:
        """Iterate over the first axis."""
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> "Dual":
        """Index value and slope alike."""
        return self.both(lambda part: part[index])

    def reshape(self, *shape: int) -> "Dual":
        """Reshape value and slope alike."""
        return self.both(lambda part: part.reshape(*shape))

    @classmethod
    def stack(cls, rows: list[Any]) -> "Dual":
        """Stack along a new first axis."""
        wrapped = [next(row for row in rows if isinstance(row, cls)).wrap(row) for row in rows]
        return cls(Rounded.stack([row.primal for row in wrapped]), Rounded.stack([row.slope for row in wrapped]))

    @classmethod
    def where(cls, condition: Any, first: Any, second: Any) -> "Dual":
        """Choose elementwise by exact booleans."""
        known = first if isinstance(first, cls) else second
        first, second = known.wrap(first), known.wrap(second)
        return cls(
            Rounded.where(condition, first.primal, second.primal), Rounded.where(condition, first.slope, second.slope)
        )

    def __neg__(self) -> "Dual":
        """Negate."""
        return self.both(lambda part: -part)

    def __abs__(self) -> "Dual":
        """Take magnitudes; at zero either sign of the slope is one-sided, the negative is taken."""
        return Dual.where(self.value > 0, self, -self)

    def __add__(self, other: Any) -> "Dual":
        """Add."""
        other = self.wrap(other)
        return Dual(self.primal + other.primal, self.slope + other.slope)

    def __sub__(self, other: Any) -> "Dual":
        """Subtract."""
        return self + (-self.wrap(other))

    def __rsub__(self, other: Any) -> "Dual":
        """Subtract from."""
        return (-self) + other

    def __mul__(self, other: Any) -> "Dual":
        """Multiply by the product rule."""
        other = self.wrap(other)
        return Dual(self.primal * other.primal, self.slope * other.primal + self.primal * other.slope)

    def __truediv__(self, other: Any) -> "Dual":
        """Divide by the quotient rule."""
        other = self.wrap(other)
        quotient = self.primal / other.primal
        return Dual(quotient, (self.slope - quotient * other.slope) / other.primal)

    def __rtruediv__(self, other: Any) -> "Dual":
        """Divide a plain number."""
        return self.wrap(other) / self

    def __pow__(self, exponent: int) -> "Dual":
        """Raise to a natural power."""
        if exponent == 0:
            return self.wrap(np.ones(self.shape))
        return Dual(self.primal**exponent, exponent * (self.primal ** (exponent - 1) * self.slope))

    def __matmul__(self, other: Any) -> "Dual":
        """Multiply matrices by the product rule."""
        other = self.wrap(other)
        return Dual(self.primal @ other.primal, self.slope @ other.primal + self.primal @ other.slope)

    def __rmatmul__(self, other: Any) -> "Dual":
        """Multiply a plain matrix by this one."""
        return self.wrap(other) @ self

    __radd__, __rmul__ = __add__, __mul__

    def sum(self, axis: int | None = None) -> "Dual":
        """Sum value and slope alike."""
        return self.both(lambda part: part.sum(axis=axis))

    def max(self, axis: int | None = None) -> "Dual":
        """Take the largest entry with its slope."""
        flat = self.reshape(-1) if axis is None else self
        best = flat.value.argmax(axis=axis if axis is not None else 0)
        if axis is None:
            return flat[best]
        picked = np.expand_dims(best, axis) == np.arange(self.shape[axis]).reshape(
            [-1 if i == axis % self.ndim else 1 for i in range(self.ndim)]
        )
        return Dual.where(picked, self, 0.0).sum(axis=axis)

    def maximum(self, other: Any) -> "Dual":
        """Take the larger elementwise."""
        other = self.wrap(other)
        return Dual.where(self.value >= other.value, self, other)

    def exp(self) -> "Dual":
        """Exponentiate by the chain rule."""
        value = self.primal.exp()
        return Dual(value, value * self.slope)

    def log(self) -> "Dual":
        """Take the logarithm by the chain rule."""
        return Dual(self.primal.log(), self.slope / self.primal)

    def solve(self, right_hand_side: Any) -> "Dual":
        """Solve A x = b, and A x' = b' - A' x."""
        right_hand_side = self.wrap(right_hand_side)
        solution = self.primal.solve(right_hand_side.primal)
        return Dual(solution, self.primal.solve(right_hand_side.slope - self.slope @ solution))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        """Let NumPy's operators and functions act on mixed operands."""
        if method != "__call__" or ufunc.__name__ not in _UFUNCS:
            return NotImplemented
        return _UFUNCS[ufunc.__name__](*[self.wrap(item) for item in inputs])

    def __gt__(self, other: Any) -> Any:
        """Compare values."""
        return self.value > self.wrap(other).value

    def __lt__(self, other: Any) -> Any:
        """Compare values."""
        return self.value < self.wrap(other).value

    def __ge__(self, other: Any) -> Any:
        """Compare values."""
        return self.value >= self.wrap(other).value

    def __le__(self, other: Any) -> Any:
        """Compare values."""
        return self.value <= self.wrap(other).value

    def __eq__(self, other: object) -> Any:
        """Compare values."""
        return self.value == self.wrap(other).value

    __hash__ = None  # type: ignore[assignment]


_UFUNCS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "matmul": lambda a, b: a @ b,
    "exp": Dual.exp,
    "log": Dual.log,
    "absolute": Dual.__abs__,
    "negative": Dual.__neg__,
}

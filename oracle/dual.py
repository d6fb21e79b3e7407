"""Derived tolerances for derivatives: values and slopes that both carry their rounding error.

A `Dual` array is a `Rounded` value with a `Rounded` slope, the derivative along one direction. Running
a function of `spec` on such arrays bounds the rounding error of its derivative as computed by the
chain rule, forward or backward: both modes multiply and add the same partial derivatives.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .carrier import Carrier
from .rounding import Rounded


class Dual(Carrier):
    """An array with its derivative along a direction."""

    def __init__(self, primal: Rounded, slope: Rounded) -> None:
        """Pair a value with its slope."""
        self.primal, self.slope, self.value = primal, slope, primal.value

    error = property(lambda self: self.primal.error)
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

    def __mul__(self, other: Any) -> "Dual":
        """Multiply by the product rule."""
        other = self.wrap(other)
        return Dual(self.primal * other.primal, self.slope * other.primal + self.primal * other.slope)

    def __truediv__(self, other: Any) -> "Dual":
        """Divide by the quotient rule."""
        other = self.wrap(other)
        quotient = self.primal / other.primal
        return Dual(quotient, (self.slope - quotient * other.slope) / other.primal)

    def __pow__(self, exponent: int) -> "Dual":
        """Raise to a natural power."""
        if exponent == 0:
            return self.wrap(np.ones(self.shape))
        return Dual(self.primal**exponent, exponent * (self.primal ** (exponent - 1) * self.slope))

    def __matmul__(self, other: Any) -> "Dual":
        """Multiply matrices by the product rule."""
        other = self.wrap(other)
        return Dual(self.primal @ other.primal, self.slope @ other.primal + self.primal @ other.slope)

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
        """Take the larger elementwise; where rounding decides which it is, the slope may carry either's error."""
        other = self.wrap(other)
        chosen = Dual.where(self.value >= other.value, self, other).slope
        slope = chosen.new(chosen.value, np.maximum(self.slope.error, other.slope.error))
        return Dual(self.primal.maximum(other.primal), slope)

    def exp(self) -> "Dual":
        """Exponentiate by the chain rule."""
        value = self.primal.exp()
        return Dual(value, value * self.slope)

    def log(self) -> "Dual":
        """Take the logarithm by the chain rule."""
        return Dual(self.primal.log(), self.slope / self.primal)

    def sqrt(self) -> "Dual":
        """Take the square root by the chain rule."""
        value = self.primal.sqrt()
        return Dual(value, self.slope / (2 * value))

    def expm1(self) -> "Dual":
        """Give exp(x) - 1 by the chain rule."""
        return Dual(self.primal.expm1(), self.primal.exp() * self.slope)

    def log1p(self) -> "Dual":
        """Give log(1 + x) by the chain rule."""
        return Dual(self.primal.log1p(), self.slope / (1 + self.primal))

    def solve(self, right_hand_side: Any) -> "Dual":
        """Solve A x = b, and A x' = b' - A' x."""
        right_hand_side = self.wrap(right_hand_side)
        solution = self.primal.solve(right_hand_side.primal)
        return Dual(solution, self.primal.solve(right_hand_side.slope - self.slope @ solution))

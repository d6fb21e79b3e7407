"""What arrays of numbers that carry something along have in common: operators, comparisons, iteration.

A subclass holds `value`, reads plain numbers by `wrap`, and defines the arithmetic that is its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np


class Carrier(ABC):
    """An array of values that carry errors, slopes, or both; `spec` runs on it as on any other array."""

    number_system = "rounded"
    __array_priority__ = 1000
    value: np.ndarray

    @abstractmethod
    def wrap(self, other: Any) -> Self:
        """Read a constant of the formula."""

    @abstractmethod
    def __getitem__(self, index: Any) -> Self:
        """Index like an array."""

    @abstractmethod
    def __neg__(self) -> Self:
        """Negate."""

    @abstractmethod
    def __add__(self, other: Any) -> Self:
        """Add."""

    @abstractmethod
    def __mul__(self, other: Any) -> Self:
        """Multiply."""

    @abstractmethod
    def __truediv__(self, other: Any) -> Self:
        """Divide."""

    @abstractmethod
    def __matmul__(self, other: Any) -> Self:
        """Multiply matrices."""

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)

    def __len__(self) -> int:
        """Count the entries along the first axis."""
        return len(self.value)

    def __iter__(self) -> Iterator[Self]:
        """Iterate over the first axis."""
        return (self[i] for i in range(len(self)))

    def __sub__(self, other: Any) -> Self:
        """Subtract."""
        return self + (-self.wrap(other))

    def __rsub__(self, other: Any) -> Self:
        """Subtract from."""
        return (-self) + other

    def __radd__(self, other: Any) -> Self:
        """Add to a plain number."""
        return self + other

    def __rmul__(self, other: Any) -> Self:
        """Multiply a plain number."""
        return self * other

    def __rtruediv__(self, other: Any) -> Self:
        """Divide a plain number."""
        return self.wrap(other) / self

    def __rmatmul__(self, other: Any) -> Self:
        """Multiply a plain matrix by this one."""
        return self.wrap(other) @ self

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

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        """Let NumPy's operators and functions act on mixed operands."""
        if method != "__call__" or ufunc.__name__ not in _UFUNCS:
            return NotImplemented
        return _UFUNCS[ufunc.__name__](*[self.wrap(item) for item in inputs])


_UFUNCS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "matmul": lambda a, b: a @ b,
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "sqrt": lambda a: a.sqrt(),
    "expm1": lambda a: a.expm1(),
    "log1p": lambda a: a.log1p(),
    "absolute": abs,
    "negative": lambda a: -a,
    "greater": lambda a, b: a > b,
    "less": lambda a, b: a < b,
    "equal": lambda a, b: a == b,
}

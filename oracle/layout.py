"""The shapes in which the steps of trajectories may be laid out: one after another, or in columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .contract import Contract, common_shape
from .reading import Facts


@dataclass(frozen=True)
class Layout:
    """A shape: how many columns (None: no axis for them), and whether they come first."""

    name: str
    columns: int | None = None
    columns_first: bool = False
    is_row: bool = False
    """Whether axes of length one are dropped from results."""
    is_growing: bool = False
    """Whether the numbers of each further column are larger, so that columns have different means."""

    def lift(self, contract: Contract, drawn: Facts) -> Facts:
        """Add columns to drawn steps: the same steps, turned round by one more in each column."""
        if self.columns is None:
            return drawn
        length = (common_shape(contract.parameters, drawn) or common_shape(tuple(drawn), drawn))[0]
        return {name: self._columns(value) if _has_steps(value, length) else value for name, value in drawn.items()}

    def _columns(self, array: np.ndarray) -> np.ndarray:
        columns = [np.roll(array, column, axis=0) for column in range(self.columns or 1)]
        if self.is_growing and array.dtype == object:
            columns = [values * (1 + column) for column, values in enumerate(columns)]
        return np.stack(columns, axis=1)

    def turn(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function gets them."""
        return {word: self.turned(value) for word, value in arguments.items()}

    def turned(self, value: Any) -> Any:
        """Exchange the axes of time and columns, where columns come first; the same the other way."""
        if self.columns_first and isinstance(value, np.ndarray) and value.ndim > 1:
            return np.ascontiguousarray(value.swapaxes(0, 1))
        return value


def _has_steps(value: Any, length: int) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == length


@dataclass(frozen=True)
class OneSequence(Layout):
    """The first sequence (or group) alone, without an axis for sequences."""

    one_number: bool = False
    """Whether the result is one number for all sequences."""

    def lift(self, contract: Contract, drawn: Facts) -> Facts:  # noqa: ARG002 - every array is about sequences
        """Keep the first sequence."""
        return {name: value[:1] if isinstance(value, np.ndarray) else value for name, value in drawn.items()}

    def turn(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Drop the axis of sequences."""
        return {word: value[0] if isinstance(value, np.ndarray) else value for word, value in arguments.items()}

    def turned(self, value: Any) -> Any:
        """Give a result its axis of sequences back."""
        return value if self.one_number else np.asarray(value)[None]


@dataclass(frozen=True)
class OneRow(Layout):
    """One state alone, without an axis for states; or one number, without one for dimensions either."""

    axes: int = 1
    """How many axes are dropped."""
    is_row: bool = True

    def lift(self, contract: Contract, drawn: Facts) -> Facts:  # noqa: ARG002 - every array has a row for each state
        """Keep the first row, or number."""
        return {name: self._first(value) if isinstance(value, np.ndarray) else value for name, value in drawn.items()}

    def _first(self, array: np.ndarray) -> np.ndarray:
        return array[tuple(slice(1) for _ in range(array.ndim if self.axes > 1 else 1))]

    def turn(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Drop the axis of states, or every axis."""
        return {word: self._dropped(value) for word, value in arguments.items()}

    def _dropped(self, array: Any) -> Any:
        if not isinstance(array, np.ndarray):
            return array
        return np.asarray(array.reshape(()) if self.axes > 1 and array.size == 1 else array[0])


def layouts(contract: Contract, *, refused: bool = True) -> tuple[Layout, ...]:
    """The further shapes in which an equation's data may be laid out.

    A function of many sequences is not asked about one alone, where it would be right more easily: only one that
    refused many, or never returned what was expected of them.
    """
    if contract.has_steps:
        return LAYOUTS
    if contract.is_rowwise:
        return (OneRow("one row"), *((OneRow("one number", axes=2),) if contract.has_dimensions else ()))
    if not contract.has_sequences:
        return ()
    one = (OneSequence("one sequence", one_number=contract.is_one_number),) if refused else ()
    return one if "group_rewards" in contract.parameters else (*one, Layout("[L, B]", columns_first=True))


FLAT = Layout("[T]")
LAYOUTS = (Layout("[T, 1]", 1), Layout("[T, B]", 3), Layout("[B, T]", 3, columns_first=True))

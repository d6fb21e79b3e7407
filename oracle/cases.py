"""One case in several number systems: exact for the reference, floats for the candidate, rounded for the bound."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..spec import numbers
from ..spec.decision_process import MDP
from .rounding import UNITS, Rounded

WHOLE = ("horizon", "sweeps", "length", "dimensions", "split")
"""Parameters that are counts, the same in every number system."""


FIELDS = ("transition", "reward", "initial", "discount")
"""The fields of a decision process that hold real numbers."""


class FloatMDP:
    """The bare fields of a decision process in a float dtype, for whoever builds their own type from them."""

    def __init__(self, transition: Any, reward: Any, initial: Any, discount: Any, terminal: Any) -> None:
        """Keep the fields."""
        self.transition, self.reward, self.initial = transition, reward, initial
        self.discount, self.terminal = discount, terminal


def fields(process: Any, convert: Callable[[Any], Any]) -> dict[str, Any]:
    """Convert every real-valued field of a decision process, by name."""
    return {name: convert(getattr(process, name)) for name in FIELDS}


def is_record(value: Any) -> bool:
    """Whether this is a named tuple of arrays, such as a linear system: converted field by field."""
    return isinstance(value, tuple) and hasattr(value, "_fields")


def is_discrete(value: Any) -> bool:
    """Whether this is a count, or an array of flags, actions or indices: the same in every number system."""
    return isinstance(value, int) or getattr(value, "dtype", np.dtype(object)).kind in "biu"


def _record(value: Any, convert: Callable[..., Any], *options: Any) -> Any:
    return type(value)(*(convert(field, *options) for field in value))


def to_float(value: Any, dtype: str) -> Any:
    """Round exact data to a float dtype; flags, indices and counts stay."""
    if is_record(value):
        return _record(value, to_float, dtype)
    if is_discrete(value):
        return value
    if isinstance(value, (MDP, FloatMDP)):
        return FloatMDP(**fields(value, lambda field: to_float(field, dtype)), terminal=value.terminal)
    if isinstance(value, np.ndarray):
        return numbers.float64(value).astype(dtype)
    return np.dtype(dtype).type(numbers.float64(value))


def exactly(value: Any) -> Any:
    """Read float data back as the rationals that they are, so that rounding of the inputs plays no part."""
    if is_record(value):
        return _record(value, exactly)
    if is_discrete(value):
        return value
    if isinstance(value, (MDP, FloatMDP)):
        return MDP(**fields(value, exactly), terminal=value.terminal)
    return numbers.exact(value) if isinstance(value, np.ndarray) else numbers.rational(value)


def to_rounded(value: Any, dtype: str) -> Any:
    """Wrap float data as exact inputs of a computation in this dtype."""
    if is_record(value):
        return _record(value, to_rounded, dtype)
    if is_discrete(value):
        return value
    unit = UNITS[dtype]
    if isinstance(value, (MDP, FloatMDP)):
        return MDP(**fields(value, lambda field: Rounded(field, unit=unit)), terminal=value.terminal)
    return Rounded(value, unit=unit)


def each(convert: Any, case: Mapping[str, Any], *options: Any) -> dict[str, Any]:
    """Convert every argument of a case."""
    return {name: convert(value, *options) for name, value in case.items()}

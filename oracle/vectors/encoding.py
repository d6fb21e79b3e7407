"""Exact data as JSON: rationals beside the nearest doubles, balls as enclosures, flags and counts as they are."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial
from importlib import import_module
from typing import Any

import numpy as np
from flint import arb

from ...spec import numbers
from ...spec.decision_process import MDP
from ..cases import FIELDS, is_discrete, is_record
from .facts import has_balls

DIGITS = 30
"""Significant decimal digits of the ends of an enclosure; they are rounded outwards."""
RECORDS = {"LinearSystem": "linear_system", "ContinuousActionProcess": "continuous_process"}
"""Named tuples of data, and the modules of spec that define them."""
NOT_FINITE = {float("inf"): "inf", float("-inf"): "-inf"}


def encode(value: Any) -> Any:
    """Write exact data down."""
    if isinstance(value, MDP):
        parts: dict[str, Any] = {name: encode(getattr(value, name)) for name in FIELDS}
        return {"record": "MDP", "fields": parts | {"terminal": encode(value.terminal)}}
    if is_record(value):
        parts = {name: encode(getattr(value, name)) for name in value._fields}
        return {"record": type(value).__name__, "fields": parts}
    if isinstance(value, tuple):
        return {"record": "tuple", "fields": {str(place): encode(part) for place, part in enumerate(value)}}
    if isinstance(value, (bool, int)) or value is None or is_discrete(value):
        return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
    floats = _nested(numbers.float64(value), _number)
    if has_balls(value):
        return {
            "enclosure": [_nested(value, partial(_end, lower=lower)) for lower in (True, False)],
            "float64": floats,
        }
    return {"exact": _nested(numbers.exact(value), str), "float64": floats}


def decode(entry: Any) -> Any:
    """Read exact data back."""
    if isinstance(entry, Mapping) and "record" in entry:
        parts = {name: decode(part) for name, part in entry["fields"].items()}
        if entry["record"] == "tuple":
            return tuple(parts.values())
        return MDP(**parts) if entry["record"] == "MDP" else _record(entry["record"])(**parts)
    if isinstance(entry, Mapping):
        exact = entry["exact"]
        return numbers.exact(exact) if isinstance(exact, list) else numbers.rational(exact)
    return np.array(entry) if isinstance(entry, list) else entry


def floats(values: Any) -> Any:
    """Write an array of doubles down."""
    return _nested(np.asarray(values, dtype=float), _number)


@cache
def _record(name: str) -> Callable[..., Any]:
    return getattr(import_module(f"...spec.{RECORDS[name]}", __package__), name)


def _nested(array: Any, write: Callable[[Any], Any]) -> Any:
    if isinstance(array, np.ndarray) and array.ndim:
        return [_nested(row, write) for row in array]
    return write(array.item() if isinstance(array, (np.ndarray, np.generic)) else array)


def _number(value: float) -> float | str:
    return NOT_FINITE.get(value, value) if value == value else "nan"  # noqa: PLR0124 - only NaN differs from itself


def _end(ball: Any, *, lower: bool) -> str:
    """One end of a ball in decimals, rounded outwards."""
    if not isinstance(ball, arb):
        ball = arb(ball)
    if not ball.is_finite():
        return _number(float(ball)) if ball.mid() != 0 and not ball.is_nan() else "nan"  # type: ignore[return-value]
    middle, radius = (_dyadic(part) for part in (ball.mid(), ball.rad()))
    return decimal(middle - radius, up=False) if lower else decimal(middle + radius, up=True)


def _dyadic(number: arb) -> Fraction:
    mantissa, exponent = (int(part) for part in number.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def decimal(number: Fraction, *, up: bool) -> str:
    """A rational with so many digits as count, rounded up or down."""
    if number == 0:
        return "0"
    places = DIGITS - _digits(abs(number))
    scaled = number * Fraction(10) ** places
    whole = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return f"{whole}e{-places}" if places else str(whole)


def _digits(number: Fraction) -> int:
    """How many digits stand before the point: 0 for 0.5, -1 for 0.05."""
    estimate = len(str(number.numerator)) - len(str(number.denominator))
    return estimate + (number >= Fraction(10) ** estimate)

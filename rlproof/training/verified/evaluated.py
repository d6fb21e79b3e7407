"""A formula of `spec` twice: in balls, for what is right; with errors carried along, for how far off floats may be.

Arrays are what a training computes with, and are taken as they are. A Python float is a setting: it means the number
that was written, and that single precision rounds it enters the bound.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_series

from ...oracle.agreement import REFERENCE_BITS
from ...oracle.cases import exactly, is_discrete
from ...oracle.dual import Dual
from ...oracle.law import to_ball
from ...oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma
from ...spec import numbers
from ...spec.numbers import Array
from ...verify import device

Formula = Callable[..., Any]
"""A function of `spec`, or several of them after each other."""

UNIT = UNIT_ROUNDOFF["float32"]
"""Agents learn in single precision."""


class Arithmetic(NamedTuple):
    """One way to evaluate formulas.

    Attributes:
        inside: a context in which that is done.
        read: reads an argument.
        still: makes an argument stay where it is, while another one moves.
        move: moves an argument in a direction.
        slope: the slope of a formula's result, if one of its arguments moves.
    """

    inside: Callable[[], AbstractContextManager[None]]
    read: Callable[[Any], Any]
    still: Callable[[Any], Any]
    move: Callable[[Any, np.ndarray], Any]
    slope: Callable[[Any], Any]

    def __call__(self, formula: Formula, *arguments: Any, **named: Any) -> Any:
        """Evaluate a formula."""
        with self.inside():
            return formula(*map(self.read, arguments), **{name: self.read(value) for name, value in named.items()})

    def slopes(self, formula: Formula, arguments: Sequence[Any], place: int) -> Array:
        """Return the slopes [M, n] of a formula's results [M] in the columns of one of its arguments, [M, n].

        A row of the argument has a part in no other row's result, so that all rows move at once.
        """
        with self.inside():
            read = [self.read(value) for value in arguments]
            moved, still = read[place], [value if is_discrete(value) else self.still(value) for value in read]
            found = []
            for column in range(moved.shape[1]):
                direction = np.zeros(moved.shape)
                direction[:, column] = 1
                still[place] = self.move(moved, direction)
                found.append(self.slope(formula(*still)))
            return numbers.stack(found).T


def allowed(formula: Formula, *arguments: Any, **named: Any) -> Any:
    """Return how far off a formula may be in single precision; nothing, if it does not round at all."""
    return getattr(CARRIED(formula, *arguments, **named), "error", 0.0)


@contextmanager
def _precisely() -> Iterator[None]:
    with numbers.precision(REFERENCE_BITS):
        yield


def _to_ball(value: Any) -> Any:
    return to_ball(exactly(_plain(value)))


def _to_rounded(value: Any) -> Any:
    value = _plain(value)
    if is_discrete(value):
        return value
    is_setting = isinstance(value, float) and float(np.float32(value)) != value
    return Rounded(value, UNIT * abs(value) if is_setting else 0.0, UNIT)


def _plain(value: Any) -> Any:
    """Return NumPy's array in the place of JAX's."""
    return value if isinstance(value, int | float | np.generic) else np.asarray(value)


def _ball_ray(point: Any, direction: np.ndarray) -> Any:
    return numbers.ray(point, numbers.ball(numbers.exact(direction)))


def _ball_slope(result: Any) -> Any:
    return np.frompyfunc(lambda each: each[1] if isinstance(each, arb_series) else arb(0), 1, 1)(result)


def _dual(point: Any, direction: Any = 0.0) -> Any:
    return Dual(point, point.new(np.broadcast_to(direction, point.shape), 0.0))


def _carried_slope(result: Any) -> Any:
    """Return the slope, with what it costs to add up what all entries contribute in reverse mode."""
    if not isinstance(result, Dual):
        return Rounded(np.zeros(np.shape(result)), unit=UNIT)
    slope = result.slope
    return slope.new(slope.value, slope.error + gamma(2, slope.unit) * (abs(slope.value) + slope.error))


BALLS = Arithmetic(_precisely, _to_ball, lambda point: point, _ball_ray, _ball_slope)
"""What is right: balls of 256 bits, and truncated power series of them."""

CARRIED = Arithmetic(device.arithmetic, _to_rounded, _dual, _dual, _carried_slope)
"""How far off: numbers that carry their rounding error in single precision, compiled, and pairs of value and slope."""

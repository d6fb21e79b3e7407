"""Checks of what enters the package: shapes, finiteness, probabilities, parameters.

Validation happens once, at the boundary, and never repairs anything: a row that
does not sum to one is an error, not an occasion to renormalise.
"""

import numpy as np
from flint import arb, arb_series

from .errors import (
    EmptySpaceError,
    NegativeProbabilityError,
    NonFiniteError,
    ParameterError,
    RowSumError,
    ShapeError,
)
from .numbers import Array, Scalar, as_array, as_scalar, boxed, holds, is_zero, same_system, system_of


def check_shape(name: str, array: Array, expected: tuple[int | str, ...], meaning: str) -> None:
    """Raise ShapeError unless the array has exactly this shape."""
    if array.shape != expected:
        raise ShapeError(
            f"{name} has the wrong shape",
            got=f"shape {array.shape}",
            expected=f"shape {expected}, {meaning}",
            cause="transposed axes, or arrays that belong to different problems",
            remedy=f"compare {name}.shape with the shapes of the other arguments",
        )


def check_not_empty(name: str, array: Array, meaning: str) -> None:
    """Raise EmptySpaceError if some axis has length zero."""
    if 0 in array.shape:
        raise EmptySpaceError(
            f"{name} is empty",
            got=f"shape {array.shape}",
            expected=f"at least one of each: {meaning}",
            cause="an empty list, or a filter that removed everything",
            remedy="check how the array was built",
        )


def check_finite(name: str, array: Array) -> None:
    """Raise NonFiniteError if a NaN or an infinity is among the numbers."""
    system = system_of(array)
    if system == "float64":
        bad = ~np.isfinite(array)
    elif system == "ball":
        bad = holds(np.frompyfunc(lambda value: not arb(value).is_finite(), 1, 1)(array))
    else:
        return  # rationals are finite; series and other packages' arrays come from checked data
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(np.atleast_1d(bad))[0])
        raise NonFiniteError(
            f"{name} holds a NaN or an infinity",
            got=f"{np.atleast_1d(array)[where]} at index {where} ({np.count_nonzero(bad)} in all)",
            expected="finite numbers",
            cause="a division by zero, an overflow or a missing value upstream",
            remedy=f"look at what computed {name} at that index",
        )


def check_distribution(name: str, array: Array) -> None:
    """Raise unless every row (last axis) is a probability distribution.

    In float64 a sum may be off by (n + 1) eps: one rounding per entry, one
    division by a computed sum, and our own summation of n terms, each of at most
    n/2 eps in total. Data of single precision have float32's eps, also after being stored
    in float64. In exact arithmetic the sum is one; a ball must contain one, and so must those of a series.
    """
    if hasattr(array, "number_system"):
        return
    check_finite(name, array)
    system = system_of(array)
    if system != "series" and np.any(negative := holds(array < 0)):
        where = tuple(int(i) for i in np.argwhere(negative)[0])
        raise NegativeProbabilityError(
            f"{name} holds a negative probability",
            got=f"{array[where]} at index {where}",
            expected="numbers between 0 and 1",
            cause="logits or values passed where probabilities are meant",
            remedy="apply a softmax first, or check the sign",
        )
    sums = array.sum(axis=-1)
    if system == "float64":
        bound = (array.shape[-1] + 1) * _rounding(array)
        bad = abs(sums - 1) > bound
    elif system == "ball":
        bound, bad = 0, holds(np.frompyfunc(lambda total: not arb(total).contains(1), 1, 1)(sums))
    else:
        bound, bad = 0, ~_may_vanish(sums - 1)
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(np.atleast_1d(bad))[0])
        total = np.atleast_1d(sums)[where]
        raise RowSumError(
            f"{name} has a row that does not sum to one",
            got=f"row {where if np.ndim(sums) else ''} sums to {total}, off by {total - 1} "
            f"({np.count_nonzero(bad)} such rows in all)",
            expected=f"one, exactly (number system '{system}')" if bound == 0 else f"one, within {bound:.1e}",
            cause="unnormalised counts, axes in another order than [state, action, next state], or decimals "
            "such as 0.333 standing for 1/3",
            remedy="normalise the row yourself, or give it as Fractions that sum to one",
        )


def _may_vanish(array: Array) -> Array:
    """Say where numbers are zero; the balls of a series only have to contain it."""

    def contains(value: Scalar) -> bool:
        return isinstance(value, arb_series) and all(coefficient.contains(0) for coefficient in value.coeffs())

    return holds(np.frompyfunc(contains, 1, 1)(boxed(array))) | is_zero(array)


def _rounding(array: Array) -> float:
    """The eps of the coarsest of the two float formats in which every number can be written."""
    with np.errstate(over="ignore"):
        single = np.all(array == array.astype(np.float32))
    return float(np.finfo(np.float32 if single else float).eps)


def check_count(name: str, value: int, *, least: int = 0) -> None:
    """Raise ParameterError unless the value is a whole number, not below the least."""
    if not isinstance(value, (int, np.integer)) or value < least:
        raise ParameterError(
            f"{name} is not a number of steps",
            got=repr(value),
            expected=f"a whole number, {name} >= {least}",
            cause="the result of a division, or a difference of the wrong sign",
            remedy=f"write int({name}), if it is whole",
        )


def check_between(name: str, value: Scalar, low: Scalar, high: Scalar | None) -> None:
    """Raise ParameterError unless low <= value <= high (any finite number from low on if high is None)."""
    below, above = not value >= low, value == float("inf") if high is None else not value <= high
    if below or above:
        raise ParameterError(
            f"{name} is out of range",
            got=str(value),
            expected=f"{name} >= {low}" if high is None else f"{low} <= {name} <= {high}",
            cause="a NaN, a percentage, or two parameters in each other's place",
            remedy=f"pass {name} in its range",
        )


def check_not_negative(name: str, array: Array) -> None:
    """Raise ParameterError if a number is negative."""
    if not hasattr(array, "number_system") and np.any(negative := holds(array < 0)):
        check_between(name, array[negative][0], 0, None)


def read_parameter(name: str, value: Scalar, system: str, low: Scalar = 0, high: Scalar | None = 1) -> Scalar:
    """Read a scalar parameter in the system of the arrays and check its range."""
    number = as_scalar(value, name, system)
    if system != "series":
        check_between(name, number, low, high)
    return number


def read_discounts(gamma: Scalar | Array, like: Array) -> Array:
    """Read a discount, one for all transitions or one for each ([T] or [T, ...]), in the shape of `like` [T, ...]."""
    system, times = system_of(like), np.arange(len(like)).reshape(-1, *[1] * (like.ndim - 1))
    if np.ndim(gamma) == 0:
        return _one_for_all(read_parameter("gamma", gamma, system))[np.zeros(like.shape, dtype=int)]
    array = as_array(gamma, "gamma")
    if array.shape != like.shape:
        check_shape("gamma", array, (len(like),), "one number, or one per transition")
    check_finite("gamma", array)
    same_system(gamma=array, rewards=like)
    if system != "series":
        for value in array.reshape(-1):
            check_between("gamma", value, 0, 1)
    return array if array.shape == like.shape else array[np.broadcast_to(times, like.shape)]


def _one_for_all(number: Scalar) -> Array:
    return number.reshape(1) if hasattr(number, "number_system") else boxed(number).reshape(1)


def read_arrays(**arrays: Array) -> tuple[str, list[Array]]:
    """Read arrays of one shape [T, ...] in one number system: finite, not empty."""
    read = {name: as_array(array, name) for name, array in arrays.items()}
    first_name, first = next(iter(read.items()))
    if first.ndim == 0:
        check_shape(first_name, first, (1,), "one number per transition (time first)")
    check_not_empty(first_name, first, "transitions")
    for name, array in read.items():
        check_shape(name, array, first.shape, f"as {first_name} has")
        check_finite(name, array)
    return same_system(**read), list(read.values())


def read_flags(name: str, flags: Array, like: Array, meaning: str = "one flag per transition") -> Array:
    """Read booleans of the same shape as `like`; 0/1 numbers are refused, since a float may be a mask."""
    array = np.asarray(flags)
    check_shape(name, array, like.shape, meaning)
    if array.dtype != bool:
        raise ParameterError(
            f"{name} is not boolean",
            got=f"dtype {array.dtype}",
            expected="an array of True and False",
            cause="0/1 flags, a continue mask (1 - done) passed as a done flag, or indices",
            remedy=f"write {name}.astype(bool) if 1 means that the episode ends",
        )
    return array

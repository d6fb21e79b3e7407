"""Checks of what enters the package: shapes, finiteness, probabilities, parameters.

Validation happens once, at the boundary, and never repairs anything: a row that
does not sum to one is an error, not an occasion to renormalise.
"""

import numpy as np
from flint import arb

from .errors import (
    EmptySpaceError,
    NegativeProbabilityError,
    NonFiniteError,
    ParameterError,
    RowSumError,
    ShapeError,
)
from .numbers import Array, Scalar, as_array, as_scalar, holds, is_zero, same_system, system_of


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


def check_distribution(name: str, array: Array, rounding: float = np.finfo(float).eps) -> None:
    """Raise unless every row (last axis) is a probability distribution.

    In float64 a sum may be off by (n + 1) eps: one rounding per entry, one
    division by a computed sum, and our own summation of n terms, each of at most
    n/2 eps in total. In exact arithmetic the sum is one; a ball must contain one.
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
        bound = (array.shape[-1] + 1) * rounding
        bad = abs(sums - 1) > bound
    elif system == "ball":
        bound, bad = 0, holds(np.frompyfunc(lambda total: not arb(total).contains(1), 1, 1)(sums))
    else:
        bound, bad = 0, ~is_zero(sums - 1)
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


def check_between(name: str, value: Scalar, low: Scalar, high: Scalar | None) -> None:
    """Raise ParameterError unless low <= value <= high (no upper limit if high is None)."""
    below, above = not value >= low, high is not None and not value <= high
    if below or above:
        raise ParameterError(
            f"{name} is out of range",
            got=str(value),
            expected=f"{name} >= {low}" if high is None else f"{low} <= {name} <= {high}",
            cause="a NaN, a percentage, or two parameters in each other's place",
            remedy=f"pass {name} in its range",
        )


def read_parameter(name: str, value: Scalar, system: str, low: Scalar = 0, high: Scalar | None = 1) -> Scalar:
    """Read a scalar parameter in the system of the arrays and check its range."""
    number = as_scalar(value, name, system)
    if system != "series":
        check_between(name, number, low, high)
    return number


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


def read_flags(name: str, flags: Array, like: Array) -> Array:
    """Read booleans of the same shape as `like`; 0/1 numbers are refused, since a float may be a mask."""
    array = np.asarray(flags)
    check_shape(name, array, like.shape, "one flag per transition")
    if array.dtype != bool:
        raise ParameterError(
            f"{name} is not boolean",
            got=f"dtype {array.dtype}",
            expected="an array of True and False",
            cause="0/1 flags, or a continue mask (1 - done) passed as a done flag",
            remedy=f"write {name}.astype(bool) if 1 means that the episode ended",
        )
    return array

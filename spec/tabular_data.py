"""Reading data about visited states and taken actions, which are whole numbers from zero on."""

from typing import Any

import numpy as np

from .errors import EmptySpaceError, MissingDataError, ParameterError
from .numbers import Array, as_array, holds
from .tables import read_indices
from .validation import check_finite, check_not_empty, check_shape


def read_pairs(states: Array, actions: Array, shape: tuple[int, int], like: Array | None = None) -> Array:
    """Read the pairs of a state and an action of some transitions as flags [T, S, A], one in each row."""
    states = read_indices("states", states, None if like is None else like.shape[:1], shape[0])
    actions = read_indices("actions", actions, states.shape, shape[1])
    return one_hot(states, shape[0])[:, :, None] * one_hot(actions, shape[1])[:, None, :]


def one_hot(indices: Array, size: int) -> Array:
    """Write indices [T] as rows [T, size] of zeros and one one."""
    return (np.asarray(indices)[:, None] == np.arange(size)).astype(int)


def read_rows(name: str, rows: Any) -> Array:
    """Read numbers [T, ...], finite, at least one row."""
    array = as_array(rows, name)
    if array.ndim == 0:
        check_shape(name, array, ("T", "..."), "one row per transition")
    check_not_empty(name, array, "transitions")
    check_finite(name, array)
    return array


def read_counts(name: str, counts: Any, meaning: str) -> Array:
    """Read numbers of visits of any shape, none negative."""
    array = as_array(counts, name)
    if array.size == 0:
        raise EmptySpaceError(
            f"{name} is empty",
            got=f"shape {array.shape}",
            expected=f"at least one of each: {meaning}",
            cause="an empty list, or a filter that removed everything",
            remedy="check how the array was built",
        )
    check_finite(name, array)
    if np.any(negative := holds(array < 0)):
        where = tuple(int(i) for i in np.argwhere(negative)[0])
        raise ParameterError(
            f"{name} holds a negative count",
            got=f"{array[where]} at index {where}",
            expected="numbers of visits, at least zero",
            cause="a difference of two counts, or values in the place of counts",
            remedy=f"check how {name} was counted",
        )
    return array


def check_visited(totals: Array, what: str) -> None:
    """Raise MissingDataError if one of the totals is zero: nothing can be said of what was never seen."""
    if np.any(missing := holds(totals == 0)):
        where = tuple(int(i) for i in np.argwhere(np.atleast_1d(missing))[0])
        raise MissingDataError(
            f"some {what} was never visited",
            got=f"no visit of {what} {where} ({int(np.sum(missing))} such)",
            expected=f"at least one visit of every {what}",
            cause="too little data, or a behaviour policy that avoids some actions",
            remedy="gather more data, leave these entries out, or add the counts of a prior",
        )

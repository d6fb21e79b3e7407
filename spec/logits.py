"""Reading logits and indices of actions, and reducing them row by row."""

import numpy as np
from flint import arb

from .errors import ActionSetError, IntegerDtypeError, RowSumError
from .numbers import Array, as_array, boxed, holds, plain_array, system_of
from .validation import check_finite, check_not_empty, check_shape


def read_logits(name: str, logits: Array) -> Array:
    """Read [..., A] logits: real numbers, or minus infinity for actions that must not be taken."""
    array = as_array(logits, name)
    if array.ndim == 0:
        check_shape(name, array, ("...", "A"), "actions last")
    check_not_empty(name, array, "actions")
    if system_of(array) not in ("float64", "ball"):
        return array
    lowest = float("-inf") if system_of(array) == "float64" else -arb.pos_inf()
    masked = holds(array == lowest)
    check_finite(name, np.where(masked, 0, array))
    if np.any(masked.all(axis=-1)):
        raise RowSumError(
            f"{name} has a row in which every action is masked",
            got=f"minus infinity throughout row {tuple(map(int, np.argwhere(np.atleast_1d(masked.all(axis=-1)))[0]))}",
            expected="at least one finite number per row",
            cause="a mask of legal actions that leaves none",
            remedy="end the episode where no action is legal",
        )
    return array


def read_actions(name: str, actions: Array, shape: tuple[int, ...] | None, count: int) -> Array:
    """Read integers from 0 to count - 1, of this shape if one is given."""
    array = plain_array(actions, name)
    if shape is not None:
        check_shape(name, array, shape, "one action per row of logits")
    check_not_empty(name, array, "states or transitions")
    if array.dtype.kind not in "iu":
        raise IntegerDtypeError(
            f"{name} does not hold indices of actions",
            got=f"dtype {array.dtype}",
            expected="integers",
            cause="probabilities, one-hot rows or action values passed as actions",
            remedy=f"write {name}.astype(int), if the numbers are whole",
        )
    if array.min() < 0 or array.max() >= count:
        raise ActionSetError(
            f"{name} holds an action that does not exist",
            got=f"action {array.min() if array.min() < 0 else array.max()}",
            expected=f"0 to {count - 1}",
            cause="actions of another problem, or counted from one",
            remedy="compare the number of actions of both",
        )
    return array


def chosen(actions: Array, count: int) -> Array:
    """Say of every action whether it is the one chosen: [...] integers to [..., A] booleans."""
    return np.arange(count) == np.asarray(actions)[..., None]


def column(per_row: Array) -> Array:
    """Make one number per row, [...], a column [..., 1] that meets every action of the row."""
    return (per_row if hasattr(per_row, "number_system") else boxed(per_row))[..., None]

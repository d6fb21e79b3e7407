"""Tables of values, and the integers by which transitions point into them."""

import numpy as np

from .errors import ParameterError
from .numbers import Array, as_array, plain_array, same_system
from .validation import check_finite, check_not_empty, check_shape


def read_table(table: Array, rewards: Array, name: str = "state_values", **indices: Array) -> tuple[Array, list[Array]]:
    """Read a table [S] or [S, A], and states and actions [T] that point into it, one for each reward."""
    table, rewards = as_array(table, name), as_array(rewards, "rewards")
    axes = ("S", "A") if name == "action_values" else ("S",)
    if table.ndim != len(axes):
        check_shape(name, table, axes, "one number per state" + (" and action" if len(axes) == 2 else ""))
    if rewards.ndim != 1:
        check_shape("rewards", rewards, ("T",), "one number per transition, of one trajectory")
    check_not_empty(name, table, "states and actions")
    check_not_empty("rewards", rewards, "transitions")
    check_finite(name, table)
    check_finite("rewards", rewards)
    same_system(**{name: table, "rewards": rewards})
    counts = {key: table.shape[1 if key.endswith("actions") else 0] for key in indices}
    return table, [read_indices(key, index, rewards.shape, counts[key]) for key, index in indices.items()]


def read_indices(name: str, indices: Array, shape: tuple[int, ...] | None, count: int) -> Array:
    """Read integers from 0 to count - 1, of a given shape; without one, any number [T] of them."""
    array = plain_array(indices, name)
    check_not_empty(name, array, "transitions")
    if shape is not None or array.ndim != 1:
        check_shape(name, array, shape or ("T",), "one integer per transition")
    if array.dtype.kind not in "iu":
        _wrong(name, f"dtype {array.dtype}", count, "indices stored as floats, or one-hot vectors")
    if array.min() < 0 or array.max() >= count:
        extreme = array.min() if array.min() < 0 else array.max()
        _wrong(name, f"the index {extreme}", count, "counting from one, or a table of another problem")
    return array


def _wrong(name: str, got: str, count: int, cause: str) -> None:
    raise ParameterError(
        f"{name} are not indices into the table",
        got=got,
        expected=f"integers from 0 to {count - 1}",
        cause=cause,
        remedy=f"write {name}.astype(int) if whole, and compare with the shape of the table",
    )


def read_action_values(name: str, action_values: Array, rewards: Array | None = None) -> Array:
    """Read numbers [..., A], actions last, one row for each reward."""
    array = as_array(action_values, name)
    if array.ndim < 2:
        check_shape(name, array, ("T", "...", "A"), "transitions, actions")
    check_not_empty(name, array, "transitions and actions")
    check_finite(name, array)
    if rewards is not None:
        leading = as_array(rewards, "rewards").shape
        check_shape(name, array, (*leading, array.shape[-1]), "one row of action values for each reward")
    return array


def add_at(table: Array, increments: Array, *indices: Array) -> Array:
    """Add increments [T] to the entries of a table that the indices point to, several times if they do."""
    entries = np.ravel_multi_index(indices, table.shape)
    points_to = (np.arange(table.size)[:, None] == entries).astype(int)
    return (table.reshape(-1) + points_to @ increments).reshape(*table.shape)

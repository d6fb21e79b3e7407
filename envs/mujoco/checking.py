"""What is checked at the boundary of every engine: actions, and the order of calls."""

from typing import Any

import numpy as np

from ...spec.errors import ParameterError
from ...spec.numbers import Array
from .errors import ActionShapeError, ActionValueError, ClosedEnvironmentError, ResetNeededError


def checked_actions(actions: Any, shape: tuple[int, ...]) -> Array:
    """Return actions as an array of that shape, [N, k] or [k]; refuse other shapes, and numbers that are not finite."""
    actions = np.ascontiguousarray(actions)
    if actions.shape != shape:
        raise ActionShapeError(
            "actions have the wrong shape",
            got=f"shape {actions.shape}",
            expected=f"shape {shape}, the last axis for the controls of one environment",
            cause="actions for another task or another number of environments",
            remedy="pass what env.action_space describes",
        )
    if np.count_nonzero(np.isfinite(actions)) != actions.size:
        rows = np.flatnonzero(~np.isfinite(actions.reshape(-1, shape[-1])).all(axis=1))
        raise ActionValueError(
            "an action is not finite",
            got=f"{actions.reshape(-1, shape[-1])[rows[0]]}, row {rows[0]}; {len(rows)} such rows in all",
            expected="finite numbers; MuJoCo clips them to the range of the controls",
            cause="a policy whose parameters have become NaN, or a standard deviation that has overflowed",
            remedy="look at the loss and the gradients of the last update; nothing has been stepped",
        )
    return actions


def check_counts(**counts: Any) -> None:
    """Raise `ParameterError` for a number of environments or threads that is none."""
    for name, value in counts.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ParameterError(
                "environments and threads are counted in whole numbers",
                got=f"{name}={value!r}",
                expected=f"{name} of at least 1",
                cause="a number divided among machines until none was left, or read as text",
                remedy=f"leave {name} out, or give a whole number",
            )


def check_open(env: object, closed: bool) -> None:
    """Raise `ClosedEnvironmentError` after `close()`."""
    if closed:
        raise ClosedEnvironmentError(
            "the environment is closed",
            got=f"a call of {type(env).__name__}",
            expected="no calls after close()",
            cause="two owners of one environment, of which one has closed it",
            remedy="make a new environment",
        )


def reset_needed(subject: str, *, got: str, remedy: str) -> ResetNeededError:
    """Return the error of a step where no episode is under way."""
    return ResetNeededError(
        subject,
        got=got,
        expected="an episode under way in every environment that is stepped",
        cause="a loop that begins with a step, or does not look at terminated and truncated",
        remedy=remedy,
    )

"""Make a task from its name and options; refuse what no task knows."""

import dataclasses
import difflib
from typing import Any

import numpy as np

from ...spec.errors import ParameterError
from .errors import UnknownOptionError, UnknownTaskError
from .task import Task
from .tasks import TASKS


def make_task(name: str, **options: Any) -> Task:
    """Return the task of that name, such as 'Hopper', 'Hopper-v5' or 'rlproof/Hopper-v5'.

    Args:
        name: a key of `TASKS`, with or without namespace and version 5.
        **options: fields of the task, those of Gymnasium's version 5.

    Raises `UnknownTaskError`, `UnknownOptionError`, and `ParameterError` for a value of the wrong kind.
    """
    task = TASKS.get(name.removeprefix("rlproof/").removesuffix("-v5"))
    if task is None:
        raise UnknownTaskError(
            "there is no such task",
            got=repr(name),
            expected=f"one of {', '.join(TASKS)}",
            cause=_slip(name, TASKS) or "another version, or an environment that is not one of MuJoCo's",
            remedy="take a name from the list",
        )
    fields = {field.name: field.default for field in dataclasses.fields(task)}
    for option, value in options.items():
        if option not in fields:
            raise UnknownOptionError(
                f"{task.__name__} has no such option",
                got=f"{option}={value!r}",
                expected=f"options among {', '.join(fields)}",
                cause=_slip(option, fields) or "an option of another task or of an older version",
                remedy="take an option from the list",
            )
        _check(task.__name__, option, value, fields[option])
    return task(**options)


def _check(task: str, option: str, value: Any, default: Any) -> None:
    """Hold the value of an option against its default: a switch, a count, a weight, a range or a file."""
    numbers = (int, float, np.integer, np.floating)
    if isinstance(default, bool):
        expected, good = "True or False", isinstance(value, bool | np.bool_)
    elif option == "frame_skip":
        expected, good = "a whole number of at least 1", isinstance(value, int | np.integer) and value >= 1
    elif isinstance(default, str):
        expected, good = "the name of a file", isinstance(value, str)
    elif isinstance(default, tuple):
        pair = isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(v, numbers) for v in value)
        expected, good = "two numbers, the lower first", pair and value[0] <= value[1]
    elif option == "main_body":
        expected, good = "the name or the number of a body", isinstance(value, str | int)
    else:
        expected, good = "a number", isinstance(value, numbers) and not isinstance(value, bool) and not np.isnan(value)
    if option == "reset_noise_scale" and good and isinstance(value, numbers):
        expected, good = "a number of at least 0", value >= 0
    if not good:
        raise ParameterError(
            f"an option of {task} has a value of the wrong kind",
            got=f"{option}={value!r}",
            expected=expected,
            cause="options in another order, or a value read from a file as text",
            remedy=f"the default is {option}={default!r}",
        )


def _slip(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"a slip of {close[0]!r}" if close else ""

"""MuJoCo's part of an environment in jitted code, compiled: N simulations whose state comes in and goes out as bits."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import ctypes
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import mujoco
import numpy as np

from ...spec.numbers import Array
from .model import Model
from .native_call import Handler, NativeCall, argument, call, doubles, flags, integers, numba, result, singles, words
from .simulation import FORCES, UNSTABLE
from .task import State, Task

INTEGRATION = mujoco.mjtState.mjSTATE_INTEGRATION.value
"""All that a simulation hands on to its next step."""

MONOTONIC = time.CLOCK_MONOTONIC
WARNING = mujoco.mjtWarning.mjNWARNING.value
BAD_FROM, BAD_TO = UNSTABLE.start, UNSTABLE.stop
MOST_FIELDS = 32

# Words of the block that a call is given: the model, numbers of simulations, of a state's numbers, of controls, of
# substeps and of fields; nanoseconds spent and two words for the clock; addresses of functions, zero for those that
# the task does without; the address of the table of simulations; the numbers in each field, qpos and qvel first.
MODEL, COUNT, WIDTH, CONTROLS, SUBSTEPS, FIELDS, NANOSECONDS, NOW = range(8)
STEP, SET, GET, FORWARD, RESET, LATE, CLOCK, TABLE, SIZES = range(9, 18)
# Columns of that table: addresses of a simulation, its controls, its warnings, its fields.
DATA, CTRL, WARNINGS, FIRST = range(4)


class NativePhysics:
    """N simulations of a task.

    Attributes:
        shapes: of what the task reads of MuJoCo, [N, ...] each, by the names of `State`, in order.
        width: m, the 64-bit numbers of one simulation's integration state.
        start: (words, who, qpos, qvel, *fields) -> (words, *fields), new episodes for those who are marked.
        step: (words, controls) -> (words, who has become unstable, *fields).
    """

    def __init__(self, task: Task, model: Model, count: int) -> None:
        """Make simulations."""
        self._model = model
        self._data = [mujoco.MjData(model.mj) for _ in range(count)]
        names = ("qpos", "qvel", *task.reads())
        views = {name: getattr(self._data[0], name) for name in names}
        task.tracked(State(model=model, xp=np, ctrl=None, **{name: view[None] for name, view in views.items()}))
        self.shapes = {name: (count, *view.shape) for name, view in views.items()}
        self.width = mujoco.mj_stateSize(model.mj, INTEGRATION)
        self._table = np.array(
            [
                [data._address, data.ctrl.ctypes.data, data.warning.number.ctypes.data]
                + [getattr(data, name).ctypes.data for name in names]
                for data in self._data
            ],
            np.int64,
        )
        sizes = [view.size for view in views.values()]
        self._block = np.array(
            [
                *(model.mj._address, count, self.width, model.mj.nu, model.frame_skip, len(names), 0, 0, 0),
                *_functions(derived=bool(task.reads()), forces=FORCES in names),
                *(self._table.ctypes.data, *sizes, *[0] * (MOST_FIELDS - len(names))),
            ],
            np.int64,
        )
        shape = jax.ShapeDtypeStruct
        bits = shape((count, 2 * self.width), np.uint32)
        fields = [shape(one, np.float64) for one in self.shapes.values()]
        self.start = NativeCall(_HANDLERS["rlproof_start"], self, self._block, [bits, *fields])
        self.step = NativeCall(_HANDLERS["rlproof_step"], self, self._block, [bits, shape((count,), np.bool_), *fields])

    @property
    def seconds(self) -> float:
        """Spent in MuJoCo's steps so far."""
        return float(self._block[NANOSECONDS]) * 1e-9


def _functions(*, derived: bool, forces: bool) -> Sequence[int]:
    """Return the addresses of MuJoCo's functions, and of the C library's clock."""
    (path,) = Path(mujoco.__file__).parent.glob("libmujoco*.[sd][oy]*")
    library, c = ctypes.CDLL(str(path)), ctypes.CDLL(None)

    def address(function: Any) -> int:
        return ctypes.cast(function, ctypes.c_void_p).value or 0

    return (
        address(library.mj_step),
        address(library.mj_setState),
        address(library.mj_getState),
        address(library.mj_forward) if derived else 0,
        address(library.mj_resetData),
        address(library.mj_rnePostConstraint) if forces else 0,
        address(c.clock_gettime),
    )


@numba.njit
def _copy(source: int, target: int, count: int) -> None:
    """Copy numbers of 64 bits."""
    numbers, copied = words(source, count), words(target, count)
    for index in range(count):
        copied[index] = numbers[index]


@numba.njit
def _time(block: Array, owner: int, sign: int) -> None:
    """Add the time of a clock that never goes back to the nanoseconds, or subtract it."""
    call(block[CLOCK], MONOTONIC, owner + 8 * NOW, 0, 0)
    block[NANOSECONDS] += sign * (block[NOW] * 1_000_000_000 + block[NOW + 1])


@numba.njit
def _tell(frame: Array, block: Array, row: Array, index: int, first: int) -> None:
    """Write a simulation's state into the first result, and its fields into those from a number on."""
    call(block[GET], block[MODEL], row[DATA], result(frame, 0) + 8 * index * block[WIDTH], INTEGRATION)
    for field in range(block[FIELDS]):
        size = block[SIZES + field]
        _copy(row[FIRST + field], result(frame, first + field) + 8 * index * size, size)


@numba.njit
def _step(frame: Array, owner: int) -> None:
    """Read states, controls [N, k]; write states, who has become unstable [N], fields."""
    block = words(owner, SIZES + MOST_FIELDS)
    count, width, controls, columns = block[COUNT], block[WIDTH], block[CONTROLS], FIRST + block[FIELDS]
    given = singles(argument(frame, 2), count * controls)
    bad = flags(result(frame, 1), count)
    _time(block, owner, -1)
    for index in range(count):
        row = words(block[TABLE] + 8 * index * columns, columns)
        call(block[SET], block[MODEL], row[DATA], argument(frame, 1) + 8 * index * width, INTEGRATION)
        applied = doubles(row[CTRL], controls)
        for each in range(controls):
            applied[each] = given[index * controls + each]
        for _ in range(block[SUBSTEPS]):
            call(block[STEP], block[MODEL], row[DATA], 0, 0)
        if block[LATE] != 0:
            call(block[LATE], block[MODEL], row[DATA], 0, 0)
    _time(block, owner, 1)
    for index in range(count):
        row = words(block[TABLE] + 8 * index * columns, columns)
        warnings = integers(row[WARNINGS], 2 * WARNING)
        bad[index] = 0
        for kind in range(BAD_FROM, BAD_TO):
            if warnings[2 * kind] != 0:
                bad[index], warnings[2 * kind] = 1, 0
        _tell(frame, block, row, index, 2)


@numba.njit
def _start(frame: Array, owner: int) -> None:
    """Read states, who starts [N], qpos, qvel, fields; write states and fields, of the others as they were."""
    block = words(owner, SIZES + MOST_FIELDS)
    count, width, columns = block[COUNT], block[WIDTH], FIRST + block[FIELDS]
    positions, velocities = block[SIZES], block[SIZES + 1]
    who = flags(argument(frame, 2), count)
    for index in range(count):
        row = words(block[TABLE] + 8 * index * columns, columns)
        if who[index] != 0:
            call(block[RESET], block[MODEL], row[DATA], 0, 0)
            _copy(argument(frame, 3) + 8 * index * positions, row[FIRST], positions)
            _copy(argument(frame, 4) + 8 * index * velocities, row[FIRST + 1], velocities)
            if block[FORWARD] != 0:
                call(block[FORWARD], block[MODEL], row[DATA], 0, 0)
            _tell(frame, block, row, index, 1)
        else:
            _copy(argument(frame, 1) + 8 * index * width, result(frame, 0) + 8 * index * width, width)
            for field in range(block[FIELDS]):
                size = block[SIZES + field]
                _copy(argument(frame, 5 + field) + 8 * index * size, result(frame, 1 + field) + 8 * index * size, size)


_HANDLERS = {"rlproof_step": Handler("rlproof_step", _step), "rlproof_start": Handler("rlproof_start", _start)}

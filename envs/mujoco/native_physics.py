"""MuJoCo's part of an environment in jitted code, compiled: N simulations whose state comes in and goes out as bits."""

# ruff: noqa: SLF001
# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules; the addresses of its structures have a private name.

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
from .native_call import (
    Handler,
    NativeCall,
    argument,
    call,
    doubles,
    flags,
    give_back,
    integers,
    numba,
    result,
    singles,
    take,
    words,
)
from .simulation import FORCES, UNSTABLE
from .task import State, Task

INTEGRATION = mujoco.mjtState.mjSTATE_INTEGRATION.value
"""All that a simulation hands on to its next step."""

MONOTONIC = time.CLOCK_MONOTONIC
WARNING = mujoco.mjtWarning.mjNWARNING.value
BAD_FROM, BAD_TO = UNSTABLE.start, UNSTABLE.stop
MOST_FIELDS = 32

# Words of the block that a call is given: the model, numbers of simulations, of a state's numbers, of controls, of
# substeps and of fields; the number and the address of the sets of simulations; addresses of functions, zero for
# those that the task does without; the address of the table of simulations; the numbers in each field, qpos first.
MODEL, COUNT, WIDTH, CONTROLS, SUBSTEPS, FIELDS, SETS, FREE = range(8)
STEP, SET, GET, FORWARD, RESET, LATE, CLOCK, TABLE, SIZES = range(8, 17)
# Words of a set of simulations, a cache line of them.
TAKEN, NANOSECONDS, NOW = range(3)
SET_WORDS = 8
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

    def __init__(self, task: Task, model: Model, count: int, *, at_once: int = 1) -> None:
        """Make simulations; `at_once` calls do not wait for each other.

        Each of them has simulations of its own. Since their whole state comes and goes with every call, it does
        not matter which ones a call finds.
        """
        self._model = model
        self._data = [mujoco.MjData(model.mj) for _ in range(count * at_once)]
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
        # For each set of simulations: whether it is taken, nanoseconds spent, and two words for the clock.
        self._free = np.zeros((at_once, SET_WORDS), np.int64)
        sizes = [view.size for view in views.values()]
        self._block = np.array(
            [
                *(model.mj._address, count, self.width, model.mj.nu, model.frame_skip, len(names)),
                *(at_once, self._free.ctypes.data),
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
        """Spent in MuJoCo's steps so far, by all calls together."""
        return float(self._free[:, NANOSECONDS].sum()) * 1e-9


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
def _time(block: Array, chosen: int, sign: int) -> None:
    """Add the time of a clock that never goes back to a set's nanoseconds, or subtract it."""
    address = block[FREE] + 8 * SET_WORDS * chosen
    call(block[CLOCK], MONOTONIC, address + 8 * NOW, 0, 0)
    used = words(address, SET_WORDS)
    used[NANOSECONDS] += sign * (used[NOW] * 1_000_000_000 + used[NOW + 1])


@numba.njit
def _take_set(block: Array) -> int:
    """Return a set of simulations that no other call uses; wait for one if there is none."""
    chosen = 0
    while take(block[FREE] + 8 * SET_WORDS * chosen + 8 * TAKEN) == 0:
        chosen = (chosen + 1) % block[SETS]
    return chosen


@numba.njit
def _row(block: Array, chosen: int, index: int) -> Array:
    """Return the row of a simulation of a set."""
    columns = FIRST + block[FIELDS]
    return words(block[TABLE] + 8 * (chosen * block[COUNT] + index) * columns, columns)


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
    count, width, controls, chosen = block[COUNT], block[WIDTH], block[CONTROLS], _take_set(block)
    given = singles(argument(frame, 2), count * controls)
    bad = flags(result(frame, 1), count)
    _time(block, chosen, -1)
    for index in range(count):
        row = _row(block, chosen, index)
        call(block[SET], block[MODEL], row[DATA], argument(frame, 1) + 8 * index * width, INTEGRATION)
        applied = doubles(row[CTRL], controls)
        for each in range(controls):
            applied[each] = given[index * controls + each]
        for _ in range(block[SUBSTEPS]):
            call(block[STEP], block[MODEL], row[DATA], 0, 0)
        if block[LATE] != 0:
            call(block[LATE], block[MODEL], row[DATA], 0, 0)
    _time(block, chosen, 1)
    for index in range(count):
        row = _row(block, chosen, index)
        warnings = integers(row[WARNINGS], 2 * WARNING)
        bad[index] = 0
        for kind in range(BAD_FROM, BAD_TO):
            if warnings[2 * kind] != 0:
                bad[index], warnings[2 * kind] = 1, 0
        _tell(frame, block, row, index, 2)
    give_back(block[FREE] + 8 * SET_WORDS * chosen + 8 * TAKEN)


@numba.njit
def _start(frame: Array, owner: int) -> None:
    """Read states, who starts [N], qpos, qvel, fields; write states and fields, of the others as they were."""
    block = words(owner, SIZES + MOST_FIELDS)
    count, width, chosen = block[COUNT], block[WIDTH], _take_set(block)
    positions, velocities = block[SIZES], block[SIZES + 1]
    who = flags(argument(frame, 2), count)
    for index in range(count):
        row = _row(block, chosen, index)
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
    give_back(block[FREE] + 8 * SET_WORDS * chosen + 8 * TAKEN)


_HANDLERS = {"rlproof_step": Handler("rlproof_step", _step), "rlproof_start": Handler("rlproof_start", _start)}

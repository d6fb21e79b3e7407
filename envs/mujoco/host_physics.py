"""MuJoCo's part of an environment in jitted code: N simulations whose whole state comes in and goes out as bits.

The functions read arrays and write into arrays, as `HostCall` wants them, and depend on nothing else.
"""

import os
from time import perf_counter

import numpy as np

from ...spec.numbers import Array
from .checking import checked_actions
from .host_call import Buffers
from .memory import generator_at, remember, seeded
from .model import Model
from .numpy_random import ManyRandom
from .simulation import BatchSimulation
from .task import Task


class HostPhysics:
    """N simulations of a task.

    Attributes:
        fields: live arrays [N, ...] of what the task reads of MuJoCo, by the names of `State`, in order.
        width: m, the 64-bit numbers of one simulation's integration state.
        seconds: spent in MuJoCo's steps so far.
    """

    def __init__(self, task: Task, model: Model, count: int, *, threads: int | None) -> None:
        """Make simulations; `threads` that step them, None for one on each processor."""
        threads = len(os.sched_getaffinity(0)) if threads is None else threads
        self._task, self._model, self.seconds = task, model, 0.0
        self._simulation = BatchSimulation(model, count, threads=threads, reads=task.reads())
        state = self._simulation.state
        task.tracked(state)  # a body that the model does not have is found now
        self.fields: dict[str, Array] = {name: getattr(state, name) for name in ("qpos", "qvel", *task.reads())}
        self.width: int = self._simulation.batch.nstate
        # Looked up once: a step of a cheap task takes no longer than ten such look-ups.
        self._words: Array = self._simulation.batch.state
        self._ctrl, self._step, self._live = state.ctrl, self._simulation.step, list(self.fields.values())

    def seed(self, inputs: Buffers, outputs: Buffers) -> None:
        """Read seeds [N]; write generators [N, 8]."""
        for row, seed in zip(outputs[0].view(np.uint64), inputs[0], strict=True):
            row[:] = seeded(int(seed))

    def start(self, inputs: Buffers, outputs: Buffers) -> None:
        """Read states, generators, who starts [N], fields; write states, generators, fields.

        Each new episode is drawn by the environment's own generator; the other environments stay as they are.
        """
        words, generators, who, *fields = inputs
        for before, after in zip((words, generators, *fields), outputs, strict=True):
            after[:] = before
        self._words[:] = words.view(np.float64)
        ids = np.flatnonzero(who)
        rows = outputs[1].view(np.uint64)
        drawn = [generator_at(rows[index]) for index in ids]
        self._simulation.reset(ids, self._task.reset(ManyRandom(drawn), self._model))
        for index, generator in zip(ids, drawn, strict=True):
            remember(rows[index], generator)
        outputs[0].view(np.float64)[ids] = self._words[ids]
        for after, live in zip(outputs[2:], self._live, strict=True):
            after[ids] = live[ids]

    def step(self, inputs: Buffers, outputs: Buffers) -> None:
        """Read states, controls [N, k]; write states, who has become unstable [N], fields."""
        self._words[:] = inputs[0].view(np.float64)
        self._ctrl[:] = inputs[1]
        started = perf_counter()
        unstable = self._step()
        self.seconds += perf_counter() - started
        if unstable is not None:
            checked_actions(inputs[1], self._ctrl.shape)  # MuJoCo notices controls that are not finite
        words, flags, *fields = outputs
        words.view(np.float64)[:] = self._words
        flags[:] = False if unstable is None else unstable
        for after, live in zip(fields, self._live, strict=True):
            after[:] = live

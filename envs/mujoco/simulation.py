"""Simulations on the processor, in float64: many on MuJoCo's batch, or one in an `MjData` that anyone may look into."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

from collections.abc import Iterable

import mujoco
import mujoco.batch
import numpy as np

from ...spec.numbers import Array
from .model import Model
from .task import Start, State

FORCES = "cfrc_ext"
"""The field that MuJoCo computes on demand only, by `mj_rnePostConstraint`."""

ALONE = 16
"""Simulations that one thread looks after sooner than it wakes another."""

UNSTABLE = slice(mujoco.mjtWarning.mjWARN_BADQPOS.value, mujoco.mjtWarning.mjWARN_BADCTRL.value + 1)
"""MuJoCo's warnings of a state that is not finite or has run away; it resets such a simulation to its default."""


class BatchSimulation:
    """N simulations of one model, stepped on threads by `mujoco.batch.Batch`.

    Attributes:
        state: live views of all simulations; N is the leading axis.
        batch: MuJoCo's batch.
    """

    def __init__(self, model: Model, count: int, *, threads: int, reads: Iterable[str]) -> None:
        """Make simulations in the model's default state.

        Args:
            model: the model of all simulations.
            count: N.
            threads: including the caller's; no more than N are used.
            reads: the fields of `State` that shall be kept current.
        """
        names = [name for name in reads if name != FORCES]
        self._model, self._forces = model, FORCES in reads
        # Contact forces are computed from a simulation's whole data, which only a persistent batch keeps.
        self.batch = mujoco.batch.Batch(model.mj, nsim=count, nthread=min(threads, count), persistent=self._forces)
        fields = {name: self.batch.bind(name) for name in names}
        if self._forces:
            self._data = mujoco.MjData(model.mj)
            fields[FORCES] = np.zeros((count, model.mj.nbody, 6))
        bind = self.batch.bind
        self.state = State(model=model, xp=np, qpos=bind("qpos"), qvel=bind("qvel"), ctrl=bind("ctrl"), **fields)
        self._bad = self.batch.warning[:, UNSTABLE, 1]
        self._default = self.batch.state[0].copy()
        self._alone = mujoco.batch.Batch(model.mj, nsim=count, nthread=1)
        self._derived = [(_writable(fields[name]), self._alone.bind(name)) for name in names]

    def step(self, ids: Array | None = None) -> Array | None:
        """Advance simulations, all by default; return the mask [N] of those that became unstable, None for none."""
        self.batch.step(ids, nstep=self._model.frame_skip)
        if self._forces:
            self._read_forces(ids, compute=True)
        if not np.count_nonzero(self._bad):
            return None
        unstable = self._bad.any(axis=1)
        self._bad[:] = 0
        return unstable

    def reset(self, ids: Array, start: Start) -> None:
        """Put simulations into states, qpos [R, nq] and qvel [R, nv]; nothing of their past is left.

        All that a simulation hands on to its next step is its row of state, unless the batch is persistent; and
        where no derived field is read, nothing needs to be computed before that step.
        """
        if self.batch.persistent:
            self.batch.reset(ids, stage=mujoco.mjtStage.mjSTAGE_NONE.value)
        else:
            self.batch.state[ids] = self._default
        self.state.qpos[ids], self.state.qvel[ids] = start
        if self._forces:
            self.batch.forward(ids)
            self._read_forces(ids, compute=False)
        elif self._derived:
            self._derive(ids)

    def data(self, index: int) -> mujoco.MjData:
        """Return a copy of one simulation, with what MuJoCo derives from its state."""
        data = self.batch.get_data(index)
        mujoco.mj_forward(self._model.mj, data)
        return data

    def _derive(self, ids: Array) -> None:
        """Make the derived fields of simulations current, on this thread alone: waking others takes longer."""
        if len(ids) > ALONE:
            self.batch.forward(ids)
            return
        self._alone.state[ids] = self.batch.state[ids]
        self._alone.forward(ids)
        for ours, theirs in self._derived:
            ours[ids] = theirs[ids]

    def _read_forces(self, ids: Array | None, *, compute: bool) -> None:
        forces, data = self.state.cfrc_ext, self._data
        for index in range(self.batch.nsim) if ids is None else ids:
            self.batch.get_data(index, data)
            if compute:
                mujoco.mj_rnePostConstraint(self._model.mj, data)
            forces[index] = data.cfrc_ext


def _writable(field: Array) -> Array:
    """Return a derived field that may be written; MuJoCo's next call overwrites it."""
    view = field.view()
    view.flags.writeable = True
    return view


class DataSimulation:
    """One simulation, in MuJoCo's own data.

    Attributes:
        state: live views of the data, without a leading axis.
        data: MuJoCo's data.
    """

    def __init__(self, model: Model, *, reads: Iterable[str]) -> None:
        """Make a simulation in the model's default state; `reads` as for a batch."""
        self._model, self.data, self._forces = model, mujoco.MjData(model.mj), FORCES in reads
        names = ("qpos", "qvel", "ctrl", *reads)
        self.state = State(model=model, xp=np, **{name: getattr(self.data, name) for name in names})
        self._bad = self.data.warning.number[UNSTABLE]

    def step(self) -> bool:
        """Advance the simulation; return whether it became unstable."""
        mujoco.mj_step(self._model.mj, self.data, nstep=self._model.frame_skip)
        if self._forces:
            mujoco.mj_rnePostConstraint(self._model.mj, self.data)
        if not np.count_nonzero(self._bad):
            return False
        self._bad[:] = 0
        return True

    def reset(self, start: Start) -> None:
        """Put it into a state, qpos [nq] and qvel [nv]; nothing of the past is left."""
        mujoco.mj_resetData(self._model.mj, self.data)
        self.state.qpos[:], self.state.qvel[:] = start
        mujoco.mj_forward(self._model.mj, self.data)

"""What implementations of MuJoCo in JAX need: the choice among them, and models that they can run."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import copy
import dataclasses
from collections.abc import Iterable
from enum import Enum
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import mujoco

from ...spec.errors import ParameterError
from ..gymnasium_envs import without_known_warnings
from .errors import MissingAcceleratorError
from .model import Model
from .task import State

CONTACTS = 64
"""Contacts that Warp keeps room for, for each simulation on average.

Random actions made 11 at the most in 4,000 steps of each task (HumanoidStandup), and 41 rows of constraints: there is
room for six times as many. Warp says so if it does not suffice.
"""
CONSTRAINTS = 256
"""Rows of constraints that Warp keeps room for in each simulation."""


class Implementation(Enum):
    """The implementations of MuJoCo's physics that run in jitted code."""

    MJX = "jax"
    """MuJoCo XLA, in JAX itself: on every device."""
    WARP = "warp"
    """MuJoCo Warp, kernels for NVIDIA cards; slowly also on processors."""


def choose(implementation: Implementation | str | None = None, *, platform: str | None = None) -> Implementation:
    """Return the implementation to use: the one asked for, or Warp on an NVIDIA card if it is installed, else MJX.

    Args:
        implementation: "jax", "warp", or None for the choice.
        platform: of the device, as JAX calls it; None for JAX's default device.

    Raises `MissingAcceleratorError` if what the implementation needs is not installed or cannot run on the device.
    """
    platform = platform or jax.default_backend()
    if not find_spec("mujoco.mjx"):
        raise _missing("MJX is not installed", got="no package mujoco.mjx")
    warp = bool(find_spec("warp"))
    if implementation is None:
        return Implementation.WARP if warp and platform in {"gpu", "cuda"} else Implementation.MJX
    if implementation not in {*Implementation, *(each.value for each in Implementation)}:
        raise ParameterError(
            "there is no such implementation",
            got=repr(implementation),
            expected=" or ".join(repr(each.value) for each in Implementation) + ", or None for the choice",
            cause="the name of a device instead of an implementation",
            remedy="leave it out: what suits the device is chosen",
        )
    chosen = Implementation(implementation)
    if chosen is Implementation.WARP and not warp:
        raise _missing("MuJoCo Warp is not installed", got="no package warp")
    if chosen is Implementation.WARP and platform not in {"gpu", "cuda", "cpu"}:
        raise MissingAcceleratorError(
            "MuJoCo Warp runs on NVIDIA cards",
            got=f"the platform {platform!r}",
            expected="an NVIDIA card, or a processor",
            cause="an accelerator of another maker",
            remedy="take implementation='jax', which runs on every device",
        )
    return chosen


def require_mjx() -> ModuleType:
    """Return the module `mujoco.mjx`; raise `MissingAcceleratorError` if it is not installed."""
    choose()
    from mujoco import mjx

    return mjx


def adapted(model: Model) -> Model:
    """Return the model as these implementations can run it: neither knows the solver PGS, Newton's solves the same."""
    if model.mj.opt.solver != mujoco.mjtSolver.mjSOL_PGS:
        return model
    mj = copy.copy(model.mj)
    mj.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
    return Model(mj, model.frame_skip)


class Physics:
    """MuJoCo's physics of one simulation as pure functions; `jax.vmap` makes them N.

    Attributes:
        model: what is simulated.
        implementation: by which implementation.
    """

    def __init__(self, model: Model, implementation: Implementation, *, count: int, forces: bool) -> None:
        """Put a model on JAX's default device.

        Args:
            model: what is simulated.
            implementation: by which implementation.
            count: how many simulations there will be; Warp keeps the contacts of all in one store.
            forces: whether external forces on bodies are read.
        """
        self.model, self.implementation, self._forces = model, implementation, forces
        self._mjx = require_mjx()
        with without_known_warnings(mujoco):
            device_model = self._mjx.put_model(model.mj, impl=implementation.value)
        if implementation is Implementation.WARP:
            if forces:
                device_model = device_model.tree_replace({"opt._impl.run_rne_postconstraint": True})
            limits = {"naconmax": CONTACTS * count, "njmax": CONSTRAINTS}
        else:
            limits = {}
        self._device_model = device_model
        self._data = self._mjx.make_data(model.mj, impl=implementation.value, **limits)

    def start(self, qpos: jax.Array, qvel: jax.Array) -> Any:
        """Return the data of a simulation in this state; what is derived from the state is not computed."""
        return self._data.replace(qpos=qpos, qvel=qvel)

    def forward(self, data: Any) -> Any:
        """Compute everything that is derived from the state."""
        return self._mjx.forward(self._device_model, data)

    def step(self, data: Any, action: jax.Array) -> Any:
        """Advance a simulation by one step of the environment, with controls [k]."""
        data, _ = jax.lax.scan(
            lambda data, _: (self._mjx.step(self._device_model, data), None),
            data.replace(ctrl=action.astype(data.ctrl.dtype)),
            length=self.model.frame_skip,
        )
        if self._forces and self.implementation is Implementation.MJX:
            data = self._mjx.rne_postconstraint(self._device_model, data)
        return data

    def state(self, data: Any, reads: Iterable[str]) -> State:
        """Return what a task reads of a simulation."""
        # What the implementations do not have in common lies one level deeper.
        public = {field.name for field in dataclasses.fields(data)}
        fields = {name: getattr(data if name in public else data._impl, name) for name in reads}  # noqa: SLF001
        return State(model=self.model, xp=jnp, qpos=data.qpos, qvel=data.qvel, ctrl=data.ctrl, **fields)


def _missing(subject: str, *, got: str) -> MissingAcceleratorError:
    return MissingAcceleratorError(
        subject,
        got=got,
        expected="the packages of the extra 'gpu'",
        cause="rlproof was installed without it",
        remedy="pip install 'rlproof[gpu]'",
    )

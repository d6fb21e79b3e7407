"""A task: the definition of an environment that every engine runs, on NumPy's arrays or on JAX's.

All arrays have any number of leading axes: N environments side by side, or none under `jax.vmap`. A task is
an immutable value; what varies from step to step is the `State`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from .model import Model


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """What a task reads of simulations.

    Positions and velocities are those after the last substep. All other fields MuJoCo computed at the beginning
    of the last substep (or of its last Runge-Kutta stage), as `mj_step` leaves them; after a reset they are current.

    Attributes:
        model: the model that is simulated.
        xp: numpy or jax.numpy, which the arrays belong to.
        qpos: [..., nq], positions.
        qvel: [..., nv], velocities.
        ctrl: [..., nu], the controls applied last.
        xpos: [..., nbody, 3], positions of bodies.
        xipos: [..., nbody, 3], centres of mass of bodies.
        site_xpos: [..., nsite, 3], positions of sites.
        cinert: [..., nbody, 10], inertia and mass of bodies about the centre of mass of their tree.
        cvel: [..., nbody, 6], velocities of bodies, rotation before translation.
        cfrc_ext: [..., nbody, 6], external forces on bodies, torque before force.
        qfrc_actuator: [..., nv], forces of actuators.
        qfrc_constraint: [..., nv], forces of constraints.
        ten_length: [..., ntendon], lengths of tendons.
        ten_velocity: [..., ntendon], velocities of tendons.
    """

    model: Model
    xp: Any
    qpos: Any
    qvel: Any
    ctrl: Any
    xpos: Any = None
    xipos: Any = None
    site_xpos: Any = None
    cinert: Any = None
    cvel: Any = None
    cfrc_ext: Any = None
    qfrc_actuator: Any = None
    qfrc_constraint: Any = None
    ten_length: Any = None
    ten_velocity: Any = None


class Outcome(NamedTuple):
    """What a step of an environment gives besides the observation: reward [...], terminated [...], terms of both."""

    reward: Any
    terminated: Any
    info: dict[str, Any]


class Random(Protocol):
    """A source of random numbers: NumPy's generators of R environments, or JAX's key of one under `jax.vmap`."""

    @property
    def xp(self) -> Any:
        """numpy or jax.numpy, which the draws belong to."""
        ...

    def uniform(self, low: float, high: float, size: int) -> Any:
        """Draw [..., size] numbers, uniform between low and high."""
        ...

    def normal(self, size: int) -> Any:
        """Draw [..., size] standard normal numbers."""
        ...

    def until(self, accept: Callable[[Any], Any], draw: Callable[["Random"], Any]) -> Any:
        """Draw for each environment again and again until its draw [size] is accepted; return [..., size]."""
        ...


class Start(NamedTuple):
    """The state in which an episode starts: qpos [..., nq], qvel [..., nv]."""

    qpos: Any
    qvel: Any


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """The definition of one environment; its fields are the options that `gymnasium.make` takes.

    Attributes:
        xml_file: the model, a file of Gymnasium's or a path.
        frame_skip: steps of the simulation in one step of the environment.
    """

    xml_file: str
    frame_skip: int

    time_limit: ClassVar[int] = 1000
    """Steps after which an episode is truncated."""
    plain: ClassVar[tuple[str, ...]] = ()
    """Entries of the infos (and "reward") that Gymnasium's single environment gives as Python's own numbers."""
    camera: ClassVar[Mapping[str, Any]] = {}
    """How a person looks at the scene: settings of MuJoCo's free camera."""

    def reads(self) -> tuple[str, ...]:
        """Name the fields of the state, beyond positions, velocities and controls, that the task reads."""
        return ()

    @abstractmethod
    def reset(self, random: Random, model: Model) -> Start:
        """Draw the states in which episodes start."""

    @abstractmethod
    def observation(self, state: State) -> Any:
        """Return what the agent sees, [..., n]."""

    def tracked(self, state: State) -> Any:
        """Return the position whose change over a step is the velocity that is rewarded; None if none is."""
        del state
        return None

    @abstractmethod
    def outcome(self, state: State, before: Any, action: Any) -> Outcome:
        """Return reward and termination after a step.

        Args:
            state: after the step.
            before: what `tracked` returned before the step.
            action: [..., nu], as the agent gave it.
        """

    def reset_info(self, state: State) -> dict[str, Any]:
        """Return what `reset()` tells besides the observation."""
        del state
        return {}

    def structure(self, model: Model) -> dict[str, int]:
        """Return the sizes of the observation's parts, in order, by the names of MuJoCo's fields; may be empty."""
        del model
        return {}

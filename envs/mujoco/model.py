"""The model of a task: MuJoCo's, loaded from the file that Gymnasium ships, with what tasks read of it."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import gymnasium.envs.mujoco
import mujoco
import numpy as np

from ...spec.numbers import Array
from ..gymnasium_envs import without_known_warnings
from .errors import ModelFileError, UnknownBodyError

ASSETS = Path(gymnasium.envs.mujoco.__file__).parent / "assets"


@dataclass(frozen=True, eq=False)
class Model:
    """A compiled MuJoCo model and the number of its steps in one step of the environment.

    Attributes:
        mj: the compiled model; nq positions, nv velocities, nu actuators, nbody bodies.
        frame_skip: steps of the simulation in one step of the environment.
    """

    mj: mujoco.MjModel
    frame_skip: int
    _bodies: dict[str | int, int] = field(default_factory=dict, repr=False)

    @cached_property
    def dt(self) -> float:
        """Seconds in one step of the environment."""
        return self.mj.opt.timestep * self.frame_skip

    @cached_property
    def init_qpos(self) -> Array:
        """[nq], the positions of the model's default state."""
        return mujoco.MjData(self.mj).qpos.copy()

    @cached_property
    def init_qvel(self) -> Array:
        """[nv], the velocities of the model's default state."""
        return np.zeros(self.mj.nv)

    @cached_property
    def body_mass(self) -> Array:
        """[nbody], the masses of the bodies."""
        return self.mj.body_mass.copy()

    @cached_property
    def action_bounds(self) -> tuple[Array, Array]:
        """The lowest and the highest controls, each [nu] in single precision."""
        low, high = self.mj.actuator_ctrlrange.astype(np.float32).T
        return low, high

    def body(self, name: str | int) -> int:
        """Return the number of a body; raise `UnknownBodyError` if the model has none of that name."""
        if name in self._bodies:  # a look-up costs as much as a step's arithmetic
            return self._bodies[name]
        try:
            return self._bodies.setdefault(name, self.mj.body(name).id)
        except (KeyError, IndexError) as error:
            names = [self.mj.body(index).name for index in range(self.mj.nbody)]
            close = difflib.get_close_matches(str(name), names, n=1)
            raise UnknownBodyError(
                "the model has no such body",
                got=repr(name),
                expected=f"one of {', '.join(names)}, or a number below {self.mj.nbody}",
                cause=f"a slip of {close[0]!r}" if close else "a model file with other names",
                remedy="take a name from the list, or a model file with this body",
            ) from error


def load(xml_file: str, frame_skip: int) -> Model:
    """Compile a model file: a name among Gymnasium's assets, or a path that begins with '/', '.' or '~'.

    Raises `ModelFileError` if there is no such file or MuJoCo cannot compile it.
    """
    path = Path(xml_file).expanduser() if xml_file.startswith(("/", ".", "~")) else ASSETS / xml_file
    if not path.is_file():
        raise ModelFileError(
            "there is no such model file",
            got=f"xml_file={xml_file!r}, that is {path}",
            expected="the name of a file in Gymnasium's assets, or a path that begins with '/', '.' or '~'",
            cause="a relative path without './' in front, or a name of another version of Gymnasium",
            remedy=f"give the path in full, or one of {', '.join(sorted(p.name for p in ASSETS.glob('*.xml')))}",
        )
    try:
        with without_known_warnings(mujoco):
            model = mujoco.MjModel.from_xml_path(str(path))
    except ValueError as error:
        raise ModelFileError(
            "MuJoCo cannot compile the model file",
            got=str(path),
            expected=f"a model for MuJoCo {mujoco.__version__}",
            cause=str(error),
            remedy="mend the line that the message names",
        ) from error
    return Model(model, frame_skip)

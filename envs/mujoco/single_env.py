"""The processor's engine as a single environment of Gymnasium, whose model and data anyone may look into."""

# pyright: reportAttributeAccessIssue=false
# MuJoCo's names lie in compiled modules.

from collections.abc import Mapping
from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium.spaces import Box
from gymnasium.utils import EzPickle

from ...spec.numbers import Array
from .checking import check_open, checked_actions, reset_needed
from .making import make_task
from .model import load
from .numpy_random import OneRandom
from .rendering import MODES, Painter, split_settings
from .simulation import DataSimulation


class MujocoEnv(gymnasium.Env[Array, Array], EzPickle):
    """One environment; `gymnasium.make("rlproof/Hopper-v5")` makes it, with the time limit.

    Observations, rewards, flags and infos are bit-identical to those of Gymnasium's own environment.

    Attributes:
        task: the definition of the environment.
        model: MuJoCo's model.
        data: MuJoCo's data.
        init_qpos: [nq], the positions of the model's default state.
        init_qvel: [nv], the velocities of the model's default state.
        frame_skip: steps of the simulation in one step of the environment.
        observation_structure: sizes of the observation's parts.
    """

    metadata: dict[str, Any] = {"render_modes": list(MODES)}  # noqa: RUF012 - Gymnasium reads it of the class

    def __init__(self, task: str, *, render_mode: str | None = None, **options: Any) -> None:
        """Make an environment; `reset()` starts it.

        Args:
            task: the name of the task, such as "Hopper".
            render_mode: "rgb_array", "depth_array" or None.
            **options: of the task, and of rendering (`RenderSettings`), as in Gymnasium.
        """
        EzPickle.__init__(self, task, render_mode=render_mode, **options)
        settings, options = split_settings(options)
        self.task = make_task(task, **options)
        self._model = load(self.task.xml_file, self.task.frame_skip)
        self._simulation = DataSimulation(self._model, reads=self.task.reads())
        self._state = self._simulation.state
        self.task.tracked(self._state)  # a body that the model does not have is found now
        self._started = self._closed = False
        self.model, self.data = self._model.mj, self._simulation.data
        self.init_qpos, self.init_qvel = self._model.init_qpos, self._model.init_qvel
        self.frame_skip, self.render_mode = self.task.frame_skip, render_mode
        self.observation_structure = self.task.structure(self._model)
        self.metadata = {"render_modes": list(MODES), "render_fps": round(1 / self.dt)}
        self._painter = None if render_mode is None else Painter(self._model, self.task, render_mode, settings)
        low, high = self._model.action_bounds
        self.action_space = Box(low, high, dtype=np.float32)
        size = self.task.observation(self._state).shape[-1]
        self.observation_space = Box(-np.inf, np.inf, shape=(size,), dtype=np.float64)

    @property
    def dt(self) -> float:
        """Seconds in one step of the environment."""
        return self._model.dt

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """Start an episode; return the observation [n] and where things are."""
        check_open(self, self._closed)
        super().reset(seed=seed, options=options)
        self._simulation.reset(self.task.reset(OneRandom(self.np_random), self._model))
        self._started = True
        return self.task.observation(self._state), _detached(self.task.reset_info(self._state))

    def step(self, action: Array) -> tuple[Array, Any, bool, bool, dict[str, Any]]:
        """Apply an action [k]; return observation [n], reward, terminated, truncated and infos.

        `truncated` is True only where the simulation became unstable (see `MujocoVectorEnv`): the time limit is
        the wrapper's that `gymnasium.make` adds.
        """
        check_open(self, self._closed)
        if not self._started:
            raise reset_needed(
                "the environment has never been reset", got="a call of step()", remedy="call reset() first"
            )
        action = checked_actions(action, self._state.ctrl.shape)
        before = self.task.tracked(self._state)
        before = None if before is None else before.copy()
        self._state.ctrl[:] = action
        unstable = self._simulation.step()
        reward, terminated, info = self.task.outcome(self._state, before, action)
        observation, info = self.task.observation(self._state), _detached(info)
        for name in self.task.plain:
            if name == "reward":
                reward = reward.item()
            else:
                info[name] = info[name].item()
        if unstable:
            cleared = {name: np.zeros_like(value)[()] for name, value in info.items()}
            return observation, 0.0, False, True, {**cleared, "unstable": True}
        return observation, reward, bool(terminated), False, info

    def set_state(self, qpos: Array, qvel: Array) -> None:
        """Put the simulation somewhere; everything that MuJoCo derives is current afterwards."""
        self.data.qpos[:], self.data.qvel[:] = qpos, qvel
        mujoco.mj_forward(self.model, self.data)

    def state_vector(self) -> Array:
        """Return positions and velocities, [nq + nv]."""
        return np.concatenate([self.data.qpos, self.data.qvel])

    def get_body_com(self, body_name: str) -> Array:
        """Return the position of a body's frame, [3]."""
        return self.data.xpos[self._model.body(body_name)]

    def render(self) -> Array | None:
        """Return an image, [height, width, 3] or, for depth, [height, width]."""
        check_open(self, self._closed)
        return None if self._painter is None else self._painter.image(self.data)

    def close(self) -> None:
        """Release the renderer."""
        self._closed = True
        if self._painter is not None:
            self._painter.close()


def _detached(info: Mapping[str, Any]) -> dict[str, Any]:
    """Make numbers of what is a number, and copy arrays: nothing follows the simulation any more."""
    return {
        key: value if type(value) is not np.ndarray else value.copy() if value.ndim else value[()]
        for key, value in info.items()
    }

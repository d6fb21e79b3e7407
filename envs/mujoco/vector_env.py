"""The processor's engine as a vector environment of Gymnasium: the numbers of `SyncVectorEnv`, in less time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ...spec.numbers import Array
from .checking import check_open, reset_needed
from .engine import Engine, Stepped
from .infos import Infos, final_infos, infos_of, infos_where, merged
from .making import make_task
from .model import load
from .rendering import MODES, Painter, split_settings
from .resetting import rows_to_reset, seeds_of


class MujocoVectorEnv(VectorEnv[Array, Array, Array]):
    """N environments of one task; `gymnasium.make_vec("rlproof/Hopper-v5", num_envs=N)` makes one.

    Observations, rewards, flags and infos are bit-identical to those of a `SyncVectorEnv` of Gymnasium's own
    environments with the same seeds and actions, in every autoreset mode, whatever the number of threads.

    A simulation that becomes unstable (MuJoCo finds a number that is not finite or above 10¹⁰, and puts the
    simulation into its default state) ends its episode: `truncated` is True, the reward of that step is 0,
    and `infos["unstable"]` marks it. The other environments do not notice.

    Attributes:
        task: the definition of the environments.
        model: the model that is simulated.
        engine: the simulations.
    """

    def __init__(
        self,
        task: str,
        num_envs: int = 1,
        *,
        threads: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        """Make environments; `reset()` starts them.

        Args:
            task: the name of the task, such as "Hopper".
            num_envs: N.
            threads: threads that step; None for one on each processor.
            autoreset_mode: when an environment whose episode has ended starts the next: in the next step,
                in the same step, or when the caller resets it.
            max_episode_steps: the time limit; None for none. `make_vec` passes the task's.
            render_mode: "rgb_array", "depth_array" or None.
            **options: of the task, and of rendering (`RenderSettings`), as in Gymnasium.
        """
        settings, options = split_settings(options)
        self.task = make_task(task, **options)
        self.model = load(self.task.xml_file, self.task.frame_skip)
        self.engine = Engine(self.task, self.model, count=num_envs, threads=threads, time_limit=max_episode_steps)
        self.num_envs, self.render_mode = num_envs, render_mode
        self.metadata = {
            "render_modes": list(MODES),
            "render_fps": round(1 / self.model.dt),
            "autoreset_mode": AutoresetMode(autoreset_mode),
        }
        self._mode = self.metadata["autoreset_mode"]
        self._painter = None if render_mode is None else Painter(self.model, self.task, render_mode, settings)
        low, high = self.model.action_bounds
        self.single_action_space = Box(low, high, dtype=np.float32)
        size = self.engine.observe().shape[1]
        self.single_observation_space = Box(-np.inf, np.inf, shape=(size,), dtype=np.float64)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._done: Array | None = None  # [N], whose episode has ended; None before the first reset

    @property  # as in SyncVectorEnv, one generator for each environment
    def np_random(self) -> tuple[np.random.Generator, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the generators of the environments."""
        return tuple(self.engine.random(index) for index in range(self.num_envs))

    @property
    def np_random_seed(self) -> tuple[int | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the seeds of the generators."""
        return tuple(self.engine.seeds)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Array, Infos]:
        """Start new episodes in all environments, or in those of `options["reset_mask"]`.

        Args:
            seed: environment i is seeded with seed + i, or with the i-th of a sequence; None keeps its generator.
            options: "reset_mask" is an array of N truth values.

        Returns:
            The observations of all environments [N, n], and the infos of those that were reset.
        """
        check_open(self, self.closed)
        rows = rows_to_reset(options, self.num_envs)
        if self._done is None:
            if not rows.all():
                raise reset_needed(
                    "the first reset leaves environments out",
                    got=f"a reset_mask without {np.flatnonzero(~rows).tolist()}",
                    remedy="reset all environments first",
                )
            self._done = np.zeros(self.num_envs, dtype=np.bool_)
        ids = np.flatnonzero(rows)
        for index, one in zip(ids, seeds_of(seed, self.num_envs)[ids], strict=True):
            if one is not None:
                self.engine.seed(int(index), int(one))
        self.engine.reset(ids)
        self._done[ids] = False
        return self.engine.observe(), infos_where(self.engine.reset_info(), rows)

    def step(self, actions: Array) -> tuple[Array, Array, Array, Array, Infos]:
        """Step all environments with actions [N, k]; which of them start a new episode, the autoreset mode says.

        Returns:
            Observations [N, n], rewards [N], terminations [N], truncations [N], infos.
        """
        check_open(self, self.closed)
        if self._done is None:
            raise reset_needed(
                "the environments have never been reset", got="a call of step()", remedy="call reset() first"
            )
        actions = self.engine.checked(actions)
        if not np.count_nonzero(self._done):
            stepped = self.engine.step(actions)
            infos = self._infos(stepped)
        elif self._mode is AutoresetMode.NEXT_STEP:
            stepped, infos = self._step_or_reset(actions, self._done)
        else:
            raise reset_needed(
                f"the episodes of environments {np.flatnonzero(self._done).tolist()} have ended",
                got=f"a call of step() in the autoreset mode {self._mode.value!r}",
                remedy="call reset(options={'reset_mask': terminated | truncated}), or choose another mode",
            )
        observation, done = stepped.observation, np.logical_or(stepped.terminated, stepped.truncated)
        if self._mode is AutoresetMode.SAME_STEP and np.count_nonzero(done):
            observation, infos = self._reset_now(stepped, done)
            done = np.zeros_like(done)
        self._done = done
        return observation, stepped.reward.astype(np.float64, copy=False), stepped.terminated, stepped.truncated, infos

    def render(self) -> tuple[Array, ...] | None:
        """Return one image for each environment, [height, width, 3] or, for depth, [height, width]."""
        check_open(self, self.closed)
        if self._painter is None:
            return None
        return tuple(self._painter.image(self.engine.simulation.data(index)) for index in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        """Release the renderer; the simulations go with the object."""
        if self._painter is not None:
            self._painter.close()

    def _step_or_reset(self, actions: Array, ended: Array) -> tuple[Stepped, Infos]:
        """Reset the environments that have ended, step the others: one step in the mode NEXT_STEP."""
        self.engine.reset(np.flatnonzero(ended))
        running = ~ended
        stepped = self.engine.step(actions, np.flatnonzero(running))
        self.engine.elapsed[ended] = 0
        infos = merged(infos_where(stepped.info, running), infos_where(self.engine.reset_info(), ended))
        cleared = stepped._replace(
            reward=np.where(running, stepped.reward, 0.0),
            terminated=stepped.terminated & running,
            truncated=stepped.truncated & running,
        )
        return cleared, self._marked(infos, stepped.unstable)

    def _reset_now(self, stepped: Stepped, done: Array) -> tuple[Array, Infos]:
        """Reset the environments that have ended in this step; what they left goes into the infos."""
        final = final_infos(stepped.info, stepped.observation, done)
        infos = infos_where(stepped.info, ~done)
        self.engine.reset(np.flatnonzero(done))
        infos = merged(infos, infos_where(self.engine.reset_info(), done))
        return self.engine.observe(), self._marked({**final, **infos}, stepped.unstable)

    def _infos(self, stepped: Stepped) -> Infos:
        return self._marked(infos_of(stepped.info, count=self.num_envs), stepped.unstable)

    @staticmethod
    def _marked(infos: Infos, unstable: Array | None) -> Infos:
        return infos if unstable is None else {**infos, **infos_where({"unstable": unstable}, unstable)}

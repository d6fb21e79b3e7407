"""The processor's engine: N environments of one task, stepped together; resetting them is the caller's decision."""

import os
from typing import Any, NamedTuple

import numpy as np
from gymnasium.utils import seeding

from ...spec.numbers import Array
from .checking import check_counts, checked_actions
from .model import Model
from .numpy_random import ManyRandom
from .simulation import BatchSimulation
from .task import Outcome, Start, Task

NEVER = np.iinfo(np.int64).max
"""The time limit of environments that have none."""


class Stepped(NamedTuple):
    """What a step gives; rows of environments that were not stepped mean nothing.

    Attributes:
        observation: [N, n], float64.
        reward: [N].
        terminated: [N] bool.
        truncated: [N] bool, the time limit or an unstable simulation.
        info: the terms of the reward and what else the task tells, [N, ...] each.
        unstable: [N] bool, MuJoCo found a state that is not finite and put this simulation into its default
            state; None if it found none.
    """

    observation: Array
    reward: Array
    terminated: Array
    truncated: Array
    info: dict[str, Array]
    unstable: Array | None


class Engine:
    """N environments, each with a random generator of its own and a count of its steps.

    Attributes:
        task: what is simulated.
        model: its model.
        simulation: MuJoCo's batch and the live state.
        time_limit: steps after which an episode is truncated; None for no limit.
        elapsed: [N], steps since the last reset.
    """

    def __init__(
        self, task: Task, model: Model, *, count: int, threads: int | None = None, time_limit: int | None = None
    ) -> None:
        """Make environments, none of them reset.

        Args:
            task: what is simulated.
            model: its model.
            count: N, at least one.
            threads: None for one on each processor that this process may use.
            time_limit: steps after which an episode is truncated; None for no limit.
        """
        processors = len(os.sched_getaffinity(0))
        check_counts(num_envs=count, threads=processors if threads is None else threads)
        self.task, self.model, self.time_limit = task, model, time_limit
        self.simulation = BatchSimulation(model, count, threads=threads or processors, reads=task.reads())
        task.tracked(self.simulation.state)  # a body that the model does not have is found now
        self.elapsed = np.zeros(count, dtype=np.int64)
        self.seeds: list[int | None] = [None] * count
        self._generators: list[np.random.Generator | None] = [None] * count

    @property
    def count(self) -> int:
        """N."""
        return len(self.elapsed)

    def random(self, index: int) -> np.random.Generator:
        """Return the generator of one environment, seeded by the operating system if nobody has."""
        generator = self._generators[index]
        return self.seed(index, None) if generator is None else generator

    def seed(self, index: int, seed: int | None) -> np.random.Generator:
        """Seed one environment as Gymnasium does."""
        generator, self.seeds[index] = seeding.np_random(seed)
        self._generators[index] = generator
        return generator

    def reset(self, ids: Array, start: Start | None = None) -> None:
        """Start new episodes in these environments, from there or from where their own generators put them."""
        if start is None:
            start = self.task.reset(ManyRandom([self.random(index) for index in ids]), self.model)
        self.simulation.reset(ids, start)
        self.elapsed[ids] = 0

    def observe(self) -> Array:
        """Return the observations of all environments, [N, n], float64."""
        return self.task.observation(self.simulation.state)

    def reset_info(self) -> dict[str, Array]:
        """Return what a reset tells, for all environments."""
        return self.task.reset_info(self.simulation.state)

    def checked(self, actions: Any) -> Array:
        """Return actions as an array [N, k]; raise `ActionShapeError` or `ActionValueError`."""
        return checked_actions(actions, self.simulation.state.ctrl.shape)

    def tracked(self) -> Array | None:
        """Copy the position whose change the next step rewards, [N] or [N, d]."""
        tracked = self.task.tracked(self.simulation.state)
        return None if tracked is None else np.array(tracked)

    def outcome(self, actions: Array, before: Array | None) -> Outcome:
        """Return reward and termination of environments that came from `before`."""
        return self.task.outcome(self.simulation.state, before, actions)

    def step(self, actions: Array, ids: Array | None = None, *, before: Array | None = None) -> Stepped:
        """Step environments.

        Args:
            actions: [N, k], checked.
            ids: the environments, in order; None for all.
            before: what `tracked` returned; None if the environments stand where the last call left them.
        """
        before = self.tracked() if before is None else before
        self.simulation.state.ctrl[:] = actions
        unstable = self.simulation.step(ids)
        self.elapsed += 1
        reward, terminated, info = self.outcome(actions, before)
        truncated = self.elapsed >= (NEVER if self.time_limit is None else self.time_limit)
        if unstable is not None:
            terminated, truncated = terminated & ~unstable, truncated | unstable
            reward, *terms = (_cleared(numbers, unstable) for numbers in (reward, *info.values()))
            info = dict(zip(info, terms, strict=True))
        return Stepped(self.observe(), reward, terminated, truncated, info, unstable)


def _cleared(numbers: Array, rows: Array) -> Array:
    """Return numbers [N, ...] with zero in some rows [N]: what was computed there has no meaning."""
    cleared = np.array(numbers)
    cleared[rows] = 0
    return cleared

"""Train an agent with several seeds on this machine."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, NamedTuple

import jax
import numpy as np

from ..agents.settings import Settings
from .environments import Environments
from .group import Compiled, Group
from .program import Learner, Program, Told

EnvironmentMaker = Callable[[int, int | None, int], Any]
"""Makes so many environments, stepped by so many threads (None: as many as there are processors), for programs of
which so many run at once."""


SINGLE = 4
"""Seeds for each processor up to which each of them may be a group: beyond, stepping them together gains more."""


class Report(NamedTuple):
    """What one call of every group gave.

    Attributes:
        metrics: columns with an entry for each seed: seed, iteration, step, means over the episodes that ended, and
            the agent's info.
        episodes: columns with an entry for each episode that ended: seed, iteration, step, return, length.
        seed_steps: steps so far, of all seeds together.
        seconds: spent so far in this process.
        physics_seconds: of these, in MuJoCo, the mean over the groups side by side.
    """

    metrics: dict[str, np.ndarray]
    episodes: dict[str, np.ndarray]
    seed_steps: int
    seconds: float
    physics_seconds: float


class Training:
    """Seeds in groups: those of a group are in lock-step on one processor, the groups side by side.

    With the same seeds in the same groups on the same machine, all numbers are the same bits.

    Attributes:
        groups: one for each processor at most; one on an accelerator.
    """

    def __init__(
        self,
        agent: ModuleType,
        config: Settings,
        make: EnvironmentMaker,
        seeds: Sequence[int],
        *,
        groups: int | None = None,
    ) -> None:
        """Set everything up.

        Args:
            agent: a module of `rlproof.impl.agents`.
            config: its settings.
            make: makes environments.
            seeds: of all randomness, one for each independent run.
            groups: how many; None for one on each processor, or a single one on an accelerator.
        """
        on_processor = jax.default_backend() == "cpu"
        processors = len(os.sched_getaffinity(0)) if on_processor else 1
        shares = np.array_split(np.asarray(seeds), groups or _groups(len(seeds), processors))
        self._pool = ThreadPoolExecutor(max(2, len(shares)))
        alone = len(shares) == 1
        threads = None if alone and config.environments * len(seeds) > 1 else 1
        compiled = {}
        for size in sorted({len(share) for share in shares}):
            env = Environments(make(config.environments * size, threads, len(shares)))
            program = Program(agent, config, env, one_by_one=on_processor)
            compiled[size] = Compiled(program, size, overlap=alone and processors > 1)
        self.groups = [Group(compiled[len(share)], share, helper=self._pool) for share in shares]
        self._envs = [each.program.env for each in compiled.values()]
        self._seconds = self._physics = 0.0

    @property
    def calls(self) -> int:
        """How often the groups have been called."""
        return self.groups[0].calls

    @property
    def iterations(self) -> int:
        """How often the agents have learnt."""
        return self.groups[0].iterations

    @property
    def steps(self) -> int:
        """Steps taken so far by the seed that has taken the fewest."""
        return min(group.steps for group in self.groups)

    def call(self) -> Report:
        """Let every group iterate at least once. Raises `RewardError` and `DivergenceError`."""
        started, before = time.perf_counter(), self._physics_so_far
        told = [self.groups[0].call()] if len(self.groups) == 1 else list(self._pool.map(Group.call, self.groups))
        self._seconds += time.perf_counter() - started
        self._physics += self._physics_so_far - before
        tables = [_tables(group, one) for group, one in zip(self.groups, told, strict=True)]
        metrics, episodes = (
            {name: np.concatenate([table[part][name] for table in tables]) for name in tables[0][part]}
            for part in (0, 1)
        )
        physics = self._physics / len(self.groups)
        return Report(metrics, episodes, int(metrics["step"].sum()), self._seconds, physics)

    def settle(self) -> list[Learner]:
        """Wait until nothing is pending; return what every group's seeds have come to, to be stored."""
        return [group.settle() for group in self.groups]

    def restore(self, learners: Sequence[Learner], calls: int) -> None:
        """Go on from what was stored after so many calls."""
        for group, learner in zip(self.groups, learners, strict=True):
            group.restore(learner, calls)

    @property
    def _physics_so_far(self) -> float:
        """Of all groups, and of whoever else steps their environments: not all of it need be this training's."""
        return sum(env.physics_seconds for env in self._envs)

    def close(self) -> None:
        """Wait for what is pending, and end the threads."""
        self._pool.shutdown()


def _groups(seeds: int, processors: int) -> int:
    """Return how many groups keep all processors busy: as many as there are, or one for each seed if some were idle."""
    if seeds % processors and seeds < SINGLE * processors:
        return seeds
    return min(seeds, processors)


def _tables(group: Group, told: Told) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Make the rows of a group's metrics, and those of the episodes that ended."""
    seeds, ended = np.asarray(group.seeds).astype(np.int64), told.episodes.ended
    where = np.nonzero(ended)
    returns, lengths, steps = (field[where] for field in told.episodes[1:])
    episodes = {
        "seed": seeds[where[0]],
        "iteration": np.full(len(returns), group.iterations),
        "step": steps.astype(np.int64),
        "return": returns.astype(np.float64),
        "length": lengths.astype(np.int64),
    }
    count = ended.sum(axis=(1, 2))
    means = {
        name: np.where(count > 0, np.where(ended, field, 0).sum(axis=(1, 2)) / np.maximum(count, 1), np.nan)
        for name, field in (("mean_return", told.episodes.returns), ("mean_length", told.episodes.lengths))
    }
    metrics = {
        "seed": seeds,
        "iteration": np.full(len(seeds), group.iterations),
        "step": told.steps.astype(np.int64),
        "episodes": count,
        **means,
        **{name: np.asarray(value, np.float64) for name, value in vars(told.info).items()},
    }
    return metrics, episodes

"""How Table 1 scores a setting: per task a random policy's return is 0 and the best result 1, averaged over all runs.

A run's score is the mean return of its last 100 episodes. The paper leaves open what the best result of a task is;
here it is the best mean of a setting's runs. So a score depends on which settings were run beside it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..spec.errors import ParameterError
from ..spec.numbers import Array
from ..training.statistics import bootstrap_interval, normalised

EPISODES = 100
"""Of the random policy."""

Scores = Mapping[str, Mapping[str, Array]]
"""The scores [runs] of a setting on a task."""


class Scale(NamedTuple):
    """What stands for 0 and for 1 on a task."""

    random: float
    best: float


class Cell(NamedTuple):
    """A number of the table.

    Attributes:
        score: the mean of all runs' normalised scores.
        low: where its bootstrap interval of 95 % begins; each task's runs are resampled on their own.
        high: where it ends.
        runs: how many went into it.
        tasks: theirs.
    """

    score: float
    low: float
    high: float
    runs: int
    tasks: tuple[str, ...]


def scales(scores: Scores, random: Mapping[str, float]) -> dict[str, Scale]:
    """Return the scales of the tasks that have one.

    A task on which a single setting was run has none: its score would be 1 whatever it did. One on which no
    setting is better than the random policy has none either, since its scale would be upside down.
    """
    means: dict[str, list[float]] = {}
    for tasks in scores.values():
        for task, runs in tasks.items():
            means.setdefault(task, []).append(float(np.mean(runs)))
    found = {task: Scale(_return_of(random, task), max(each)) for task, each in means.items() if len(each) > 1}
    return {task: scale for task, scale in found.items() if scale.best > scale.random}


def on_scales(scores: Scores, scale_of: Mapping[str, Scale]) -> dict[str, dict[str, Array]]:
    """Return the normalised scores [runs] of all settings, on the tasks that have a scale."""
    return {
        setting: {
            task: normalised(runs, np.float64(scale_of[task].random), np.float64(scale_of[task].best))
            for task, runs in tasks.items()
            if task in scale_of
        }
        for setting, tasks in scores.items()
    }


def cell(tasks: Mapping[str, Array]) -> Cell | None:
    """Average the normalised scores [runs] of a setting's tasks; None where nothing was run."""
    if not tasks:
        return None
    runs = list(tasks.values())
    low, high = interval(runs)
    everything = np.concatenate(runs)
    return Cell(float(everything.mean()), low, high, len(everything), tuple(tasks))


def interval(runs: Sequence[Array]) -> tuple[float, float]:
    """Return the interval of the mean over all runs, given those of each task [runs]."""
    low, high = bootstrap_interval(runs, seed=0, statistic=np.mean)
    return float(low), float(high)


def apart(one: Sequence[Array], other: Sequence[Array]) -> tuple[float, float]:
    """Return the interval of the difference of two means, given the runs of each task [runs], which are independent."""
    count = sum(len(runs) for runs in one)

    def difference(drawn: Array, axis: int) -> Array:
        first, second = np.split(drawn, [count], axis=axis)
        return first.mean(axis=axis) - second.mean(axis=axis)

    low, high = bootstrap_interval([*one, *other], seed=0, statistic=difference)
    return float(low), float(high)


def table_1(scores: Scores, random: Mapping[str, float]) -> dict[str, Cell | None]:
    """Score all settings by all of their runs."""
    return {setting: cell(tasks) for setting, tasks in on_scales(scores, scales(scores, random)).items()}


def random_returns(task: str, *, episodes: int = EPISODES, seed: int = 0) -> Array:
    """Return the returns [episodes] of an untrained Gaussian policy: mean 0, deviation 1, clipped to the controls.

    Each environment runs one episode: the first that end in many environments would be the short ones.
    """
    import jax
    import jax.numpy as jnp

    from ..impl.training.environments import Environments
    from ..training.tasks import maker

    env = Environments(maker(task)(episodes, None, 1))
    size = env.sizes.action
    start, draws = jax.random.split(jax.random.key(seed))

    def go_on(carry: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        number, state, total, alive = carry
        noise = jax.random.normal(jax.random.fold_in(draws, number), (episodes, size))
        state, now = env.step(state, noise)
        total += jnp.where(alive, now.reward, 0)
        return number + 1, state, total, alive & ~(now.terminated | now.truncated)

    @jax.jit
    def run(seeds: jax.Array) -> jax.Array:
        state, _ = env.reset(seeds)
        first = (jnp.uint32(0), state, jnp.zeros(episodes), jnp.ones(episodes, bool))
        return jax.lax.while_loop(lambda carry: carry[-1].any(), go_on, first)[2]

    return np.asarray(run(jax.random.bits(start, (episodes,), jnp.uint32)), np.float64)


def _return_of(random: Mapping[str, float], task: str) -> float:
    if task not in random:
        raise ParameterError(
            "the random policy's return is not known",
            got=f"scores of {task}, random returns of {', '.join(random) or 'no task'}",
            expected="a random policy's mean return for every task on which something was run",
            cause="a file of results that was put together by hand",
            remedy="collect the runs anew: python -m rlproof.papers.recorded OUT measures what is missing",
        )
    return random[task]

"""What is kept of many finished runs: small enough for the repository, and enough for the documentation's page."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.numbers import Array
from .settings import TASKS

RESULTS = Path(__file__).parent / "data" / "results.json"
"""The results that the documentation shows."""

POINTS = 50
"""Of a learning curve."""


@dataclass(frozen=True)
class Run:
    """A setting on a task, with all its seeds.

    Attributes:
        setting: its key.
        task: its name.
        scores: for each seed, the mean return of its last 100 episodes; None for one in which no episode ended.
        curves: for each seed, the mean return of the last 100 episodes at each point of `Results.grid`; None where
            there is none yet, or, in a run that failed, none any more.
        failure: what ended it before its time; None if nothing did.
        date: when it was finished.
        versions: of the packages.
        hardware: what it ran on.
    """

    setting: str
    task: str
    scores: tuple[float | None, ...]
    curves: tuple[tuple[float | None, ...], ...]
    failure: str | None
    date: str
    versions: Mapping[str, str]
    hardware: str


@dataclass(frozen=True)
class Random:
    """What the random policy earns on a task: mean and standard deviation of the returns of so many episodes."""

    mean: float
    std: float
    episodes: int


@dataclass(frozen=True)
class Results:
    """Runs that stand in one table: all with the same steps and seeds, each setting with one configuration.

    Attributes:
        steps: of each seed.
        seeds: of each setting on each task.
        configs: of the agents, by the settings' keys.
        runs: by setting and task.
        random: by task.
    """

    steps: int
    seeds: tuple[int, ...]
    configs: Mapping[str, Mapping[str, Any]]
    runs: Mapping[tuple[str, str], Run]
    random: Mapping[str, Random] = field(default_factory=dict)

    @property
    def grid(self) -> Array:
        """The steps at which learning curves have their points."""
        return grid(self.steps)

    @property
    def tasks(self) -> list[str]:
        """The tasks on which something was run, in the paper's order."""
        return sorted({task for _, task in self.runs}, key=TASKS.index)

    def scores(self, keys: Iterable[str]) -> dict[str, dict[str, Array]]:
        """The scores of some settings by task, without the seeds that have none."""
        found = {
            key: {task: _there(self.runs[key, task]) for task in self.tasks if (key, task) in self.runs} for key in keys
        }
        return {key: {task: runs for task, runs in tasks.items() if runs.size} for key, tasks in found.items()}


def grid(steps: int) -> Array:
    """Return the points [POINTS] of learning curves of so many steps."""
    return np.linspace(0, steps, POINTS + 1)[1:].round()


def write(results: Results, path: Path) -> None:
    """Write the file; each run is one line."""
    head = {
        "steps": results.steps,
        "seeds": results.seeds,
        "random": {task: asdict(each) for task, each in results.random.items()},
        "configs": results.configs,
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    runs = ",\n".join(f"  {json.dumps(asdict(run))}" for run in results.runs.values())
    path.write_text("{\n" + ",\n".join([*lines, f' "runs": [\n{runs}\n ]']) + "\n}\n", encoding="utf-8")


def read(path: Path = RESULTS) -> Results:
    """Read the file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    runs = [
        Run(**{**run, "scores": tuple(run["scores"]), "curves": tuple(map(tuple, run["curves"]))})
        for run in content["runs"]
    ]
    return Results(
        steps=content["steps"],
        seeds=tuple(content["seeds"]),
        configs=content["configs"],
        runs={(run.setting, run.task): run for run in runs},
        random={task: Random(**each) for task, each in content["random"].items()},
    )


def _there(run: Run) -> Array:
    return np.array([score for score in run.scores if score is not None], np.float64)

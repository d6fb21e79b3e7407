"""Collect finished runs into one small file: `python -m rlproof.papers.recorded OUT`, where OUT holds the runs.

What the file holds already stays, runs of the same setting and task are replaced. The hardware that is noted is
that of the machine that collects: collect where the runs were made.
"""

import json
import math
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import numpy as np
import tyro

from ..spec.errors import MissingDataError, ParameterError
from ..training.record import read_episodes
from ..training.statistics import learning_curve
from .merging import merge
from .results import RESULTS, Random, Results, Run, grid, read, write
from .running import FINISHED
from .scoring import EPISODES, random_returns
from .settings import TASKS, settings

DIGITS = 5
"""Of the points of learning curves; scores are kept as they are."""


def collect(out: Path, hardware: str) -> Results:
    """Collect all finished runs below a folder. Raises `ParameterError` where they belong to several tables."""
    found = [_results(path.parent, hardware) for path in sorted(out.rglob(FINISHED))]
    if not found:
        raise MissingDataError(
            "there is no finished run to collect",
            got=f"no {FINISHED} below {out}",
            expected="the folder that python -m rlproof.papers --out names",
            cause="a slip of the folder's name, or runs that are still under way",
            remedy="wait for the first run to be finished, or name the folder",
        )
    return reduce(merge, found)


def measure_random(results: Results, *, episodes: int = EPISODES) -> Results:
    """Measure the random policy on the tasks for which that has not been done."""
    missing = [task for task in results.tasks if task not in results.random]
    returns = {task: random_returns(task, episodes=episodes) for task in missing}
    random = {task: Random(float(each.mean()), float(each.std()), episodes) for task, each in returns.items()}
    together = {**results.random, **random}
    ordered = {task: together[task] for task in sorted(together, key=TASKS.index)}
    return Results(results.steps, results.seeds, results.configs, results.runs, ordered)


def machine() -> str:
    """Name the processor and the number of cores that this program may use."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{(names or [platform.machine()])[0]}, {len(os.sched_getaffinity(0))} cores"


def _results(directory: Path, hardware: str) -> Results:
    """Read one finished run."""
    finished = directory / FINISHED
    told = json.loads(finished.read_text(encoding="utf-8"))
    plan = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    key, task = told["setting"], told["task"]
    if key not in settings() or task not in TASKS:
        raise ParameterError(
            "this run is not one of the paper's",
            got=f"{key} on {task} in {directory}",
            expected="a setting and a task of rlproof.papers.settings",
            cause="a setting that has been renamed since, or a run of something else",
            remedy="move it out of the folder",
        )
    run = Run(
        setting=key,
        task=task,
        scores=tuple(score if score is not None and math.isfinite(score) else None for score in told["scores"]),
        curves=_curves(directory, plan["seeds"], plan["steps"], failed=told["failure"] is not None),
        failure=told["failure"],
        date=datetime.fromtimestamp(finished.stat().st_mtime, UTC).date().isoformat(),
        versions=plan["versions"],
        hardware=hardware,
    )
    return Results(plan["steps"], tuple(plan["seeds"]), {key: plan["config"]}, {(key, task): run})


def _curves(directory: Path, seeds: Sequence[int], steps: int, *, failed: bool) -> tuple[tuple[float | None, ...], ...]:
    """Return a learning curve for each seed; that of a run that failed ends with its last episode."""
    episodes, points = read_episodes(directory), grid(steps)
    curves = []
    for seed in seeds:
        rows = episodes["seed"] == seed
        ends, curve = episodes["step"][rows], np.full(len(points), np.nan)
        if len(ends):
            curve = learning_curve(ends, episodes["return"][rows], points)
            curve[points > (ends.max() if failed else np.inf)] = np.nan
        curves.append(tuple(_rounded(value) for value in curve))
    return tuple(curves)


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def main(out: tyro.conf.Positional[Path], into: Path = RESULTS, hardware: str | None = None) -> None:
    """Collect finished runs, beside what has been collected.

    Args:
        out: the folder that `python -m rlproof.papers --out` names.
        into: the file.
        hardware: on which the runs were made, in words; by default this machine's processor and cores.
    """
    found = collect(out, hardware or machine())
    results = measure_random(merge(read(into), found) if into.exists() else found)
    into.parent.mkdir(parents=True, exist_ok=True)
    write(results, into)
    print(f"{into}: {len(found.runs)} collected, {len(results.runs)} there, {_counts(results)}")


def _counts(results: Results) -> str:
    failed = sum(run.failure is not None for run in results.runs.values())
    return f"{failed} of them failed, on {', '.join(results.tasks)}"


if __name__ == "__main__":
    tyro.cli(main)

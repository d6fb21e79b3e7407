"""Run what the paper compares: every setting on every task, resumable, here or on many machines by Ray."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..spec.errors import ParameterError, RlproofError
from ..training.extra import require
from ..training.record import read_episodes
from ..training.running import Plan, train
from ..training.statistics import last_episodes_score
from ..training.tables import replace_file
from .settings import Setting, settings

FINISHED = "finished.json"
"""Written into the directory of a run when nothing is left to do there."""


class Job(NamedTuple):
    """One setting on one task, with all its seeds in lock-step."""

    setting: Setting
    task: str
    steps: int
    seeds: tuple[int, ...]

    def directory(self, out: Path) -> Path:
        """Where it is kept; the number of steps and the seeds are part of the name, so that nothing is mixed up."""
        return out / f"{self.steps}-{'_'.join(map(str, self.seeds))}" / self.task / self.setting.key


def jobs(names: Sequence[str] | None, tasks: Sequence[str], steps: int, seeds: Sequence[int]) -> list[Job]:
    """Return the jobs, task by task within each setting; raise `ParameterError` for a setting that there is none of."""
    known = settings()
    wrong = sorted(set(names or ()) - known.keys())
    if wrong:
        raise ParameterError(
            "there is no such setting",
            got=", ".join(wrong),
            expected=f"some of {', '.join(known)}",
            cause="a name of the paper where a key was expected",
            remedy="take keys from the list, or none for all",
        )
    return [Job(known[name], task, steps, tuple(seeds)) for name in names or known for task in tasks]


def run(job: Job, out: Path, *, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """Run a job to its end, from where it stands; one that has been finished is only read.

    An agent that diverges is a result too: its seeds keep what they had learnt, and the error is told.
    """
    directory = job.directory(out)
    finished = directory / FINISHED
    if finished.exists():
        return json.loads(finished.read_text(encoding="utf-8"))
    plan = Plan(agent=job.setting.agent, env=job.task, steps=job.steps, seeds=job.seeds, config=job.setting.config)
    failure = None
    try:
        if not train(plan, directory, resume=(directory / "config.json").exists(), every=60.0):
            raise KeyboardInterrupt
    except RlproofError as error:
        if isinstance(error, ParameterError):
            raise
        failure = str(error)
    scores = _scores(directory, job.seeds)
    result = {"setting": job.setting.key, "task": job.task, "scores": scores, "failure": failure}
    shutil.rmtree(directory / "checkpoints", ignore_errors=True)  # nothing will go on from here
    text = json.dumps(result, indent=2) + "\n"
    replace_file(finished, lambda file: file.write_text(text, encoding="utf-8"))
    tell(f"{job.task} {job.setting.key}: {np.mean(scores):.1f} {'(diverged)' if failure else ''}")
    return result


def _scores(directory: Path, seeds: Sequence[int]) -> list[float]:
    """Return each seed's mean return of the last 100 episodes, as the paper scores them; NaN if none has ended."""
    episodes = read_episodes(directory)
    ran = np.unique(episodes["seed"]).tolist()
    scores = dict(zip(ran, last_episodes_score(episodes).tolist(), strict=True)) if ran else {}
    return [scores.get(seed, np.nan) for seed in seeds]


def run_all(todo: Sequence[Job], out: Path, *, tell: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Run jobs one after the other, each on all cores."""
    return [run(job, out, tell=tell) for job in todo]


def run_over_ray(todo: Sequence[Job], out: Path, *, address: str = "auto") -> list[dict[str, Any]]:
    """Run jobs on the machines of a Ray cluster that is running, two cores each; `out` is a folder they share."""
    ray: Any = require("ray", purpose="running over many machines")
    ray.init(address=address, ignore_reinit_error=True)
    remote = ray.remote(num_cpus=2, max_retries=3)(run)
    return ray.get([remote.remote(job, out) for job in todo])

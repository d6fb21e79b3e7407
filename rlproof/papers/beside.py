"""Our PPO beside other libraries': what single runs came to, recorded as they get finished, and a table of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from ..markup import table
from ..spec.errors import ParameterError
from ..training.statistics import bootstrap_interval, interquartile_mean
from .settings import TASKS
from .wording import listed, spread

BESIDE = Path(__file__).parent / "data" / "beside.json"
"""The runs that the documentation shows."""

OURS = "rlproof"
"""Who stands beside the others."""

FEWEST = 3
"""Runs of each side, below which nothing is said of a difference."""


@dataclass(frozen=True)
class Score:
    """What one seed on one task came to.

    Attributes:
        who: the library.
        version: its version.
        task: a task of the paper.
        seed: of everything.
        steps: how many it was trained for.
        score: the mean return of its last 100 episodes.
        date: when it was finished.
        hardware: on what, in words.
    """

    who: str
    version: str
    task: str
    seed: int
    steps: int
    score: float
    date: str
    hardware: str


def merge(old: Iterable[Score], new: Iterable[Score]) -> list[Score]:
    """Put new runs beside old ones, and in the place of those of the same library, task and seed.

    Raises `ParameterError` for runs of different lengths: their returns say nothing about each other.
    """
    both = {(run.who, run.task, run.seed): run for run in (*old, *new)}
    lengths = sorted({run.steps for run in both.values()})
    if len(lengths) > 1:
        raise ParameterError(
            "these runs do not belong beside each other",
            got=f"runs of {', '.join(f'{steps:,}' for steps in lengths)} steps",
            expected="runs of one length",
            cause="a trial with fewer steps in the same folder",
            remedy="name a folder whose runs are all as long as those that are recorded",
        )
    return sorted(both.values(), key=lambda run: (run.who != OURS, run.who, TASKS.index(run.task), run.seed))


def write(runs: Sequence[Score], path: Path = BESIDE) -> None:
    """Write the file; each run is one line."""
    path.write_text("[\n" + ",\n".join(f" {json.dumps(asdict(run))}" for run in runs) + "\n]\n", encoding="utf-8")


def read(path: Path = BESIDE) -> list[Score]:
    """Read the file; without one there are no runs."""
    return [Score(**run) for run in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def beside_table(runs: Sequence[Score]) -> str:
    """Compare every other library with ours, task by task, on the seeds that there are."""
    found = {
        key: np.array([run.score for run in group])
        for key, group in groupby(sorted(runs, key=_place), key=lambda run: (run.who, run.task))
    }
    rows = [["task", "library", "return", "runs", f"{OURS}'s return", "runs", f"{OURS} is"]]
    for (who, task), theirs in found.items():
        if who != OURS:
            ours = found.get((OURS, task), np.empty(0))
            rows.append([listed([task]), who, *_cells(theirs), *_cells(ours), verdict(ours, theirs)])
    return table(rows)


def verdict(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Say whether the intervals lie apart, and on which side ours is."""
    if min(len(ours), len(theirs)) < FEWEST:
        return "not compared: too few runs"
    (low, high), (other_low, other_high) = (bootstrap_interval([scores], seed=0) for scores in (ours, theirs))
    return "better" if low > other_high else "**worse**" if high < other_low else "alike: the intervals overlap"


def _place(run: Score) -> tuple[int, str]:
    return TASKS.index(run.task), run.who


def _cells(scores: np.ndarray) -> list[str]:
    if not scores.size:
        return ["–", "0"]
    low, high = bootstrap_interval([scores], seed=0)
    return [spread(float(interquartile_mean(scores)), float(low), float(high)), str(len(scores))]

"""The tables of the page: Table 1 beside the published scores, and the returns of every setting on every task."""

import numpy as np

from ..markup import table
from ..training.statistics import bootstrap_interval, interquartile_mean
from .prose import SCALES
from .results import Results
from .scoring import Cell, scales, table_1
from .settings import TABLE_1, TASKS, settings
from .wording import listed, number, spread

RUNS = 21
"""Behind each number of the paper: seven tasks, three seeds."""

MISSING = "–"
"""Stands where nothing has been run."""

NAMES = {key: setting.name for key, setting in settings().items()} | {setting.key: setting.name for setting in TABLE_1}
"""Of all settings; the one that stands in table and figure is called as in the table."""


def scores_table(results: Results) -> str:
    """Write Table 1; a score that rests on fewer runs than the paper's says so."""
    scores = results.scores(setting.key for setting in TABLE_1)
    cells = table_1(scores, {task: each.mean for task, each in results.random.items()})
    rows = [["objective", "published", "here", "runs", "on"]]
    rows += [[setting.name, f"{setting.published:.2f}", *_cell(cells[setting.key])] for setting in TABLE_1]
    return table(rows)


def _cell(cell: Cell | None) -> list[str]:
    if cell is None:
        return ["not run", f"0 of {RUNS}", MISSING]
    where = "all tasks" if len(cell.tasks) == len(TASKS) else listed(cell.tasks)
    return [f"**{cell.score:.2f}** ({cell.low:.2f} to {cell.high:.2f})", f"{cell.runs} of {RUNS}", where]


def scales_text(results: Results) -> str:
    """Say what 0 and 1 are on each task, and which tasks have no scale."""
    scores = results.scores(setting.key for setting in TABLE_1)
    found = scales(scores, {task: each.mean for task, each in results.random.items()})
    counts = {task: sum(task in each for each in scores.values()) for task in results.tasks}
    told = [
        f"{listed([task])} {number(one.random)} to {number(one.best)}, {counts[task]} of {len(TABLE_1)} run"
        for task, one in found.items()
    ]
    without = [task for task, count in counts.items() if count and task not in found]
    left_out = f"No scale, since no two were run or none is better than random: {listed(without)}." if without else ""
    return SCALES.format(scales="; ".join(told) or "none yet", left_out=left_out).strip()


def returns_table(results: Results) -> str:
    """Write the returns of all settings on all tasks, below those of the random policy."""
    random = [results.random.get(task) for task in TASKS]
    rows = [["setting", *(listed([task]) for task in TASKS)]]
    rows.append(["random policy, mean", *(MISSING if each is None else number(each.mean) for each in random)])
    rows += [[name, *(_returns(results, key, task) for task in TASKS)] for key, name in NAMES.items()]
    return table(rows)


def _returns(results: Results, key: str, task: str) -> str:
    if (key, task) not in results.runs:
        return MISSING
    mark = "" if results.runs[key, task].failure is None else " †"
    runs = results.scores([key])[key].get(task, np.empty(0))
    if not runs.size:
        return f"no episode ended{mark}"
    low, high = bootstrap_interval([runs], seed=0)
    return spread(float(interquartile_mean(runs)), float(low), float(high)) + mark


def failures_text(results: Results) -> str:
    """Say which runs were ended by an error; they are scored by the episodes up to there."""
    told = [
        f"{NAMES[run.setting]} on {listed([run.task])}: {run.failure.splitlines()[0]}"
        for run in results.runs.values()
        if run.failure is not None
    ]
    return f"† Ended by an error, and scored by the episodes until then. {'; '.join(told)}." if told else ""

"""What the paper says of its results in words, held against the recorded ones.

A claim is decided on the tasks on which everything that it compares has been run, and says which these are. What
holds of means may still be noise: where a difference is stated, so is its interval.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..spec.numbers import Array
from ..training.statistics import interquartile_mean
from .results import Results
from .scoring import Scores, apart, cell, on_scales, scales, table_1
from .settings import FIGURE_3, TABLE_1, Setting
from .wording import listed, number, spread

HELD, BROKEN, OPEN = "holds here", "does not hold here", "not decided"
"""The verdicts."""

FREE, CLIPPED = "cpi", "ppo-clip_epsilon=0.2"
"""The settings that the claims are about: without clipping or penalty, and with ε = 0.2."""

FEWEST = 4
"""Tasks, the most of the paper's seven, below which nothing is said of almost all of them."""


class Claim(NamedTuple):
    """A sentence of the paper, its verdict, and the numbers that it rests on."""

    said: str
    verdict: str
    found: str


def claims(results: Results) -> list[Claim]:
    """Check all of them."""
    random = {task: each.mean for task, each in results.random.items()}
    scores = results.scores(setting.key for setting in TABLE_1)
    return [
        _worse_than_random(scores, random),
        _because_of_the_cheetah(scores, random),
        _better_than_none(scores, random),
        _best_clipped(scores, random),
        _almost_everywhere(results),
    ]


def _worse_than_random(scores: Scores, random: Mapping[str, float]) -> Claim:
    said = "Without clipping or penalty the score is negative: worse than the random policy's."
    found = table_1(scores, random).get(FREE)
    if found is None:
        return Claim(said, OPEN, "It has no score yet.")
    side = "is below 0" if found.high < 0 else "is above 0" if found.low > 0 else "contains 0"
    score = f"{spread(found.score, found.low, found.high)}; the interval {side}"
    return Claim(said, _verdict(found.score < 0), f"Score {score}. {found.runs} runs on {listed(found.tasks)}.")


def _because_of_the_cheetah(scores: Scores, random: Mapping[str, float]) -> Claim:
    said = "That is because on half cheetah it is much worse than the random policy."
    runs = scores.get(FREE, {}).get("HalfCheetah-v5")
    if runs is None:
        return Claim(said, OPEN, "It has not been run there.")
    mean, least = float(runs.mean()), random["HalfCheetah-v5"]
    numbers = f"mean return {number(mean)} in {len(runs)} runs, random policy {number(least)}"
    return Claim(said, _verdict(mean < least), f"On HalfCheetah: {numbers}.")


def _better_than_none(scores: Scores, random: Mapping[str, float]) -> Claim:
    said = "Clipping with ε = 0.2 has a higher score than no clipping or penalty."
    placed = on_scales(scores, scales(scores, random))
    pair = [placed.get(key, {}) for key in (CLIPPED, FREE)]
    together = [task for task in pair[0] if task in pair[1]]
    if not together:
        return Claim(said, OPEN, "There is no task with a scale on which both were run.")
    clipped, free = ([each[task] for task in together] for each in pair)
    difference = float(np.concatenate(clipped).mean() - np.concatenate(free).mean())
    found = f"The scores differ by {spread(difference, *apart(clipped, free))}, on {listed(together)}."
    return Claim(said, _verdict(difference > 0), found)


def _best_clipped(scores: Scores, random: Mapping[str, float]) -> Claim:
    said = "Of all objectives compared in Table 1, clipping with ε = 0.2 has the highest score."
    together = common(scores)
    if not together:
        return Claim(said, OPEN, f"There is no task on which all of them were run; {_missing(scores, TABLE_1)}.")
    shared = {key: {task: runs[task] for task in together} for key, runs in scores.items()}
    placed = on_scales(shared, scales(shared, random))
    cells = {key: each for key, tasks in placed.items() if (each := cell(tasks))}
    if not cells:
        return Claim(said, OPEN, f"Nothing is better than the random policy on {listed(together)}.")
    ranking = sorted(cells, key=lambda key: -cells[key].score)
    rival = next(key for key in ranking if key != CLIPPED)
    difference = cells[CLIPPED].score - cells[rival].score
    low, high = apart(*(list(placed[key].values()) for key in (CLIPPED, rival)))
    noise = (
        "; the interval of the difference contains 0, these runs do not tell the two apart" if low <= 0 <= high else ""
    )
    (name,) = {setting.name for setting in TABLE_1 if setting.key == rival}
    best = "The next best" if ranking[0] == CLIPPED else "The best"
    numbers = f"Score {number(cells[CLIPPED].score)}. {best} is “{name}”, {number(cells[rival].score)}"
    where = f"{cells[CLIPPED].runs} runs each, on {listed(cells[CLIPPED].tasks)}"
    return Claim(
        said, _verdict(ranking[0] == CLIPPED), f"{numbers}; difference {spread(difference, low, high)}{noise}. {where}."
    )


def _almost_everywhere(results: Results) -> Claim:
    said = "In Figure 3, PPO outperforms the other methods on almost all of the tasks."
    scores = results.scores(setting.key for setting in FIGURE_3)
    together = common(scores)
    if len(together) < FEWEST:
        missing = _missing(scores, FIGURE_3)
        return Claim(said, OPEN, f"All six were run on {len(together)} tasks, {FEWEST} are needed; {missing}.")
    best = [
        task
        for task in together
        if max(scores, key=lambda key: float(interquartile_mean(scores[key][task]))) == CLIPPED
    ]
    verdict = _verdict(len(best) >= len(together) - 1)
    where = f": {listed(best)}" if best else ""
    found = f"By the last 100 episodes PPO has the highest interquartile mean on {len(best)} of {len(together)}{where}."
    return Claim(said, verdict, found)


def common(scores: Mapping[str, Mapping[str, Array]]) -> list[str]:
    """Return the tasks on which every setting has runs, in the order of the first."""
    first, *others = scores.values()
    return [task for task in first if all(task in each for each in others)]


def _missing(scores: Scores, table: tuple[Setting, ...]) -> str:
    absent = [setting.name for setting in table if not scores[setting.key]]
    return f"not run at all: {', '.join(absent)}" if absent else "all were run, on different tasks"


def _verdict(holds: bool | np.bool) -> str:
    return HELD if holds else BROKEN

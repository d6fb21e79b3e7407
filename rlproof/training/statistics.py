"""What is said about many runs: a robust mean, how sure it is, and scores of single runs.

The interquartile mean and its stratified bootstrap are those of Agarwal et al. (2021), "Deep reinforcement
learning at the edge of the statistical precipice", and of their library rliable.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..spec.errors import MissingDataError, NonFiniteError, ParameterError, ShapeError
from ..spec.numbers import Array

BLOCK = 2**22
"""How many numbers are resampled at once: a bound on the memory."""


def interquartile_mean(scores: Array, axis: int | None = None) -> Array:
    """The mean of the middle half: of n scores, the ⌊n/4⌋ smallest and as many largest are left out.

    This is the mean trimmed by 25 %, as `scipy.stats.trim_mean(scores, 0.25)` and rliable compute it. The definition
    that weighs the scores at the quartiles by fractions is another one wherever 4 does not divide n.
    """
    scores = _finite(scores)
    if axis is None:
        scores, axis = scores.ravel(), 0
    ordered = np.moveaxis(np.sort(scores, axis=axis), axis, 0)
    cut = len(ordered) // 4
    return ordered[cut : len(ordered) - cut].mean(axis=0)


def bootstrap_interval(
    tasks: Sequence[Array],
    *,
    seed: int,
    statistic: Callable[..., Array] = interquartile_mean,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[Array, Array]:
    """The percentile interval of a statistic of all runs, where each task's runs are resampled on their own.

    Args:
        tasks: one array [runs, ...] per task; the axes behind the first are kept, for example points of a curve.
        seed: of the resampling: the same seed gives the same interval.
        statistic: called as `statistic(scores, axis=1)` with [resamples, runs of all tasks, ...].
        level: how often intervals made like this contain what they estimate, about.
        resamples: how many times the runs are drawn anew.
    """
    if not 0 < level < 1 or resamples < 1:
        raise ParameterError(
            "this is no bootstrap",
            got=f"level={level}, resamples={resamples}",
            expected="0 < level < 1 and at least one resample",
            cause="a level in percent",
            remedy="level=0.95 for an interval of 95 %",
        )
    if not len(tasks):
        raise _nothing("no task to resample")
    scores = [_finite(runs) for runs in tasks]
    random = np.random.default_rng(seed)
    draws = [random.integers(len(runs), size=(resamples, len(runs))) for runs in scores]
    block = max(1, BLOCK // sum(runs.size for runs in scores))
    values = []
    for start in range(0, resamples, block):
        drawn = [runs[draw[start : start + block]] for runs, draw in zip(scores, draws, strict=True)]
        values.append(statistic(np.concatenate(drawn, axis=1), axis=1))
    low, high = np.quantile(np.concatenate(values), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def learning_curve(steps: Array, returns: Array, grid: Array, window: int = 100) -> Array:
    """The mean return of the last `window` episodes that one run had finished by each step of a grid.

    Args:
        steps: [episodes], when each ended, in any order.
        returns: [episodes].
        grid: [points], steps to report at; an episode that ends at such a step counts.
        window: how many episodes are averaged, fewer while there are not that many.

    Returns:
        [points], NaN before the first episode has ended.
    """
    steps, returns = np.asarray(steps), _finite(returns)
    if steps.shape != returns.shape or returns.ndim != 1:
        raise ShapeError(
            "these are not the episodes of one run",
            got=f"steps {steps.shape}, returns {returns.shape}",
            expected="two vectors of one length",
            cause="columns of different tables, or of many seeds",
            remedy="select one seed's rows of read_episodes",
        )
    _positive("window", window)
    order = np.argsort(steps, kind="stable")
    returns = returns[order]
    finished = np.searchsorted(steps[order], np.asarray(grid), side="right")
    return np.array([returns[max(0, end - window) : end].mean() if end else np.nan for end in finished])


def last_episodes_score(episodes: Mapping[str, Array], count: int = 100) -> Array:
    """The mean return of the last `count` finished episodes of every seed, [seeds] in their order.

    This is how Schulman et al. (2017), section 6.1, score a run; a run with fewer episodes is scored by all it has.
    """
    _positive("count", count)
    seeds, steps, returns = (np.asarray(episodes[name]) for name in ("seed", "step", "return"))
    _finite(returns)
    ends = [(steps[seeds == seed].max(), seeds == seed) for seed in np.unique(seeds)]
    return np.array([learning_curve(steps[rows], returns[rows], [end], count)[0] for end, rows in ends])


def normalised(scores: Array, low: Array, high: Array) -> Array:
    """Scores on the scale on which `low`, such as a random policy's, is 0 and `high`, such as the best, is 1."""
    scores, low, high = _finite(scores), _finite(low), _finite(high)
    if np.any(low == high):
        raise ParameterError(
            "this scale has no extent",
            got=f"low = {low}, high = {high}",
            expected="two different scores",
            cause="nothing was learned: the best score is the random policy's",
            remedy="leave the task out, or take reference scores from elsewhere",
        )
    return (scores - low) / (high - low)


def _finite(scores: Array) -> Array:
    """The scores as an array of floats; refuse none at all, and those that no mean can tell of."""
    scores = np.asarray(scores, np.float64)
    if not scores.size:
        raise _nothing(f"an array of shape {scores.shape}")
    wrong = scores[~np.isfinite(scores)]
    if wrong.size:
        raise NonFiniteError(
            "these scores are not all finite",
            got=f"{wrong.size} of {scores.size} are not, such as {wrong[0]}",
            expected="finite numbers",
            cause="a run that diverged, or a curve before its first episode",
            remedy="give a diverged run the score of failure; leave out what is not there yet",
        )
    return scores


def _positive(name: str, number: int) -> None:
    if number < 1:
        raise ParameterError(
            f"{name} is no number of episodes",
            got=f"{name}={number}",
            expected="at least 1",
            cause="a budget that was divided away",
            remedy=f"{name}=100, as in the literature",
        )


def _nothing(got: str) -> MissingDataError:
    return MissingDataError(
        "there are no scores",
        got=got,
        expected="at least one",
        cause="a run in which no episode has ended yet",
        remedy="train longer, or leave the run out",
    )

"""What is said about many runs, against tables that can be checked by hand and against SciPy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec.errors import MissingDataError, NonFiniteError, ParameterError, RlproofError, ShapeError
from rlproof.training import statistics
from rlproof.training.statistics import (
    bootstrap_interval,
    interquartile_mean,
    last_episodes_score,
    learning_curve,
    normalised,
)

EPSILON = np.finfo(float).eps
"""Two roundings; a sum of n terms costs n, relative to the sum of their magnitudes."""

BY_HAND = [
    ([7], 7),
    ([1, 3], 2),
    ([0, 3, 9], 4),
    ([5, 1, 2, 1000], 3.5),
    ([100, 4, -50, 2, 3], 3),
    ([1, 2, 3, 4, 5, 6], 3.5),
    ([0, 1, 2, 3, 4, 5, 900], 3),
    ([8, 7, 6, 5, 4, 3, 2, -1000], 4.5),
    ([0, 0, 0, 9, 9, 9, 9, 9, 9], 7.2),
]
"""Scores and their interquartile mean."""


def mean(scores: np.ndarray, axis: int) -> np.ndarray:
    """The plain mean, called as a statistic is."""
    return scores.mean(axis=axis)


@pytest.mark.parametrize(("scores", "expected"), BY_HAND)
def test_the_interquartile_mean_is_that_computed_by_hand(scores: list[float], expected: float) -> None:
    """Of 4 to 7 runs the best and the worst are left out, of 8 two each, of fewer than 4 none."""
    assert abs(interquartile_mean(np.array(scores)) - expected) <= EPSILON * np.abs(scores).sum()


@pytest.mark.parametrize("count", range(1, 41))
def test_the_interquartile_mean_is_scipys_trimmed_mean(count: int) -> None:
    """As rliable computes it, over all entries and along an axis."""
    stats = pytest.importorskip("scipy.stats")
    scores = np.random.default_rng(count).normal(size=(count, 3))
    rounding = EPSILON * abs(scores).sum()
    assert abs(interquartile_mean(scores) - stats.trim_mean(scores, 0.25, axis=None)) <= rounding
    for axis in (0, 1, -1):
        expected = stats.trim_mean(scores, 0.25, axis=axis)
        assert (abs(interquartile_mean(scores, axis=axis) - expected) <= rounding).all()


def test_fractional_weights_would_be_another_mean() -> None:
    """Negative control: of 5 scores, 3/4 of the second and fourth lie between the quartiles; here they count whole."""
    ours, fractional = interquartile_mean(np.array([1, 2, 3, 4.5, 100])), (0.75 * 2 + 3 + 0.75 * 4.5) / 2.5
    assert abs(ours - 9.5 / 3) <= EPSILON * 9.5
    assert abs(ours - fractional) > 0.01


def test_one_run_gone_mad_does_not_move_it() -> None:
    """What the mean cannot say; that is what it is for."""
    scores = np.arange(8.0)
    mad = np.array([*scores[:-1], 1e9])
    assert interquartile_mean(mad) == interquartile_mean(scores)


def test_the_interval_covers_as_often_as_it_says() -> None:
    """300 samples of 20 runs: 90 % of the intervals contain the true mean; of percentile intervals a little fewer."""
    random = np.random.default_rng(0)
    hits = 0
    for seed in range(300):
        low, high = bootstrap_interval(
            [random.normal(3.0, 2.0, 20)], seed=seed, statistic=mean, level=0.9, resamples=400
        )
        hits += bool(low <= 3.0 <= high)
    assert 0.84 <= hits / 300 <= 0.94


def test_the_interval_is_that_of_the_known_distribution() -> None:
    """Two runs, 0 and 1: the resampled mean is 0, 1/2 or 1 with probabilities 1/4, 1/2 and 1/4."""
    runs = [np.array([0.0, 1.0])]
    for level, expected in ((0.95, (0.0, 1.0)), (0.6, (0.0, 1.0)), (0.4, (0.5, 0.5))):
        assert bootstrap_interval(runs, seed=1, statistic=mean, level=level) == expected


def test_runs_are_resampled_within_their_task() -> None:
    """Tasks whose runs agree leave nothing to be unsure of; as one task of different runs they would."""
    tasks = [np.zeros(4), np.ones(4)]
    assert bootstrap_interval(tasks, seed=0, statistic=mean) == (0.5, 0.5)
    low, high = bootstrap_interval([np.concatenate(tasks)], seed=0, statistic=mean)
    assert low < 0.3
    assert high > 0.7


def test_tasks_may_have_different_numbers_of_runs() -> None:
    """Each keeps its own."""
    low, high = bootstrap_interval([np.zeros(1), np.full(3, 4.0)], seed=0, statistic=mean)
    assert (low, high) == (3.0, 3.0)


def test_a_curve_has_the_interval_of_its_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole runs are drawn, for all points the same; how many at once changes nothing."""
    curves = np.random.default_rng(0).normal(size=(6, 5))  # [runs, points]
    low, high = bootstrap_interval([curves], seed=3, resamples=50)
    for point in range(5):
        assert bootstrap_interval([curves[:, point]], seed=3, resamples=50) == (low[point], high[point])
    monkeypatch.setattr(statistics, "BLOCK", 1)
    assert np.array_equal(bootstrap_interval([curves], seed=3, resamples=50), (low, high))


def test_the_seed_decides() -> None:
    """The same one the same interval, another one another."""
    runs = [np.random.default_rng(0).normal(size=9)]
    one, same, other = (bootstrap_interval(runs, seed=seed, resamples=100) for seed in (1, 1, 2))
    assert one == same != other


def test_a_learning_curve_is_that_computed_by_hand() -> None:
    """Means of the last two episodes finished by then; nothing before the first; the end of an episode counts."""
    steps, returns = np.array([10, 20, 20, 50]), np.array([1.0, 3.0, 5.0, 10.0])
    grid = np.array([5, 10, 19, 20, 49, 50, 99])
    expected = [np.nan, 1, 1, 4, 4, 7.5, 7.5]
    assert np.array_equal(learning_curve(steps, returns, grid, window=2), expected, equal_nan=True)
    assert learning_curve(steps, returns, grid)[-1] == 4.75


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Episodes of many environments come as they come."""
    random = np.random.default_rng(0)
    steps, returns, grid = np.arange(50), random.normal(size=50), np.array([10, 30, 60])
    mixed = random.permutation(50)
    ordered = learning_curve(steps, returns, grid, 7)
    assert np.array_equal(learning_curve(steps[mixed], returns[mixed], grid, 7), ordered)


def test_episodes_that_end_together_keep_their_order() -> None:
    """Of a thousand that ended at one step, the last rows are the last."""
    returns = np.random.default_rng(0).normal(size=1000)
    steps = np.repeat([7, 3], 500)
    assert learning_curve(steps, returns, [7], 10) == returns[490:500].mean()


def test_a_run_is_scored_by_its_last_episodes() -> None:
    """Seed by seed; one with fewer by all it has."""
    episodes = {
        "seed": np.array([4, 0, 4, 4, 0]),
        "step": np.array([1, 2, 3, 9, 8]),
        "return": np.array([100.0, 10.0, 20.0, 40.0, 30.0]),
    }
    assert last_episodes_score(episodes, count=2).tolist() == [20, 30]
    assert last_episodes_score(episodes).tolist() == [20, 160 / 3]


def test_scores_are_shifted_and_scaled() -> None:
    """The random policy's becomes 0 and the best 1, whichever sign they have, task by task if so given."""
    assert normalised([-300.0, 4200.0, 1950.0], low=-300, high=4200).tolist() == [0, 1, 0.5]
    assert normalised([[1.0, -4.0]], low=[0.0, -5.0], high=[2.0, -3.0]).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: interquartile_mean([]), MissingDataError, r"shape \(0,\)"),
        (lambda: interquartile_mean([1.0, np.nan, 2.0]), NonFiniteError, "1 of 3 are not, such as nan"),
        (lambda: bootstrap_interval([], seed=0), MissingDataError, "no task"),
        (lambda: bootstrap_interval([[1.0], []], seed=0), MissingDataError, "no episode has ended"),
        (lambda: bootstrap_interval([[1.0, np.inf]], seed=0), NonFiniteError, "inf"),
        (lambda: bootstrap_interval([[1.0]], seed=0, level=95), ParameterError, "percent"),
        (lambda: bootstrap_interval([[1.0]], seed=0, resamples=0), ParameterError, "resamples=0"),
        (lambda: learning_curve([], [], [1]), MissingDataError, "no scores"),
        (lambda: learning_curve([1, 2], [1.0], [1]), ShapeError, r"steps \(2,\), returns \(1,\)"),
        (lambda: learning_curve([1], [1.0], [1], window=0), ParameterError, "window=0"),
        (lambda: last_episodes_score({"seed": [], "step": [], "return": []}), MissingDataError, "train longer"),
        (lambda: last_episodes_score({"seed": [0], "step": [1], "return": [1.0]}, 0), ParameterError, "count=0"),
        (lambda: normalised([1.0], 2.0, 2.0), ParameterError, "low = 2.0, high = 2.0"),
        (lambda: normalised([], 0.0, 1.0), MissingDataError, "no scores"),
    ],
)
def test_what_no_number_can_be_said_of_is_refused(
    call: Callable[[], Any], error: type[RlproofError], said: str
) -> None:
    """And never answered with NaN."""
    with pytest.raises(error, match=said):
        call()

"""Sutton and Barto 2018: gridworlds, the cliff and the maze."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from rlproof.envs.book import grids
from rlproof.envs.tabular import gridworld
from rlproof.oracle.claims import Claim, at_most, equal, true
from rlproof.oracle.published import printed, published
from rlproof.spec import dp, value
from rlproof.spec.mdp import MDP
from rlproof.spec.numbers import Array, exact

BOOK = "Sutton & Barto 2018"


def uniform(process: MDP) -> Array:
    """The policy that takes every action equally often, in rationals."""
    states, actions = process.reward.shape
    return exact(np.full((states, actions), Fraction(1, actions)))


@published("value.v", "mdp.policy_kernel", "mdp.policy_reward", source=f"{BOOK}, example 3.5, figure 3.2")
def figure_3_2() -> Iterator[Claim]:
    """Values of the equiprobable policy in the 5 by 5 gridworld at discount 0.9."""
    process = gridworld(system="exact")
    yield printed(
        value.v(process, uniform(process)),
        "3.3 8.8 4.4 5.3 1.5 / 1.5 3.0 2.3 1.9 0.5 / 0.1 0.7 0.7 0.4 -0.4 / "
        "-1.0 -0.4 -0.4 -0.6 -1.2 / -1.9 -1.3 -1.2 -1.4 -2.0",
    )


@published("value.optimal_v", "dp.policy_iteration", source=f"{BOOK}, example 3.8, figure 3.5")
def figure_3_5() -> Iterator[Claim]:
    """Optimal values of the same gridworld; from A they are the geometric sum 10 / (1 - 0.9^5)."""
    values = value.optimal_v(gridworld(system="exact"))
    yield printed(
        values,
        "22.0 24.4 22.0 19.4 17.5 / 19.8 22.0 19.8 17.8 16.0 / 17.8 19.8 17.8 16.0 14.4 / "
        "16.0 17.8 16.0 14.4 13.0 / 14.4 16.0 14.4 13.0 11.7",
    )
    yield equal(values[1], exact([10 / (1 - Fraction(9, 10) ** 5)])[0])
    yield printed(values[1], "24.41942809699397")


@published("dp.policy_evaluation", source=f"{BOOK}, example 4.1, figure 4.1")
def figure_4_1() -> Iterator[Claim]:
    """Sweeps of policy evaluation from zero in the 4 by 4 gridworld; the book cuts -1.75 to -1.7."""
    process = grids.small_gridworld(system="exact")
    for sweeps, text in (
        (1, "0.0 -1.0 -1.0 -1.0 / -1.0 -1.0 -1.0 -1.0 / -1.0 -1.0 -1.0 -1.0 / -1.0 -1.0 -1.0 0.0"),
        (2, "0.0 -1.7 -2.0 -2.0 / -1.7 -2.0 -2.0 -2.0 / -2.0 -2.0 -2.0 -1.7 / -2.0 -2.0 -1.7 0.0"),
        (3, "0.0 -2.4 -2.9 -3.0 / -2.4 -2.9 -3.0 -2.9 / -2.9 -3.0 -2.9 -2.4 / -3.0 -2.9 -2.4 0.0"),
        (10, "0.0 -6.1 -8.4 -9.0 / -6.1 -7.7 -8.4 -8.4 / -8.4 -8.4 -7.7 -6.1 / -9.0 -8.4 -6.1 0.0"),
    ):
        start = exact(np.zeros(16, dtype=int))
        yield printed(dp.policy_evaluation(process, uniform(process), start, sweeps=sweeps), text)


@published("value.v", source=f"{BOOK}, example 4.1, figure 4.1, last row")
def figure_4_1_in_the_limit() -> Iterator[Claim]:
    """The values that the sweeps converge to are whole numbers, exactly."""
    process = grids.small_gridworld(system="exact")
    values = value.v(process, uniform(process))
    text = "0. -14. -20. -22. / -14. -18. -20. -20. / -20. -20. -18. -14. / -22. -20. -14. 0."
    yield equal(values, exact([int(float(word)) for word in text.split() if word != "/"]))


@published("value.q", source=f"{BOOK}, exercise 4.1")
def exercise_4_1() -> Iterator[Claim]:
    """For the equiprobable policy q(11, down) = -1 and q(7, down) = -15."""
    process = grids.small_gridworld(system="exact")
    yield equal(value.q(process, uniform(process))[[11, 7], 1], exact([-1, -15]))


@published("value.optimal_v", source=f"{BOOK}, example 6.6")
def example_6_6() -> Iterator[Claim]:
    """The shortest way along the cliff takes 13 steps."""
    yield equal(value.optimal_v(grids.cliff(system="exact"))[36], -13)


@published("value.v", "value.optimal_v", source=f"{BOOK}, example 6.6, for which we hold what is true of it")
def example_6_6_softly() -> Iterator[Claim]:
    """At epsilon = 0.1 the best policy walks the middle row (15 steps), not the top row (17) that is shown for Sarsa.

    The returns online: -20.708 for the best policy, and -51.81, -21.05, -22.27 for the ways of 13, 15 and 17 steps.
    """
    soft = _softened(grids.cliff(), 0.1)
    best = dp.policy_iteration(soft)
    row = _row_walked(best)
    yield equal(row, 1)
    yield printed(value.v(soft, best)[36], "-20.708")
    ways = [value.v(soft, _along(row))[36] for row in (2, 1, 0)]
    yield printed(ways, "-51.81 -21.05 -22.27")
    yield at_most(ways[2], ways[1])


@published("value.optimal_v", source=f"{BOOK}, example 8.1")
def example_8_1() -> Iterator[Claim]:
    """The shortest way through the Dyna maze takes 14 steps: the optimal value of the start is gamma^13."""
    process = grids.dyna_maze(system="exact")
    yield equal(value.optimal_v(process)[18], exact([Fraction(19, 20) ** 13])[0])
    steps, state, best = 0, 18, dp.policy_iteration(process)
    while not process.terminal[state] and steps <= 54:
        state, steps = int(np.flatnonzero(process.transition[state, best[state]] == 1)[0]), steps + 1
    yield true(steps == 14)


def _softened(process: MDP, epsilon: float) -> MDP:
    """The process in which every action becomes a random one with probability epsilon."""
    mean = [table.mean(axis=1, keepdims=True) for table in (process.transition, process.reward)]
    return process.replace(
        transition=(1 - epsilon) * process.transition + epsilon * mean[0],
        reward=(1 - epsilon) * process.reward + epsilon * mean[1],
    )


def _along(row: int) -> Array:
    """The policy that goes to a row, right along it, and down at the end; from above it steps down."""
    rows, columns = np.divmod(np.arange(48), 12)
    return np.where(columns == 11, 1, np.where(rows == row, 2, np.where(rows > row, 0, 1)))


def _row_walked(policy: Array) -> int:
    """The row in which the policy crosses the sixth column, without a slip."""
    row, column = 3, 0
    while column != 6:
        down, right = grids.MOVES[policy[12 * row + column]]
        row, column = row + down, column + right
    return row

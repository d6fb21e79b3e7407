"""Sutton & Barto 2018, chapters 6 and 7: random walks and the predictor."""

from collections.abc import Iterator

import numpy as np

from rlproof.oracle.claims import Claim, equal
from rlproof.oracle.published import printed, published
from rlproof.spec import mc, numbers, td, value, vf
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import Array

BOOK = "Sutton & Barto 2018"


@published("td.lambda_operator", "vf.td_fixed_point", "value.v", source=f"{BOOK}, example 6.2")
def five_state_walk() -> Iterator[Claim]:
    """The true values of A to E are 1/6, 2/6, 3/6, 4/6, 5/6."""
    walk, policy = random_walk(5, left=0, right=1)
    expected = numbers.exact(["1/6", "2/6", "3/6", "4/6", "5/6"])
    yield equal(value.v(walk, policy)[:5], expected)
    half = np.where(walk.terminal, 0 * walk.initial, 0 * walk.initial + numbers.rational("1/2"))
    yield equal(td.lambda_operator(walk, policy, half, trace_decay=1)[:5], expected)
    table = numbers.exact(np.eye(6, dtype=int))
    yield equal(vf.td_fixed_point(walk, policy, table, numbers.exact([1] * 6))[:5], expected)


@published("td.tabular_td0", "td.error", source=f"{BOOK}, exercise 6.3 on example 6.2")
def first_episode_of_the_five_state_walk() -> Iterator[Claim]:
    """After a first episode that ends on the left only V(A) has changed, by alpha 0.1 times 0.5: to 0.45."""
    table, path = numbers.exact(["1/2"] * 5), [2, 1, 0]
    rewards = numbers.exact([0])
    for state in path:
        following, ends = max(state - 1, 0), state == 0
        row = (np.array([state]), rewards, np.array([following]), np.array([ends]))
        table = td.tabular_td0(table, *row, gamma=1, step_size="1/10")
    yield equal(table, numbers.exact(["9/20", "1/2", "1/2", "1/2", "1/2"]))


@published("td.batch", "mc.every_visit", "mc.first_visit", source=f"{BOOK}, example 6.4")
def you_are_the_predictor() -> Iterator[Claim]:
    """Eight episodes: batch TD(0) gives V(A) = V(B) = 3/4, batch Monte Carlo V(A) = 0 and V(B) = 3/4."""
    states = np.array([0, 1, *[1] * 7])
    rewards = numbers.exact([0, 0, *[1] * 6, 0])
    terminated = np.array([False, *[True] * 8])
    nothing = numbers.exact([0, 0])
    batch = td.batch(nothing, states, rewards, np.ones_like(states), terminated, discount=1)
    yield equal(batch, numbers.exact(["3/4", "3/4"]))
    for estimate in (mc.every_visit, mc.first_visit):
        yield equal(estimate(nothing, states, rewards, terminated, gamma=1), numbers.exact([0, "3/4"]))


@published("td.n_step_return", "td.lambda_return", "value.v", source=f"{BOOK}, example 7.1")
def nineteen_state_walk() -> Iterator[Claim]:
    """The true values are -0.9 to 0.9 in steps of 0.1; a first two-step return that ends on the left is -1."""
    walk, policy = random_walk(19, left=-1, right=1)
    yield printed(
        value.v(walk, policy)[:19],
        "-0.9 -0.8 -0.7 -0.6 -0.5 -0.4 -0.3 -0.2 -0.1 0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9",
    )
    yield equal(value.v(walk, policy)[:19] * 10, numbers.exact(np.arange(-9, 10)))
    rewards, zeros = numbers.exact([0, -1]), numbers.exact([0, 0])
    flags = (np.array([False, True]), np.array([False, False]))
    yield equal(td.n_step_return(rewards, zeros, *flags, gamma=1, n=2), -1)
    yield equal(td.lambda_return(rewards, zeros, *flags, gamma=1, trace_decay=1), -1)


def random_walk(size: int, left: int, right: int) -> tuple[MDP, Array]:
    """A symmetric walk over a row of states whose ends pay on leaving; the last state is the end."""
    step = [[0] * (size + 1) for _ in range(size)]
    for state in range(size):
        for target in (state - 1, state + 1):
            step[state][target if 0 <= target < size else size] += 1
    transition = numbers.exact([*step, [0] * size + [2]])[:, None] / 2
    reward = numbers.exact([[left], *[[0]] * (size - 2), [right], [0]]) / 2
    initial = (np.arange(size + 1) == size // 2).astype(int)
    return MDP(transition, reward, initial, 1, np.arange(size + 1) == size), np.zeros(size + 1, dtype=int)

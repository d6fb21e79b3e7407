"""The gambler's problem of Sutton and Barto 2018, example 4.3."""

from fractions import Fraction

import numpy as np

from ...spec.mdp import MDP
from ...spec.numbers import Array, Scalar
from ..exact_tables import assemble, zeros

GOAL = 100


def gambler(heads: Scalar = "2/5", *, discount: Scalar = 1, system: str = "float64") -> MDP:
    """Return the process whose states are the capital 0, ..., 100; 0 and 100 are terminal, reaching 100 pays 1.

    Action a stakes a + 1 (at most 50), but never more than the capital, nor more than is missing to 100.
    The start is uniform over 1, ..., 99.
    """
    win = Fraction(heads)
    transition, reward = zeros(GOAL + 1, GOAL // 2, GOAL + 1), zeros(GOAL + 1, GOAL // 2)
    for capital in (0, GOAL):
        transition[capital, :, capital] = Fraction(1)
    for capital in range(1, GOAL):
        for action in range(GOAL // 2):
            stake = min(action + 1, largest_stake(capital))
            transition[capital, action, capital + stake] = win
            transition[capital, action, capital - stake] = 1 - win
            reward[capital, action] = win * (capital + stake == GOAL)
    ends = np.isin(np.arange(GOAL + 1), (0, GOAL))
    initial = np.array([Fraction(int(not end), GOAL - 1) for end in ends], dtype=object)
    return assemble(transition, reward, initial, discount=discount, system=system, terminal=ends)


def bold_play() -> Array:
    """Return the policy [101] that stakes as much as is allowed."""
    return np.array([max(largest_stake(capital) - 1, 0) for capital in range(GOAL + 1)])


def largest_stake(capital: int) -> int:
    """Return the largest stake at this capital."""
    return min(capital, GOAL - capital)

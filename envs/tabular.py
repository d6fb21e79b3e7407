"""Small decision processes with rational tables: Garnets, and the book's gridworld and random walk."""

from fractions import Fraction

import numpy as np

from ..spec.errors import ParameterError
from ..spec.mdp import MDP
from ..spec.numbers import Array, Scalar
from .exact_tables import assemble, only_last, zeros

# Probabilities of a Garnet are multiples of 1/1024, so that floats hold them without rounding.
GRAINS = 1024


def garnet(
    states: int,
    actions: int,
    branching: int,
    seed: int,
    *,
    discount: Scalar = "9/10",
    system: str = "float64",
) -> MDP:
    """Return a random process in which every action leads to `branching` states (Archibald et al. 1995).

    Probabilities are positive multiples of 1/1024, uniform among those that sum to one; rewards are uniform
    among the multiples of 1/8 from -1 to 1. The first state is one of `branching` states, drawn in the same
    way. So the tables are the same in all number systems, without rounding.
    """
    if not 1 <= branching <= states or branching > GRAINS:
        raise ParameterError(
            "no Garnet has this branching",
            got=f"branching={branching} for {states} states",
            expected="1 <= branching <= states, and at most 1024",
            cause="more successors than states",
            remedy="lower the branching",
        )
    generator = np.random.default_rng(seed)
    transition, reward = zeros(states, actions, states), zeros(states, actions)
    initial = _random_row(generator, states, branching)
    for row in np.ndindex(states, actions):
        transition[row] = _random_row(generator, states, branching)
        reward[row] = Fraction(int(generator.integers(-8, 9)), 8)
    return assemble(transition, reward, initial, discount=discount, system=system)


def _random_row(generator: np.random.Generator, states: int, branching: int) -> Array:
    """Return a distribution on `branching` of the states, by cutting 1024 grains at different places."""
    row = zeros(states)
    cuts = np.sort(generator.choice(np.arange(1, GRAINS), size=branching - 1, replace=False))
    grains = np.diff(cuts, prepend=0, append=GRAINS)
    row[generator.choice(states, size=branching, replace=False)] = [Fraction(int(n), GRAINS) for n in grains]
    return row


def gridworld(*, discount: Scalar = "9/10", system: str = "float64") -> MDP:
    """Return the 5 by 5 gridworld of Sutton and Barto 2018, example 3.5; states are numbered row by row.

    The start is uniform. Actions are north, south, east, west. Leaving the grid costs 1 and moves nowhere.
    Every action in A = (0, 1) pays 10 and leads to (4, 1); every action in B = (0, 3) pays 5 and leads to
    (2, 3).
    """
    transition, reward, initial = zeros(25, 4, 25), zeros(25, 4), zeros(25)
    initial[:] = Fraction(1, 25)
    jumps = {(0, 1): ((4, 1), 10), (0, 3): ((2, 3), 5)}
    for row, column in np.ndindex(5, 5):
        for action, (down, right) in enumerate(((-1, 0), (1, 0), (0, 1), (0, -1))):
            inside = 0 <= row + down < 5 and 0 <= column + right < 5
            moved = ((row + down, column + right), 0) if inside else ((row, column), -1)
            (next_row, next_column), payment = jumps.get((row, column), moved)
            transition[5 * row + column, action, 5 * next_row + next_column] = Fraction(1)
            reward[5 * row + column, action] = Fraction(payment)
    return assemble(transition, reward, initial, discount=discount, system=system)


def random_walk(
    states: int = 5,
    *,
    left: Scalar = 0,
    right: Scalar = 1,
    discount: Scalar = 1,
    system: str = "float64",
) -> MDP:
    """Return a chain of `states` states and a terminal one; actions 0 and 1 move left and right.

    Stepping off an end pays `left` or `right`. The walk starts in the middle (right of it if the number is
    even). Under the uniform policy it is the random walk of Sutton and Barto 2018, example 6.2, and with 19
    states and left=-1 that of example 7.1.
    """
    if states < 1:
        raise ParameterError(
            "a walk has at least one state",
            got=f"states={states}",
            expected="states >= 1",
            cause="the terminal state was counted off",
            remedy="count the states in which the walk continues",
        )
    transition, reward, initial = zeros(states + 1, 2, states + 1), zeros(states + 1, 2), zeros(states + 1)
    initial[states // 2] = Fraction(1)
    for state in range(states):
        transition[state, 0, state - 1 if state > 0 else states] = Fraction(1)
        transition[state, 1, state + 1] = Fraction(1)
    reward[0, 0], reward[states - 1, 1] = Fraction(left), Fraction(right)
    transition[states, :, states] = Fraction(1)
    return assemble(transition, reward, initial, discount=discount, system=system, terminal=only_last(states + 1))

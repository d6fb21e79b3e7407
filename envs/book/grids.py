"""Gridworlds of Sutton and Barto 2018: states are cells, numbered row by row; a move off the grid stays."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from ...spec.mdp import MDP
from ...spec.numbers import Array, Scalar
from ..exact_tables import assemble, zeros

Cell = tuple[int, int]
MOVES = ((-1, 0), (1, 0), (0, 1), (0, -1))
"""What the actions do to row and column: 0 up, 1 down, 2 right, 3 left."""

MAZE_WALLS = ((1, 2), (2, 2), (3, 2), (4, 5), (0, 7), (1, 7), (2, 7))


def small_gridworld(*, discount: Scalar = 1, system: str = "float64") -> MDP:
    """Return the 4 by 4 gridworld of example 4.1: -1 for each move until a corner, (0, 0) or (3, 3), is reached.

    The start is uniform over the cells that are not terminal.
    """
    transition = moves(4, 4)
    corners = np.isin(np.arange(16), (0, 15))
    initial = np.array([Fraction(int(not corner), 14) for corner in corners], dtype=object)
    return _with_ends(transition, -1, initial, corners, discount, system)


def cliff(*, discount: Scalar = 1, system: str = "float64") -> MDP:
    """Return the cliff of example 6.6: 4 rows, 12 columns, from (3, 0) to (3, 11), -1 for each move.

    Stepping into the cells between them pays -100 and leads back to the start, without ending the episode.
    """
    table, start, edge = moves(4, 12), 36, np.arange(37, 47)
    falls = table[..., edge].sum(axis=-1)
    table[..., start] += falls
    table[..., edge] = Fraction(0)
    table[edge] = zeros(48)
    table[edge, :, start] = Fraction(1)  # nobody is ever there
    reward = -1 - 99 * falls
    return _with_ends(table, reward, _only(48, start), np.arange(48) == 47, discount, system)


def dyna_maze(*, discount: Scalar = "19/20", system: str = "float64") -> MDP:
    """Return the maze of example 8.1: 6 rows, 9 columns, from (2, 0) to (0, 8), which pays 1 on entering.

    A move into a wall stays; wall cells lead to themselves.
    """
    transition = moves(6, 9, MAZE_WALLS)
    goal = 8
    return _with_ends(transition, transition[..., goal], _only(54, 18), np.arange(54) == goal, discount, system)


def moves(rows: int, columns: int, walls: Iterable[Cell] = ()) -> Array:
    """Return the transitions [cells, 4, cells] of certain moves."""
    walls = set(walls)
    transition = zeros(rows * columns, 4, rows * columns)
    for row, column in np.ndindex(rows, columns):
        for action, (down, right) in enumerate(MOVES):
            there = (row + down, column + right)
            free = 0 <= there[0] < rows and 0 <= there[1] < columns and not {there, (row, column)} & walls
            next_row, next_column = there if free else (row, column)
            transition[row * columns + column, action, next_row * columns + next_column] = Fraction(1)
    return transition


def _only(states: int, state: int) -> Array:
    initial = zeros(states)
    initial[state] = Fraction(1)
    return initial


def _with_ends(
    transition: Array, reward: Array | int, initial: Array, terminal: Array, discount: Scalar, system: str
) -> MDP:
    """Make cells terminal: absorbing, and paying nothing."""
    states = len(transition)
    table, rewards = transition.copy(), zeros(states, transition.shape[1]) + reward
    table[terminal], rewards[terminal] = zeros(states), Fraction(0)
    table[terminal, :, np.flatnonzero(terminal)] = Fraction(1)
    return assemble(table, rewards, initial, discount=discount, system=system, terminal=terminal)

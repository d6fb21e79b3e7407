"""Baird's counterexample, Sutton and Barto 2018, figure 11.2."""

from fractions import Fraction

import numpy as np

from ...spec.mdp import MDP
from ...spec.numbers import Array, Scalar, convert, exact
from ..exact_tables import assemble, zeros

STATES = 7
DASHED, SOLID = range(2)
FIRST_WEIGHTS = (1, 1, 1, 1, 1, 1, 10, 1)


def baird(*, discount: Scalar = "99/100", system: str = "float64") -> MDP:
    """Return the process: dashed leads to one of the six upper states, solid to the seventh; nothing is ever paid."""
    transition = zeros(STATES, 2, STATES)
    transition[:, DASHED, :6] = Fraction(1, 6)
    transition[:, SOLID, 6] = Fraction(1)
    initial = np.full(STATES, Fraction(1, STATES), dtype=object)
    return assemble(transition, zeros(STATES, 2), initial, discount=discount, system=system)


def features(system: str = "float64") -> Array:
    """Return the features [7, 8]: 2 w_i + w_8 for the upper states, w_7 + 2 w_8 for the seventh."""
    table = np.zeros((STATES, 8), dtype=int)
    table[range(6), range(6)], table[:6, 7], table[6, 6:] = 2, 1, (1, 2)
    return convert(exact(table), system)


def target_policy(system: str = "float64") -> Array:
    """Return the policy [7, 2] that always takes the solid action."""
    return convert(exact(np.tile([0, 1], (STATES, 1))), system)

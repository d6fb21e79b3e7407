"""Float data as what it stands for: rows that sum to one exactly, which the floats are near to.

The theory speaks of such rows. `oracle.rounding` carries the distance through a computation, together with the
roundings of the computation itself, so that a statement about the exact rows can be checked with the floats.
"""

import numpy as np

from ..oracle.rounding import UNIT_ROUNDOFF, Rounded, gamma
from ..spec.mdp import MDP
from ..spec.numbers import Array


def rows(probabilities: Array) -> Rounded:
    """Read rows [..., n] of floats as being so far from themselves divided by their exact sums.

    The sum of m nonzero floats that NumPy computes is off by at most m - 1 roundings of the exact one; twice that
    covers the quotient of the two. A row with a single one in it is exact.
    """
    nonzero = np.count_nonzero(probabilities, axis=-1, keepdims=True)
    off = abs(probabilities.sum(axis=-1, keepdims=True) - 1) + 2 * gamma(nonzero - 1, UNIT_ROUNDOFF["float64"])
    return Rounded(probabilities, probabilities * off / (1 - off))


def process(mdp: MDP) -> MDP:
    """Read a process of floats so; rewards and discount are the floats that they are."""
    reward, discount = Rounded(mdp.reward), Rounded(mdp.discount)
    return MDP(rows(mdp.transition), reward, rows(mdp.initial), discount, mdp.terminal)

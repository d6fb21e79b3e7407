"""Make an `MDP` in any number system from tables of fractions."""

from fractions import Fraction

import numpy as np

from ..spec.mdp import MDP
from ..spec.numbers import Array, Scalar, convert, exact


def zeros(*shape: int) -> Array:
    """Return an array of zeros that are fractions."""
    return np.full(shape, Fraction(0), dtype=object)


def only_last(states: int) -> Array:
    """Return the flags that mark the last state as terminal, and no other."""
    return np.arange(states) == states - 1


def assemble(
    transition: Array, reward: Array, initial: Array, *, discount: Scalar, system: str, terminal: Array = None
) -> MDP:
    """Return the decision process with these tables of fractions; for float64 each entry is rounded once.

    In the systems `exact` and `ball` the discount is an integer, a `Fraction` or a rational string.
    """
    arrays = [convert(exact(table), system) for table in (transition, reward, initial)]
    return MDP(*arrays, discount=discount, terminal=terminal)

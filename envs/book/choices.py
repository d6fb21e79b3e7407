"""The process of the maximisation bias, Sutton and Barto 2018, example 6.7."""

from fractions import Fraction

from ...spec.mdp import MDP
from ...spec.numbers import Scalar
from ..exact_tables import assemble, only_last, zeros

A, B, END = range(3)
LEFT, RIGHT = range(2)


def maximisation_bias(*, discount: Scalar = 1, system: str = "float64") -> MDP:
    """Return states A, B and the end: in A right ends, left leads to B; from B every action ends, paying -1/10.

    The book's payment from B is normal with mean -1/10 and variance 1; its mean is all that values depend on.
    """
    transition, reward, initial = zeros(3, 2, 3), zeros(3, 2), zeros(3)
    initial[A] = transition[A, RIGHT, END] = transition[A, LEFT, B] = Fraction(1)
    transition[B, :, END] = transition[END, :, END] = Fraction(1)
    reward[B] = Fraction(-1, 10)
    return assemble(transition, reward, initial, discount=discount, system=system, terminal=only_last(3))

r"""Extremal instances: processes on which the bounds are attained, or nearly so.

Random processes never come within a factor two of TRPO's bounds, so that they do not notice a
constant 3 in the place of 4. These do. Every instance is exact; all have v_pi = 0, because the
reward is chosen as the advantage, which averages to zero under the old policy.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from .decision_process import MDP
from .numbers import Array, Scalar, exact


class Instance(NamedTuple):
    """A process with an old and a new policy."""

    name: str
    mdp: MDP
    policy: Array
    new_policy: Array


def total_variation(discount: Scalar, alpha: Scalar) -> Instance:
    r"""E1: equality in the refined bound of Theorem 1 (alpha <= 1/2).

    Actions stay, removed, added: the new policy moves alpha from `removed` to `added`, and `added`
    leads from the good state to the absorbing bad one, where every advantage has the other sign.
    """
    alpha = Fraction(alpha)
    good = [alpha / (1 - alpha), Fraction(-1), Fraction(1)]
    return Instance(
        "E1 total variation",
        _two_states(discount, [0, 0, 1], [good, [-a for a in good]]),
        _same_rows([1 - alpha, alpha, 0], 2),
        _same_rows([1 - alpha, 0, alpha], 2),
    )


def mixture(discount: Scalar, alpha: Scalar) -> Instance:
    r"""E2: equality in Kakade and Langford's bound for the mixture (1 - alpha) pi + alpha pi', any alpha."""
    alpha = Fraction(alpha)
    return Instance(
        "E2 mixture",
        _two_states(discount, [0, 1], [[0, 1], [0, -1]]),
        _same_rows([1, 0], 2),
        _same_rows([1 - alpha, alpha], 2),
    )


def average_divergence(discount: Scalar, deviation: Scalar) -> Instance:
    r"""E3: the ratio to CPO's bound tends to one as the deviation in the absorbing states vanishes."""
    d, half, zero = Fraction(deviation), Fraction(1, 2), Fraction(0)
    transition = np.zeros((3, 2, 3), dtype=object)
    transition[0, 0, 1] = transition[0, 1, 2] = transition[1, :, 1] = transition[2, :, 2] = 1
    size = half / d
    reward = [[zero, zero], [size, -size], [-size, size]]
    return Instance(
        "E3 average divergence",
        MDP(exact(transition), exact(reward), exact([1, 0, 0]), Fraction(discount)),
        exact([[half, half]] * 3),
        exact([[half + half, zero], [half + d, half - d], [half + d, half - d]]),
    )


def random_walk(discount: Scalar, alpha: Scalar, width: int) -> Instance:
    r"""E4: the divergence bound on a random walk; its ratio tends to sqrt((1-gamma)/(1+gamma))/2 as alpha vanishes.

    Positions -width..width, start in the middle, advantage +-1 by the sign of the position.
    """
    size, alpha = 2 * width + 1, Fraction(alpha)
    transition, reward = np.zeros((size, 2, size), dtype=object), np.zeros((size, 2), dtype=object)
    for s in range(size):
        transition[s, 0, max(s - 1, 0)] = transition[s, 1, min(s + 1, size - 1)] = 1
        sign = (s > width) - (s < width)
        reward[s] = [-sign, sign]
    initial = (np.arange(size) == width).astype(int)
    return Instance(
        "E4 random walk",
        MDP(exact(transition), exact(reward), exact(initial), Fraction(discount)),
        exact([[Fraction(1, 2)] * 2] * size),
        exact([[Fraction(1, 2) - alpha, Fraction(1, 2) + alpha]] * size),
    )


def mean_divergence(root: int, alpha: Scalar) -> Instance:
    r"""E5: the *mean* KL divergence in the place of the maximum is not a bound, at discount 1/(root^2 + 1).

    The first state leads to a good or a bad absorbing state at random. The new policy shifts alpha
    towards the bad one and root * alpha within both, which the mean hides: to second order
    (L - eta) / (C mean KL) = root / 4, above one from root = 5 on.
    """
    alpha, half = Fraction(alpha), Fraction(1, 2)
    beta = root * alpha
    leave = [[0, 1, 0], [0, 0, 1]]
    stay = [[[0, 1, 0]] * 2, [[0, 0, 1]] * 2]
    return Instance(
        "E5 mean divergence",
        MDP(exact([leave, *stay]), exact([[0, 0], [1, -1], [-1, 1]]), exact([1, 0, 0]), Fraction(1, root**2 + 1)),
        exact([[half, half]] * 3),
        exact([[half - alpha, half + alpha], [half + beta, half - beta], [half + beta, half - beta]]),
    )


def worst_deterministic(discount: Scalar) -> Instance:
    r"""E6: the deterministic worst policy, a fixed point of Algorithm 1 for every discount >= 1/5."""
    return Instance(
        "E6 worst deterministic",
        MDP(exact([[[1, 0], [0, 1]], [[1, 0], [0, 1]]]), exact([[0, 1], [0, 1]]), exact([1, 0]), Fraction(discount)),
        exact([[1, 0], [1, 0]]),
        exact([[0, 1], [0, 1]]),
    )


def instances() -> Iterator[Instance]:
    """Yield the family at the discounts and step sizes that the laws are held against."""
    for discount in (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)):
        for alpha in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2)):
            yield total_variation(discount, alpha)
            yield mixture(discount, alpha)
        yield average_divergence(discount, Fraction(1, 100))
        yield random_walk(discount, Fraction(1, 100), 4)
        yield worst_deterministic(discount)


def _two_states(discount: Scalar, leaves: list[int], reward: list[list[Scalar]]) -> MDP:
    """A good start state that actions marked 1 leave for an absorbing bad one."""
    good = [[1 - leave, leave] for leave in leaves]
    bad = [[0, 1] for _ in leaves]
    return MDP(exact([good, bad]), exact(reward), exact([1, 0]), Fraction(discount))


def _same_rows(row: list[Scalar], states: int) -> Array:
    return exact([row] * states)

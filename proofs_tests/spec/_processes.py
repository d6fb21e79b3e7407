"""Small processes that the tests here spoil, convert and solve by hand, and two ways to compare."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP

FLOATS = {
    "transition": np.array([[[0.5, 0.5], [1.0, 0.0]], [[0.0, 1.0], [0.25, 0.75]]]),
    "reward": np.array([[1.0, 2.0], [3.0, -4.0]]),
    "initial": np.array([0.75, 0.25]),
    "discount": 0.5,
}
"""Two states and two actions, every number dyadic."""

FRACTIONS = {
    "transition": [[["1/3", "2/3"], [1, 0]], [[0, 1], ["1/7", "6/7"]]],
    "reward": [[1, 2], [Fraction(1, 3), -4]],
    "initial": [Fraction(1, 3), Fraction(2, 3)],
    "discount": Fraction(9, 10),
}
"""Two states and two actions, with numbers that no float equals."""

COUNTS = np.array([[[2, 2], [4, 0]], [[0, 4], [4, 0]]])
"""Outcomes of that process counted, not divided by their number: whole numbers, most rows of which sum to four."""

FIRST = FLOATS["initial"]
"""Two numbers, one for each state."""

STEPS = np.array([1.0, -2.0, 3.0])
"""Three numbers, one for each transition."""

FLAGS = np.array([False, True, False])
"""Three flags, one for each transition."""

HALVES = np.full((2, 2), 0.5)
"""The uniform policy of two states and two actions."""


def floats(**changes: Any) -> MDP:
    """The process of floats, with some fields changed."""
    return MDP(**{**FLOATS, **changes})


def fractions(**changes: Any) -> MDP:
    """The process of Fractions, with some fields changed."""
    return MDP(**{**FRACTIONS, **changes})


def corridor(**changes: Any) -> MDP:
    """Cells 0 and 1 and the end 2, undiscounted, -1 a step: action 0 goes on, 1 goes on half the time, 2 stays."""
    half, end = Fraction(1, 2), [0, 0, 1]
    fields = {
        "transition": [[[0, 1, 0], [half, half, 0], [1, 0, 0]], [end, [0, half, half], [0, 1, 0]], [end] * 3],
        "reward": [[-1] * 3, [-1] * 3, [0] * 3],
        "initial": [1, 0, 0],
        "discount": 1,
        "terminal": [False, False, True],
    }
    return MDP(**{**fields, **changes})


def same(first: Any, second: Any) -> bool:
    """Whether two arrays have equal numbers in equal places."""
    return np.asarray(first).tolist() == np.asarray(second).tolist()


def is_around(balls: Any, rationals: Any) -> bool:
    """Whether each ball contains its rational."""
    pairs = zip(np.ravel(balls), np.ravel(numbers.exact(rationals)), strict=True)
    return all(ball.contains(arb(each)) for ball, each in pairs)

"""What the definitions are evaluated on: small processes and data of every kind, some of them drawn."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from rlproof.spec import extremal
from rlproof.spec.mdp import MDP
from rlproof.spec.numbers import exact

from .case import Case
from .estimator_claims import Data


def process_cases(seed: int) -> Iterator[Case]:
    """Processes with two policies: of the README, with an end, without a choice, tight for Theorem 1, and drawn."""
    half, fifth = Fraction(1, 2), exact(["1/5"])[0]
    two = MDP([[["1/2", "1/2"], [0, 1]], [[0, 1], [1, 0]]], [[0, 1], [2, -1]], [1, 0], "9/10")
    yield Case("readme", two, exact([[half, half]] * 2), exact([["1/3", "2/3"], [1, 0]]), exact([1, -2]), fifth, 3)
    yield Case("with_an_end", *_with_an_end(), exact([1, -2, 0]), fifth, 3)
    bandit = MDP([[[1], [1], [1]]], [["1/2", -1, 3]], [1], 0)
    yield Case("bandit", bandit, exact([["1/2", "1/2", 0]]), exact([[0, "1/4", "3/4"]]), exact([2]), exact([1])[0], 1)
    tight = extremal.total_variation(Fraction(9, 10), Fraction(1, 4))
    yield Case("tight", tight.mdp, tight.policy, tight.new_policy, exact([0, 1]), exact([0])[0], 0)
    yield _drawn(Random(seed))


def _with_an_end() -> tuple[MDP, Any, Any]:
    """State 2 is terminal; the old policy leaves out an action there, so that a ratio has a zero above."""
    process = MDP(
        [[["1/2", "1/2", 0], [0, 1, 0]], [[0, 1, 0], ["1/3", "1/3", "1/3"]], [[0, 0, 1], [0, 0, 1]]],
        [[0, 1], [2, -1], [0, 0]],
        ["1/4", "3/4", 0],
        "9/10",
        [False, False, True],
    )
    old = exact([["1/2", "1/2"], ["1/2", "1/2"], [1, 0]])
    return process, old, exact([["1/3", "2/3"], ["1/5", "4/5"], ["1/4", "3/4"]])


def _drawn(random: Random) -> Case:
    """Four states and three actions, with other numbers for each seed."""
    states, actions = 4, 3
    process = MDP(
        [[_row(random, states) for _ in range(actions)] for _ in range(states)],
        [[_number(random) for _ in range(actions)] for _ in range(states)],
        _row(random, states),
        Fraction(random.randint(0, 9), 10),
    )
    old, new = (exact([_row(random, actions) for _ in range(states)]) for _ in range(2))
    estimate = exact([_number(random) for _ in range(states)])
    return Case("drawn", process, old, new, estimate, exact([Fraction(random.randint(0, 5), 5)])[0], 2)


def _row(random: Random, size: int) -> list[Fraction]:
    """A distribution with zeros in it, now and then."""
    weights = [random.choice((0, 1, 1, 2, 3)) for _ in range(size)]
    weights[random.randrange(size)] += 1
    return [Fraction(weight, sum(weights)) for weight in weights]


def _number(random: Random) -> Fraction:
    return Fraction(random.randint(-6, 6), random.randint(1, 4))


def estimator_cases(seed: int) -> Iterator[Data]:
    """Data of one step, of several episodes, and drawn."""
    random = Random(seed)
    yield _data("one_step", random, [False], [False])
    yield _data("episodes", random, [False, False, True, False, False, False], [False, True, False, False, False, True])
    flags = [[random.random() < 1 / 4 for _ in range(8)] for _ in range(2)]
    yield _data("drawn", random, *flags)


def _data(name: str, random: Random, terminated: list[bool], truncated: list[bool]) -> Data:
    steps, states = len(terminated), 3

    def numbers(size: int = steps) -> Any:
        return exact([_number(random) for _ in range(size)])

    return Data(
        name,
        states=np.array([random.randrange(states) for _ in range(steps)]),
        next_states=np.array([random.randrange(states) for _ in range(steps)]),
        state_values=numbers(states),
        rewards=numbers(),
        terminated=np.array(terminated),
        truncated=np.array(truncated),
        ratios=abs(numbers()),
        advantages=numbers(),
        returns=numbers(),
        old_values=numbers(),
        gamma=Fraction(random.randint(1, 10), 10),
        decay=Fraction(random.randint(0, 10), 10),
        levels=(Fraction(3, 2), Fraction(random.randint(2, 6), 4)),
        clip_epsilon=Fraction(1, 5),
        dual_clip=Fraction(3),
        n=random.randint(1, 3),
    )

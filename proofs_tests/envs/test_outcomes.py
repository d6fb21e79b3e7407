"""Code that draws random numbers is enumerated completely and with exact probabilities."""

import copy
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest

from rlproof.envs.outcomes import ScriptedGenerator, distribution, outcomes
from rlproof.spec.errors import EmptySpaceError, ParameterError


def test_the_sum_of_two_dice_has_its_distribution() -> None:
    """P(sum = n) = (6 - |n - 7|) / 36, found by drawing from range, list and array alike."""
    expected = {n: Fraction(6 - abs(n - 7), 36) for n in range(2, 13)}
    faces = [1, 2, 3, 4, 5, 6]
    assert distribution(lambda g: g.integers(1, 7) + g.choice(faces)) == expected
    assert distribution(lambda g: g.integers(1, 6, endpoint=True) + g.choice(np.array(faces))) == expected
    assert distribution(lambda g: g.integers(6) + g.choice(6) + 2) == expected


def test_how_much_is_drawn_may_depend_on_what_was_drawn() -> None:
    """Tossing until the first head, at most ten times: geometric, with the rest at the limit."""

    def tosses(generator: ScriptedGenerator) -> int:
        for number in range(1, 10):
            if generator.choice(["head", "tail"]) == "head":
                return number
        return 10

    assert distribution(tosses) == {n: Fraction(1, 2 ** min(n, 9)) for n in range(1, 11)}


def test_equal_values_are_one_outcome_of_larger_probability() -> None:
    """A deck with four tens among thirteen cards has ten outcomes, and a ten has probability 4/13."""
    deck = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10]
    runs = list(outcomes(lambda g: g.choice(deck)))
    assert sorted(card for _, card in runs) == list(range(1, 11))
    assert {card: probability for probability, card in runs}[10] == Fraction(4, 13)


def test_a_random_walk_is_binomial_and_its_probabilities_sum_to_one() -> None:
    """Ten fair steps: 1024 runs, each with probability 2**-10."""
    runs = list(outcomes(lambda g: sum(g.choice([0, 1]) for _ in range(10))))
    assert len(runs) == 1024
    assert sum(probability for probability, _ in runs) == 1
    assert sum(probability for probability, ups in runs if ups == 3) == Fraction(comb(10, 3), 1024)


def test_a_real_generator_draws_only_what_was_enumerated() -> None:
    """The same code under NumPy's generator meets every outcome, and no other, in 2,000 runs."""

    def code(generator: Any) -> tuple[int, int]:
        first = int(generator.integers(3))
        return first, int(generator.choice([5, 6, 7][first:]))

    generator = np.random.default_rng(0)
    assert {code(generator) for _ in range(2000)} == set(distribution(code))


def test_code_without_draws_has_one_certain_outcome() -> None:
    """A constant is its own distribution."""
    assert distribution(lambda _: "done") == {"done": Fraction(1)}


@pytest.mark.parametrize(
    "draw",
    [
        lambda g: g.random(),
        lambda g: g.normal(),
        lambda g: g.choice([1, 2], size=2),
        lambda g: g.choice([1, 2], p=[0.1, 0.9]),
        lambda g: g.integers(3, size=2),
    ],
)
def test_a_draw_that_cannot_be_listed_is_refused(draw: Any) -> None:
    """Continuous, vectorised and weighted draws raise and name the draw."""
    with pytest.raises(ParameterError, match=r"generator\."):
        distribution(draw)


def test_a_draw_from_nothing_is_refused() -> None:
    """An empty list has no outcome."""
    with pytest.raises(EmptySpaceError):
        distribution(lambda g: g.choice([]))


def test_a_scripted_generator_can_be_copied() -> None:
    """Code under enumeration may copy its generator."""
    generator = ScriptedGenerator([1])
    assert copy.deepcopy(generator).choice(["a", "b"]) == "b"

"""The search finds planted errors, and what it shows is as small as it can be."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from rlproof.oracle.agreement import Comparison, parameters
from rlproof.oracle.compare import compare
from rlproof.oracle.reproduction import describe
from rlproof.oracle.search import BrokenError, search, smallest
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec.decision_process import MDP
from rlproof.spec.registry import equation

from .planted import PLANTED, Case, Planted

EXAMPLES = 100
SIMPLE = {"0", "1", "2", "-1", "1/2", "1/4"}
"""The numbers that a minimal counterexample consists of; 1/4 is the simplest width of a clipping band."""


def held_against(planted: Planted) -> Any:
    """Make the check that the planted function fails somewhere."""
    entry = equation(planted.equation)

    def check(case: Case) -> Comparison:
        comparison = compare(entry, lambda **inputs: planted.function(inputs), case, "float64")
        if not comparison.agrees:
            raise BrokenError(planted.error)
        return comparison

    return check


def sizes(case: Case) -> dict[str, int]:
    """The size of the problem that a case poses."""
    if isinstance(case.get("mdp"), MDP):
        return {"states": case["mdp"].number_of_states, "actions": case["mdp"].number_of_actions}
    shapes = {value.shape for value in case.values() if isinstance(value, np.ndarray)}
    return {name: n for shape in shapes for name, n in zip(("states", "actions")[: len(shape)], shape, strict=True)}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.equation}, {planted.error}")
def test_a_planted_error_is_found_and_shown_on_the_smallest_case(planted: Planted) -> None:
    """No smaller problem shows the error, every number is simple, and at most a few differ from zero."""
    names, check = parameters(equation(planted.equation)), held_against(planted)
    found = smallest(check, names, examples=EXAMPLES, seed=0)
    assert found is not None
    assert isinstance(found.error, BrokenError)
    case = found.counterexample
    got = {"length": len(next(iter(case.values())))} if "length" in planted.smallest else sizes(case)
    assert got == planted.smallest, describe(case)
    numbers = set(re.findall(r"-?\d+(?:/\d+)?", re.sub(r"\w+ = ", "", describe(case))))
    assert numbers <= SIMPLE, describe(case)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.equation}, {planted.error}")
def test_a_planted_error_does_not_show_on_anything_smaller(planted: Planted) -> None:
    """With one state, action or step less than the smallest case has, the function is right."""
    names, check = parameters(equation(planted.equation)), held_against(planted)
    for dimension, size in planted.smallest.items():
        if size > 1:
            below = Sizes(**{"states": (1, 3), "actions": (1, 3), "length": (1, 4), dimension: (1, size - 1)})
            assert search(check, arguments(names, below), examples=EXAMPLES, seed=1).error is None


def test_the_search_counts_the_cases_until_the_first_failure() -> None:
    """Cases of the shrinking are not counted, and the notes are those of the cases that passed."""

    def check(case: int) -> int:
        if case >= 10:
            raise BrokenError(f"{case} is large")
        return case

    found = search(check, st.integers(0, 1000), examples=50, seed=0)
    assert found.counterexample == 10
    assert str(found.error) == "10 is large"
    assert 1 <= found.cases <= 50
    assert len(found.notes) == found.cases - 1


def test_a_search_without_a_failure_returns_every_note() -> None:
    """As many as there were cases."""
    found = search(lambda case: 2 * case, st.integers(0, 10**6), examples=30, seed=0)
    assert found.error is None
    assert found.counterexample is None
    assert found.cases == 30
    assert len(found.notes) == 30
    assert all(note % 2 == 0 for note in found.notes)


def test_the_same_seed_gives_the_same_cases() -> None:
    """And another seed others."""
    runs = [search(lambda case: case, st.integers(0, 10**9), examples=20, seed=seed).notes for seed in (3, 3, 4)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_an_error_of_any_class_is_a_counterexample() -> None:
    """A function that crashes is as wrong as one that errs."""
    found = search(lambda case: 1 // case, st.integers(0, 5), examples=20, seed=0)
    assert isinstance(found.error, ZeroDivisionError)
    assert found.counterexample == 0


def test_a_broken_strategy_is_not_a_counterexample() -> None:
    """If drawing the input fails, the search itself fails."""

    def refuse(_number: int) -> int:
        raise RuntimeError("no such number")

    with pytest.raises(RuntimeError, match="no such number"):
        search(lambda case: case, st.integers().map(refuse), examples=5, seed=0)


def test_an_interruption_ends_the_search() -> None:
    """Ctrl-C is no counterexample."""

    def check(_case: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(check, st.integers(), examples=5, seed=0)


def test_nothing_is_smallest_where_nothing_fails() -> None:
    """Then the answer is None."""
    assert smallest(lambda case: case, ("rewards",), examples=5, seed=0) is None


def test_cases_are_drawn_independently() -> None:
    """Nearly all differ, and no case is made of the one before it; the same seed draws the same."""

    def drawn(seed: int) -> list[str]:
        found: list[str] = []
        names = parameters(equation("gae.advantage"))
        search(lambda case: found.append(describe(case)), arguments(names), examples=EXAMPLES, seed=seed)
        return found

    cases = drawn(1)
    assert len(cases) == EXAMPLES
    assert len(set(cases)) >= 0.95 * EXAMPLES
    rewards = [re.findall("rewards = (.*)", case)[0] for case in cases]
    assert sum(one == other for one, other in pairwise(rewards)) <= 0.1 * EXAMPLES
    assert drawn(1) == cases != drawn(2)

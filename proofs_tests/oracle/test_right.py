"""No false alarm: independent right implementations agree, whatever their order of operations, arrays and precision."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rlproof.oracle import check

from .right import implementations

QUICK = 1
"""So many of each equation are held in CI, too; all others are `slow`."""


def parameters() -> Iterator[Any]:
    """Every right implementation with its equation's id."""
    met = Counter[str]()
    for identifier, function in implementations():
        met[identifier] += 1
        marks = () if met[identifier] <= QUICK else (pytest.mark.slow,)
        yield pytest.param(identifier, function, id=f"{identifier}-{function.__name__}", marks=marks)


@pytest.mark.parametrize(("identifier", "function"), list(parameters()))
def test_a_right_implementation_agrees(identifier: str, function: Callable[..., Any]) -> None:
    """One right way to compute an equation."""
    verdict = check(function, identifier, examples=80)
    assert verdict, str(verdict)

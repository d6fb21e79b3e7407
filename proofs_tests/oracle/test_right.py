"""No false alarm: independent right implementations agree, whatever their order of operations, arrays and precision."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest

from rlproof.oracle import check

from .right import implementations

SHARES = 2
"""CI holds the first implementation of one equation in so many, chosen by their ids; all others are `slow`."""


def parameters() -> Iterator[Any]:
    """Every right implementation with its equation's id."""
    met = Counter[str]()
    for identifier, function in implementations():
        met[identifier] += 1
        quick = met[identifier] == 1 and crc32(identifier.encode()) % SHARES == 0
        marks = () if quick else (pytest.mark.slow,)
        yield pytest.param(identifier, function, id=f"{identifier}-{function.__name__}", marks=marks)


@pytest.mark.parametrize(("identifier", "function"), list(parameters()))
def test_a_right_implementation_agrees(identifier: str, function: Callable[..., Any]) -> None:
    """One right way to compute an equation."""
    verdict = check(function, identifier, examples=80)
    assert verdict, str(verdict)

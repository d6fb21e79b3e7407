"""No false alarm: independent right implementations agree, whatever their order of operations, arrays and precision."""

from collections.abc import Callable
from typing import Any

import pytest

from rlproof.oracle import check

from .right import implementations

pytestmark = pytest.mark.slow

RIGHT = tuple(implementations())


@pytest.mark.parametrize(
    ("identifier", "function"), RIGHT, ids=[f"{identifier}-{function.__name__}" for identifier, function in RIGHT]
)
def test_a_right_implementation_agrees(identifier: str, function: Callable[..., Any]) -> None:
    """One right way to compute an equation."""
    verdict = check(function, identifier, examples=80)
    assert verdict, str(verdict)

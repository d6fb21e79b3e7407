"""Every equation has at least three laws, and one of them finds the value in another way."""

from collections.abc import Iterable

import pytest

from rlproof.faces import laws_of
from rlproof.oracle.law import Law
from rlproof.spec.registry import Equation, equations

LEAST = 3
"""So many laws has every equation."""


def complaints(laws: Iterable[Law]) -> list[str]:
    """What is missing from the laws of one equation."""
    laws = list(laws)
    found = [] if len(laws) >= LEAST else [f"{len(laws)} laws, at least {LEAST}"]
    return found if any(law.derivation for law in laws) else [*found, "no second derivation"]


@pytest.mark.parametrize("equation", equations(), ids=lambda equation: equation.id)
def test_three_laws_and_a_second_derivation(equation: Equation) -> None:
    """A law that finds the value by enumeration, a series, a linear system or in closed form is marked as such."""
    assert complaints(laws_of(equation)) == []


def planted(*derivations: bool) -> list[Law]:
    """Laws of which only this is known."""
    return [Law("td.error", f"law_{i}", "", "exact", lambda: iter(()), each) for i, each in enumerate(derivations)]


@pytest.mark.parametrize(
    ("laws", "count"),
    [(planted(True, False, False), 0), (planted(True, False), 1), (planted(False, False, False), 1), (planted(), 2)],
    ids=["enough", "two laws", "no derivation", "none"],
)
def test_what_is_missing_is_found(laws: list[Law], count: int) -> None:
    """Negative control: each lack is one complaint."""
    assert len(complaints(laws)) == count

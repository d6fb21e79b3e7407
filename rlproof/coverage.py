"""What holds each equation: number systems, implementation, laws, gradient, published numbers, proofs; and why not.

A hole is a column that an equation does not fill. Some holes explain themselves in the equation's docstring:
a number system that Raises refuses, a gradient that the section Gradient says is not compared. Every other hole
has its reason in a list, `proofs_tests/repository/coverage.toml`, which lies in the repository and not in the wheel.
Machine proofs are extra to laws: where there is none, nothing needs to be explained.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .faces import implementation, laws_of

if TYPE_CHECKING:
    from .oracle.published import Published
    from .spec.registry import Equation

LISTED = Path(__file__).parents[1] / "proofs_tests" / "repository" / "coverage.toml"
"""Where the reasons stand."""

LEAST_LAWS = 3
"""So many laws has every equation."""

DEFAULT_REFUSAL = {
    "float64": "not defined in floats",
    "exact": "exponentials and logarithms of rationals are no rationals",
    "ball": "comparisons of balls may be undecided",
}
"""Why an equation that does not say so itself has no value in a number system."""

Reasons = Mapping[str, Mapping[str, str]]
"""Reasons by column, then by pattern: an equation's id with stars."""


class Cell(NamedTuple):
    """What one column says of one equation."""

    amount: int
    """How much there is; 0 is a hole."""
    reason: str | None = None
    """Why there is nothing, as far as the equation says so itself; empty where no reason is needed."""


def coverage(equation: "Equation") -> dict[str, Cell]:
    """What holds the equation, by column."""
    return {column: measure(equation) for column, measure in COLUMNS.items()}


def read_reasons(path: Path = LISTED) -> Reasons:
    """The listed reasons; none outside the repository."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def reason(name: str, column: str, cell: Cell, reasons: Reasons) -> str | None:
    """Why there is a hole: what the equation says itself, else what the longest pattern that fits says."""
    if cell.reason is not None:
        return cell.reason
    fitting = [pattern for pattern in reasons.get(column, {}) if fnmatchcase(name, pattern)]
    return reasons[column][max(fitting, key=len)] if fitting else None


@cache
def published_of(name: str) -> tuple["Published", ...]:
    """The published entries that rest on the equation with this id."""
    from .published import published_numbers

    return tuple(entry for entry in published_numbers() if name in entry.equations)


def _number_system(system: str) -> Callable[["Equation"], Cell]:
    def measure(equation: "Equation") -> Cell:
        if system in equation.number_systems:
            return Cell(1)
        raises = " ".join(equation.sections["Raises"].split())
        refused = re.search(rf"NumberSystemError (?:in|for) {system}s?\b[ :(]*([^);.]*)", raises)
        return Cell(0, (refused[1] if refused else "") or DEFAULT_REFUSAL[system])

    return measure


def _laws(equation: "Equation") -> Cell:
    count = len(laws_of(equation))
    return Cell(count if count >= LEAST_LAWS else 0)


def _derivations(equation: "Equation") -> Cell:
    return Cell(sum(law.derivation for law in laws_of(equation)))


def _gradient(equation: "Equation") -> Cell:
    if equation.undifferentiated is None:
        return Cell(1)
    return Cell(0, " ".join(equation.undifferentiated.removeprefix("Not compared:").split()))


def _proofs(equation: "Equation") -> Cell:
    from .proofs import proofs_of

    return Cell(len(proofs_of(equation.id)), "")


COLUMNS: dict[str, Callable[["Equation"], Cell]] = {
    "float64": _number_system("float64"),
    "exact": _number_system("exact"),
    "ball": _number_system("ball"),
    "impl": lambda equation: Cell(int(implementation(equation) is not None)),
    "laws": _laws,
    "derivation": _derivations,
    "gradient": _gradient,
    "published": lambda equation: Cell(len(published_of(equation.id))),
    "proof": _proofs,
}
"""The columns of the table, and how each is measured."""

"""The page that shows what holds each equation, and why where nothing does."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from .coverage import COLUMNS, Cell, Reasons, coverage, reason
from .markup import one_paragraph, table, title

if TYPE_CHECKING:
    from .oracle.published import Published
    from .spec.registry import Equation

INTRODUCTION = """
What holds each of the {count} equations: the number systems that its specification runs in (``float64``, ``exact``,
``ball``), its fast implementation (``impl``), the number of its laws, how many of them find the value in another way
than the equation itself (``derivation``), whether its gradient is compared with exact difference quotients, how
many published entries rest on it, and how many statements about it a machine has proved (``proof``, see
:doc:`proofs`). A dash is a hole; the number beside it leads to the reason below. A proof is extra: where there is
none, the laws hold the equation.
"""
COUNTED = ("laws", "derivation", "published", "proof")
"""The columns that show a number."""


def coverage_page(equations: Iterable["Equation"], entries: Iterable["Published"], reasons: Reasons) -> str:
    """The table, topic by topic, then the reasons of its holes, then the published numbers."""
    equations, notes = list(equations), {}
    topics = [_topic(topic, list(group), reasons, notes) for topic, group in groupby(equations, lambda e: e.topic)]
    parts = [title("Coverage", "="), INTRODUCTION.format(count=len(equations)), _totals(equations), *topics]
    return "\n\n".join([*parts, _reasons(notes), _published(entries)]) + "\n"


def _totals(equations: list["Equation"]) -> str:
    cells = [coverage(equation) for equation in equations]
    filled = [f"{column} {sum(each[column].amount > 0 for each in cells)}" for column in COLUMNS]
    return f"Filled, of {len(equations)}: {', '.join(filled)}."


def _topic(topic: str, equations: list["Equation"], reasons: Reasons, notes: dict[str, int]) -> str:
    rows = [["equation", *COLUMNS]]
    for equation in equations:
        shown = [_shown(equation.id, column, cell, reasons, notes) for column, cell in coverage(equation).items()]
        rows.append([f":doc:`{equation.id}`", *shown])
    return f"{title(topic, '-')}\n\n{table(rows)}"


def _shown(name: str, column: str, cell: Cell, reasons: Reasons, notes: dict[str, int]) -> str:
    """A mark or a number; for a hole, the number of its reason, if it needs one, which is noted if it is new."""
    if cell.amount:
        return str(cell.amount) if column in COUNTED else "✓"
    why = reason(name, column, cell, reasons)
    if why == "":
        return "–"
    why = why or "No reason is listed."
    return f"– ({notes.setdefault(why, len(notes) + 1)})"


def _reasons(notes: dict[str, int]) -> str:
    rows = [["number", "reason"], *([f"({number})", one_paragraph(why)] for why, number in notes.items())]
    return f"{title('Reasons', '-')}\n\n{table(rows)}" if notes else title("Nothing is missing", "-")


def _published(entries: Iterable["Published"]) -> str:
    rows = [["entry", "source", "what is reproduced", "equations"]]
    for entry in entries:
        names = ", ".join(f":doc:`{name}`" for name in entry.equations)
        rows.append([f"``{entry.name}``", one_paragraph(entry.source), one_paragraph(entry.statement), names])
    return f"{title('Published numbers', '-')}\n\n{table(rows)}"

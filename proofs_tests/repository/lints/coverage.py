"""The list of reasons for holes of the coverage page: complete, true, and getting shorter."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from rlproof.coverage import COLUMNS, Reasons, coverage
from rlproof.spec.registry import Equation

from .holes import PATTERN, Change

PLACE = Path("proofs_tests/repository/coverage.toml")
"""Where the list stands, below the root."""

Holes = Mapping[str, set[str]]
"""Ids of the equations whose column is empty, and says nothing about it itself, by column."""


def unexplained(equations: Iterable[Equation]) -> dict[str, set[str]]:
    """The holes for which the list must have a reason."""
    cells = {equation.id: coverage(equation) for equation in equations}
    return {
        column: {name for name, each in cells.items() if not each[column].amount and each[column].reason is None}
        for column in COLUMNS
    }


def malformed(reasons: Reasons) -> list[str]:
    """Patterns that are none, and reasons that are not a sentence."""
    entries = [
        (f"{column}: {pattern!r}", pattern, why) for column in reasons for pattern, why in reasons[column].items()
    ]
    found = [f"{where} is no id with stars" for where, pattern, _ in entries if not PATTERN.fullmatch(pattern)]
    return found + [f"{where}: {why!r} is not a sentence" for where, _, why in entries if not why.strip().endswith(".")]


def stale(holes: Holes, reasons: Reasons, names: Iterable[str]) -> list[str]:
    """Ids whose column is filled, patterns that cover no hole, columns that are none."""
    names, found = set(names), [f"{column} is not a column" for column in reasons if column not in holes]
    for column in holes.keys() & reasons.keys():
        for pattern in reasons[column]:
            covered = [name for name in holes[column] if fnmatchcase(name, pattern)]
            if not covered:
                what = "is filled" if pattern in names else "covers no hole"
                found.append(f"{column}: {pattern!r} {what}")
    return found


def grown(changes: Iterable[Change]) -> list[str]:
    """Patterns that no pattern covered before; only `published` may add one, for a topic that it did not know."""
    found = []
    for change in changes:
        for column, patterns in change.after.items():
            before = change.before.get(column, [])
            known = {pattern.split(".")[0] for pattern in before}
            for pattern in patterns:
                covered = any(fnmatchcase(pattern, each) for each in before)
                new_topic = column == "published" and pattern.split(".")[0] not in known
                if not covered and not new_topic:
                    found.append(f"{change.commit}: {column} = {pattern!r} is new")
    return found

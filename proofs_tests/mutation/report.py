"""What the mutants say about the tests: the share killed by module, and every survivor that nobody has explained."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

EXPLAINED = Path(__file__).with_name("survivors.toml")
ENOUGH = 0.95
"""The share of mutants that must be killed."""


@dataclass(frozen=True)
class Result:
    """A mutant that ran."""

    path: Path
    place: str
    killed: bool
    by_time: bool


def explanations() -> dict[str, str]:
    """Why each listed survivor computes what the original computes, by its place."""
    return tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))


def report(results: Iterable[Result]) -> int:
    """Print the figures; 0 if enough were killed and every survivor is explained."""
    explained, counts, unexplained = explanations(), dict[Path, Counter[str]](), []
    for result in results:
        entry = counts.setdefault(result.path, Counter())
        known = not result.killed and result.place in explained
        entry["killed" if result.killed else "equivalent" if known else "survived"] += 1
        entry["by time"] += result.by_time
        if not result.killed and not known:
            unexplained.append(result.place)
    for place in sorted(unexplained):
        print(f"survived: {place}")
    total = sum(counts.values(), Counter[str]())
    for path, entry in sorted(counts.items()):
        print(f"{path!s:40} {_shown(entry)}")
    print(f"{'all':40} {_shown(total)}")
    return 0 if _ran(total) and not unexplained and total["killed"] >= ENOUGH * _ran(total) else 1


def _ran(entry: Counter[str]) -> int:
    return entry["killed"] + entry["equivalent"] + entry["survived"]


def _shown(entry: Counter[str]) -> str:
    share = f"{entry['killed'] / _ran(entry):6.1%}" if _ran(entry) else "   -  "
    return (
        f"{entry['killed']:5} of {_ran(entry):5} killed {share} ({entry['by time']} by the time limit), "
        f"{entry['equivalent']} equivalent, {entry['survived']} survived"
    )

"""One mutant: its source, its place in words that outlive other edits, and the tests that may kill it."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec

from . import suite
from .control import Test
from .exchange import Loaded, exchange
from .sites import ROOT, definition_at, topic_of

UNRELATED = 3
"""The rank of a test that has nothing to do with a mutant."""


@dataclass(frozen=True)
class Mutant:
    """A changed module."""

    path: Path
    definition: str
    source: str
    difference: tuple[str, ...]

    @property
    def place(self) -> str:
        """File, definition and changed lines; it stays when other lines of the file change."""
        return " ".join([f"{self.path}:{self.definition}", *self.difference])


def mutant(mutation: MutationSpec) -> Mutant | None:
    """Apply cosmic-ray's proposal; None if it changes nothing, or the result is no Python."""
    path, operator = Path(mutation.module_path), get_operator(mutation.operator_name)(**mutation.operator_args)
    original = (ROOT / path).read_text(encoding="utf-8")
    source = mutate_code(original, operator, mutation.occurrence)
    if source is None or source == original:
        return None
    try:
        compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        return None
    lines = unified_diff(original.splitlines(), source.splitlines(), n=0, lineterm="")
    changed = tuple(" ".join(line.split()) for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---"))
    return Mutant(path, definition_at(ROOT / path, mutation.start_pos), source, changed)


def unchanged(changed: Mutant) -> Mutant:
    """The same module without the change."""
    return replace(changed, source=(ROOT / changed.path).read_text(encoding="utf-8"), difference=("(unchanged)",))


def killers(changed: Mutant, tests: Mapping[str, Test], enough: float) -> list[str]:
    """The tests that may fail, likeliest first: those of the equation's name, those that reach it, its topic's.

    All together they take as many seconds as are enough, by the control.
    """
    topic, reached = topic_of(changed.path.stem), f"{changed.path}:{changed.definition}"
    named = re.compile(rf"\[{topic}\.{changed.definition}[]:-]")

    def rank(name: str) -> int:
        related = bool(named.search(name)), reached in tests[name].reached, f"[{topic}." in name
        return next((place for place, holds in enumerate(related) if holds), len(related))

    spent, chosen = 0.0, []
    for place, seconds, name in sorted((rank(name), test.seconds, name) for name, test in tests.items()):
        spent += seconds
        if place == UNRELATED or spent > enough:
            break
        chosen.append(name)
    return chosen


def survives(changed: Mutant, tests: Sequence[pytest.Item], loaded: Loaded, log: Path, slot: int) -> int:
    """In a fork: exchange the code and run the tests; 0 if all pass, 1 at the first that fails."""
    suite.prepare(slot, log)
    os.chdir(ROOT)
    try:
        exchange(ROOT / changed.path, changed.source, loaded)
    except (ArithmeticError, TypeError, ValueError):  # in a default: the module could not be imported
        return 1
    return 0 if all(passed for _, _, passed in suite.run(tests)) else 1

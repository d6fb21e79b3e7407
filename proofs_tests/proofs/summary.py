"""What a run of the tests says at its end about the machine proofs: which were checked, by what, and which were not."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from . import KINDS, proofs
from .checks import missing, versions

FILES = {"rocq": "test_rocq.py", "smt": "test_facts.py", "symbolic": "test_facts.py"}
"""Where the statements of each kind are tested, one test each, which ends in the statement's name or id."""

PROVES = re.compile(r"_is_proved\[(?:(\w+):)?(\w+)\]$")
"""How these tests are called: a statement's kind, if its file tests several, and its name."""

BRIDGE = "test_bridge.py"
"""Where the definitions of the theorems are compared with spec."""

NAMES = {"rocq": "Rocq", "smt": "z3-solver", "symbolic": "sympy"}
"""What checks them, as `versions` calls it."""


def summary(results: Iterable[tuple[str, str]]) -> list[str]:
    """Lines about the statements that a run of tests reached, given each test's id and how it ended.

    A whole file that was skipped counts as its statements.
    """
    results = list(results)
    found: dict[str, dict[str, set[str]]] = {kind: {} for kind in KINDS}
    for test, ending in results:
        for kind, name in _about(test):
            found[kind].setdefault(name, set()).add(ending)
    lines = [*_checked(found)]
    for kind in KINDS:
        endings = {name: found[kind][name] for name in _known(kind) if name in found[kind]}
        not_run = [name for name, each in endings.items() if each == {"skipped"}]
        failed = [name for name, each in endings.items() if each & {"failed", "error"}]
        if failed:
            lines.append(f"machine proofs: {len(failed)} FAILED: {', '.join(failed)}")
        if not_run:
            why = missing(kind) or "skipped"
            end = f"{', '.join(not_run)}; run them with `make proofs`"
            lines.append(f"machine proofs: {len(not_run)} not run ({why}): {end}")
    return [*lines, *_bridge(results)]


def times(durations: Iterable[tuple[str, float]]) -> list[str]:
    """How long each fact took that a solver decides, given each test's id and its seconds; theorems go together."""
    found: dict[str, list[str]] = {"smt": [], "symbolic": []}
    for test, seconds in durations:
        for kind, name in _about(test):
            if kind in found:
                found[kind].append(f"{name} {seconds:.2f} s")
    return [f"{NAMES[kind]}: {', '.join(entries)}" for kind, entries in found.items() if entries]


def _bridge(results: Iterable[tuple[str, str]]) -> list[str]:
    """One line if values of definitions were not compared."""
    not_run = sum(ending == "skipped" and BRIDGE in test for test, ending in results)
    why = missing("rocq") or "skipped"
    return [f"machine proofs: {not_run} tests of the bridge to spec not run ({why})"] if not_run else []


def _checked(found: Mapping[str, Mapping[str, set[str]]]) -> list[str]:
    """One line about what was proved, if anything was."""
    known, parts = versions(), []
    for kind in KINDS:
        count = sum(endings == {"passed"} for endings in found[kind].values())
        if count:
            parts.append(f"{count} checked by {NAMES[kind]} {known.get(NAMES[kind], '')}".rstrip())
    return [f"machine proofs: {', '.join(parts)}"] if parts else []


def _about(test: str) -> list[tuple[str, str]]:
    """The statements that a test proves, each with its kind: the one that its id ends in, or all of a whole file."""
    file, _, name = test.partition("::")
    kinds = [kind for kind, tested in FILES.items() if Path(file).name == tested]
    if not name:
        return [(kind, each) for kind in kinds for each in _known(kind)]
    ending = PROVES.search(name)
    return [(kind, ending[2]) for kind in kinds if ending and ending[1] in (None, kind) and ending[2] in _known(kind)]


def _known(kind: str) -> list[str]:
    return [proof.name for proof in proofs() if proof.kind == kind]

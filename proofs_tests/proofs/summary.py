"""What a run of the tests says at its end about the machine proofs: which were checked, by what, and which were not."""

import re
from collections.abc import Iterable, Mapping

from . import KINDS, proofs
from .checks import missing, versions

FILES = {"rocq": "test_rocq.py", "smt": "test_smt.py", "symbolic": "test_symbolic.py"}
"""Where the statements of each kind are tested, one test each, which ends in the statement's name."""

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
        kind = next((kind for kind, file in FILES.items() if f"/{file}" in f"/{test}"), None)
        if kind is not None:
            for name in _names(kind, test):
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
        for kind, entries in found.items():
            if f"/{FILES[kind]}::" in f"/{test}":
                entries += [f"{name} {seconds:.2f} s" for name in _names(kind, test)]
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


def _names(kind: str, test: str) -> list[str]:
    """The statements that a test is about: the one that its id ends in, or all where a whole file is meant."""
    if "::" not in test:
        return _known(kind)
    parameter = re.search(r"\[(?:\w+:)?(\w+)\]$", test)
    return [parameter[1]] if parameter and parameter[1] in _known(kind) else []


def _known(kind: str) -> list[str]:
    return [proof.name for proof in proofs() if proof.kind == kind]

"""The list of all statements as a table: which theorem, in which file, resting on what."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from .proof import Proof
from .sources import PACKAGE, speaks_of_reals

COLUMNS = ("file", "statements", "rests on")


def rests_on(proof: Proof) -> str:
    """What a proof may rest on beside the program that checks it; the tests hold every proof to it."""
    if proof.kind == "rocq":
        return "axioms of the reals" if _real(proof.file) else "no axiom"
    return {"smt": "z3", "symbolic": "SymPy"}[proof.kind]


@cache
def _real(file: str) -> bool:
    return speaks_of_reals(PACKAGE / file)


def rows(proofs: Iterable[Proof]) -> list[tuple[str, str, str]]:
    """One row per file: the file, its statements, and what each of them may rest on."""
    found = []
    for file, group in groupby(proofs, lambda proof: proof.file):
        entries = list(group)
        found.append((file, ", ".join(f"`{proof.name}`" for proof in entries), rests_on(entries[0])))
    return found


def markdown(proofs: Iterable[Proof]) -> str:
    """The table as it stands in the README; files are given as links from there."""
    folder = Path("proofs_tests") / "proofs"
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    lines += [f"| [{file}]({folder / file}) | {names} | {rest} |" for file, names, rest in rows(proofs)]
    return "\n".join(lines)

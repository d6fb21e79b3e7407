"""What each theorem rests on, as the prover itself prints it, and whether that is allowed.

A checking file loads statement and theorem without importing either, so that nothing in the theorem's file can stand
for the statement; it holds the theorem against the statement of its name, and has the theorem's assumptions printed.
"""

import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path

from . import prover
from .compiling import PROCESSES, Build
from .errors import AxiomError, CompileError, OtherStatementError, ProofError, TheoremMissingError
from .outcome import FAILED, PROVED, Outcome
from .proof import Proof
from .sources import speaks_of_reals

CLOSED = "Closed under the global context"

OF_THE_REALS = {
    "boolp.propositional_extensionality": "forall P Q : Prop, P <-> Q -> P = Q",
    "boolp.functional_extensionality_dep": (
        "forall (A : Type) (B : A -> Type) (f g : forall x : A, B x), (forall x : A, f x = g x) -> f = g"
    ),
    "boolp.constructive_indefinite_description": (
        "forall (A : Type) (P : A -> Prop), (exists x : A, P x) -> {x : A | P x}"
    ),
}
"""The axioms of mathcomp-analysis, each with what it says; no theorem may rest on any other."""

AXIOM = re.compile(r"^(\S+)\s*:\s*(.*(?:\n .*)*)", re.MULTILINE)
"""An assumption as it is printed: a name, and what it says, continued on indented lines."""


def check_theorems(build: Build, proofs: Iterable[Proof]) -> Iterator[Outcome]:
    """Check the theorem of every statement, file by file, two files at a time."""
    files = [list(group) for _, group in groupby(proofs, lambda proof: proof.file)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        for outcomes in pool.map(partial(_check_together, build), files):
            yield from outcomes


def checking_file(proofs: Iterable[Proof]) -> str:
    """The file that checks theorems; what each one rests on goes to a file of its name."""
    lines = []
    for proof in proofs:
        module = Path(proof.file).stem
        statement, theorem = f"rlproof.statements.{module}.{proof.name}", f"rlproof.theorems.{module}.{proof.name}"
        lines += [
            f"Require rlproof.statements.{module}.",
            f"Require rlproof.theorems.{module}.",
            f"Check ({theorem} : {statement}).",
            f'Redirect "checking/{proof.name}" Print Assumptions {theorem}.',
        ]
    return "\n".join(lines) + "\n"


def judge(proof: Proof, text: str, *, reals: bool) -> ProofError | None:
    """Whether these assumptions, as printed, are allowed: none, or axioms of the reals where reals are spoken of."""
    if text.strip() == CLOSED:
        return None
    head, _, listed = text.strip().partition("\n")
    found = {name: " ".join(said.split()) for name, said in AXIOM.findall(listed)}
    complete = head == "Axioms:" and " ".join(f"{name} : {said}" for name, said in found.items()) == _flat(listed)
    if reals and found and complete and found.items() <= OF_THE_REALS.items():
        return None
    return AxiomError(
        f"{proof.name} rests on something that is not proved",
        got=_flat(text) or "nothing was printed",
        expected="the axioms of mathcomp-analysis at most" if reals else CLOSED,
        cause="a lemma with a hole, an axiom, or a check that was switched off",
        remedy="prove it; an axiom of the reals belongs below a statement that loads mathcomp-analysis",
    )


def _check_together(build: Build, proofs: list[Proof]) -> list[Outcome]:
    """Check one file's theorems; if they do not all pass, each one alone, to see which it is."""
    stem = Path(proofs[0].file).stem
    statements, theorems = f"statements/{stem}.v", f"theorems/{stem}.v"
    for file in (statements, theorems):
        if file in build.failed:
            return [_failed(proof, _broken(proof, file, build.failed[file])) for proof in proofs]
    if not (build.folder / theorems).exists():
        return [_failed(proof, _missing(proof, theorems, "no such file")) for proof in proofs]
    begin, place = time.perf_counter(), build.folder / "checking"
    place.mkdir(exist_ok=True)
    printed = [place / f"{proof.name}.out" for proof in proofs]
    for path in printed:
        path.unlink(missing_ok=True)
    (place / f"{stem}.v").write_text(checking_file(proofs), encoding="utf-8")
    said = prover.compile_file(f"checking/{stem}.v", build.folder)
    if said is None:
        reals = speaks_of_reals(build.folder / statements, build.folder)
        seconds = round(build.seconds.get(theorems, 0.0) + time.perf_counter() - begin, 2)
        texts = [path.read_text(encoding="utf-8") for path in printed]
        return [_judged(proof, text, reals, seconds) for proof, text in zip(proofs, texts, strict=True)]
    if len(proofs) > 1:
        return [outcome for proof in proofs for outcome in _check_together(build, [proof])]
    (proof,) = proofs
    return [_failed(proof, (_missing if "was not found" in said else _other)(proof, theorems, said))]


def _judged(proof: Proof, text: str, reals: bool, seconds: float) -> Outcome:
    error = judge(proof, text, reals=reals)
    verdict, message = (PROVED, "") if error is None else (FAILED, str(error))
    return Outcome(proof, verdict, text.strip(), seconds, message)


def _failed(proof: Proof, error: ProofError) -> Outcome:
    return Outcome(proof, FAILED, message=str(error))


def _broken(proof: Proof, file: str, said: str) -> ProofError:
    return CompileError(
        f"{proof.name} is not proved: {file} does not compile",
        got=said,
        expected="a file that the prover accepts",
        cause="a proof step that fails, here or in what the file rests on",
        remedy="compile it alone: (cd proofs_tests/proofs/rocq && coqc -R . rlproof FILE), after what it rests on",
    )


def _missing(proof: Proof, file: str, said: str) -> ProofError:
    return TheoremMissingError(
        f"{proof.name} is stated and not proved",
        got=said,
        expected=f"a theorem of this name in {file}",
        cause="a theorem of another name, or a statement that came first",
        remedy=f"end {file} with `Theorem {proof.name} : statements.{Path(file).stem}.{proof.name}.` and its proof",
    )


def _other(proof: Proof, file: str, said: str) -> ProofError:
    return OtherStatementError(
        f"{proof.name} proves something else than what is stated",
        got=said,
        expected=f"{proof.code.splitlines()[0]} ... of {proof.file}",
        cause=f"{file} repeats the statement, weaker, instead of naming it",
        remedy=f"write `Theorem {proof.name} : statements.{Path(file).stem}.{proof.name}.`",
    )


def _flat(text: str) -> str:
    return " ".join(text.split())

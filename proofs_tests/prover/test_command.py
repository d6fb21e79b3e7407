"""`rlproof proofs` and `rlproof explain`: what they show, write and end with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import rlproof.proving
from rlproof.cli import main
from rlproof.proofs import checks, proofs
from rlproof.proofs.assumptions import CLOSED
from rlproof.proofs.listing import markdown, rests_on
from rlproof.proofs.outcome import FAILED, NOT_RUN, PROVED, Outcome, passed
from rlproof.proofs.statements import statements

from .planted import plant


def outcomes(tmp_path: Path, *verdicts: str) -> list[Outcome]:
    """Outcomes of a planted statement, as they may come."""
    (proof,) = statements(plant(tmp_path / "rocq"))
    said = {PROVED: (CLOSED, 1.25, ""), FAILED: ("", 0.0, "holds is [not] proved"), NOT_RUN: ("", 0.0, "no prover")}
    return [Outcome(proof, verdict, *said[verdict]) for verdict in verdicts]


def run(found: list[Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, str, dict[str, object]]:
    """Let the command find these outcomes; whether it is content, what it printed and what it wrote."""

    def check_all(**_: object) -> Iterator[Outcome]:
        yield from found

    monkeypatch.setattr(rlproof.proving, "check_all", check_all)
    console, evidence = Console(width=110), tmp_path / "made" / "proofs.json"
    with console.capture() as capture:
        content = rlproof.proving.prove(console, evidence)
    return content, capture.get(), json.loads(evidence.read_text(encoding="utf-8"))


def test_a_proved_statement_is_shown_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, file, assumptions, seconds and verdict; the counts."""
    content, shown, evidence = run(outcomes(tmp_path, PROVED), tmp_path, monkeypatch)
    assert content
    row = next(line for line in shown.splitlines() if line.startswith("holds"))
    assert row.split() == ["holds", "rocq/statements/planted.v", *CLOSED.split(), "1.2", "proved"]
    assert "1 loaded, 1 run, 0 failed, 0 skipped" in " ".join(shown.split())
    assert evidence["totals"] == {"loaded": 1, "run": 1, "failed": 0, "skipped": 0}
    (entry,) = evidence["proofs"]  # type: ignore[misc]
    assert (entry["assumptions"], entry["equations"]) == (CLOSED, ["td.error", "gae.advantage"])


@pytest.mark.parametrize("verdict", [FAILED, NOT_RUN])
def test_what_is_not_proved_is_no_pass(verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: one statement that failed or did not run spoils the whole, and the reason is printed."""
    content, shown, evidence = run(outcomes(tmp_path, PROVED, verdict), tmp_path, monkeypatch)
    assert not content
    assert ("holds is [not] proved" if verdict == FAILED else "not run (no prover): holds") in shown
    assert evidence["totals"] == {
        "loaded": 2,
        "run": 2 - (verdict == NOT_RUN),
        "failed": int(verdict == FAILED),
        "skipped": int(verdict == NOT_RUN),
    }


def test_nothing_to_prove_is_no_pass() -> None:
    """Negative control: an empty list proves nothing."""
    assert not passed([])


def test_a_fact_is_proved_fails_or_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its check raises is its outcome; without the solver it is not run."""

    class Fact:
        (proof,) = statements(plant(tmp_path / "rocq"))

        def __init__(self, error: Exception | None) -> None:
            self.proof, self.error = self.proof._replace(kind="smt"), error

        def check(self) -> str:
            if self.error:
                raise self.error
            return "no numbers break it"

    monkeypatch.setitem(checks.MODULES, "smt", "json")  # which is here, wherever the solver is not
    assert checks.check_fact(Fact(None))[1:3] == (PROVED, "no numbers break it")
    broken = checks.check_fact(Fact(ZeroDivisionError("by zero")))
    assert (broken.verdict, broken.message) == (FAILED, "ZeroDivisionError: by zero")
    monkeypatch.setitem(checks.MODULES, "smt", "a_solver_that_is_not_here")
    lacking = checks.check_fact(Fact(None))
    assert (lacking.verdict, lacking.message) == (NOT_RUN, "no z3-solver here")


def test_explain_shows_what_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, kind, file, sentence and formula of each statement about the equation."""
    assert main(["explain", "trpo.performance_difference"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    entries = [proof for proof in proofs() if "trpo.performance_difference" in proof.equations]
    assert entries
    for proof in entries:
        assert f"{proof.name} ({proof.kind}, {proof.file})" in shown
        assert proof.sentence in shown
        assert " ".join(proof.formula.split()) in shown


def test_the_table_holds_every_statement_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One row per file: its statements, and what they may rest on."""
    assert main(["proofs", "--table"]) == 0
    table = capsys.readouterr().out
    assert table == markdown(proofs()) + "\n"
    assert len(table.splitlines()) == 2 + len({proof.file for proof in proofs()})
    for proof in proofs():
        (row,) = (line for line in table.splitlines() if line.startswith(f"| [{proof.file}]("))
        assert f"`{proof.name}`" in row
        assert row.endswith(f"| {rests_on(proof)} |")


def test_the_table_reads_what_a_statement_may_rest_on_from_its_file() -> None:
    """Theorems about real numbers may use the axioms of the reals, others none."""
    rest = {proof.file: rests_on(proof) for proof in proofs()}
    assert rest["rocq/statements/performance.v"] == "no axiom"
    assert rest["rocq/statements/real_numbers.v"] == "axioms of the reals"

"""The last lines of a test run say which machine proofs were checked, and never pass over one that was not."""

import subprocess
import sys
from pathlib import Path

import pytest

from rlproof.proofs import summary as module
from rlproof.proofs.statements import statements
from rlproof.proofs.summary import summary, times

from .planted import plant

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of three statements, whatever the real one holds; all provers are here."""
    (theorem,) = statements(plant(tmp_path / "rocq"))
    entries = (theorem, theorem._replace(name="holds_too"), theorem._replace(kind="smt", name="fact"))
    monkeypatch.setattr(module, "proofs", lambda: entries)
    monkeypatch.setattr(module, "versions", lambda: {"Rocq": "8.16.1", "z3-solver": "4.13"})
    monkeypatch.setattr(module, "missing", lambda kind: None)


def test_what_passed_is_counted_by_what_checked_it() -> None:
    """Statements, not tests: other tests of the same files do not count."""
    results = [
        ("proofs_tests/test_rocq.py::test_the_theorem_is_proved[holds]", "passed"),
        ("proofs_tests/test_rocq.py::test_the_theorem_is_proved[holds_too]", "passed"),
        ("proofs_tests/test_rocq.py::test_nothing_is_assumed[theorems/holds.v]", "passed"),
        ("proofs_tests/test_rocq.py::test_there_are_statements", "passed"),
        ("proofs_tests/test_facts.py::test_the_fact_is_proved[smt:fact]", "passed"),
        ("proofs_tests/test_facts.py::test_the_statement_is_complete[smt:fact]", "passed"),
        ("proofs_tests/prover/test_planted.py::test_a_hole_is_found[holds]", "passed"),
    ]
    assert summary(results) == ["machine proofs: 2 checked by Rocq 8.16.1, 1 checked by z3-solver 4.13"]


def test_what_did_not_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count, reason, names, and what to do; a file that was skipped as a whole counts as all of its statements."""
    monkeypatch.setattr(module, "missing", lambda kind: "no z3-solver here" if kind == "smt" else "no Rocq prover here")
    results = [(f"test_rocq.py::test_the_theorem_is_proved[{name}]", "skipped") for name in ("holds", "holds_too")]
    assert summary([*results, ("test_facts.py", "skipped")]) == [
        "machine proofs: 2 not run (no Rocq prover here): holds, holds_too; run them with `make proofs`",
        "machine proofs: 1 not run (no z3-solver here): fact; run them with `make proofs`",
    ]


def test_what_failed_is_named() -> None:
    """A failure beside a pass of the same statement is a failure."""
    results = [("test_rocq.py::test_a_is_proved[holds]", "passed"), ("test_rocq.py::test_b_is_proved[holds]", "failed")]
    assert summary(results) == ["machine proofs: 1 FAILED: holds"]


def test_the_time_of_each_fact_is_printed() -> None:
    """Of facts, which are decided one by one; theorems are compiled together, and so have no times of their own."""
    durations = [
        ("test_facts.py::test_the_fact_is_proved[smt:fact]", 0.254),
        ("test_rocq.py::test_the_theorem_is_proved[holds]", 3.0),
    ]
    assert times(durations) == ["z3-solver: fact 0.25 s"]


def test_a_bridge_that_was_not_crossed_is_counted() -> None:
    """Without the prover nobody compared the definitions with spec."""
    results = [("proofs_tests/test_bridge.py::test_a[process readme]", "skipped")]
    assert summary(results) == ["machine proofs: 1 tests of the bridge to spec not run (skipped)"]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_without_the_prover_says_so_at_its_end(workers: str, tmp_path: Path) -> None:
    """In one process and in several: skipped, counted, named; nothing fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "-p", "no:cacheprovider"]
    command += ["proofs_tests/test_rocq.py", "-k", "test_the_theorem_is_proved"]
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    said = " ".join(result.stdout.split())
    assert "not run (no Rocq prover here): " in said
    assert "performance_difference_by_visitation" in said
    assert "run them with `make proofs`" in said

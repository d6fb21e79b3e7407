"""A check that ended well is kept, and only for exactly the state that was checked."""

from pathlib import Path

import pytest

from rlproof.proofs import prover
from rlproof.proofs.errors import CompileError, ProverMissingError
from rlproof.proofs.outcome import PROVED
from rlproof.proofs.rocq_check import Checked, check_rocq, state

from .planted import DEFINITIONS, STATEMENTS, THEOREM, needs_the_prover, plant


def check(root: Path, place: Path, *, fresh: bool = False) -> tuple[Checked, list[str]]:
    """Check a planted tree; also what was reported."""
    lines: list[str] = []
    return check_rocq(root=root, place=place, fresh=fresh, report=lines.append), lines


@needs_the_prover
def test_nothing_is_checked_twice_unless_it_is_asked_for(tmp_path: Path) -> None:
    """The second check finds what the first one found; a fresh one runs in any case."""
    root, place = plant(tmp_path / "rocq"), tmp_path / "kept"
    (first, lines), (second, none) = check(root, place), check(root, place)
    assert (first.kept, second.kept) == (False, True)
    assert first.outcomes == second.outcomes
    assert [outcome.verdict for outcome in second.outcomes] == [PROVED]
    assert [line.split()[0] for line in lines] == ["[1/3]", "[2/3]", "[3/3]", "what"]
    assert none == []
    assert (second.folder / "theorems" / "planted.vo").exists()
    assert not check(root, place, fresh=True)[0].kept


@needs_the_prover
@pytest.mark.parametrize(
    "changes",
    [
        {"theorems": THEOREM.partition("Proof.")[0] + "Proof. Admitted."},
        {"statement": STATEMENTS.replace("n + n.\n", "n + n + 1.\n")},
    ],
)
def test_a_changed_file_is_checked(changes: dict[str, str], tmp_path: Path) -> None:
    """Negative control: neither a changed theorem nor a changed statement passes by what was kept."""
    root, place = plant(tmp_path / "rocq"), tmp_path / "kept"
    check(root, place)
    found, lines = check(plant(tmp_path / "rocq", **changes), place)
    assert not found.kept
    assert lines
    assert any("FAILED" in line for line in lines) or [each.verdict for each in found.outcomes] != [PROVED]
    assert not check(root, place)[0].kept


@needs_the_prover
def test_a_file_that_no_theorem_needs_has_to_compile(tmp_path: Path) -> None:
    """Negative control: what was begun or left behind is an error, and nothing is kept."""
    root = plant(tmp_path / "rocq", more="Lemma broken : False.\nProof. exact I. Qed.\n")
    for _ in range(2):
        with pytest.raises(CompileError, match=r"theorems/more\.v does not compile, and no theorem rests on it"):
            check(root, tmp_path / "kept")


@needs_the_prover
def test_every_byte_and_name_of_the_sources_is_part_of_the_state(tmp_path: Path) -> None:
    """Negative control: another definition, or another name of a file, is another state."""
    root = plant(tmp_path / "rocq")
    states = [state(root)]
    (root / "definitions" / "planted.v").write_text(DEFINITIONS + " ", encoding="utf-8")
    states.append(state(root))
    (root / "definitions" / "planted.v").rename(root / "definitions" / "renamed.v")
    states.append(state(root))
    assert len(set(states)) == 3


def test_without_the_prover_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: an empty PATH holds no prover."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prover.missing() == "no Rocq prover here"
    with pytest.raises(ProverMissingError, match="install-prover"):
        check_rocq(place=tmp_path / "kept")

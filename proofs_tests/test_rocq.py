"""Every theorem is proved, of exactly what its statement says, from no axiom or from those of the real numbers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rlproof.proofs import prover
from rlproof.proofs.outcome import PROVED, Outcome
from rlproof.proofs.proof import Proof
from rlproof.proofs.rocq_check import check_rocq
from rlproof.proofs.sources import ROCQ, forbid, sources
from rlproof.proofs.statements import statements

LONGEST = 150
"""A file that people review has at most so many lines."""

WIDEST = 120
"""And none of its lines more characters, so that a formula stays on one."""

STATED = statements()
LACKING = prover.missing()
needs_prover = pytest.mark.skipif(LACKING is not None, reason=f"{LACKING}; `make proofs` installs one and runs them")


@pytest.fixture(scope="module")
def checked() -> dict[str, Outcome]:
    """Every theorem's outcome; other workers wait for the one that checks, and take what it found."""
    return {outcome.proof.name: outcome for outcome in check_rocq().outcomes}


@pytest.mark.proved
@needs_prover
@pytest.mark.parametrize("proof", STATED, ids=lambda proof: proof.name)
def test_the_theorem_is_proved(
    proof: Proof, checked: dict[str, Outcome], record_property: Callable[[str, object], None]
) -> None:
    """The prover accepts the theorem for this very statement, and prints what it rests on."""
    outcome = checked[proof.name]
    record_property("assumptions", outcome.assumptions)
    assert outcome.verdict == PROVED, outcome.message


def test_there_are_statements() -> None:
    """Each says in words and in symbols what it is about, where it comes from and how it differs from that."""
    assert STATED
    assert [proof.id for proof in STATED if not all(proof)] == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROCQ)))
def test_nothing_is_assumed(path: Path) -> None:
    """No word stands in a source by which something is left unproved or a check is switched off."""
    forbid(path)


@pytest.mark.parametrize("folder", ["definitions", "statements"])
def test_what_people_review_is_short(folder: str) -> None:
    """A reader holds each of these files beside the paper."""
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in sources(ROCQ, folder)}
    assert lines
    assert {name: len(each) for name, each in lines.items() if len(each) > LONGEST} == {}
    assert [name for name, each in lines.items() if any(len(line) > WIDEST for line in each)] == []

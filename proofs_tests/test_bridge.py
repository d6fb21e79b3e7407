"""The definitions that the theorems speak of have the values of spec, exactly; one wrong digit, and Rocq says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rlproof.proofs import prover
from rlproof.proofs.bridge import PARTS, BridgeError, Case, cases, check_case, check_file, defined
from rlproof.proofs.bridge.divergence_claims import enclosed
from rlproof.proofs.bridge.files import claims, estimator_file, process_file
from rlproof.proofs.rocq_check import check_rocq
from rlproof.spec.numbers import exact

CASES = cases()
LACKING = prover.missing()
needs_prover = pytest.mark.skipif(LACKING is not None, reason=f"{LACKING}; `make proofs` installs one and runs them")


@pytest.fixture(scope="module")
def compiled() -> Path:
    """The folder of the checked theorems."""
    return check_rocq().folder


@pytest.mark.proved
@needs_prover
@pytest.mark.parametrize("name", CASES)
def test_the_definitions_have_the_values_of_spec(
    name: str, compiled: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every claim about this case is accepted by the kernel."""
    crossed = check_case(name, CASES[name], compiled)
    record_property("claims", crossed.claims)
    assert crossed.claims > 0


def test_no_definition_is_left_out() -> None:
    """Each has a claim, or is a part of one that has."""
    claimed = {claim.definition for case in CASES.values() for claim in claims(case)}
    claimed |= {each.definition for case in CASES.values() if isinstance(case, Case) for each in enclosed(case)}
    assert set(PARTS.values()) <= claimed
    assert claimed | set(PARTS) == defined()
    assert claimed & set(PARTS) == set()


@needs_prover
@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("process readme", "trpo.tv_bound"),
        ("process readme", "process.advantage"),
        ("process tight", "score.reinforce"),
        ("estimators episodes", "trajectory.advantage"),
        ("estimators one_step", "ppo.clip_objective_g"),
    ],
)
def test_a_wrong_digit_is_found(name: str, definition: str, compiled: Path) -> None:
    """A value that is off by a millionth is refused, and the claim is named."""
    case = CASES[name]
    text = process_file(case) if isinstance(case, Case) else estimator_file(case)
    claim = next(each for each in claims(case) if each.definition == definition)
    wrong = claim._replace(value=claim.value + exact(["1/1000000"])[0])
    planted = text.replace(claim.lemma(), wrong.lemma())
    assert planted != text
    with pytest.raises(BridgeError, match=claim.name):
        check_file(f"planted_{claim.name}", planted, compiled)


@needs_prover
def test_values_that_solve_nothing_are_refused(compiled: Path) -> None:
    """Values are not believed: they have to satisfy Bellman's equation."""
    case = CASES["process readme"]
    assert isinstance(case, Case)
    planted = process_file(case).replace("Definition values_old := ", "Definition values_old := [:: Qmake Z0 1] ++ ")
    with pytest.raises(BridgeError, match="values_old_solve"):
        check_file("planted_values", planted, compiled)

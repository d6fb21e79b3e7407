"""Every equation has five faces; those not built yet stand in holes.toml, which can only shrink."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rlproof.faces import FACES
from rlproof.laws import laws
from rlproof.spec.registry import equation, equations

from .lints import faces, holes
from .lints.tree import ROOT


@pytest.fixture(scope="module")
def missing() -> dict[str, set[str]]:
    """The faces that are not there."""
    return faces.missing_faces(equations())


@pytest.fixture(scope="module")
def listed() -> holes.Holes:
    """The faces that are admitted not to be there."""
    return holes.read((ROOT / holes.PLACE).read_text(encoding="utf-8"))


def test_there_are_equations() -> None:
    """The tests below speak of something."""
    assert len(equations()) > 40


def test_every_missing_face_is_listed(missing: dict[str, set[str]], listed: holes.Holes) -> None:
    """An equation without one of its faces is admitted in holes.toml."""
    assert holes.unlisted(missing, listed) == []


def test_every_listed_face_is_missing(missing: dict[str, set[str]], listed: holes.Holes) -> None:
    """An entry of holes.toml that is no longer true has to go."""
    assert holes.stale(missing, listed, [each.id for each in equations()]) == []


def test_implementations_are_called_as_their_specification() -> None:
    """Spec and impl have the same parameter names of the same kinds in the same order."""
    assert faces.different_calls(equations()) == []


def test_every_law_is_about_an_equation() -> None:
    """No law names an equation that does not exist."""
    assert faces.laws_without_equation(laws(), equations()) == []


def test_a_planted_new_equation_is_missed_by_every_face() -> None:
    """Negative control: an equation that exists nowhere lacks the faces that others build."""
    planted = equation("gae.advantage")._replace(id="gae.planted", name="planted", math="")
    found = faces.missing_faces([planted])
    assert found == {"spec": set()} | {face: {"gae.planted"} for face in FACES if face != "spec"}
    assert len(holes.unlisted(found, {"oracle": ["*"]})) == 3


@pytest.mark.parametrize(
    "function",
    [
        lambda rewards, values, next_values, terminated, truncated, gamma, gae_lambda: None,
        lambda rewards, values, next_values, truncated, terminated, *, gamma, gae_lambda: None,
        lambda rewards, values, next_values, terminated, truncated, *, gamma, lam: None,
    ],
    ids=["kind", "order", "name"],
)
def test_a_planted_other_call_is_found(function: Callable[..., Any]) -> None:
    """Negative control: another kind, order or name of a parameter is a complaint."""
    planted = equation("gae.advantage")._replace(function=function)
    (complaint,) = faces.different_calls([planted])
    assert complaint.startswith("gae.advantage: spec(rewards")


def test_a_planted_law_without_equation_is_found() -> None:
    """Negative control: a law about nothing is a complaint."""
    planted = SimpleNamespace(id="gae.planted.law", equation="gae.planted")
    assert len(faces.laws_without_equation([planted], equations())) == 1

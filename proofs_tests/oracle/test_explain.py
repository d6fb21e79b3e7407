"""`rlproof explain` shows what the oracle accepts for an equation, and every deviation that has a name."""

import pytest

from rlproof.cli import main
from rlproof.oracle import deviations
from rlproof.oracle.contract import contract
from rlproof.oracle.words import words_about


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """What is printed about the generalised advantage estimate, on one line."""
    assert main(["explain", "gae.advantage"]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_every_deviation_is_listed_with_what_is_known_of_it(shown: str) -> None:
    """Name, kind, sentence, effect and references."""
    listed = shown.partition("Deviations that have a name")[2]
    assert len(deviations("gae.advantage")) > 10
    for deviation in deviations("gae.advantage"):
        assert f"{deviation.id} ({deviation.kind}) " in listed
        for part in (deviation.says, deviation.effect, *deviation.references):
            assert " ".join(part.split()) in listed


def test_the_meanings_of_a_parameter_are_listed(shown: str) -> None:
    """Parameters, other words that tell them, usual other names, and conventions."""
    listed = shown.partition("Parameters of a function")[2].partition("Results that are accepted")[0]
    for word in ("rewards (also ", "dones (also ", "episode_starts", "last_value", "truncated"):
        assert f" {word}" in listed
    for meaning in ("ended: dones[t]: transition t ended an episode", "masked, if declared: next_values[t]"):
        assert meaning in listed


def test_the_accepted_results_are_listed(shown: str) -> None:
    """The equation's own, and those that are returned with it."""
    listed = shown.partition("Results that are accepted")[2].partition("Deviations that have a name")[0]
    expected = contract("gae.advantage")
    for form in expected.forms(words_about(expected.parameters)):
        assert str(form) in listed
    assert "advantage, returns" in listed

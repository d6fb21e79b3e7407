"""Laws are registered once, converted to their number system, and decided as precisely as it takes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

import rlproof.oracle.law as laws_module
from rlproof.oracle.claims import HIGHEST_PRECISION, Claim, at_most, equal, true
from rlproof.oracle.law import Law, law, registered, to_ball
from rlproof.oracle.strategies import mdps
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact, system_of
from rlproof.spec.registry import equation
from rlproof.verify.checks import check_law


def make(function: Any, system: str = "exact") -> Law:
    """A law that is not registered."""
    return Law("td.error", function.__name__, "A statement.", system, function)


@pytest.fixture
def _no_laws(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty register for the time of a test."""
    monkeypatch.setattr(laws_module, "_LAWS", {})


@pytest.mark.usefixtures("_no_laws")
def test_a_law_is_registered_with_its_docstring_as_the_statement() -> None:
    """Its id is the equation's id and its name, its parameters are those of the function."""

    @law("td.error", system="ball")
    def zero_is_zero(rewards: Any, gamma: Any) -> Iterator[Claim]:
        """Zero is zero.

        And stays it.
        """
        yield equal(0 * rewards, 0 * gamma)

    (entry,) = registered()
    assert entry.id == "td.error:zero_is_zero"
    assert entry.statement == "Zero is zero.\n\nAnd stays it."
    assert entry.system == "ball"
    assert entry.parameters == ("rewards", "gamma")
    assert entry.function is zero_is_zero


@pytest.mark.usefixtures("_no_laws")
def test_two_laws_of_one_equation_have_different_names() -> None:
    """The second would hide the first; another equation may use the name again."""

    def same() -> Iterator[Claim]:
        """One is one."""
        yield equal(1, 1)

    law("td.error")(same)
    law("gae.advantage")(same)
    with pytest.raises(ValueError, match=r"two laws are called td\.error:same"):
        law("td.error")(same)
    assert len(registered()) == 2


def test_balls_become_narrower_until_the_law_is_decided() -> None:
    """1 < exp(2^-300) cannot be seen with 128 bits, and is certain with 512."""
    seen = []

    def law_of_growth(gamma: Any) -> Iterator[Claim]:
        seen.append(numbers.flint.ctx.prec)
        yield at_most(1 + arb(2) ** -400, numbers.exp(numbers.ball([gamma / 2**300]))[0])

    assert make(law_of_growth, "ball").check(gamma=fmpq(1)).holds is True
    assert seen == [128, 256, 512]
    assert numbers.flint.ctx.prec < 128  # the precision outside is as it was


def test_a_false_law_is_refuted_at_once() -> None:
    """Refuted is refuted, at any precision."""
    seen = []

    def false_law(gamma: Any) -> Iterator[Claim]:
        seen.append(gamma)
        yield at_most(gamma + 1, gamma)

    assert make(false_law, "ball").check(gamma=fmpq(1, 3)).holds is False
    assert len(seen) == 1


def test_what_no_precision_decides_stays_undecided() -> None:
    """sqrt(2) <= sqrt(2) overlaps for ever: the answer is None, not True."""
    seen = []

    def open_law() -> Iterator[Claim]:
        seen.append(numbers.flint.ctx.prec)
        yield at_most(arb(2).sqrt(), arb(2).sqrt())

    assert make(open_law, "ball").check().holds is None
    assert seen[-1] == HIGHEST_PRECISION


def test_inputs_are_converted_to_the_number_system_of_the_law() -> None:
    """Rationals become balls; flags, counts and orders stay."""
    case = {"rewards": exact([1, "1/3"]), "terminated": np.array([True]), "sweeps": 3, "gamma": fmpq(1, 3)}
    seen: list[dict[str, Any]] = []

    def looks(rewards: Any, terminated: Any, sweeps: Any, gamma: Any) -> Iterator[Claim]:
        seen.append({"rewards": rewards, "terminated": terminated, "sweeps": sweeps, "gamma": gamma})
        yield true(True)

    make(looks).check(**case)
    make(looks, "ball").check(**case)
    assert [system_of(inputs["rewards"]) for inputs in seen] == ["exact", "ball"]
    assert isinstance(seen[1]["gamma"], arb)
    with numbers.precision(1024):
        assert seen[1]["gamma"].overlaps(arb(1) / 3)
    assert all(inputs["terminated"].dtype == bool and inputs["sweeps"] == 3 for inputs in seen)


def test_a_decision_process_is_converted_as_a_whole() -> None:
    """All of its numbers, and its terminal states stay."""
    mdp = MDP([[[0, 1]], [[0, 1]]], [["1/3"], [0]], [1, 0], "9/10", [False, True])
    ball = to_ball(mdp)
    assert ball.system == "ball"
    assert ball.discount.overlaps(arb(9) / 10)
    assert ball.terminal.tolist() == [False, True]


def test_a_law_that_claims_nothing_fails_its_check() -> None:
    """It would pass on any input: the verification says so instead."""

    def silent(rewards: Any) -> Iterator[Claim]:
        yield from [equal(0, 0) for _ in rewards if False]

    outcome = check_law(equation("td.error"), make(silent), examples=5, seed=0)
    assert outcome.failed
    assert outcome.counterexample == "the law silent made no claim on any of 5 cases"


def test_a_law_may_be_silent_on_some_inputs() -> None:
    """As long as it speaks on others, and then holds."""

    def sometimes(rewards: Any) -> Iterator[Claim]:
        if len(rewards) > 1:
            yield equal(rewards.sum(), sum(rewards[::-1]))

    outcome = check_law(equation("td.error"), make(sometimes), examples=30, seed=0)
    assert not outcome.failed


@pytest.mark.parametrize("how", ["is refuted", "stays undecided"])
def test_a_broken_law_is_shown_on_its_smallest_case(how: str) -> None:
    """With the statement, and whether it is refuted or only undecided."""

    def broken(mdp: Any) -> Iterator[Claim]:
        yield at_most(mdp.number_of_states, 1) if how == "is refuted" else at_most(arb(2).sqrt(), arb(2).sqrt())

    outcome = check_law(equation("mdp.eta"), make(broken), examples=20, seed=0)
    assert outcome.counterexample is not None
    assert f"the law {how}: A statement." in outcome.counterexample
    states = 2 if how == "is refuted" else 1
    assert f"initial={[1] if states == 1 else [0, 1]}" in outcome.counterexample


def test_every_drawn_process_can_be_read_as_balls() -> None:
    """A ball law gets every case that an exact law gets."""
    for seed in range(5):
        found = laws_search(seed)
        assert found.error is None
        assert found.cases == 20


def laws_search(seed: int) -> Any:
    """Convert twenty drawn processes."""
    from rlproof.oracle.search import search

    return search(lambda mdp: to_ball(mdp).system, mdps(), examples=20, seed=seed)

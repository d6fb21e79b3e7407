"""Every fact that z3 is to prove, proved; and what the prover does with facts that are false or too hard."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from rlproof.proofs.fact import NotProvedError, RefutedError, UndecidedError
from rlproof.proofs.smt import facts
from rlproof.proofs.smt.array import SmtArray, assume, lemma, nonnegative, reals, show
from rlproof.proofs.smt.proving import exhibit, prove
from rlproof.spec import bellman, ppo, trpo
from rlproof.spec.mdp import MDP
from rlproof.spec.numbers import exact, is_positive, maximum, solve, where

FACTS = facts()
needs_z3 = pytest.mark.skipif(find_spec("z3") is None, reason="z3 is not installed: 'make proofs' installs it")


def test_the_statements_can_be_read_without_the_provers() -> None:
    """Listing them imports neither z3 nor SymPy."""
    program = (
        "import sys; sys.modules.update(z3=None, sympy=None)\n"
        "from rlproof.proofs import smt, symbolic\n"
        "assert smt.facts() and symbolic.facts()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@needs_z3
def test_a_false_fact_is_refuted_by_a_countermodel() -> None:
    """The clipped objective is not above the unclipped one; the message says where."""

    def planted() -> Iterator[Any]:
        r, A, epsilon = reals("r", 1), reals("A", 1), nonnegative("epsilon")
        yield ppo.clip_objective(r, A, clip_epsilon=epsilon) >= ppo.cpi_objective(r, A)

    with pytest.raises(RefutedError, match=r"A_0 = .*epsilon = .*r_0 = ") as refuted:
        prove(planted)
    sys.stdout.write(f"{refuted.value}\n")


@needs_z3
def test_facts_speak_of_the_functions_of_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a maximum for the minimum in spec itself, the fact is false."""
    (pessimism,) = (fact for fact in FACTS if fact.name == "clip_is_pessimistic")
    monkeypatch.setattr("rlproof.spec.ppo_surrogates.minimum", maximum)
    with pytest.raises(RefutedError):
        pessimism.check()


@needs_z3
def test_a_claim_that_is_no_comparison_is_refused() -> None:
    """An array of numbers is neither true nor false."""

    def planted() -> Iterator[Any]:
        yield reals("x", 2)

    with pytest.raises(TypeError, match="neither true nor false"):
        prove(planted)


@needs_z3
def test_every_outcome_of_a_condition_is_explored() -> None:
    """A claim that is false on the last of four paths alone is refuted."""

    def planted() -> Iterator[Any]:
        x = reals("x", 2)
        signs = where(is_positive(x), 1, x.wrap(-1))
        yield signs.sum() >= 0

    with pytest.raises(RefutedError, match="x_0 = "):
        prove(planted)


@needs_z3
@pytest.mark.parametrize("decide", [prove, exhibit])
def test_what_z3_does_not_decide_is_not_proved(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer unknown, as after a timeout, is a failure."""
    import z3

    class Slow:
        """A solver that never finds out."""

        def check(self) -> Any:
            return z3.unknown

    def hard() -> Iterator[Any]:
        x = reals("x")
        yield x * x >= 0

    monkeypatch.setattr("rlproof.proofs.smt.proving.solver", lambda *_, **__: Slow())
    with pytest.raises(UndecidedError):
        decide(hard)


def contradictory() -> Iterator[Any]:
    """Hypotheses that no number satisfies."""
    x = reals("x")
    assume(x > 1)
    assume(x < 1)
    yield x == 5


def silent() -> Iterator[Any]:
    """No claim."""
    yield from ()


def late_hypothesis() -> Iterator[Any]:
    """A claim that holds by a hypothesis made after it."""
    x = reals("x")
    yield x >= 0
    assume(x >= 0)


def namesake() -> Iterator[Any]:
    """A claim that holds by a hypothesis about another number of that name."""
    assume(reals("x") >= 0)
    yield reals("x") >= 0


def wrong_step() -> Iterator[Any]:
    """A step of the proof that does not hold."""
    x = reals("x")
    show(x >= 0)
    yield x >= 0


def wrong_lemma() -> Iterator[Any]:
    """A lemma that does not hold of all numbers."""
    x = nonnegative("x")

    def statement(y: SmtArray) -> tuple[Any, Any]:
        return y >= 0, y > 0

    lemma(statement, x)
    yield x > 0


def wrong_premise() -> Iterator[Any]:
    """A lemma whose premise does not hold of the numbers that it is used of."""
    x = reals("x")

    def statement(y: SmtArray) -> tuple[Any, Any]:
        return y > 0, 2 * y > y

    lemma(statement, x)
    yield 2 * x > x


def singular() -> Iterator[Any]:
    """A linear system that may have no solution, of which anything would follow."""
    x = reals("x")
    zero = (0 * x).reshape(1, 1)
    solution = solve(zero, x.reshape(1))
    yield solution == 7


@needs_z3
@pytest.mark.parametrize(
    "planted",
    [contradictory, silent, late_hypothesis, namesake, wrong_step, wrong_lemma, wrong_premise, singular],
    ids=lambda planted: planted.__name__,
)
def test_a_fact_without_foundation_is_not_proved(planted: Any) -> None:
    """Neither contradictions nor steps that fail prove anything."""
    with pytest.raises(NotProvedError):
        prove(planted)


@needs_z3
def test_what_no_number_satisfies_is_not_exhibited() -> None:
    """An example that does not exist is not found."""

    def planted() -> Iterator[Any]:
        x = reals("x")
        yield x * x < 0

    with pytest.raises(RefutedError, match="no real numbers"):
        exhibit(planted)


@needs_z3
def test_the_symbols_run_as_the_exact_numbers_do() -> None:
    """On numbers, the functions of spec give the same in z3's arithmetic as in exact arithmetic."""
    rows, rewards = (
        exact([[["1/3", "2/3"], ["1/5", "4/5"]], [[1, 0], ["1/2", "1/2"]]]),
        exact([[1, "-2/3"], [0, "7/2"]]),
    )
    policies = exact([["1/4", "3/4"], [1, 0]]), exact([["1/2", "1/2"], ["1/7", "6/7"]])
    arrays = (rows, rewards, exact(["1/2", "1/2"]), exact("9/10"))
    mdp, r, A = MDP(*arrays[:3], arrays[3].item()), exact(["1/2", 1, 2]), exact([3, -1, "-1/3"])

    def claims() -> Iterator[Any]:
        ours = MDP(*map(SmtArray, arrays))
        old, new = map(SmtArray, policies)
        yield trpo.surrogate(ours, old, new) == trpo.surrogate(mdp, *policies)
        yield trpo.tv_bound(ours, old, new) == trpo.tv_bound(mdp, *policies)
        yield trpo.tv_bound_refined(ours, old, new) == trpo.tv_bound_refined(mdp, *policies)
        yield bellman.optimality_v(ours, SmtArray(A[:2])) == bellman.optimality_v(mdp, A[:2])
        for epsilon in exact([0, "1/5", 2]):
            band = SmtArray(epsilon)
            for function in (ppo.clip_objective, ppo.clip_objective_g, ppo.clip_gradient):
                yield function(SmtArray(r), SmtArray(A), clip_epsilon=band) == function(r, A, clip_epsilon=epsilon)

    prove(claims)


@needs_z3
def test_a_float_in_a_formula_is_refused() -> None:
    """It may have been rounded: a proof about it would be about another number."""

    def planted() -> Iterator[Any]:
        yield reals("x") * 0.1 == 0

    with pytest.raises((AttributeError, TypeError)):
        prove(planted)

"""Every fact that computer algebra is to prove, proved; and what it does with facts that are false or undecided."""

from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from rlproof.proofs.fact import RefutedError, Register, UndecidedError
from rlproof.proofs.symbolic import facts
from rlproof.proofs.symbolic.array import SymbolicArray, distributions, symbols
from rlproof.proofs.symbolic.bounds import extremal, mixing
from rlproof.proofs.symbolic.process import setting
from rlproof.proofs.symbolic.proving import prove
from rlproof.spec import trpo
from rlproof.spec.extremal import mixture, total_variation
from rlproof.spec.mdp import MDP, discounted_visitation, eta
from rlproof.spec.numbers import exact, exp, log

FACTS = facts()
needs_sympy = pytest.mark.skipif(find_spec("sympy") is None, reason="SymPy is not installed: 'make proofs' installs it")


@needs_sympy
def test_a_false_identity_is_refuted() -> None:
    """The surrogate is not the return."""

    def planted() -> Iterator[Any]:
        mdp, old, new, *_ = setting()
        yield trpo.surrogate(mdp, old, new) == eta(mdp, new)

    with pytest.raises(RefutedError, match="claim 1 is false"):
        prove(planted)


@needs_sympy
def test_facts_speak_of_the_functions_of_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    """With normalised visits in the surrogate of spec itself, the fact is false."""
    (exact_error,) = (fact for fact in FACTS if fact.name == "surrogate_error_is_exact")
    normalised = "rlproof.spec.trpo_surrogate.discounted_visitation"
    monkeypatch.setattr(normalised, lambda mdp, policy: (1 - mdp.discount) * discounted_visitation(mdp, policy))
    with pytest.raises(RefutedError):
        exact_error.check()


@needs_sympy
def test_a_claim_that_is_no_comparison_is_refused() -> None:
    """An array of expressions is neither true nor false."""
    with pytest.raises(TypeError, match="neither true nor false"):
        prove(lambda: iter(symbols(x=(2,))))


def test_a_fact_that_claims_nothing_is_refuted() -> None:
    """No claim, no proof."""
    with pytest.raises(RefutedError, match="nothing"):
        prove(lambda: iter(()))


def test_two_facts_of_one_name_are_refused() -> None:
    """A name is given once."""
    register = Register("symbolic")

    def planted() -> Iterator[Any]:
        """Nothing."""
        yield True

    decorate = register.proves("mdp.eta", decide=prove, formula="1 = 1", source="none")
    decorate(planted)
    with pytest.raises(ValueError, match="two facts"):
        decorate(planted)


@needs_sympy
def test_an_order_that_depends_on_the_symbols_is_undecided() -> None:
    """Which of two independent symbols is larger is not guessed; what is plain is decided."""
    x, y = symbols(x=(), y=())
    assert x + y > y
    assert not x > x + y
    assert abs(-x - y) == x + y
    with pytest.raises(UndecidedError):
        bool(x > y)
    with pytest.raises(UndecidedError):
        bool(1 - x >= 0)


@needs_sympy
def test_logarithms_have_one_form() -> None:
    """Products and powers under a logarithm are taken apart, the exponential puts them together."""
    x, y = symbols(x=(), y=())
    form = log((1 - x) ** 2 * 6 / (y * (x + y)))
    assert form == 2 * log(1 - x) + log(x.wrap(6)) - log(y) - log(x + y)
    assert exp(log(1 - x) - log(1 + y)) == (1 - x) / (1 + y)
    assert form != log(1 - x)
    assert log(x * y + x).derivative(y) == 1 / (1 + y)
    with pytest.raises(UndecidedError):
        exp(x)
    with pytest.raises(UndecidedError):
        log(x - 1)
    with pytest.raises(UndecidedError):
        exp(log(x) / 2)
    with pytest.raises(UndecidedError):
        log(x) * log(y)


@needs_sympy
def test_symbols_stand_for_the_numbers_that_spec_computes() -> None:
    """The symbolic return, at rational numbers, is the return of the exact process."""
    mdp, policy, *_ = setting()
    value = eta(mdp, policy)
    names = [str(symbol) for symbol in value.value.item().plain().field.symbols]
    point = {name: Fraction(1, index + 2) for index, name in enumerate(names)}
    data = (_at(array, point) for array in (mdp.transition, mdp.reward, mdp.initial, mdp.discount))
    assert _at(value, point) == eta(MDP(*data), _at(policy, point))


@needs_sympy
@pytest.mark.parametrize("discount", [Fraction(1, 2), Fraction(9, 10)])
@pytest.mark.parametrize("alpha", [Fraction(1, 10), Fraction(1, 3)])
def test_the_symbolic_instances_are_those_of_spec(discount: Fraction, alpha: Fraction) -> None:
    """At rational numbers the processes that attain the bounds are the ones that the laws use."""
    gamma, size = symbols(gamma=(), alpha=())
    point = {"gamma": discount, "alpha": alpha}
    for (mdp, *policies), instance in (
        (extremal(gamma, size), total_variation(discount, alpha)),
        (mixing(gamma), mixture(discount, 1)),
    ):
        ours = (mdp.transition, mdp.reward, mdp.initial, mdp.discount, *policies)
        theirs = instance.mdp
        theirs = (theirs.transition, theirs.reward, theirs.initial, theirs.discount, *instance[2:])
        assert all(np.all(_at(one, point) == two) for one, two in zip(ours, theirs, strict=True))


@needs_sympy
def test_distributions_sum_to_one() -> None:
    """Whatever the symbols."""
    (p,) = symbols(p=(2, 2))
    assert np.all(distributions(p).sum(axis=-1) == 1)


def _at(array: SymbolicArray, point: dict[str, Fraction]) -> Any:
    """Put numbers in the place of symbols."""
    values = exact(np.frompyfunc(lambda number: number.at(point), 1, 1)(array.value))
    return values if values.ndim else values.item()

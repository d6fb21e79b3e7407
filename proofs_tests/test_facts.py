"""Every fact about the functions of spec is proved: by z3 over all real numbers, by SymPy as rational functions."""

from collections.abc import Callable

import pytest

from rlproof.proofs.checks import check_fact, facts, missing
from rlproof.proofs.fact import Fact
from rlproof.proofs.outcome import PROVED
from rlproof.spec.registry import equation

FACTS = facts()


@pytest.mark.proved
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_the_fact_is_proved(fact: Fact, record_property: Callable[[str, object], None]) -> None:
    """Nothing breaks it; a fact that says that some numbers exist shows them. The run's last lines print the times."""
    lacking = missing(fact.proof.kind)
    if lacking:
        pytest.skip(f"{lacking}: 'make proofs' installs it")
    outcome = check_fact(fact)
    record_property("seconds", outcome.seconds)
    assert outcome.verdict == PROVED, outcome.message


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_the_statement_is_complete(fact: Fact) -> None:
    """It names equations that exist, says in words and symbols what it claims, and shows its code."""
    proof = fact.proof
    assert proof.equations
    assert all(equation(identifier) for identifier in proof.equations)
    assert proof.sentence.endswith(".")
    assert all((proof.formula, proof.source, proof.differs))
    assert proof.code.startswith(f"def {proof.name}(")
    assert proof.file.startswith(f"{proof.kind}/")

"""An equation composed of parts, of which none is exchanged, is the equation."""

from collections.abc import Mapping
from typing import Any

import pytest

from rlproof.oracle.cases import each
from rlproof.oracle.claims import decide, equal
from rlproof.oracle.contract import Contract, contracts
from rlproof.oracle.law import to_ball
from rlproof.oracle.search import search
from rlproof.oracle.strategies import arguments
from rlproof.spec import numbers

COMPOSED = [entry for entry in contracts().values() if entry.equation.topic == "tokens" and entry.extra.parts]


@pytest.mark.parametrize("contract", COMPOSED, ids=[entry.equation.id for entry in COMPOSED])
def test_the_parts_make_the_equation(contract: Contract) -> None:
    """In balls, on drawn cases: so a deviation differs by the part that it exchanges, and by nothing else."""

    def check(drawn: Mapping[str, Any]) -> None:
        with numbers.precision(256):
            facts = each(to_ball, drawn)
            whole = contract.compute(facts)[contract.equation.name]
            composed = contract.compute({**facts, "parts": {}})[contract.equation.name]
            shown = facts.get("token_mask")
            if shown is not None and numbers.boxed(whole).shape == shown.shape:
                whole, composed = whole[shown], composed[shown]
            assert decide(equal(whole, composed)).holds

    found = search(check, arguments(sorted(contract.parameters)), examples=60, seed=1)
    assert found.error is None, found.counterexample

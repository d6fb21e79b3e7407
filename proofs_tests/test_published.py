"""Every published number is reproduced to the printed precision."""

import pytest

from rlproof.oracle.claims import decide
from rlproof.oracle.published import Published, printed
from rlproof.published import published_numbers
from rlproof.spec.numbers import exact
from rlproof.spec.registry import equation


@pytest.mark.parametrize("entry", published_numbers(), ids=lambda entry: entry.name)
def test_the_number_is_reproduced(entry: Published) -> None:
    """Each claim holds, and there is one."""
    decision = entry.check()
    assert decision.holds is True, f"{entry.source}: {entry.statement}\n{decision}"
    assert decision.claims > 0
    assert all(equation(name) for name in entry.equations)


@pytest.mark.parametrize(("value", "holds"), [("3.25", True), ("3.35", True), ("3.351", False), ("3.2499", False)])
def test_a_printed_number_stands_for_what_rounds_to_it(value: str, holds: bool) -> None:
    """3.3 stands for 3.25 to 3.35."""
    assert decide(printed(exact([value]), "3.3")).holds is holds

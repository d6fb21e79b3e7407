"""Every reported bug is caught and, where its kind is known, named; every control agrees."""

import pytest

from rlproof.oracle import check
from rlproof.oracle.verdict import AGREES, DISAGREES, VARIANT

from .library_bugs import Entry, entries

ENTRIES = tuple(entries())


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{entry.id}-{entry.function.__name__}" for entry in ENTRIES])
def test_a_report_gets_its_verdict(entry: Entry) -> None:
    """A bug is named or disagrees, a variant is named, a control agrees."""
    verdict = check(entry.function, entry.equation, **entry.options)
    expected = {"bug": (VARIANT, DISAGREES), "variant": (VARIANT,), "control": (AGREES,)}[entry.kind]
    assert verdict.status in expected, str(verdict)
    if entry.variant is not None:
        assert entry.variant in verdict.variants, str(verdict)
    assert verdict.counterexample is not None or verdict.status != DISAGREES

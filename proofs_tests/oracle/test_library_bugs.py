"""Every reported bug is caught and, where its kind is known, named; every control agrees."""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from rlproof.oracle import check
from rlproof.oracle.verdict import AGREES, DISAGREES, VARIANT

from .library_bugs import Entry, entries

SHARES = 12
"""CI holds one entry in so many, chosen by their names; all others are `slow`."""


def parameters() -> Iterator[Any]:
    """Every entry of the table."""
    for entry in entries():
        name = f"{entry.id}-{entry.function.__name__}"
        marks = () if crc32(name.encode()) % SHARES == 0 else (pytest.mark.slow,)
        yield pytest.param(entry, id=name, marks=marks)


@pytest.mark.parametrize("entry", list(parameters()))
def test_a_report_gets_its_verdict(entry: Entry) -> None:
    """A bug is named or disagrees, a variant is named, a control agrees."""
    verdict = check(entry.function, entry.equation, **entry.options)
    expected = {"bug": (VARIANT, DISAGREES), "variant": (VARIANT,), "control": (AGREES,)}[entry.kind]
    assert verdict.status in expected, str(verdict)
    if entry.variant is not None:
        assert entry.variant in verdict.variants, str(verdict)
    assert verdict.counterexample is not None or verdict.status != DISAGREES

"""No miss: mutants of right implementations do not agree, but those that compute the same."""

import os
import tomllib
from collections.abc import Iterator
from inspect import isfunction
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from rlproof.oracle import check

from .mutants import Mutant, mutants
from .right import implementations

EQUIVALENT = Path(__file__).parent / "equivalent_mutants.toml"
"""Mutants that compute the same, with the reason: id = "reason"."""
ONE_IN, SHARES = 12, 40
"""One mutant in so many is tried: which ones, their ids tell; each test tries a share of them."""
TRIED_HERE = 4
"""So many shares are tried in each run; the others with RLPROOF_ALL_MUTANTS=1, which takes some minutes."""


def everything() -> Iterator[Mutant]:
    """Every mutant of every right implementation in plain NumPy."""
    for identifier, function in implementations():
        if isfunction(function) and not {"torch", "jax", "jnp", "lax"} & set(function.__code__.co_names):
            yield from mutants(identifier, function)


TRIED = [mutant for mutant in everything() if crc32(mutant.id.encode()) % ONE_IN == 0]
LISTED: dict[str, str] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))


def agrees(mutant: Mutant) -> bool:
    """Whether the oracle finds nothing wrong."""
    return bool(check(mutant.function, mutant.equation, explain=False, examples=200, seconds=1))


def shares() -> Iterator[Any]:
    """The shares that this run tries; CI leaves out half of them."""
    for share in range(SHARES if os.environ.get("RLPROOF_ALL_MUTANTS") else TRIED_HERE):
        yield pytest.param(share, marks=pytest.mark.slow if share % 2 else ())


@pytest.mark.parametrize("share", list(shares()))
def test_a_mutant_does_not_agree(share: int) -> None:
    """Each mutant is found wrong, or listed with the reason why it is not."""
    own = list(islice(TRIED, share, None, SHARES))
    assert own
    assert [mutant.id for mutant in own if mutant.id not in LISTED and agrees(mutant)] == []


def test_at_least_five_hundred_mutants_are_tried() -> None:
    """The sample is as large as promised, without those that are equivalent."""
    assert len([mutant for mutant in TRIED if mutant.id not in LISTED]) >= 500


def test_a_listed_mutant_exists() -> None:
    """Every entry of the list is a mutant that is tried, and has a reason."""
    assert LISTED.keys() <= {mutant.id for mutant in TRIED}
    assert all(LISTED.values())

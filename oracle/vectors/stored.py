"""The files that are shipped, read back: as documents, and as cases for the oracle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..draws import Draw, Scene
from ..later import st
from ..search import search
from ..strategies import USUAL
from ..vocabulary import vocabulary
from .encoding import decode

FOLDER = Path(__file__).parent


@cache
def stored(identifier: str) -> Mapping[str, Any] | None:
    """The shipped document of an equation; None if there is none."""
    path = FOLDER / f"{identifier}.json"
    return read(path) if path.exists() else None


def read(path: Path) -> dict[str, Any]:
    """Read a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def drawn(contents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cases of a document as they were drawn."""
    return [
        {name: decode(entry) for part in ("inputs", "beside", "sizes") for name, entry in case.get(part, {}).items()}
        for case in contents["cases"]
    ]


def inputs(identifier: str, words: Iterable[str]) -> list[dict[str, Any]] | None:
    """The shipped cases of an equation as they were drawn; None if there are none, or if they lack a word."""
    contents, words = stored(identifier), tuple(words)
    cases = [] if contents is None else drawn(contents)
    return cases if cases and all(word in case for case in cases for word in words) else None


def first_cases(identifier: str, names: Iterable[str], seed: int = 0) -> list[dict[str, Any]]:
    """The shipped cases of an equation, with these words; those that a file lacks are drawn beside the others."""
    contents, names = stored(identifier), tuple(names)
    return [] if contents is None else list(_completed(drawn(contents), names, seed))


def _completed(cases: list[dict[str, Any]], names: tuple[str, ...], seed: int) -> Iterator[dict[str, Any]]:
    for number, case in enumerate(cases):
        if all(name in case for name in names):
            yield {name: case[name] for name in names}
        elif "length" in case or not any(map(np.ndim, case.values())):  # else its sizes are not known
            found: list[dict[str, Any]] = []
            search(found.append, _beside(case, names), examples=1, seed=seed + number)
            yield from found


def _beside(case: dict[str, Any], names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    @st.composite
    def build(draw: Draw) -> dict[str, Any]:
        scene = Scene(draw, USUAL, vocabulary(), frozenset(names), dict(case))
        return {name: scene[name] for name in names}

    return build()

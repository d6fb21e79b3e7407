"""Choose few small cases that tell every deviation of an equation apart, and that show its corners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..deviation import Deviation
from ..draws import Draw, Scene
from ..later import st
from ..reading import Facts
from ..search import own_seed, search
from ..strategies import Sizes
from ..vocabulary import vocabulary
from .apart import Case
from .encoding import encode
from .facts import UNDEFINED, Subject

POOL = ((1, 15), (2, 25), (3, 40), (4, 30))
"""How many cases are drawn of each size, the smallest first."""
PATIENCE = 40
"""After so many cases in a row that add nothing, no more are drawn."""
SEED = 0


def choose(subject: Subject) -> list[Chosen]:
    """Draw cases and keep those that add something, then leave out those that the others make superfluous.

    A case adds something if it shows a new corner, or tells apart what no case before has told apart: a deviation from
    the equation, or deviations from each other.
    """
    kept: list[Chosen] = []
    alike: list[frozenset[Deviation | None]] = [frozenset((None, *subject.deviations))]  # None: the equation itself
    seen, since = set[str](), 0
    for drawn in pool(subject):
        since += 1
        if since > PATIENCE:
            break
        case = _valid(subject, drawn)
        if case is None:
            continue
        shows = {name for name, shown in corners(case.subject, case.facts) if shown}
        split = [part for group in alike for part in _split(group, case)]
        if shows - seen or len(split) > len(alike):
            since = 0
            kept.append(Chosen(drawn, case, shows))
            seen |= shows
            alike = [group for group in split if len(group) > 1]
    return _needed(kept)


def _split(group: frozenset[Deviation | None], case: Case) -> list[frozenset[Deviation | None]]:
    """What a case tells from the equation, and the rest."""
    told = frozenset(deviation for deviation in group if deviation is not None and case.tells(deviation))
    return [part for part in (told, group - told) if part]


class Chosen(NamedTuple):
    """A drawn case, and the corners that it shows."""

    drawn: dict[str, Any]
    case: Case
    shows: set[str]


def _needed(kept: list[Chosen]) -> list[Chosen]:
    """Leave out, the first drawn first, every case without which the rest shows as much."""
    rows = list(kept)
    for row in kept:
        rest = [other for other in rows if other is not row]
        if rest and _shown(rest) == _shown(rows):
            rows = rest
    return rows


def _shown(rows: Sequence[Chosen]) -> tuple[set[str], int, int]:
    """The corners that cases show, how many deviations they tell from the equation, and how many from each other."""
    deviations = rows[0].case.subject.deviations
    patterns = [tuple(row.case.tells(deviation) for row in rows) for deviation in deviations]
    return set[str]().union(*(row.shows for row in rows)), sum(map(any, patterns)), len(set(patterns))


def _valid(subject: Subject, drawn: dict[str, Any]) -> Case | None:
    """A case that can be written down: its results are defined."""
    try:
        case = Case(subject, subject.facts(drawn))
        encode(case.outputs[subject.contract.equation.name])
    except UNDEFINED:
        return None
    return case


def corners(subject: Subject, facts: Facts) -> Iterator[tuple[str, bool]]:
    """What is special about a case: one step, flags everywhere or nowhere, parameters at zero and one."""
    for name in subject.words:
        value = facts[name]
        if isinstance(value, np.ndarray) and value.dtype.kind == "b":
            yield f"{name} everywhere", bool(value.all())
            yield f"{name} nowhere", not value.any()
            yield f"{name} here and there", bool(value.any() and not value.all())
        elif isinstance(value, np.ndarray) and value.ndim and value.dtype == object:
            yield "one step", len(value) == 1
            yield "several steps", len(value) > 2
        elif np.ndim(value) == 0 and not isinstance(value, tuple) and not hasattr(value, "reward"):
            yield f"{name} is zero", bool(value == 0)
            yield f"{name} is one", bool(value == 1)


def pool(subject: Subject) -> Iterator[dict[str, Any]]:
    """Cases, the smallest first; each with the sizes that were drawn for it."""
    for size, count in POOL:
        found: list[dict[str, Any]] = []
        bounds = (size, size)
        lengths = Sizes((1, min(size, 3)), (1, min(size, 3)), bounds, (1, min(size, 2)))
        seed = own_seed(SEED, subject.contract.equation.id, str(size))
        search(found.append, _scenes(subject.words, lengths), examples=count, seed=seed)
        yield from sorted(found, key=weight)


def weight(case: Facts) -> int:
    """How long a case is when it is written down."""
    return len(str({name: encode(value) for name, value in case.items()}))


def _scenes(names: tuple[str, ...], sizes: Sizes) -> st.SearchStrategy[dict[str, Any]]:
    """Like `strategies.arguments`, with the sizes that were drawn on the way, where sizes are all that was."""
    known: dict[str, Callable[[Scene], Any]] = vocabulary()

    @st.composite
    def build(draw: Draw) -> dict[str, Any]:
        scene = Scene(draw, sizes, known, frozenset(names))
        case = {name: scene[name] for name in names}
        hidden = {name: value for name, value in scene.drawn.items() if name not in case}
        return case | hidden if all(isinstance(value, int) for value in hidden.values()) else case

    return build()

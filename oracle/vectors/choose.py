"""Choose few small cases that tell every deviation of an equation apart, and that show its corners."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ..draws import Draw, Scene
from ..reading import Facts
from ..search import own_seed, search
from ..strategies import Sizes
from ..vocabulary import vocabulary
from .apart import apart, probably_apart
from .encoding import encode
from .facts import UNDEFINED, Subject, exact_outputs

POOL = ((1, 20), (2, 40), (3, 60), (4, 60))
"""How many cases are drawn of each size, the smallest first."""
SEED = 0


def choose(subject: Subject) -> list[dict[str, Any]]:
    """Draw cases and keep those that add something, then leave out those that the others make superfluous."""
    kept: list[tuple[dict[str, Any], frozenset[Any]]] = []
    open_ends = {(entry.id, entry.spelling): entry for entry in subject.deviations}
    seen = set[Any]()
    for case in pool(subject):
        facts = _valid(subject, case)
        if facts is None:
            continue
        shows = {name for name, shown in corners(subject, facts) if shown}
        told = {name for name, entry in open_ends.items() if probably_apart(subject, entry, facts)}
        told = {name for name in told if apart(subject, open_ends[name], facts)}
        if shows - seen or told:
            kept.append((case, frozenset(shows | told)))
            seen |= shows
            open_ends = {name: entry for name, entry in open_ends.items() if name not in told}
    return _needed(subject, kept)


def _needed(subject: Subject, kept: list[tuple[dict[str, Any], frozenset[Any]]]) -> list[dict[str, Any]]:
    """Leave out, the first drawn first, every case without which the rest shows as much."""
    entries = {(entry.id, entry.spelling): entry for entry in subject.deviations}
    rows = []
    for case, shows in kept:
        facts = subject.facts(case)
        others = {name for name in entries.keys() - shows if probably_apart(subject, entries[name], facts)}
        corner = {name for name, shown in corners(subject, facts) if shown}
        rows.append((case, shows | corner | {name for name in others if apart(subject, entries[name], facts)}))
    for row in list(rows):
        rest = [other for other in rows if other is not row]
        if row[1] <= frozenset().union(*(shows for _, shows in rest)):
            rows = rest
    return [case for case, _ in rows]


def _valid(subject: Subject, case: dict[str, Any]) -> dict[str, Any] | None:
    """The facts of a case that can be written down: its results are defined."""
    try:
        facts = subject.facts(case)
        encode(exact_outputs(subject.contract.compute, facts)[subject.contract.equation.name])
    except UNDEFINED:
        return None
    return facts


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

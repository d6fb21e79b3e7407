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
from .apart import Case
from .encoding import encode
from .facts import UNDEFINED, Subject

POOL = ((1, 20), (2, 40), (3, 60), (4, 60))
"""How many cases are drawn of each size, the smallest first."""
SEED = 0


def choose(subject: Subject) -> list[dict[str, Any]]:
    """Draw cases and keep those that add something, then leave out those that the others make superfluous."""
    kept: list[tuple[dict[str, Any], Case]] = []
    waiting, seen = list(subject.deviations), set[str]()
    for drawn in pool(subject):
        case = _valid(subject, drawn)
        if case is None:
            continue
        shows = _corners(case)
        told = [deviation for deviation in waiting if case.tells(deviation)]
        if shows - seen or told:
            kept.append((drawn, case))
            seen |= shows
            waiting = [deviation for deviation in waiting if deviation not in told]
    return _needed(kept)


def _needed(kept: list[tuple[dict[str, Any], Case]]) -> list[dict[str, Any]]:
    """Leave out, the first drawn first, every case without which the rest shows as much."""
    rows = [(drawn, _corners(case) | {d for d in case.subject.deviations if case.tells(d)}) for drawn, case in kept]
    for row in list(rows):
        rest = [other for other in rows if other is not row]
        if row[1] <= set[Any]().union(*(shows for _, shows in rest)):
            rows = rest
    return [drawn for drawn, _ in rows]


def _valid(subject: Subject, drawn: dict[str, Any]) -> Case | None:
    """A case that can be written down: its results are defined."""
    try:
        case = Case(subject, subject.facts(drawn))
        encode(case.outputs[subject.contract.equation.name])
    except UNDEFINED:
        return None
    return case


def _corners(case: Case) -> set[Any]:
    return {name for name, shown in corners(case.subject, case.facts) if shown}


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

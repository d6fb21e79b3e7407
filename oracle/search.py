"""Look for an input that breaks a check, and shrink it to the smallest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np

from ..spec.decision_process import MDP
from .later import hypothesis, independent, st
from .strategies import Sizes, arguments

PHASES = ("generate", "shrink")
"""What Hypothesis does: without the second, the first failure stays as it was drawn."""
LARGEST_SMALL = 4
"""Up to this size, a failure is looked for again from below."""
DIMENSIONS = tuple(entry.name for entry in fields(Sizes))


class BrokenError(AssertionError):
    """A check does not hold of an input; its message says how."""


@dataclass
class Search:
    """What a search found: how many cases ran, and the smallest failing input if there is one."""

    cases: int = 0
    counterexample: Any = None
    error: BaseException | None = None
    notes: list[Any] = field(default_factory=list)


def own_seed(seed: int, *words: str) -> int:
    """Another seed for each check: with one for all, no equation would meet what the few cases of that seed lack."""
    return crc32(" ".join([str(seed), *words]).encode())


def search(check: Callable[[Any], Any], strategy: st.SearchStrategy[Any], *, examples: int, seed: int) -> Search:
    """Run `check` on up to `examples` inputs; a raised error makes the input a counterexample.

    Hypothesis shrinks a failing input and calls the check on the smallest one last, so that the
    last failure seen is the minimal one.
    """
    found = Search()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[hypothesis.Phase[phase] for phase in PHASES],
        backend=independent.BACKEND,
        suppress_health_check=list(hypothesis.HealthCheck),  # type: ignore[arg-type]  # iterating an enumeration
    )
    @hypothesis.given(strategy)
    def run(case: Any) -> None:
        if found.error is None:
            found.cases += 1
        try:
            note = check(case)
        except Exception as error:
            found.counterexample, found.error = case, error
            raise
        if found.error is None:
            found.notes.append(note)

    try:
        run()
    except Exception as error:
        if found.error is None:  # not the check but the search itself failed
            raise
        found.error = found.error or error
    return found


def smallest(check: Callable[[Any], Any], names: Iterable[str], *, examples: int, seed: int) -> Search | None:
    """Look among problems of one, then two, then more of everything (states, steps, ...) for an input that fails.

    Shrinking makes numbers small, but seldom an array shorter whose length others share.
    """
    names = tuple(names)
    dimensions = _dimensions(names)

    def attempt(bounds: dict[str, int]) -> Search:
        sizes = Sizes(**{dimension: (1, bounds.get(dimension, 1)) for dimension in DIMENSIONS})
        return search(check, arguments(names, sizes), examples=examples, seed=seed)

    for size in range(1, (LARGEST_SMALL if dimensions else 1) + 1):
        bounds = dict.fromkeys(dimensions, size)
        found = attempt(bounds)
        if found.error is not None:  # of one dimension alone, fewer have been tried already
            return _narrowed(found, bounds, attempt) if len(dimensions) > 1 else found
    return None


@cache
def _dimensions(names: tuple[str, ...]) -> tuple[str, ...]:
    """The dimensions on which the shape of what is drawn depends."""

    def shapes(**larger: int) -> list[Any]:
        cases: list[Mapping[str, Any]] = []
        sizes = Sizes.fixed(**{dimension: larger.get(dimension, 1) for dimension in DIMENSIONS})
        search(cases.append, arguments(names, sizes), examples=1, seed=0)
        return [[_shape(value) for value in case.values()] for case in cases]

    smallest_shapes = shapes()
    return tuple(dimension for dimension in DIMENSIONS if shapes(**{dimension: 2}) != smallest_shapes)


def _shape(value: Any) -> Any:
    """The shape of an array, of a process, of a record of arrays; whole numbers count, too."""
    if isinstance(value, MDP):
        return np.shape(value.reward)
    if isinstance(value, tuple):
        return tuple(map(_shape, value))
    return value if isinstance(value, int) else np.shape(value)


def _narrowed(found: Search, bounds: dict[str, int], attempt: Callable[[dict[str, int]], Search]) -> Search:
    """Lower one bound after the other as long as the failure shows."""
    for dimension, largest in tuple(bounds.items()):
        for bound in range(1, largest):
            smaller = attempt({**bounds, dimension: bound})
            if smaller.error is not None:
                found, bounds = smaller, {**bounds, dimension: bound}
                break
    return found

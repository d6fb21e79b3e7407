"""Find the named deviations that a function equals, and the smallest input on which it differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from time import process_time
from typing import Any

import numpy as np

from ..spec.errors import RlproofError
from .contract import Compute
from .deviation import Deviation, named
from .layout import FLAT
from .pairing import pairs_of_deviations
from .reading import Facts
from .search import BrokenError, smallest
from .trial import Finding, Observation, Trial

PAIRED, PAIRS, PAIR_SECONDS = 2, 1500, 5.0
"""How many of the likeliest ways to read the function are tried with pairs of deviations, with how many, how long."""
EXACTLY = 12
"""On so many cases a name is confirmed exactly; on all of them in doubles."""
SMALL_SEARCH = 80


@dataclass(frozen=True)
class Named:
    """A way to read the function, and the deviations that give what it gives on every case."""

    trial: Trial
    deviations: tuple[Deviation, ...]


Tried = tuple[Trial, Sequence[Observation], Sequence[Facts]]
"""A way to read the function, what it returned, and cases on which it was not called."""


def name(ranked: Sequence[Tried], *, is_close: bool = False) -> Named | None:
    """The deviations that explain a function under the likeliest reading; two at once, if none does alone.

    A function that is close, right but for its precision, is no pair, and only what is exactly so is its name.
    """
    for loosely in (False,) if is_close else (False, True):  # a wrong one may compute in a lower precision, too
        unseen: Named | None = None
        for tried in sorted(ranked, key=_is_turned):
            found = _alone(tried, loosely=loosely)
            if found is not None and found.deviations[0].references:  # seen in libraries, which is likelier
                return found
            unseen = unseen or found
        if unseen is not None:
            return unseen
    return next(filter(None, map(_paired, () if is_close else ranked[:PAIRED])), None)


def _alone(tried: Tried, *, loosely: bool) -> Named | None:
    """The deviations that explain a function under one reading."""
    trial, seen, rest = tried
    if any(trial.is_unlike(entry) for entry in seen):
        return None
    seen = sorted(seen, key=lambda entry: (not trial.is_wrong_roughly(entry), size(entry)))  # what refutes most, first
    options = [d for d in named(trial.contract, trial.setting.told) if explains(d, trial, seen, loosely=loosely)]
    options = [d for d in options if _changes_something(d, trial, seen)]
    single = {d.id: d for d in options if _explains_more(d, trial, rest, loosely=loosely)}
    return Named(trial, tuple(sorted(single.values(), key=lambda d: not d.references))) if single else None


def _paired(tried: Tried) -> Named | None:
    """The likeliest pair of deviations that explains a function under one reading."""
    trial, seen, rest = tried
    smallest_first = sorted(seen, key=size)  # they refute as well, and quicker
    end = process_time() + PAIR_SECONDS
    for pair in islice(pairs_of_deviations(trial, smallest_first), PAIRS):
        if explains(pair, trial, smallest_first) and _changes_something(pair, trial, seen):
            if _explains_more(pair, trial, rest):
                return Named(trial, (pair,))
        elif process_time() > end:
            break
    return None


def _is_turned(tried: Tried) -> bool:
    """Whether sequences were laid out otherwise than the equation has them, which is less likely."""
    return tried[0].contract.has_sequences and tried[0].layout is not FLAT


def size(seen: Observation) -> int:
    """How many numbers the arguments have."""
    return sum(np.size(value) for value in seen.arguments.values() if isinstance(value, np.ndarray))


def _explains_more(deviation: Deviation, trial: Trial, cases: Sequence[Facts], *, loosely: bool = False) -> bool:
    """Whether it gives what the function gives on further cases."""
    further = (trial.observe(trial.arguments(drawn)) for drawn in cases)
    return all(explains(deviation, trial, [seen], loosely=loosely) for seen in further)


def explains(deviation: Deviation, trial: Trial, seen: Sequence[Observation], *, loosely: bool = False) -> bool:
    """Whether the deviation, of the equation or of what is right as well, gives what the function gave, each time.

    Loosely: in a precision lower than that of the result.
    """
    return any(_gives(deviation.change(right), trial, seen, loosely=loosely) for right in trial.rights)


def _changes_something(deviation: Deviation, trial: Trial, seen: Sequence[Observation]) -> bool:
    """Whether it is not the equation itself on all these cases."""
    right = trial.contract.compute
    changed = deviation.change(right)
    return not all(trial.is_same(entry, right, changed) for entry in seen)


def _gives(compute: Compute, trial: Trial, seen: Sequence[Observation], *, loosely: bool) -> bool:
    try:
        if any(trial.is_refuted(entry, compute) for entry in seen):  # in doubles, before anything is compared exactly
            return False
        findings = (_without_behaviour(trial.judge(entry, compute)) for entry in seen[:EXACTLY])
        return all(found is None or (loosely and found.only_rounding) for found in findings)
    except (RlproofError, ArithmeticError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return False  # a change that is not defined here explains nothing


def _without_behaviour(found: Finding | None) -> Finding | None:
    return None if found is not None and found.behaviour == "changes_its_arguments" else found


def shrink(trial: Trial, seed: int, *, roughly: bool) -> tuple[Mapping[str, Any], Finding] | None:
    """The smallest drawn case on which the function is found wrong, with what is wrong.

    A function that is far off somewhere is looked at roughly: that is quicker, and shows as much.
    """
    has_time = trial.candidate.clock.budget(trial.candidate.seconds)

    def check(drawn: Mapping[str, Any]) -> None:
        if not has_time():
            return
        seen = trial.observe(trial.arguments(drawn))
        wrong = trial.is_wrong_roughly(seen) if roughly else trial.judge(seen) is not None
        if wrong:
            raise BrokenError

    result = smallest(check, sorted(trial.setting.needs), examples=SMALL_SEARCH, seed=seed)
    found = None if result is None else trial.run(result.counterexample)
    return None if result is None or found is None else (result.counterexample, found)

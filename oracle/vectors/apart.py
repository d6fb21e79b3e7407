"""Which deviations a case tells apart from the equation."""

from typing import Any

import numpy as np

from ...spec import numbers
from ..agreement import distance
from ..deviation import Deviation
from ..reading import Facts
from .facts import UNDEFINED, Subject, bounds, exact_outputs, in_doubles, parts

CLEAR = 2.0**-20
"""Results in doubles that differ by this share differ exactly, too, or the exact comparison will say so."""


def probably_apart(subject: Subject, deviation: Deviation, facts: Facts) -> bool:
    """Whether a deviation gives another result in doubles; a quick look that `apart` confirms."""
    doubles = in_doubles(facts)
    try:
        with np.errstate(all="ignore"):
            right = parts(subject.contract.compute(doubles))
            wrong = parts(deviation.change(subject.contract.compute)(doubles))
            return any(_differ(a, b) for a, b in zip(right, wrong, strict=True))
    except UNDEFINED:
        return apart(subject, deviation, facts)


def _differ(one: Any, other: Any) -> bool:
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if one.shape != other.shape:
        return True
    scale = CLEAR * (1 + abs(one).max(initial=0, where=np.isfinite(one)))
    return bool(np.any(~((one == other) | (abs(one - other) <= scale))))


def apart(subject: Subject, deviation: Deviation, facts: Facts) -> bool:
    """Whether a deviation's exact result is out of reach for a right function in doubles; no if it has no result."""
    compute, changed = subject.contract.compute, deviation.change(subject.contract.compute)
    try:
        right, wrong = exact_outputs(compute, facts), exact_outputs(changed, facts)
        allowed, own = bounds(compute, facts, "float64"), bounds(changed, facts, "float64")
        rows = zip(parts(right), parts(wrong), parts(allowed), parts(own), strict=True)
        return any(_beyond(*row) for row in rows)
    except UNDEFINED:
        return False


def _beyond(right: Any, wrong: Any, allowed: Any, own: Any) -> bool:
    if np.shape(right) != np.shape(wrong):
        return True
    rows = zip(np.ravel(right), np.ravel(wrong), np.ravel(allowed), np.ravel(own), strict=True)
    return any(_gap(a, b) > first + second for a, b, first, second in rows)


def _gap(one: Any, other: Any) -> float:
    """How far two exact numbers are from each other; never too much."""
    got = float(numbers.float64(other))
    found = distance(got, one)
    return found if np.isinf(found) else max(0.0, found - abs(got) * 2.0**-52)

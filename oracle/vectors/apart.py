"""Which deviations a case tells apart from the equation."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...spec import numbers
from ..agreement import distance
from ..deviation import Deviation
from ..reading import Facts
from .facts import UNDEFINED, Subject, bounds, exact_outputs, in_doubles, parts

CLEAR = 2.0**-30
"""Results in doubles that are nearer than this share are looked at exactly no further: they are taken as equal."""


@dataclass(frozen=True)
class Case:
    """A case of an equation, with its right results."""

    subject: Subject
    facts: Facts
    _told: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The exact results."""
        return exact_outputs(self.subject.contract.compute, self.facts)

    @cached_property
    def tolerance(self) -> dict[str, Any]:
        """How far results in doubles may be from them."""
        return bounds(self.subject.contract.compute, self.facts, "float64")

    @cached_property
    def _doubles(self) -> tuple[Facts, list[np.ndarray]]:
        doubles = in_doubles(self.facts)
        with np.errstate(all="ignore"):
            found = parts(self.subject.contract.compute(doubles))
        return doubles, [np.asarray(part, dtype=float) for part in found]

    def tells(self, deviation: Deviation) -> bool:
        """Whether the exact result of a deviation is out of reach for a right function in doubles.

        No, if the deviation has no result here.
        """
        name = (deviation.id, deviation.spelling)
        if name not in self._told:
            self._told[name] = self._tells(deviation)
        return self._told[name]

    def _tells(self, deviation: Deviation) -> bool:
        try:
            if not self._probably(deviation):
                return False
            wrong = exact_outputs(deviation.change(self.subject.contract.compute), self.facts)
            rows = zip(parts(self.outputs), parts(wrong), parts(self.tolerance), strict=True)
            return any(_beyond(*row) for row in rows)
        except UNDEFINED:
            return False

    def _probably(self, deviation: Deviation) -> bool:
        """A quick look, in doubles."""
        try:
            doubles, right = self._doubles
            with np.errstate(all="ignore"):
                wrong = parts(deviation.change(self.subject.contract.compute)(doubles))
            return any(_differ(one, np.asarray(other, dtype=float)) for one, other in zip(right, wrong, strict=True))
        except UNDEFINED:
            return True  # not defined in doubles: the exact comparison decides


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape:
        return True
    scale = CLEAR * (1 + abs(one).max(initial=0, where=np.isfinite(one)))
    with np.errstate(invalid="ignore"):
        near = (one == other) | (abs(one - other) <= scale) | (np.isnan(one) & np.isnan(other))
    return bool(np.any(~near))


def _beyond(right: Any, wrong: Any, allowed: Any) -> bool:
    if np.shape(right) != np.shape(wrong):
        return True
    rows = zip(np.ravel(right), np.ravel(numbers.float64(wrong)), np.ravel(allowed), strict=True)
    return any(_gap(one, float(other)) > bound for one, other, bound in rows)


def _gap(right: Any, wrong: float) -> float:
    """How far a result is from the right one, without what rounds it to a double."""
    found = distance(wrong, right)
    return found if np.isinf(found) else max(0.0, found - abs(wrong) * 2.0**-52)

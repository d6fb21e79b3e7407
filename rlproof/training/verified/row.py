"""What one check of a probe has found."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...oracle.agreement import Comparison, judge_against
from ...spec import numbers
from ...spec.registry import equation as equation_of
from .evaluated import BALLS, allowed

DECIDED = 4
"""Roundings within which a rule may take either side of a step: of the settings and of the products it compares."""


class Row(NamedTuple):
    """What one check has found.

    Attributes:
        equation: the id.
        what: which numbers were compared.
        cases: how many; those of which the theory leaves open what they are (a slope at a kink) do not count.
        error: of the number that came nearest to its bound, or left it furthest behind.
        bound: of that number.
        ok: no number is beyond its bound.
        expected: what is right for that number.
        got: what the training has computed.
    """

    equation: str
    what: str
    cases: int
    error: float
    bound: float
    ok: bool
    expected: float
    got: float

    @property
    def ratio(self) -> float:
        """The error as a share of its bound."""
        return share(self.error, self.bound)


def share(error: float, bound: float) -> float:
    """Return an error as a share of its bound."""
    return Comparison(error, bound, agrees=error <= bound).ratio


def check(equation: str, what: str, got: Any, **arguments: Any) -> Row:
    """Hold numbers against an equation of these arguments."""
    formula = equation_of(equation).function
    return held(equation, what, got, BALLS(formula, **arguments), allowed(formula, **arguments))


def held(equation: str, what: str, got: Any, right: Any, bound: Any) -> Row:
    """Hold numbers against what is right; an infinite bound says that anything is."""
    got = np.asarray(got)
    comparison = judge_against(right, got, bound)
    bounds = np.broadcast_to(bound, got.shape)
    worst = _worst(got, numbers.float64(right), bounds)
    cases = int(np.isfinite(bounds).sum())
    return Row(equation, what, cases, comparison.error, comparison.bound, comparison.agrees, *worst)


def held_by_any(equation: str, what: str, got: Any, right: Sequence[Any], bound: Any) -> Row:
    """Hold a number against several of which each may be right: what a rule says just before and behind a step."""
    rows = [held(equation, what, got, one, bound) for one in right]
    return min(rows, key=lambda row: (not row.ok, row.error))


def at_most(equation: str, what: str, value: Any, limit: Any, bound: Any) -> Row:
    """Hold a number, a ball, against a limit that it must not exceed by more than what it may be off."""
    excess = max(float((value - limit).upper()), 0.0)
    ok = bool(excess <= float(bound))
    return Row(equation, what, 1, excess, float(bound), ok, float(numbers.float64(limit)), float(value.mid()))


def _worst(got: np.ndarray, right: np.ndarray, bounds: np.ndarray) -> tuple[float, float]:
    """Return the number whose error is the largest part of its bound, as expected and as got."""
    if got.shape != right.shape or not got.size:
        return float("nan"), float("nan")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shares = np.where(np.isinf(bounds), -1.0, np.nan_to_num(abs(got - right) / bounds, nan=0.0))
    shares = np.where(np.isfinite(got) | np.isinf(bounds), shares, np.inf)
    place = int(np.ravel(shares).argmax())
    return float(np.ravel(right)[place]), float(np.ravel(got)[place])

"""Claims that a law makes, and how they are decided in each number system."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np
from flint import arb

from ..spec.numbers import Array, boxed, is_zero, system_of

HIGHEST_PRECISION = 4096


@dataclass(frozen=True, eq=False)
class Claim:
    """`left` is equal to `right`, or at most `right`; numbers or arrays."""

    relation: str  # "=" or "<="
    left: Array
    right: Array


@dataclass(frozen=True)
class Decision:
    """What came of a claim: True, False, or None where the balls are too wide to tell.

    `error` is the largest distance between two equal sides that remains possible (zero in exact
    arithmetic), `slack` the smallest certified difference right - left of an inequality, `claims`
    the number of claims decided: a conjunction of none holds, and says nothing.
    """

    holds: bool | None
    error: float = 0.0
    slack: float = float("inf")
    claims: int = 1


def combine(decisions: Iterable[Decision]) -> Decision:
    """Decide a conjunction: false if one is, else undecided if one is."""
    decisions = list(decisions)
    verdicts = {decision.holds for decision in decisions}
    return Decision(
        False if False in verdicts else None if None in verdicts else True,
        max((decision.error for decision in decisions), default=0.0),
        min((decision.slack for decision in decisions), default=float("inf")),
        sum(decision.claims for decision in decisions),
    )


def equal(left: Any, right: Any) -> Claim:
    """Claim that two numbers or arrays are equal."""
    return Claim("=", left, right)


def at_most(left: Any, right: Any) -> Claim:
    """Claim that no entry of `left` exceeds that of `right`."""
    return Claim("<=", left, right)


def true(fact: Any) -> Claim:
    """Claim a plain fact, decided without numbers."""
    return Claim("=", np.asarray(bool(np.all(fact)), dtype=object) * 1, 1)


def decide(claim: Claim) -> Decision:
    """Decide a claim: with == in exact arithmetic, by enclosure in balls."""
    left, right = np.broadcast_arrays(_objects(claim.left), _objects(claim.right))
    pairs = list(zip(left.flat, right.flat, strict=True))
    if not pairs:
        raise ValueError("a claim about empty arrays would hold of anything")
    return replace(combine(_decide_one(claim.relation, a, b) for a, b in pairs), claims=1)


def _objects(side: Any) -> Array:
    array = boxed(side)
    return array if array.dtype == object else array.astype(object)


def _decide_one(relation: str, left: Any, right: Any) -> Decision:
    if isinstance(left, arb) or isinstance(right, arb):
        return _decide_balls(relation, arb(left), arb(right))
    if system_of(left) == "series" or system_of(right) == "series":
        same = bool(is_zero(right - left))
        return Decision(bool(same), error=0.0 if same else float("inf"))
    difference = right - left
    if relation == "=":
        return Decision(bool(difference == 0), error=abs(_float(difference)))
    return Decision(bool(difference >= 0), slack=_float(difference))


def _decide_balls(relation: str, left: arb, right: arb) -> Decision:
    if left == right and left.is_exact():
        return Decision(True, slack=0.0 if relation == "<=" else float("inf"))
    difference = right - left
    if not difference.is_finite():  # an infinite bound holds of every finite number
        certain = relation == "<=" and left.is_finite() and right == arb.pos_inf()
        return Decision(True if certain else None)
    if relation == "<=":  # decided by the balls themselves: a float of a tiny bound would round to zero
        holds = True if difference >= 0 else False if difference < 0 else None
        return Decision(holds, slack=float(difference.lower()))
    # Two expressions of one real number cannot be proved equal by enclosures; they are accepted when
    # the difference contains zero and is no wider than half of the working precision explains.
    magnitude = (abs(left) + abs(right) + 1).upper()
    narrow = bool(difference.rad() <= magnitude * arb(2) ** -(flint.ctx.prec // 2))
    holds = (True if narrow else None) if difference.contains(0) else False
    return Decision(holds, error=float(abs(difference).upper()))


def _float(value: Any) -> float:
    return int(value.p) / int(value.q) if hasattr(value, "p") else float(value)

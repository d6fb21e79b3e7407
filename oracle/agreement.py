"""Compare a function with the spec: exact reference, derived bound.

The candidate gets float inputs; the reference is the spec on exactly those inputs in rationals (or
in balls, where logarithms occur); the bound is the rounding error that the formula admits in the
candidate's dtype (`rounding`). Nothing is left to a chosen tolerance.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from ..spec import numbers
from ..spec.registry import Equation
from .cases import each, exactly, to_rounded
from .law import to_ball

Candidate = Callable[..., Any]
REFERENCE_BITS = 256


@dataclass(frozen=True)
class Comparison:
    """How far a result is from the reference, and how far it may be."""

    error: float
    bound: float
    agrees: bool
    expected: Any = None
    got: Any = None

    @property
    def ratio(self) -> float:
        """The error as a share of its bound."""
        if self.bound == float("inf"):
            return 0.0
        return self.error / self.bound if self.bound > 0 else float(self.error > 0)


def reference(equation: Equation, inputs: Mapping[str, Any]) -> Any:
    """Evaluate the spec on float inputs without any rounding."""
    return evaluate(equation, each(exactly, inputs))


def evaluate(equation: Equation, exact_inputs: Mapping[str, Any]) -> Any:
    """Evaluate the spec on rationals: in rationals, or in wide balls where logarithms occur."""
    if "exact" in equation.number_systems:
        return equation.function(**exact_inputs)
    return evaluate_in_balls(equation, exact_inputs)


def evaluate_in_balls(equation: Equation, exact_inputs: Mapping[str, Any]) -> Any:
    """Evaluate the spec in balls of 256 bits: for long trajectories, whose rationals would have 10^5 digits."""
    with numbers.precision(REFERENCE_BITS):
        return equation.function(**each(to_ball, exact_inputs))


def rounding_bound(equation: Equation, inputs: Mapping[str, Any], dtype: str) -> Any:
    """Evaluate the spec on numbers that carry their rounding error, and return that error."""
    result = equation.function(**each(to_rounded, inputs, dtype))
    return np.asarray(getattr(result, "error", 0.0), dtype=float)


def judge_numbers(equation: Equation, inputs: Mapping[str, Any], got: Any, dtype: str) -> Comparison:
    """Compare arrays of numbers entry by entry."""
    return judge_against(reference(equation, inputs), got, rounding_bound(equation, inputs, dtype))


def judge_against(expected: Any, got: Any, bound: Any) -> Comparison:
    """Compare a float result with exact numbers and a bound per entry."""
    got = np.asarray(got)
    shown = numbers.float64(expected)
    if got.shape != np.shape(shown):
        return Comparison(float("inf"), 0.0, False, shown, got)
    errors = np.array([distance(a, b) for a, b in zip(np.ravel(got), np.ravel(expected), strict=True)])
    bounds = np.where(np.isnan(np.ravel(shown)), 0.0, np.broadcast_to(bound, np.shape(shown)).ravel())
    shares = errors / np.where((bounds > 0) & np.isfinite(bounds), bounds, 1.0)
    excess = np.where(errors <= bounds, np.where(np.isinf(bounds), 0.0, shares), np.inf)
    worst = int(excess.argmax()) if excess.size else 0
    error, allowed = (float(errors[worst]), float(bounds[worst])) if excess.size else (0.0, 0.0)
    return Comparison(error, allowed, bool(np.all(errors <= bounds)), shown, got)


def distance(got: Any, expected: Any) -> float:
    """|got - expected|, evaluated without rounding; infinite unless both or neither are finite."""
    if isinstance(expected, arb) and not expected.is_finite():
        same = np.isnan(got) if expected.is_nan() else got == float(expected)
        return 0.0 if same else float("inf")
    if not np.isfinite(got):
        return float("inf")
    difference = abs(numbers.rational(float(got)) - expected)
    return float(difference.upper()) if isinstance(difference, arb) else numbers.float64(difference).item()


def parameters(equation: Equation) -> tuple[str, ...]:
    """The names of an equation's parameters."""
    return tuple(inspect.signature(equation.function).parameters)

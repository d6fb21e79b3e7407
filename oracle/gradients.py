"""Gradients against the theory.

In exact arithmetic the difference quotient at h = 2^-200 is the derivative, up to 2^-200 of the
curvature: no formula for any gradient is needed, and the one-sided quotients tell where a function has
none. There, between the two, every number is a directional subgradient; elsewhere the candidate must
give the derivative, within the rounding error that the chain rule admits (`dual`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import arb

from ..spec import numbers, value
from ..spec.decision_process import MDP
from ..spec.dp import policy_iteration
from ..spec.registry import Equation
from .agreement import Comparison
from .cases import FIELDS, FloatMDP, each, exactly, fields, is_discrete, is_record, to_float, to_rounded
from .dual import Dual
from .law import to_ball
from .rounding import Rounded, gamma

Derivative = Callable[[Mapping[str, Any], Mapping[str, Any], np.ndarray], float]
"""Maps inputs, a direction and weights w to w . (J d), by whatever differentiation the candidate has."""

STEP = numbers.rational(2) ** -200
BALL_BITS = 1024
_EVALUATED = {"value.optimal_v": value.v, "value.optimal_q": value.q}


def midpoint(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A point inside the segment of two cases and the direction of the segment; flags and counts are the first's."""
    pairs = {name: _midpoint(first[name], second[name]) for name in first}
    return {name: pair[0] for name, pair in pairs.items()}, {
        name: pair[1] for name, pair in pairs.items() if pair[1] is not None
    }


def compare_gradient(
    equation: Equation, derivative: Derivative, first: Mapping[str, Any], second: Mapping[str, Any], dtype: str
) -> Comparison:
    """Compare w . (J d) at the midpoint of two cases, where d leads from the one to the other."""
    point, direction = midpoint(first, second)
    inputs, slopes = each(to_float, point, dtype), each(to_float, direction, dtype)
    exact_point, exact_slopes = each(exactly, inputs), each(_exact_direction, slopes)
    forward, backward = (_quotient(equation, exact_point, exact_slopes, step) for step in (STEP, -STEP))
    weights = _weights(np.shape(forward))
    bound = float((abs(weights) * _rounding(equation, inputs, slopes, dtype)).sum())
    if not (_finite(forward) and _finite(backward) and np.isfinite(bound)):
        return Comparison(0.0, float("inf"), agrees=True)  # infinite here or nearby: there is no derivative
    got = float(derivative(inputs, slopes, weights))
    low, high = _interval(forward, backward, weights)
    distance = float("inf")
    if np.isfinite(got):
        distance = max(_float(low - numbers.rational(got)), _float(numbers.rational(got) - high), 0.0)
    return Comparison(distance, bound, bool(distance <= bound), (_float(low), _float(high)), got)


def _midpoint(first: Any, second: Any) -> tuple[Any, Any]:
    if isinstance(first, MDP):
        pairs = {name: _midpoint(getattr(first, name), getattr(second, name)) for name in FIELDS}
        point = MDP(**{name: pair[0] for name, pair in pairs.items()})
        return point, FloatMDP(**{name: pair[1] for name, pair in pairs.items()}, terminal=None)
    if is_record(first):
        points, directions = zip(*(_midpoint(*pair) for pair in zip(first, second, strict=True)), strict=True)
        return type(first)(*points), type(first)(*directions)
    if is_discrete(first):
        return first, None
    return (first + second) / 2, second - first


def _exact_direction(value: Any) -> Any:
    """A direction is no decision process: its rows sum to zero."""
    return FloatMDP(**fields(value, exactly), terminal=None) if isinstance(value, FloatMDP) else exactly(value)


def _moved(value: Any, direction: Any, step: Any) -> Any:
    if isinstance(value, MDP):
        return MDP(**{name: getattr(value, name) + step * getattr(direction, name) for name in FIELDS})
    if is_record(value):
        return type(value)(*(_moved(*pair, step) for pair in zip(value, direction, strict=True)))
    return value + step * direction


def _quotient(equation: Equation, point: Mapping[str, Any], direction: Mapping[str, Any], step: Any) -> Any:
    moved = {
        name: _moved(value, direction[name], step) if name in direction else value for name, value in point.items()
    }
    if "exact" in equation.number_systems:
        return (equation.function(**moved) - equation.function(**point)) / step
    with numbers.precision(BALL_BITS):
        difference = equation.function(**each(to_ball, moved)) - equation.function(**each(to_ball, point))
        return difference / arb(step)


def _rounding(equation: Equation, inputs: Mapping[str, Any], slopes: Mapping[str, Any], dtype: str) -> Any:
    dual = {name: _dual(data, slopes.get(name), dtype) for name, data in inputs.items()}
    function = equation.function
    if equation.id in _EVALUATED:  # the slope of an optimal value is that of the optimal policy's value
        best = policy_iteration(exactly(inputs["mdp"]))
        one_hot = np.arange(inputs["mdp"].reward.shape[1]) == best[:, None]
        function, dual["policy"] = _EVALUATED[equation.id], to_rounded(one_hot.astype(dtype), dtype)
        dual["policy"] = Dual(dual["policy"], 0 * dual["policy"])
    result = function(**dual)
    if not isinstance(result, Dual):
        return np.zeros(np.shape(result))
    # Reverse mode adds up what all entries of the result contribute, before the direction multiplies the sum.
    slope, additions = result.slope, result.size + 1
    return slope.error + gamma(additions, slope.unit) * (abs(slope.value) + slope.error)


def _dual(value: Any, slope: Any, dtype: str) -> Any:
    if isinstance(value, FloatMDP):
        return MDP(**{name: _dual(getattr(value, name), getattr(slope, name), dtype) for name in FIELDS})
    if is_record(value):
        return type(value)(*(_dual(*pair, dtype) for pair in zip(value, slope, strict=True)))
    primal = to_rounded(value, dtype)
    return Dual(primal, to_rounded(slope, dtype)) if isinstance(primal, Rounded) else value


def _finite(slopes: Any) -> bool:
    return all(not isinstance(slope, arb) or slope.is_finite() for slope in np.ravel(slopes))


def _weights(shape: tuple[int, ...]) -> np.ndarray:
    """Dyadic weights of different sizes and signs, so that wrong entries cannot cancel."""
    size = int(np.prod(shape))
    return np.array([(-1) ** i * 2.0 ** -(i % 7) for i in range(size)]).reshape(shape)


def _interval(forward: Any, backward: Any, weights: np.ndarray) -> tuple[Any, Any]:
    """The least and the largest weighted sum of one-sided slopes."""
    pairs = zip(np.ravel(forward), np.ravel(backward), np.ravel(numbers.exact(weights)), strict=True)
    low = high = numbers.rational(0)
    for one, other, weight in pairs:
        ends = sorted((weight * one, weight * other), key=_float)
        low, high = low + ends[0], high + ends[1]
    return low, high


def _float(value: Any) -> float:
    return float(numbers.float64(value))

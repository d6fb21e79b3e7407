r"""Linear systems with quadratic costs: the optimal gain and its value, by policy iteration with a certificate."""

import flint
import numpy as np
from flint import arb

from .errors import NotStableError, NumberSystemError
from .linear_policy import cost_to_go, improvement_terms
from .linear_system import LinearSystem, is_stable, linear_system, solve
from .lqr_optimal import least_cost, optimality_gap, riccati
from .numbers import Array, ball, float64, system_of

VALUE_ITERATIONS = 1000
"""After so many steps of value iteration without a stable gain the system counts as one that has none."""


def optimal_gain(system: LinearSystem) -> Array:
    r"""Gain of the optimal policy, which is linear and deterministic.

    .. math:: K^* = -H^{-1}(N^\top + \gamma B^\top P^* A), \qquad H = R + \gamma B^\top P^* B

    Args:
        system: linear system of n states and k actions, the matrix of whose costs in (s, a) is positive definite.
    Returns:
        [k, n], the optimal action is K* s; in balls, certified enclosures.
    Conventions:
        Irrational in general. In balls the radius follows from the optimality gap:
        (K - K*)^T R (K - K*) <= P - P* <= epsilon P.
    Laws:
        the_optimal_gain_is_its_own_improvement, the_optimal_gain_of_a_scalar_system,
        no_gaussian_policy_beats_the_optimal_gain, the_optimal_gain_changes_coordinates
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, DiscountError, NotPositiveDefiniteError,
        NotStableError; NumberSystemError in exact (the solution of a quadratic equation).
    Source:
        Hewer 1971; discrete algebraic Riccati equation for (sqrt(gamma) A, sqrt(gamma) B, Q, R, N).
    Since:
        0.2
    """
    system, gain = _solve(system)
    curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    if system_of(system.dynamics) != "ball":
        return gain - solve(curvature, slope)
    inverse = solve(system.action_cost, ball(np.eye(len(curvature), dtype=int)))
    distance = optimality_gap(system, gain) * np.trace(inverse) * np.trace(cost_to_go(system, gain))
    return gain + _within(distance.upper().sqrt())


def optimal(system: LinearSystem) -> Array:
    r"""Quadratic part of minus the optimal value: the stabilising solution of the Riccati equation.

    .. math:: P^* = Q + \gamma A^\top P^*A - G^\top H^{-1} G, \qquad H = R + \gamma B^\top P^*B, \quad
        G = N^\top + \gamma B^\top P^*A

    Args:
        system: linear system of n states and k actions, the matrix of whose costs in (s, a) is positive definite.
    Returns:
        [n, n], symmetric; in balls, certified enclosures.
    Conventions:
        Irrational in general. In balls the radius follows from the optimality gap: 0 <= P - P* <= epsilon P.
    Laws:
        riccati_leaves_the_optimal_value_as_it_is, the_optimal_value_is_that_of_the_optimal_gain,
        the_optimal_value_of_a_scalar_system, the_optimal_value_scales_with_the_costs
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, DiscountError, NotPositiveDefiniteError,
        NotStableError; NumberSystemError in exact (the solution of a quadratic equation).
    Source:
        Bertsekas 2012, section 3.1; Hewer 1971.
    Since:
        0.2
    """
    system, gain = _solve(system)
    matrix = cost_to_go(system, gain)
    if system_of(system.dynamics) != "ball":
        return matrix
    return matrix + _within((optimality_gap(system, gain) * np.trace(matrix)).upper())


def _solve(system: LinearSystem) -> tuple[LinearSystem, Array]:
    """Read a system and find a gain that no further improvement changes, beyond rounding."""
    system = linear_system(*system)
    kind = system_of(system.dynamics)
    if kind not in ("float64", "ball", "rounded"):
        raise NumberSystemError(
            "the optimal gain of a linear system is not rational",
            got=f"number system '{kind}'",
            expected="float64 or ball",
            cause="a Riccati equation, which is quadratic, in exact arithmetic",
            remedy="convert each field with numbers.ball, or take lqr.policy_improvement and lqr.optimality_gap",
        )
    least_cost(system)
    floats = LinearSystem(*(float64(getattr(field, "value", field)) for field in system))
    gain = _policy_iteration(floats, _stable_gain(floats))
    if kind != "ball":
        return system, gain
    gain = ball(gain)
    for _ in range(flint.ctx.prec.bit_length()):  # each step doubles the number of correct bits
        curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
        gain = np.frompyfunc(arb.mid, 1, 1)(gain - solve(curvature, slope))
    return system, gain


def _policy_iteration(system: LinearSystem, gain: Array) -> Array:
    """Improve until the steps, whose size falls quadratically, no longer become smaller."""
    last = np.inf
    while True:
        curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
        step = solve(curvature, slope)
        if not abs(step).max() < last:
            return gain
        gain, last = gain - step, abs(step).max()


def _stable_gain(system: LinearSystem) -> Array:
    """Iterate values from zero until the greedy gain is stable."""
    matrix = 0 * system.state_cost
    for _ in range(VALUE_ITERATIONS):
        curvature, slope = improvement_terms(system, 0 * system.control.T, matrix)
        gain = -solve(curvature, slope)
        if is_stable(system, gain):
            return gain
        if abs(matrix).max() > np.sqrt(np.finfo(float).max):
            break
        matrix = riccati(system, matrix)
        matrix = (matrix + matrix.T) / 2
    raise NotStableError(
        "no gain with finite cost was found",
        got=f"dynamics {system.dynamics.tolist()}, control {system.control.tolist()}, discount {system.discount}",
        expected="a gain K with discount * rho(A + BK)^2 < 1",
        cause="an unstable mode that the action does not reach",
        remedy="check the zeros of control, or lower the discount",
    )


def _within(radius: arb) -> arb:
    """Everything at most so far from zero."""
    return arb(0, radius)

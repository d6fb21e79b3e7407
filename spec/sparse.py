r"""Values of large decision processes, found iteratively and certified.

A dense kernel of 100,000 states does not fit into memory, and a sparse factorisation of
:math:`I - \gamma P_\pi` fills in. Here an estimate is improved step by step, and its Bellman
residual says when to stop: that bounds the error whatever produced the estimate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .errors import ParameterError
from .krylov import gmres_correction
from .numbers import Array, as_array
from .sparse_equation import UNIT_ROUNDOFF, SparseEquation, sparse_equation
from .sparse_process import SparseMDP
from .validation import check_between, check_finite, check_shape

KRYLOV_DIMENSIONS = 20
"""Kernel applications of one GMRES cycle; it keeps as many vectors of S numbers."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """State values with their certificate.

    Attributes:
        values: [S], approximate values, in units of reward.
        error_bound: no value is further than this from the true one.
        relative_error_bound: the same, relative to the largest true absolute value.
        operator_applications: how often the transition kernel was applied to a vector.
    """

    values: Array
    error_bound: float
    relative_error_bound: float
    operator_applications: int


@dataclass(frozen=True, eq=False)
class _Estimate:
    """Values, their residual, and the kernel applications that they took."""

    values: Array
    residual: Array
    applications: int

    @property
    def residual_size(self) -> float:
        return float(abs(self.residual).max())


def evaluate(
    mdp: SparseMDP,
    policy: Array,
    *,
    relative_accuracy: float = 1e-10,
    progress: Callable[[Evaluation], None] | None = None,
) -> Evaluation:
    r"""State values :math:`v_\pi` of a large process, to a certified accuracy.

    .. math:: \|V - v_\pi\|_\infty \le \text{error bound} \le \text{relative accuracy} \cdot \|v_\pi\|_\infty

    Args:
        mdp: sparse decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        relative_accuracy: the largest error that is accepted, relative to the largest value.
        progress: called with the evaluation so far, certificate included, before every cycle.
    Returns:
        An Evaluation: values [S], both error bounds, and the work done.
    Conventions:
        The data are the float64 numbers themselves, also where a row sums to one only up
        to rounding. A cycle of restarted GMRES counts only if it shrinks the residual as
        much as equally many Bellman sweeps are sure to; otherwise sweeps are done, at least
        as many. So on no graph does it take much more than twice the work of value iteration.
    Laws:
        residual_bounds_the_error
    Raises:
        ParameterError if float64 cannot certify this accuracy; NonFiniteError if values may
        overflow; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError.
    Source:
        Saad & Schultz 1986 (GMRES); Puterman 1994, theorem 6.3.1; Higham 2002, section 3.1.
    Since:
        0.1
    """
    check_between("relative_accuracy", relative_accuracy, 0, 1)
    equation = sparse_equation(mdp, policy)
    if relative_accuracy < equation.finest_accuracy():
        raise _uncertifiable(relative_accuracy, equation.finest_accuracy())
    estimate, sweeps = _Estimate(np.zeros(mdp.number_of_states), equation.reward, 0), KRYLOV_DIMENSIONS
    budget = _sweeps_to_reach(equation, estimate, relative_accuracy)
    while (found := _certify(equation, estimate)).relative_error_bound > relative_accuracy:
        if budget <= 0:  # the contraction promised to be there by now: what remains is rounding
            raise _uncertifiable(relative_accuracy, found.relative_error_bound)
        if progress is not None:
            progress(found)
        candidate = _krylov_cycle(equation, estimate)
        if candidate.residual_size <= equation.contraction**KRYLOV_DIMENSIONS * estimate.residual_size:
            estimate, sweeps = candidate, KRYLOV_DIMENSIONS
            budget -= KRYLOV_DIMENSIONS
        else:  # sweep twice as long after every failure in a row: a graph that resists once resists again
            estimate = _bellman_sweeps(equation, estimate, min(sweeps, budget), candidate.applications)
            budget, sweeps = budget - sweeps, 2 * sweeps
        budget = min(budget, _sweeps_to_reach(equation, estimate, relative_accuracy))
    return found


def residual_bound(mdp: SparseMDP, policy: Array, state_values: Array) -> float:
    r"""A rigorous bound on the error of any estimate of :math:`v_\pi`.

    .. math:: \|V - v_\pi\|_\infty
        \le \frac{\|r_\pi + \gamma P_\pi V - V\|_\infty + \text{rounding}}{1 - \gamma}

    Args:
        mdp: sparse decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        state_values: [S], the estimate V, however it was found.
    Returns:
        One number, in units of reward.
    Conventions:
        Supremum norm; the rounding made in computing the residual is part of the bound.
    Laws:
        residual_bounds_the_error
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, NonFiniteError.
    Source:
        Puterman 1994, theorem 6.3.1; Higham 2002, section 3.1.
    Since:
        0.1
    """
    values = as_array(state_values, "state_values")
    check_shape("state_values", values, (mdp.number_of_states,), "one number per state")
    check_finite("state_values", values)
    equation = sparse_equation(mdp, policy)
    return equation.error_bound(values, equation.residual(values))


def _certify(equation: SparseEquation, estimate: _Estimate) -> Evaluation:
    bound = equation.error_bound(estimate.values, estimate.residual)
    # The true values are at least this large; two roundings: this subtraction and the division.
    size = (float(abs(estimate.values).max()) - bound) * (1 - 4 * UNIT_ROUNDOFF)
    relative = bound / size if size > 0 else math.inf
    return Evaluation(estimate.values, bound, relative if bound > 0 else 0.0, estimate.applications)


def _krylov_cycle(equation: SparseEquation, estimate: _Estimate) -> _Estimate:
    correction = gmres_correction(equation.apply_kernel, estimate.residual, KRYLOV_DIMENSIONS)
    values = estimate.values + correction
    return _Estimate(values, equation.residual(values), estimate.applications + KRYLOV_DIMENSIONS + 1)


def _bellman_sweeps(equation: SparseEquation, estimate: _Estimate, sweeps: int, applications: int) -> _Estimate:
    values, residual = estimate.values, estimate.residual
    for _ in range(sweeps):
        values = values + residual  # the Bellman operator: V + (r + gamma P V - V)
        residual = equation.residual(values)
    return _Estimate(values, residual, applications + sweeps)


def _sweeps_to_reach(equation: SparseEquation, estimate: _Estimate, relative_accuracy: float) -> int:
    """Count the sweeps after which the certificate must hold, but for rounding.

    The values are at least |r| / (1 + c) in size; half of the accuracy is left to rounding.
    """
    size = float(abs(equation.reward).max()) / (1 + equation.contraction)
    goal = relative_accuracy * size * (1 - equation.contraction) / 2
    if estimate.residual_size <= goal:
        return 0
    return math.ceil(math.log(goal / estimate.residual_size) / math.log(equation.contraction))


def _uncertifiable(asked: float, reachable: float) -> ParameterError:
    return ParameterError(
        "relative_accuracy is below what float64 can certify for this process",
        got=f"{asked}",
        expected=f"more than about {reachable:.1e}",
        cause="a discount near one, very many successors, or values that nearly cancel beside large rewards",
        remedy="ask for a coarser accuracy, or take a small dense MDP and exact arithmetic",
    )

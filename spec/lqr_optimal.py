r"""Linear systems with quadratic costs: Bellman and Riccati operators, policy improvement, how far from optimal."""

import numpy as np

from .linear_policy import closed_loop, cost_to_go, improvement_terms, policy_cost, quadratic, spread
from .linear_system import (
    LinearSystem,
    check_definite,
    check_symmetric,
    linear_system,
    read_covariance,
    read_gain,
    read_policy,
    read_vectors,
    solve,
    trace_of_product,
)
from .numbers import Array, Scalar, as_array, as_scalar, system_of
from .validation import check_finite, check_shape


def bellman(
    system: LinearSystem, gain: Array, covariance: Array, cost_matrix: Array, cost_offset: Scalar, state_vectors: Array
) -> Array:
    r"""Bellman operator of a Gaussian policy, applied to a quadratic.

    .. math:: (T_\pi V)(s) = \mathbb{E}[r + \gamma V(s')] = -\big(s^\top X' s + x'\big), \qquad
        X' = Q + NK + K^\top N^\top + K^\top RK + \gamma F^\top XF, \\
        x' = \mathrm{tr}(\Sigma R) + \gamma\big[\mathrm{tr}\big(X (W + B\Sigma B^\top)\big) + x\big]

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        cost_matrix: [n, n], symmetric, X of the values V(s) = -(s^T X s + x).
        cost_offset: one number, x of the values.
        state_vectors: [T, n].
    Returns:
        [T], in units of reward.
    Conventions:
        It maps quadratics to quadratics, for any gain, stable or not.
    Laws:
        bellman_leaves_the_value_as_it_is, bellman_is_the_mean_of_the_next_value,
        bellman_contracts_differences_along_the_dynamics
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sutton & Barto 2018, eq. (3.14), for linear systems.
    Since:
        0.2
    """
    system = linear_system(*system)
    gain, covariance = read_gain(system, gain), read_covariance(system, covariance)
    cost_matrix = _read_cost(system, cost_matrix)
    cost_offset = as_scalar(cost_offset, "cost_offset", system_of(system.dynamics))
    (state_vectors,) = read_vectors(system, state_vectors=state_vectors)
    step, gamma = closed_loop(system, gain), system.discount
    matrix = policy_cost(system, gain) + gamma * (step.T @ cost_matrix @ step)
    noise = trace_of_product(covariance, system.action_cost)
    offset = noise + gamma * (trace_of_product(cost_matrix, spread(system, covariance)) + cost_offset)
    return -(quadratic(state_vectors, matrix) + offset)


def riccati(system: LinearSystem, cost_matrix: Array) -> Array:
    r"""Bellman optimality operator on quadratics: one step of value iteration.

    .. math:: X \mapsto Q + \gamma A^\top XA - G^\top H^{-1} G, \qquad H = R + \gamma B^\top XB, \quad
        G = N^\top + \gamma B^\top XA

    Args:
        system: linear system of n states and k actions.
        cost_matrix: [n, n], symmetric, X of the values V(s) = -(s^T X s + x).
    Returns:
        [n, n], symmetric: the least cost over the first action, then X.
    Conventions:
        Its fixed point is P* of the optimal policy; H must be positive definite.
    Laws:
        riccati_is_the_least_cost_of_one_step, riccati_is_a_schur_complement,
        riccati_lowers_the_cost_of_a_policy
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Discrete algebraic Riccati equation for (sqrt(gamma) A, sqrt(gamma) B, Q, R, N); Bertsekas 2012, section 3.1.
    Since:
        0.2
    """
    system = linear_system(*system)
    cost_matrix = _read_cost(system, cost_matrix)
    curvature, slope = improvement_terms(system, 0 * system.cross_cost.T, cost_matrix)
    check_definite("R + discount B'XB", curvature)
    kept = system.state_cost + system.discount * (system.dynamics.T @ cost_matrix @ system.dynamics)
    return kept - slope.T @ solve(curvature, slope)


def policy_improvement(system: LinearSystem, gain: Array) -> Array:
    r"""Greedy gain against the value of a gain: one step of policy iteration.

    .. math:: K' = K - H^{-1} E = -H^{-1}(N^\top + \gamma B^\top PA), \qquad H = R + \gamma B^\top PB

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        [k, n], the gain that maximises the action value in every state.
    Conventions:
        Newton's method for the Riccati equation (Hewer); H must be positive definite.
    Laws:
        no_action_improves_on_the_improved_one, the_improved_gain_costs_no_more,
        the_improved_gain_of_a_scalar_system
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Hewer 1971; Bradtke, Ydstie & Barto 1994.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    check_definite("R + discount B'PB", curvature)
    return gain - solve(curvature, slope)


def optimality_gap(system: LinearSystem, gain: Array) -> Scalar:
    r"""Certificate of how far a gain is from optimal, as a share of its cost.

    .. math:: \epsilon = \mathrm{tr}\big[(Q - NR^{-1}N^\top)^{-1} E^\top H^{-1} E\big], \qquad
        0 \preceq P - P^* \preceq \epsilon P

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        One number, >= 0, without unit; zero if and only if the gain is optimal.
    Conventions:
        The matrix of costs in (s, a) must be positive definite. Proof: by the performance difference,
        P - P* is at most the discounted sum of E^T H^-1 E <= epsilon (Q - N R^-1 N^T) along the optimal policy,
        whose cost is at least that of Q - N R^-1 N^T.
    Laws:
        no_gain_saves_more_than_the_gap, the_gap_bounds_the_distance_from_the_optimum,
        the_gap_is_zero_without_slope, the_gap_is_without_unit
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Performance difference (Kakade & Langford 2002, lemma 6.1) against the optimal gain.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    share = solve(least_cost(system), slope.T @ solve(curvature, slope))
    return (np.eye(len(share), dtype=int) * share).sum()


def least_cost(system: LinearSystem) -> Array:
    """Give Q - N R^-1 N^T [n, n], the least cost of one step: positive definite if that of (s, a) is."""
    check_definite("action_cost", system.action_cost)
    least = system.state_cost - system.cross_cost @ solve(system.action_cost, system.cross_cost.T)
    check_definite("state_cost - N R^-1 N^T", least)
    return least


def _read_cost(system: LinearSystem, cost_matrix: Array) -> Array:
    cost_matrix = as_array(cost_matrix, "cost_matrix")
    check_shape("cost_matrix", cost_matrix, system.dynamics.shape, "states, states")
    check_finite("cost_matrix", cost_matrix)
    check_symmetric("cost_matrix", cost_matrix)
    return cost_matrix

r"""TRPO in practice: Fisher-vector products, conjugate gradients, the natural step and its line search."""

import numpy as np

from .errors import NotPositiveDefiniteError
from .numbers import Array, Scalar, as_array, holds, is_nonzero, is_positive, is_zero, same_system, solve, sqrt, where
from .validation import (
    check_count,
    check_distribution,
    check_finite,
    check_not_empty,
    check_not_negative,
    check_shape,
    read_arrays,
    read_parameter,
)


def fisher_vector_product(state_weights: Array, probabilities: Array, tangent: Array, *, damping: Scalar) -> Array:
    r"""Product of the Fisher matrix of a tabular softmax policy with a vector of logits.

    .. math:: (F + \xi I) v, \qquad (F v)(s,a) = d(s)\, \pi(a|s) \Big(v(s,a) - \sum_b \pi(b|s)\, v(s,b)\Big)

    Args:
        state_weights: [S], the weight d of each state, d >= 0: visits, or their empirical frequencies.
        probabilities: [S, A], pi.
        tangent: [S, A], the vector v, a direction in the logits.
        damping: xi >= 0, added to the diagonal.
    Returns:
        [S, A].
    Conventions:
        F = sum_s d(s) (diag pi - pi pi^T) is the Hessian of sum_s d(s) KL(old || new) in the *new* logits at the old
        ones. Without damping it is singular: adding a constant to the logits of a state changes nothing.
    Laws:
        fisher_product_is_the_slope_of_the_policy, fisher_product_averages_the_score, fisher_matrix_is_symmetric,
        fisher_matrix_is_positive, fisher_product_forgets_constants, damping_adds_the_vector
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, NotAProbabilityError, ParameterError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), appendix C.1; Kakade 2002, the natural gradient.
    Since:
        0.2
    """
    _, (probabilities, tangent) = read_arrays(probabilities=probabilities, tangent=tangent)
    if probabilities.ndim != 2:
        check_shape("probabilities", probabilities, ("S", "A"), "states, actions")
    check_distribution("probabilities", probabilities)
    state_weights = as_array(state_weights, "state_weights")
    check_shape("state_weights", state_weights, probabilities.shape[:1], "one weight per state")
    check_finite("state_weights", state_weights)
    system = same_system(state_weights=state_weights, probabilities=probabilities)
    check_not_negative("state_weights", state_weights)
    damping = read_parameter("damping", damping, system, high=None)
    mean = (probabilities * tangent).sum(axis=1)[:, None]
    return state_weights[:, None] * probabilities * (tangent - mean) + damping * tangent


def conjugate_gradient(fisher_matrix: Array, gradient: Array, *, iterations: int) -> Array:
    r"""Approximate solution of :math:`F x = g` by the method of conjugate gradients.

    .. math:: x_{k+1} = x_k + \alpha_k p_k, \quad r_{k+1} = r_k - \alpha_k F p_k, \quad
        p_{k+1} = r_{k+1} + \frac{r_{k+1} \cdot r_{k+1}}{r_k \cdot r_k} p_k, \qquad
        \alpha_k = \frac{r_k \cdot r_k}{p_k \cdot F p_k}, \quad x_0 = 0,\ p_0 = r_0 = g

    Args:
        fisher_matrix: [n, n], the symmetric positive definite matrix F.
        gradient: [n], the right-hand side g.
        iterations: number of iterations >= 0.
    Returns:
        [n], x after that many iterations.
    Conventions:
        No preconditioner, no threshold on the residual; where the residual is zero nothing is added, so that
        g = 0 gives 0. In exact arithmetic the solution is found after n iterations at the latest.
    Laws:
        conjugate_gradient_solves_in_n_steps, conjugate_gradient_minimises_over_the_krylov_space,
        conjugate_gradient_is_homogeneous, conjugate_gradient_of_nothing_is_nothing,
        conjugate_gradient_first_step_is_steepest_descent
    Raises:
        NotPositiveDefiniteError, ParameterError, ShapeError, EmptySpaceError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), appendix C; Hestenes & Stiefel 1952.
    Since:
        0.2
    """
    matrix, residual = _read_system(fisher_matrix, gradient)
    check_count("iterations", iterations)
    solution, direction, length = 0 * residual, residual, residual @ residual
    for _ in range(iterations):
        curved = matrix @ direction
        step = _quotient(length, direction @ curved)
        solution, residual = solution + step * direction, residual - step * curved
        length, before = residual @ residual, length
        direction = residual + _quotient(length, before) * direction
    return solution


def natural_gradient_step(fisher_matrix: Array, gradient: Array, *, delta: Scalar) -> Array:
    r"""The step along the natural gradient that uses up the trust region of the quadratic model.

    .. math:: s = \sqrt{\frac{2\delta}{g^\top F^{-1} g}}\; F^{-1} g

    Args:
        fisher_matrix: [n, n], the symmetric positive definite matrix F.
        gradient: [n], the gradient g of the surrogate.
        delta: radius >= 0, in nats.
    Returns:
        [n], the step in the parameters; zero for g = 0.
    Conventions:
        Maximises g . s subject to s^T F s / 2 <= delta. The quadratic model of the divergence, not the divergence
        itself: the line search tests that. A singular F needs damping.
    Laws:
        natural_step_uses_up_the_radius, natural_step_gains_its_length, natural_step_beats_challengers,
        natural_step_is_invariant_to_parameters, natural_step_without_gradient_is_zero
    Raises:
        NotPositiveDefiniteError, ParameterError, ShapeError, EmptySpaceError, NonFiniteError; NumberSystemError in
        exact (square roots).
    Source:
        Schulman et al. 2015 (TRPO), eq. (17) and appendix C.
    Since:
        0.2
    """
    matrix, gradient = _read_system(fisher_matrix, gradient)
    delta = read_parameter("delta", delta, same_system(matrix=matrix, gradient=gradient), high=None)
    direction = solve(matrix, gradient)
    return sqrt(_quotient(2 * delta, gradient @ direction)) * direction


def line_search(surrogate_gains: Array, divergences: Array, *, delta: Scalar, backtrack: Scalar) -> Scalar:
    r"""The first fraction of the full step that improves the surrogate and stays in the trust region.

    .. math:: \beta^j, \qquad j = \min\{j : L(\theta + \beta^j s) - L(\theta) > 0
        \text{ and } \overline{D}_{KL}(\theta, \theta + \beta^j s) \le \delta\}

    Args:
        surrogate_gains: [J], gain of the surrogate at each fraction beta^j, j = 0 to J - 1, of the step.
        divergences: [J], mean KL(old || new) there, in nats.
        delta: radius >= 0, in nats.
        backtrack: beta in [0, 1], the factor between two trials.
    Returns:
        The fraction accepted; zero if none is: the old parameters stay.
    Conventions:
        The gain must be positive, strictly, the divergence may equal the radius; the divergence itself, not its
        quadratic model. Both conditions must hold at the same trial.
    Gradient:
        Not compared: it is a rule between updates, not an objective.
    Laws:
        line_search_accepts_what_it_says, line_search_rejects_what_comes_before, line_search_falls_back_to_zero,
        line_search_shifts_with_the_trials, line_search_is_scale_free
    Raises:
        ParameterError, ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), appendix C, last paragraph.
    Since:
        0.2
    """
    system, (gains, divergences) = read_arrays(surrogate_gains=surrogate_gains, divergences=divergences)
    if gains.ndim != 1:
        check_shape("surrogate_gains", gains, ("J",), "one number per trial")
    delta = read_parameter("delta", delta, system, high=None)
    backtrack = read_parameter("backtrack", backtrack, system)
    accepted = is_positive(gains) & ~is_positive(divergences - delta)
    return backtrack ** int(accepted.argmax()) if accepted.any() else 0 * backtrack


def _quotient(numerator: Scalar, denominator: Scalar) -> Scalar:
    """Divide; nothing divided by nothing is nothing."""
    divides = is_nonzero(denominator)
    return where(divides, numerator, 0) / where(divides, denominator, 1)


def _read_system(fisher_matrix: Array, gradient: Array) -> tuple[Array, Array]:
    """Read a symmetric positive definite matrix and a vector of its size."""
    matrix, gradient = as_array(fisher_matrix, "fisher_matrix"), as_array(gradient, "gradient")
    if gradient.ndim != 1:
        check_shape("gradient", gradient, ("n",), "one number per parameter")
    check_not_empty("gradient", gradient, "parameters")
    check_shape("fisher_matrix", matrix, (len(gradient), len(gradient)), "parameters, parameters")
    for name, array in {"fisher_matrix": matrix, "gradient": gradient}.items():
        check_finite(name, array)
    same_system(fisher_matrix=matrix, gradient=gradient)
    if not hasattr(matrix, "number_system"):
        _check_positive_definite(matrix)
    return matrix, gradient


def _check_positive_definite(matrix: Array) -> None:
    """Eliminate: a symmetric matrix is positive definite if and only if every pivot is positive."""
    symmetric, rest = bool(np.all(is_zero(matrix - matrix.T))), matrix
    pivots = []
    while symmetric and len(rest):
        pivots.append(rest[0, 0])
        if not holds(pivots[-1] > 0):
            break
        rest = rest[1:, 1:] - rest[1:, :1] * rest[:1, 1:] / rest[0, 0]
    if not symmetric or not holds(pivots[-1] > 0):
        raise NotPositiveDefiniteError(
            "fisher_matrix is not symmetric and positive definite",
            got=f"pivot {pivots[-1]} in row {len(pivots) - 1}" if symmetric else "a matrix unequal to its transpose",
            expected="v^T F v > 0 for every v != 0",
            cause="a policy with more parameters than degrees of freedom, such as a tabular softmax, or no damping",
            remedy="add damping, fisher_matrix + xi * identity; of a matrix rounded asymmetrically, pass (F + F.T) / 2",
        )

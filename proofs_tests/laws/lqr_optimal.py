"""Laws of linear systems: Bellman and Riccati operators, policy improvement, optimality."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import changed, joint_cost, mean_of_quadratic, mean_over_actions, scalar
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import lqr, numbers
from rlproof.spec.linear_policy import quadratic, reward
from rlproof.spec.linear_system import LinearSystem, is_semidefinite


@law("lqr.bellman")
def bellman_leaves_the_value_as_it_is(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array
) -> Claims:
    """T_pi V_pi = V_pi."""
    matrix, constant = lqr.value_matrix(system, gain), lqr.value_constant(system, gain, covariance)
    backup = lqr.bellman(system, gain, covariance, matrix, constant, state_vectors)
    yield equal(backup, lqr.value(system, gain, covariance, state_vectors))


@law("lqr.bellman", derivation=True)
def bellman_is_the_mean_of_the_next_value(
    system: LinearSystem, gain: Array, covariance: Array, cost_matrix: Array, cost_offset: Any, state_vectors: Array
) -> Claims:
    """(T_pi V)(s) = E[r + gamma V(A s + B a + w)], by means of quadratics over noise and action."""

    def backup(states: Array, actions: Array) -> Array:
        following = states @ system.dynamics.T + actions @ system.control.T
        means = mean_of_quadratic(lambda rows: -(quadratic(rows, cost_matrix) + cost_offset), following, system.noise)
        return reward(system, states, actions) + system.discount * means

    means = mean_over_actions(backup, state_vectors, gain, covariance)
    yield equal(lqr.bellman(system, gain, covariance, cost_matrix, cost_offset, state_vectors), means)


@law("lqr.bellman")
def bellman_contracts_differences_along_the_dynamics(
    system: LinearSystem,
    gain: Array,
    covariance: Array,
    cost_matrix: Array,
    other_cost_matrix: Array,
    cost_offset: Any,
    state_vectors: Array,
) -> Claims:
    """T_pi V - T_pi V' = gamma E[(V - V')(s')]: the offset by gamma, the matrix by gamma F^T . F."""
    backups = [
        lqr.bellman(system, gain, covariance, matrix, offset, state_vectors)
        for matrix, offset in ((cost_matrix, cost_offset), (cost_matrix, 0), (other_cost_matrix, 0))
    ]
    yield equal(backups[0] - backups[1], -system.discount * cost_offset)
    following = state_vectors @ (system.dynamics + system.control @ gain).T
    noise = system.noise + system.control @ covariance @ system.control.T
    difference = cost_matrix - other_cost_matrix
    mean = quadratic(following, difference) + (difference * noise).sum()
    yield equal(backups[1] - backups[2], -system.discount * mean)


@law("lqr.riccati", derivation=True)
def riccati_is_a_schur_complement(system: LinearSystem, cost_matrix: Array) -> Claims:
    """It is the Schur complement, in the actions, of the matrix of r and gamma X as a form in (s, a)."""
    both = np.concatenate([system.dynamics, system.control], axis=1)
    n, joint = len(system.dynamics), joint_cost(system) + system.discount * both.T @ cost_matrix @ both
    complement = joint[:n, :n] - joint[:n, n:] @ numbers.solve(joint[n:, n:], joint[n:, :n])
    yield equal(lqr.riccati(system, cost_matrix), complement)


@law("lqr.riccati")
def riccati_is_the_least_cost_of_one_step(
    system: LinearSystem, gain: Array, cost_matrix: Array, state_vectors: Array
) -> Claims:
    """No gain makes one step and then X cheaper; the gain -H^-1 (N^T + gamma B^T X A) costs just that."""
    crossed = system.cross_cost.T + system.discount * system.control.T @ cost_matrix @ system.dynamics
    curvature = system.action_cost + system.discount * system.control.T @ cost_matrix @ system.control
    quiet, none = system._replace(noise=0 * system.noise), 0 * system.action_cost
    least = quadratic(state_vectors, lqr.riccati(system, cost_matrix))
    yield at_most(least, -lqr.bellman(quiet, gain, none, cost_matrix, 0, state_vectors))
    greedy = -numbers.solve(curvature, crossed)
    yield equal(least, -lqr.bellman(quiet, greedy, none, cost_matrix, 0, state_vectors))


@law("lqr.riccati")
def riccati_lowers_the_cost_of_a_policy(system: LinearSystem, gain: Array, cost_matrix: Array) -> Claims:
    """It is monotone in X, and below P of any gain where X = P."""
    matrix = lqr.value_matrix(system, gain)
    yield true(is_semidefinite(matrix - lqr.riccati(system, matrix)))
    higher = lqr.riccati(system, matrix + cost_matrix)
    yield true(is_semidefinite(higher - lqr.riccati(system, matrix)))
    yield equal(higher, higher.T)


@law("lqr.policy_improvement")
def no_action_improves_on_the_improved_one(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """Q(s, a) <= Q(s, K' s) for every action."""
    best = state_vectors @ lqr.policy_improvement(system, gain).T
    values = [lqr.q(system, gain, covariance, state_vectors, choice) for choice in (actions, best)]
    yield at_most(*values)


@law("lqr.policy_improvement", derivation=True)
def the_improved_gain_costs_no_more(system: LinearSystem, gain: Array) -> Claims:
    """P(K') <= riccati(P(K)) <= P(K) as quadratic forms: Hewer's iteration is monotone, and faster than by value."""
    matrix, improved = lqr.value_matrix(system, gain), lqr.policy_improvement(system, gain)
    step = lqr.riccati(system, matrix)
    yield true(is_semidefinite(matrix - step))
    yield true(is_semidefinite(step - lqr.value_matrix(system, improved)))


@law("lqr.policy_improvement", derivation=True)
def the_improved_gain_of_a_scalar_system(system: LinearSystem, gain: Array) -> Claims:
    """With one state and action, k' = -(n + gamma b p a) / (r + gamma b^2 p)."""
    one, gamma = scalar(system), system.discount
    a, b, n, r = (x[0, 0] for x in (one.dynamics, one.control, one.cross_cost, one.action_cost))
    p = lqr.value_matrix(one, gain[:1, :1])[0, 0]
    improved = -(n + gamma * b * p * a) / (r + gamma * b * b * p)
    yield equal(lqr.policy_improvement(one, gain[:1, :1]), improved)


@law("lqr.optimality_gap", derivation=True)
def no_gain_saves_more_than_the_gap(system: LinearSystem, gain: Array, new_gain: Array) -> Claims:
    """P(K) - P(K') <= epsilon P(K) for every K', improved gains included."""
    matrix, gap = lqr.value_matrix(system, gain), lqr.optimality_gap(system, gain)
    once = lqr.policy_improvement(system, gain)
    for other in (new_gain, once, lqr.policy_improvement(system, once)):
        yield true(is_semidefinite(gap * matrix - (matrix - lqr.value_matrix(system, other))))


@law("lqr.optimality_gap", system="ball", derivation=True)
def the_gap_bounds_the_distance_from_the_optimum(system: LinearSystem, gain: Array) -> Claims:
    """tr((K - K*)^T R (K - K*)) <= tr(P - P*) <= epsilon tr(P), up to 1e-19 for the enclosures of K* and P*."""
    error, matrix = gain - lqr.optimal_gain(system), lqr.value_matrix(system, gain)
    excess, hidden = np.trace(matrix - lqr.optimal(system)), numbers.arb(10) ** -19
    yield at_most(np.trace(error.T @ system.action_cost @ error), excess + hidden)
    yield at_most(excess, lqr.optimality_gap(system, gain) * np.trace(matrix) + hidden)


@law("lqr.optimality_gap")
def the_gap_is_zero_without_slope(system: LinearSystem, gain: Array) -> Claims:
    """epsilon >= 0, and zero just where the improved gain is the gain itself."""
    gap, same = lqr.optimality_gap(system, gain), lqr.policy_improvement(system, gain) == gain
    yield at_most(0, gap)
    yield true((gap == 0) == bool(np.all(same)))


@law("lqr.optimality_gap")
def the_gap_is_without_unit(system: LinearSystem, gain: Array, scale: Any) -> Claims:
    """Scaling all costs by c > 0 leaves it as it is, and so does doubling the unit of the state."""
    costs = ("state_cost", "cross_cost", "action_cost")
    scaled = system._replace(**{name: scale * getattr(system, name) for name in costs})
    gap = lqr.optimality_gap(system, gain)
    yield equal(lqr.optimality_gap(scaled, gain), gap)
    doubled = system._replace(
        control=2 * system.control, state_cost=system.state_cost / 4, cross_cost=system.cross_cost / 2
    )
    yield equal(lqr.optimality_gap(doubled, gain / 2), gap)


@law("lqr.optimal_gain", system="ball")
def the_optimal_gain_is_its_own_improvement(system: LinearSystem) -> Claims:
    """K* = K* - H^-1 E, and its certificate encloses zero."""
    gain = lqr.optimal_gain(system)
    yield equal(lqr.policy_improvement(system, gain), gain)
    yield equal(lqr.optimality_gap(system, gain), 0)


@law("lqr.optimal_gain", system="ball", derivation=True)
def the_optimal_gain_of_a_scalar_system(system: LinearSystem) -> Claims:
    """With one state and action it follows from the larger root of the Riccati equation, a quadratic one."""
    one = scalar(system)
    a, b, n, r = (x[0, 0] for x in (one.dynamics, one.control, one.cross_cost, one.action_cost))
    p = _larger_root(one)
    gain = -(n + system.discount * b * p * a) / (r + system.discount * b * b * p)
    yield equal(lqr.optimal_gain(one), gain)


@law("lqr.optimal_gain", system="ball")
def no_gaussian_policy_beats_the_optimal_gain(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """eta(K, Sigma) < eta(K*, 0) if Sigma is positive definite."""
    best = lqr.eta(system, lqr.optimal_gain(system), 0 * covariance)
    yield at_most(lqr.eta(system, gain, covariance), best)


@law("lqr.optimal_gain", system="ball")
def the_optimal_gain_changes_coordinates(system: LinearSystem, coordinates: Array) -> Claims:
    """In coordinates z with s = T z it is K* T."""
    yield equal(lqr.optimal_gain(changed(system, coordinates)), lqr.optimal_gain(system) @ coordinates)


@law("lqr.optimal", system="ball")
def riccati_leaves_the_optimal_value_as_it_is(system: LinearSystem) -> Claims:
    """P* is a fixed point of value iteration."""
    matrix = lqr.optimal(system)
    yield equal(lqr.riccati(system, matrix), matrix)
    yield equal(matrix, matrix.T)


@law("lqr.optimal", system="ball")
def the_optimal_value_is_that_of_the_optimal_gain(system: LinearSystem, state_vectors: Array) -> Claims:
    """P* = P(K*), of which the optimal policy's value consists."""
    gain = lqr.optimal_gain(system)
    yield equal(lqr.optimal(system), lqr.value_matrix(system, gain))
    forms = quadratic(state_vectors, lqr.optimal(system))
    quiet = system._replace(noise=0 * system.noise)
    yield equal(lqr.value(quiet, gain, 0 * system.action_cost, state_vectors), -forms)


@law("lqr.optimal", system="ball", derivation=True)
def the_optimal_value_of_a_scalar_system(system: LinearSystem) -> Claims:
    """With one state and action, p* is the larger root of
    gamma b^2 p^2 + (r - gamma b^2 q - gamma a^2 r + 2 gamma a b n) p = q r - n^2.
    """
    yield equal(lqr.optimal(scalar(system)), _larger_root(scalar(system)))


@law("lqr.optimal", system="ball")
def the_optimal_value_scales_with_the_costs(system: LinearSystem, scale: Any) -> Claims:
    """c times the costs give c P*, and the same gain."""
    costs = ("state_cost", "cross_cost", "action_cost")
    scaled = system._replace(**{name: scale * getattr(system, name) for name in costs})
    yield equal(lqr.optimal(scaled), scale * lqr.optimal(system))
    yield equal(lqr.optimal_gain(scaled), lqr.optimal_gain(system))


def _larger_root(one: LinearSystem) -> Any:
    """The larger root of gamma b^2 p^2 + (r - gamma (b^2 q + a^2 r - 2 a b n)) p = q r - n^2, also at b = 0."""
    a, b, q, n, r = (x[0, 0] for x in (one.dynamics, one.control, one.state_cost, one.cross_cost, one.action_cost))
    gamma, rest = one.discount, q * r - n * n
    linear = r - gamma * b * b * q - gamma * a * a * r + 2 * gamma * a * b * n
    return 2 * rest / (linear + numbers.sqrt(linear**2 + 4 * gamma * b * b * rest))

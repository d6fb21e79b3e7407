"""Laws of linear systems: Bellman and Riccati operators, policy improvement, optimality."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import joint_cost, mean_of_quadratic, scalar
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

    def following(state: Array, action: Array) -> Any:
        centre = system.dynamics @ state + system.control @ action
        return mean_of_quadratic(lambda rows: -(quadratic(rows, cost_matrix) + cost_offset), centre, system.noise)

    means = [
        mean_of_quadratic(
            lambda a, s=s: reward(system, s[None], a) + system.discount * np.array([following(s, each) for each in a]),
            gain @ s,
            covariance,
        )
        for s in state_vectors
    ]
    yield equal(lqr.bellman(system, gain, covariance, cost_matrix, cost_offset, state_vectors), np.array(means))


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

"""Laws of linear systems: visits, expected return, gradients."""

from functools import partial
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import (
    action_slopes,
    changed,
    joint_cost,
    joint_moment,
    mean_of_quadratic,
    mean_over_actions,
    scalar,
    second_moments,
)
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import lqr, numbers
from rlproof.spec.linear_policy import policy_cost, reward
from rlproof.spec.linear_system import LinearSystem, is_definite, is_semidefinite, kronecker


@law("lqr.visitation_moment", derivation=True)
def the_moment_is_a_rollout(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """M is the sum of gamma^t E[s s^T] over three steps, and gamma^3 times the M of a start from step three."""
    moments = second_moments(system, gain, covariance, 3)
    later = system._replace(initial_mean=0 * system.initial_mean, initial_covariance=moments[3])
    first = sum(system.discount**t * moments[t] for t in range(3))
    rest = lqr.visitation_moment(later, gain, covariance)
    yield equal(lqr.visitation_moment(system, gain, covariance), first + system.discount**3 * rest)


@law("lqr.visitation_moment", derivation=True)
def the_moment_is_dual_to_the_value(system: LinearSystem, gain: Array, covariance: Array, cost_matrix: Array) -> Claims:
    """tr(X M) is the expected discounted cost under the stage cost s^T X s alone."""
    none = {"cross_cost": 0 * system.cross_cost, "action_cost": 0 * system.action_cost}
    cost = -lqr.eta(system._replace(state_cost=cost_matrix, **none), gain, covariance)
    yield equal((cost_matrix * lqr.visitation_moment(system, gain, covariance)).sum(), cost)


@law("lqr.visitation_moment")
def the_moment_of_a_scalar_system(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """With one state and action, M = (S_0 + m_0^2 + gamma (w + b^2 sigma^2) / (1 - gamma)) / (1 - gamma f^2)."""
    one, gamma, b = scalar(system), system.discount, system.control[0, 0]
    f = system.dynamics[0, 0] + b * gain[0, 0]
    noise = system.noise[0, 0] + b**2 * covariance[0, 0]
    start = system.initial_covariance[0, 0] + system.initial_mean[0] ** 2
    moment = (start + gamma * noise / (1 - gamma)) / (1 - gamma * f**2)
    yield equal(lqr.visitation_moment(one, gain[:1, :1], covariance[:1, :1]), moment)


@law("lqr.visitation_moment")
def the_moment_exceeds_that_of_the_mean(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """M - (1 - gamma) m m^T is positive semidefinite, m being the visits' first moment (Jensen)."""
    mean = lqr.visitation_mean(system, gain)
    excess = lqr.visitation_moment(system, gain, covariance) - (1 - system.discount) * np.outer(mean, mean)
    yield true(is_semidefinite(excess))
    yield equal(excess, excess.T)


@law("lqr.visitation_mean", derivation=True)
def the_mean_is_a_rollout(system: LinearSystem, gain: Array) -> Claims:
    """m is the sum of gamma^t E[s] over three steps, and gamma^3 times the m of a start from step three."""
    mean, total = system.initial_mean, 0
    for t in range(3):
        total = total + system.discount**t * mean
        mean = system.dynamics @ mean + system.control @ (gain @ mean)
    rest = lqr.visitation_mean(system._replace(initial_mean=mean), gain)
    yield equal(lqr.visitation_mean(system, gain), total + system.discount**3 * rest)


@law("lqr.visitation_mean")
def the_mean_of_a_scalar_system(system: LinearSystem, gain: Array) -> Claims:
    """With one state and action, m = m_0 / (1 - gamma (a + b k))."""
    factor = 1 - system.discount * (system.dynamics[0, 0] + system.control[0, 0] * gain[0, 0])
    yield equal(lqr.visitation_mean(scalar(system), gain[:1, :1]), system.initial_mean[0] / factor)


@law("lqr.visitation_mean")
def the_mean_at_discount_zero(system: LinearSystem, gain: Array, scale: Any) -> Claims:
    """At gamma = 0 only the start is visited; m is linear in m_0 at any discount."""
    yield equal(lqr.visitation_mean(system._replace(discount=numbers.rational(0)), gain), system.initial_mean)
    scaled = system._replace(initial_mean=scale * system.initial_mean)
    yield equal(lqr.visitation_mean(scaled, gain), scale * lqr.visitation_mean(system, gain))


@law("lqr.eta", derivation=True)
def eta_is_the_cost_of_the_visits(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """eta = -(tr((Q + N K + K^T N^T + K^T R K) M) + tr(Sigma R) / (1 - gamma))."""
    states = (policy_cost(system, gain) * lqr.visitation_moment(system, gain, covariance)).sum()
    actions = np.trace(covariance @ system.action_cost) / (1 - system.discount)
    yield equal(lqr.eta(system, gain, covariance), -(states + actions))


@law("lqr.eta", derivation=True)
def eta_is_a_rollout(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """eta is the mean reward of three steps, and gamma^3 times the mean value of the state that they lead to."""
    moments, cost, gamma = second_moments(system, gain, covariance, 3), joint_cost(system), system.discount
    first = sum(gamma**t * (cost * joint_moment(moments[t], gain, covariance)).sum() for t in range(3))
    rest = mean_of_quadratic(partial(lqr.value, system, gain, covariance), 0 * system.initial_mean[None], moments[3])[0]
    yield equal(lqr.eta(system, gain, covariance), -first + gamma**3 * rest)


@law("lqr.eta")
def eta_at_discount_zero_is_the_mean_reward(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """At gamma = 0, eta = E r(s_0, a_0), a mean of quadratics over action and start."""
    myopic = system._replace(discount=numbers.rational(0))

    def mean_reward(states: Array) -> Array:
        return mean_over_actions(partial(reward, system), states, gain, covariance)

    mean = mean_of_quadratic(mean_reward, system.initial_mean[None], system.initial_covariance)[0]
    yield equal(lqr.eta(myopic, gain, covariance), mean)


@law("lqr.policy_gradient", derivation=True)
def the_gradient_in_the_gain_is_the_derivative_of_eta(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array
) -> Claims:
    """eta(K + t D) has the first coefficient sum_ij D_ij grad_ij, as an exact power series in t."""
    along = lqr.eta(system, numbers.ray(gain, new_gain - gain), covariance)
    yield equal(along[1], ((new_gain - gain) * lqr.policy_gradient(system, gain, covariance)).sum())


@law("lqr.policy_gradient", derivation=True)
def the_gradient_is_the_mean_score_times_q(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """At each s, E_a[Q grad log pi] = E_a[grad_a Q] s^T (Stein); linear in s, its sum over visits is the gradient."""
    unit = numbers.exact(np.eye(len(system.dynamics), dtype=int))
    columns = action_slopes(partial(lqr.q, system, gain, covariance), unit, unit @ gain.T)
    moment = lqr.visitation_moment(system, gain, covariance)
    yield equal(lqr.policy_gradient(system, gain, covariance), columns.T @ moment)


@law("lqr.policy_gradient")
def the_gradient_vanishes_where_no_action_improves(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """It is -2 H (K - K') M, where K' is the improved gain: zero if K' = K, and minus that by a step back over K'."""
    step = lqr.policy_improvement(system, gain) - gain
    curvature = -(1 - system.discount) * lqr.covariance_gradient(system, gain)
    moment = lqr.visitation_moment(system, gain, covariance)
    gradient = lqr.policy_gradient(system, gain, covariance)
    yield equal(gradient, 2 * curvature @ step @ moment)
    yield at_most(0, (gradient * step).sum())


@law("lqr.covariance_gradient", derivation=True)
def the_gradient_in_the_covariance_is_the_derivative_of_eta(
    system: LinearSystem, gain: Array, covariance: Array, new_covariance: Array
) -> Claims:
    """eta(Sigma + t D) has the first coefficient tr(D grad), as an exact power series in t."""
    along = lqr.eta(system, gain, numbers.ray(covariance, new_covariance - covariance))
    yield equal(along[1], ((new_covariance - covariance) * lqr.covariance_gradient(system, gain)).sum())


@law("lqr.covariance_gradient")
def eta_is_affine_in_the_covariance(
    system: LinearSystem, gain: Array, covariance: Array, new_covariance: Array
) -> Claims:
    """eta(K, Sigma') - eta(K, Sigma) = tr((Sigma' - Sigma) grad), however large the step."""
    rise = lqr.eta(system, gain, new_covariance) - lqr.eta(system, gain, covariance)
    yield equal(rise, np.trace((new_covariance - covariance) @ lqr.covariance_gradient(system, gain)))


@law("lqr.covariance_gradient")
def exploration_never_pays(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """Minus the gradient is positive definite where costs are, and a deterministic policy has the largest eta."""
    yield true(is_definite(-lqr.covariance_gradient(system, gain)))
    yield at_most(lqr.eta(system, gain, covariance), lqr.eta(system, gain, 0 * covariance))


@law("lqr.action_gradient", derivation=True)
def the_action_gradient_is_the_slope_of_q(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array
) -> Claims:
    """It is the gradient of Q at a = K s, by central differences, exact of a quadratic."""
    slopes = action_slopes(partial(lqr.q, system, gain, covariance), state_vectors, state_vectors @ gain.T)
    yield equal(lqr.action_gradient(system, gain, state_vectors), slopes)


@law("lqr.action_gradient")
def the_action_gradient_does_not_see_the_covariance(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """A(s, K s + a) - A(s, K s - a) = 2 a . grad_a Q, whatever the covariance."""
    mean = state_vectors @ gain.T
    for spread in (covariance, 0 * covariance):
        ends = [lqr.advantage(system, gain, spread, state_vectors, mean + sign * actions) for sign in (1, -1)]
        rise = 2 * (actions * lqr.action_gradient(system, gain, state_vectors)).sum(axis=1)
        yield equal(ends[0] - ends[1], rise)


@law("lqr.action_gradient")
def the_action_gradient_vanishes_at_the_improved_action(
    system: LinearSystem, gain: Array, state_vectors: Array
) -> Claims:
    """Q(s, .) is stationary at K' s: its gradient there is grad_a Q(s, K s) - 2 H (K' - K) s = 0."""
    step = lqr.policy_improvement(system, gain) - gain
    curvature = -(1 - system.discount) * lqr.covariance_gradient(system, gain)
    yield equal(lqr.action_gradient(system, gain, state_vectors), 2 * state_vectors @ step.T @ curvature)


@law("lqr.deterministic_policy_gradient", derivation=True)
def the_deterministic_gradient_is_the_derivative_of_eta(system: LinearSystem, gain: Array, new_gain: Array) -> Claims:
    """eta(K + t D, 0) has the first coefficient sum_ij D_ij grad_ij, as an exact power series in t."""
    along = lqr.eta(system, numbers.ray(gain, new_gain - gain), 0 * system.action_cost)
    yield equal(along[1], ((new_gain - gain) * lqr.deterministic_policy_gradient(system, gain)).sum())


@law("lqr.deterministic_policy_gradient", derivation=True)
def the_deterministic_gradient_is_a_rollout(system: LinearSystem, gain: Array) -> Claims:
    """It sums gamma^t E[grad_a Q(s_t) s_t^T] over three steps, and gamma^3 times that of a start from step three."""
    unit, none = numbers.exact(np.eye(len(system.dynamics), dtype=int)), 0 * system.action_cost
    moments, slopes = second_moments(system, gain, none, 3), lqr.action_gradient(system, gain, unit).T
    first = sum(system.discount**t * slopes @ moments[t] for t in range(3))
    later = system._replace(initial_mean=0 * system.initial_mean, initial_covariance=moments[3])
    rest = lqr.deterministic_policy_gradient(later, gain)
    yield equal(lqr.deterministic_policy_gradient(system, gain), first + system.discount**3 * rest)


@law("lqr.deterministic_policy_gradient")
def the_stochastic_gradient_tends_to_it_linearly(
    system: LinearSystem, gain: Array, covariance: Array, scale: Any
) -> Claims:
    """grad_K eta(K, c Sigma) = DPG + c (grad_K eta(K, Sigma) - DPG): exactly linear in c, zero included."""
    limit = lqr.deterministic_policy_gradient(system, gain)
    for factor in (scale, 0):
        gradient = lqr.policy_gradient(system, gain, factor * covariance)
        yield equal(gradient, limit + factor * (lqr.policy_gradient(system, gain, covariance) - limit))


@law("lqr.natural_gradient", derivation=True)
def fisher_times_the_natural_gradient_is_the_gradient(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """(Sigma^-1 kron M) vec(natural gradient) = vec(grad_K eta), entries row by row."""
    unit = numbers.exact(np.eye(len(covariance), dtype=int))
    fisher = kronecker(numbers.solve(covariance, unit), lqr.visitation_moment(system, gain, covariance))
    natural = lqr.natural_gradient(system, gain, covariance)
    yield equal(fisher @ natural.reshape(-1), lqr.policy_gradient(system, gain, covariance).reshape(-1))


@law("lqr.natural_gradient")
def the_natural_step_of_the_inverse_curvature_is_the_improvement(
    system: LinearSystem, gain: Array, covariance: Array
) -> Claims:
    """A step of 1/2 H^-1 Sigma^-1 along it is the step of policy iteration; with Sigma = H^-1, a step of 1/2."""
    curvature = -(1 - system.discount) * lqr.covariance_gradient(system, gain)
    step = lqr.policy_improvement(system, gain) - gain
    natural = lqr.natural_gradient(system, gain, covariance)
    yield equal(natural, 2 * covariance @ curvature @ step)
    inverse = numbers.solve(curvature, numbers.exact(np.eye(len(curvature), dtype=int)))
    yield equal(lqr.natural_gradient(system, gain, (inverse + inverse.T) / 2) / 2, step)


@law("lqr.natural_gradient")
def the_natural_gradient_changes_coordinates(
    system: LinearSystem, gain: Array, covariance: Array, coordinates: Array
) -> Claims:
    """In coordinates z with s = T z it becomes G T, as a gain does; the plain gradient becomes G T^-T instead."""
    moved, gains = changed(system, coordinates), gain @ coordinates
    natural = lqr.natural_gradient(system, gain, covariance)
    yield equal(lqr.natural_gradient(moved, gains, covariance), natural @ coordinates)
    gradient = lqr.policy_gradient(moved, gains, covariance) @ coordinates.T
    yield equal(gradient, lqr.policy_gradient(system, gain, covariance))

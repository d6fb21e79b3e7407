"""Laws of linear systems: value, action value, advantage."""

from functools import partial
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import (
    changed,
    joint_cost,
    joint_moment,
    mean_of_quadratic,
    mean_over_actions,
    scalar,
    second_moments,
)
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import lqr, numbers
from rlproof.spec.linear_policy import reward
from rlproof.spec.linear_system import LinearSystem


@law("lqr.value_matrix", derivation=True)
def the_quadratic_form_is_the_cost_of_a_rollout(system: LinearSystem, gain: Array, state_vectors: Array) -> Claims:
    """Without noise, s^T P s is the discounted cost of three steps from s, and gamma^3 times what then remains."""
    matrix, now, total = lqr.value_matrix(system, gain), state_vectors, 0
    for t in range(3):
        actions = now @ gain.T
        total = total - system.discount**t * reward(system, now, actions)
        now = now @ system.dynamics.T + actions @ system.control.T
    forms = [np.diag(rows @ matrix @ rows.T) for rows in (state_vectors, now)]
    yield equal(forms[0], total + system.discount**3 * forms[1])


@law("lqr.value_matrix", derivation=True)
def value_matrix_of_a_scalar_system(system: LinearSystem, gain: Array) -> Claims:
    """With one state and one action, p = (q + 2 n k + r k^2) / (1 - gamma (a + b k)^2)."""
    one, k = scalar(system), gain[0, 0]
    a, b, q, n, r = (x[0, 0] for x in (one.dynamics, one.control, one.state_cost, one.cross_cost, one.action_cost))
    p = (q + 2 * n * k + r * k * k) / (1 - one.discount * (a + b * k) ** 2)
    yield equal(lqr.value_matrix(one, gain[:1, :1]), p)


@law("lqr.value_matrix")
def value_matrix_is_symmetric(system: LinearSystem, gain: Array) -> Claims:
    """P = P^T."""
    matrix = lqr.value_matrix(system, gain)
    yield equal(matrix, matrix.T)


@law("lqr.value_matrix")
def value_matrix_is_linear_in_the_costs(system: LinearSystem, gain: Array, cost_matrix: Array, scale: Any) -> Claims:
    """Costs add: that of (c Q + X, c N, c R) is c times that of (Q, N, R), and that of (X, 0, 0)."""
    none = {"cross_cost": 0 * system.cross_cost, "action_cost": 0 * system.action_cost}
    scaled = system._replace(
        state_cost=scale * system.state_cost + cost_matrix,
        cross_cost=scale * system.cross_cost,
        action_cost=scale * system.action_cost,
    )
    alone = lqr.value_matrix(system._replace(state_cost=cost_matrix, **none), gain)
    yield equal(lqr.value_matrix(scaled, gain), scale * lqr.value_matrix(system, gain) + alone)


@law("lqr.value_matrix")
def value_matrix_changes_coordinates(system: LinearSystem, gain: Array, coordinates: Array) -> Claims:
    """In coordinates z with s = T z, P becomes T^T P T."""
    moved = lqr.value_matrix(changed(system, coordinates), gain @ coordinates)
    yield equal(moved, coordinates.T @ lqr.value_matrix(system, gain) @ coordinates)


@law("lqr.value_constant", derivation=True)
def the_constant_is_the_cost_of_starting_at_rest(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """From s = 0, c is the expected cost of three steps, and gamma^3 times tr(P X_3) + c for what then remains."""
    rest = system._replace(initial_mean=0 * system.initial_mean, initial_covariance=0 * system.initial_covariance)
    moments, cost, gamma = second_moments(rest, gain, covariance, 3), joint_cost(system), system.discount
    steps = sum(gamma**t * (cost * joint_moment(moments[t], gain, covariance)).sum() for t in range(3))
    constant = lqr.value_constant(system, gain, covariance)
    rest_cost = (lqr.value_matrix(system, gain) * moments[3]).sum() + constant
    yield equal(constant, steps + gamma**3 * rest_cost)


@law("lqr.value_constant")
def the_constant_is_linear_in_both_noises(system: LinearSystem, gain: Array, covariance: Array, scale: Any) -> Claims:
    """c is that of the noise alone and that of exploration alone; each grows with its covariance."""
    quiet = system._replace(noise=0 * system.noise)
    alone = lqr.value_constant(system, gain, 0 * covariance), lqr.value_constant(quiet, gain, covariance)
    yield equal(lqr.value_constant(system, gain, covariance), sum(alone))
    yield equal(lqr.value_constant(quiet, gain, scale * covariance), scale * alone[1])
    yield equal(lqr.value_constant(quiet, gain, 0 * covariance), 0)
    noisier = system._replace(noise=scale * system.noise)
    yield equal(lqr.value_constant(noisier, gain, 0 * covariance), scale * alone[0])


@law("lqr.value_constant")
def the_constant_at_discount_zero(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """At gamma = 0 exploration costs tr(Sigma R) and the noise nothing."""
    cost = np.trace(covariance @ system.action_cost)
    yield equal(lqr.value_constant(system._replace(discount=numbers.rational(0)), gain, covariance), cost)


@law("lqr.value_constant")
def the_constant_shifts_with_h(
    system: LinearSystem, gain: Array, covariance: Array, new_covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """(1 - gamma) times what c gains by more exploration is what the advantage gains by it."""
    gains = lqr.value_constant(system, gain, new_covariance) - lqr.value_constant(system, gain, covariance)
    rows = system, gain
    rise = lqr.advantage(*rows, new_covariance, state_vectors, actions)
    rise = rise - lqr.advantage(*rows, covariance, state_vectors, actions)
    yield equal((1 - system.discount) * gains, rise)


@law("lqr.value", derivation=True)
def value_satisfies_the_bellman_equation(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array
) -> Claims:
    """V(s) = E[r + gamma V(A s + B a + w)] over a ~ N(K s, Sigma), w ~ N(0, W): means of quadratics."""

    def backup(states: Array, actions: Array) -> Array:
        following = states @ system.dynamics.T + actions @ system.control.T
        means = mean_of_quadratic(partial(lqr.value, system, gain, covariance), following, system.noise)
        return reward(system, states, actions) + system.discount * means

    here = lqr.value(system, gain, covariance, state_vectors)
    yield equal(here, mean_over_actions(backup, state_vectors, gain, covariance))


@law("lqr.value")
def value_averages_to_eta(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """E V(s_0) = eta."""
    mean = mean_of_quadratic(
        partial(lqr.value, system, gain, covariance), system.initial_mean[None], system.initial_covariance
    )
    yield equal(mean[0], lqr.eta(system, gain, covariance))


@law("lqr.value")
def value_is_even_in_the_state(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array) -> Claims:
    """V(-s) = V(s), and V(2 s) - V(0) = 4 (V(s) - V(0)), where V(0) = -c."""
    here, opposite, twice, origin = (
        lqr.value(system, gain, covariance, factor * state_vectors) for factor in (1, -1, 2, 0)
    )
    yield equal(opposite, here)
    yield equal(twice - origin, 4 * (here - origin))
    yield equal(origin, -lqr.value_constant(system, gain, covariance))


@law("lqr.value")
def value_at_discount_zero_is_the_mean_reward(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array
) -> Claims:
    """At gamma = 0, V(s) = E_a r(s, a)."""
    myopic = system._replace(discount=numbers.rational(0))
    means = mean_over_actions(partial(reward, system), state_vectors, gain, covariance)
    yield equal(lqr.value(myopic, gain, covariance, state_vectors), means)


@law("lqr.q")
def q_averages_to_the_value(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array) -> Claims:
    """E_a Q(s, a) = V(s)."""
    means = mean_over_actions(partial(lqr.q, system, gain, covariance), state_vectors, gain, covariance)
    yield equal(means, lqr.value(system, gain, covariance, state_vectors))


@law("lqr.q", derivation=True)
def q_is_reward_plus_the_mean_next_value(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """Q(s, a) = r(s, a) + gamma E V(A s + B a + w), by the mean of a quadratic."""
    following = state_vectors @ system.dynamics.T + actions @ system.control.T
    means = mean_of_quadratic(partial(lqr.value, system, gain, covariance), following, system.noise)
    right = reward(system, state_vectors, actions) + system.discount * means
    yield equal(lqr.q(system, gain, covariance, state_vectors, actions), right)


@law("lqr.q")
def q_at_discount_zero_is_the_reward(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """At gamma = 0, Q(s, a) = -x^T C x with x = (s, a) and the joint cost C."""
    both = np.concatenate([state_vectors, actions], axis=1)
    myopic = system._replace(discount=numbers.rational(0))
    yield equal(lqr.q(myopic, gain, covariance, state_vectors, actions), -np.diag(both @ joint_cost(system) @ both.T))


@law("lqr.advantage")
def advantage_is_q_minus_value(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """A(s, a) = Q(s, a) - V(s)."""
    difference = lqr.q(system, gain, covariance, state_vectors, actions)
    difference = difference - lqr.value(system, gain, covariance, state_vectors)
    yield equal(lqr.advantage(system, gain, covariance, state_vectors, actions), difference)


@law("lqr.advantage", derivation=True)
def advantage_averages_to_zero(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array) -> Claims:
    """E_a A(s, a) = 0 under the policy itself, by the mean of a quadratic."""
    advantage = partial(lqr.advantage, system, gain, covariance)
    yield equal(mean_over_actions(advantage, state_vectors, gain, covariance), 0)


@law("lqr.advantage")
def advantage_is_largest_at_the_improved_action(
    system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array
) -> Claims:
    """No action has more advantage than that of the improved gain."""
    best = state_vectors @ lqr.policy_improvement(system, gain).T
    yield at_most(
        lqr.advantage(system, gain, covariance, state_vectors, actions),
        lqr.advantage(system, gain, covariance, state_vectors, best),
    )

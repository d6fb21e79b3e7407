"""Laws of deterministic policy gradients."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import scalar, second_moments
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import continuous_process as given
from rlproof.spec import dpg, lqr, numbers
from rlproof.spec.continuous_process import ContinuousActionProcess
from rlproof.spec.linear_system import LinearSystem


@law("dpg.action_gradient", system="ball", derivation=True)
def the_action_gradient_is_the_derivative_of_q(
    continuous_process: ContinuousActionProcess, mean_actions: Array, new_mean_actions: Array
) -> Claims:
    """r(s, mu + t d) + gamma P(mu + t d) v_mu has the first coefficient d . grad, as a power series in t."""
    direction = new_mean_actions - mean_actions
    along = _frozen_q(continuous_process, mean_actions, numbers.ray(mean_actions, direction))
    slopes = np.array([row[1] for row in along])
    yield equal(slopes, (direction * dpg.action_gradient(continuous_process, mean_actions)).sum(axis=1))


@law("dpg.action_gradient", system="ball")
def the_action_gradient_at_discount_zero(continuous_process: ContinuousActionProcess, mean_actions: Array) -> Claims:
    """At gamma = 0 only the reward counts, whose gradient is exact by central differences, as it is quadratic."""
    myopic = continuous_process._replace(discount=numbers.arb(0))
    units = numbers.ball(np.eye(mean_actions.shape[1], dtype=int))
    slopes = [given.rewards(myopic, mean_actions + unit) - given.rewards(myopic, mean_actions - unit) for unit in units]
    yield equal(dpg.action_gradient(myopic, mean_actions), np.array(slopes).T / 2)


@law("dpg.action_gradient", system="ball")
def the_action_gradient_ignores_constants(
    continuous_process: ContinuousActionProcess, mean_actions: Array, shift: Any, scale: Any
) -> Claims:
    """Added to all rewards, or to all logits of a state, a constant changes nothing; a factor of rewards scales it."""
    gradient = dpg.action_gradient(continuous_process, mean_actions)
    raised = continuous_process._replace(
        reward_constant=continuous_process.reward_constant + shift,
        transition_bias=continuous_process.transition_bias + shift,
        transition_slope=continuous_process.transition_slope + shift,
        transition_bend=continuous_process.transition_bend - shift,
    )
    yield equal(dpg.action_gradient(raised, mean_actions), gradient)
    names = ("reward_constant", "reward_slope", "reward_bend")
    scaled = continuous_process._replace(**{name: scale * getattr(continuous_process, name) for name in names})
    yield equal(dpg.action_gradient(scaled, mean_actions), scale * gradient)


@law("dpg.theorem", system="ball", derivation=True)
def the_theorem_is_the_derivative_of_eta(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """eta(mu + t J e_i) has the first coefficient grad_i, as a power series in t, for each parameter i."""
    along = [_eta(continuous_process, numbers.ray(mean_actions, jacobian[:, :, i])) for i in range(jacobian.shape[2])]
    yield equal(dpg.theorem(continuous_process, mean_actions, jacobian), np.array([series[1] for series in along]))


@law("dpg.theorem", system="ball")
def the_theorem_of_a_tabular_actor(continuous_process: ContinuousActionProcess, mean_actions: Array) -> Claims:
    """If each mu_i(s) is a parameter of its own, the gradient is rho(s) grad_a q(s)."""
    shape = mean_actions.shape
    jacobian = numbers.ball(np.eye(mean_actions.size, dtype=int)).reshape(*shape, mean_actions.size)
    visits = given.visitation(continuous_process, mean_actions)
    table = visits[:, None] * dpg.action_gradient(continuous_process, mean_actions)
    yield equal(dpg.theorem(continuous_process, mean_actions, jacobian), table.reshape(-1))
    yield equal(visits.sum(), 1 / (1 - continuous_process.discount))


@law("dpg.theorem", system="ball")
def the_theorem_follows_the_chain_rule(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """In parameters phi with theta = T phi, the gradient is T^T grad_theta."""
    change = numbers.ball([[1, 2, 0], [-1, 1, 3]])
    gradient = dpg.theorem(continuous_process, mean_actions, jacobian)
    yield equal(dpg.theorem(continuous_process, mean_actions, jacobian @ change), change.T @ gradient)


@law("dpg.theorem", system="ball", derivation=True)
def the_theorem_is_the_flow_of_a_killed_process(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """Started in rho_0, it sums gamma^t E[J grad_a q] over three steps, and gamma^3 times that from step three on."""
    here, total = continuous_process.initial, 0
    rows = dpg.single_state(continuous_process, mean_actions, jacobian)
    for t in range(3):
        total = total + continuous_process.discount**t * (here @ rows)
        here = here @ given.kernel(continuous_process, mean_actions)
    rest = dpg.theorem(continuous_process._replace(initial=here), mean_actions, jacobian)
    whole = dpg.theorem(continuous_process, mean_actions, jacobian)
    yield equal(whole, total + continuous_process.discount**3 * rest)


@law("dpg.single_state", system="ball")
def the_single_state_is_exact_at_discount_zero(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """At gamma = 0 its row s is the gradient of eta from the start state s."""
    myopic = continuous_process._replace(discount=numbers.arb(0))
    starts = numbers.ball(np.eye(len(mean_actions), dtype=int))
    exact = [dpg.theorem(myopic._replace(initial=start), mean_actions, jacobian) for start in starts]
    yield equal(dpg.single_state(myopic, mean_actions, jacobian), np.array(exact))


@law("dpg.single_state", system="ball")
def the_single_states_sum_to_the_theorem(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """Weighted by rho(s), which the slide leaves out, the rows sum to the gradient of eta."""
    rows = dpg.single_state(continuous_process, mean_actions, jacobian)
    visits = given.visitation(continuous_process, mean_actions)
    yield equal(visits @ rows, dpg.theorem(continuous_process, mean_actions, jacobian))


@law("dpg.single_state", system="ball", derivation=True)
def the_single_state_freezes_the_values(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """Q(s, mu + t J e_i), with v_mu inside held fixed, has the first coefficient g_i(s) for each parameter i."""
    columns = []
    for i in range(jacobian.shape[2]):
        along = numbers.ray(mean_actions, jacobian[:, :, i])
        columns.append([row[1] for row in _frozen_q(continuous_process, mean_actions, along)])
    yield equal(dpg.single_state(continuous_process, mean_actions, jacobian), np.array(columns).T)


@law("dpg.limit_of_spg", derivation=True)
def the_limit_is_the_difference_of_the_gradients(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """It is grad_K eta(K, Sigma) - grad_K eta(K, 0)."""
    difference = lqr.policy_gradient(system, gain, covariance) - lqr.deterministic_policy_gradient(system, gain)
    yield equal(dpg.limit_of_spg(system, gain, covariance), difference)


@law("dpg.limit_of_spg")
def the_limit_is_linear_in_the_covariance(
    system: LinearSystem, gain: Array, covariance: Array, new_covariance: Array, scale: Any
) -> Claims:
    """c Sigma + Sigma' give c times the one and the other: the error is of order sigma^2, and zero at zero."""
    parts = [dpg.limit_of_spg(system, gain, each) for each in (covariance, new_covariance)]
    yield equal(dpg.limit_of_spg(system, gain, scale * covariance + new_covariance), scale * parts[0] + parts[1])
    yield equal(dpg.limit_of_spg(system, gain, 0 * covariance), 0)


@law("dpg.limit_of_spg")
def the_limit_of_a_scalar_system(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """With one state and action it is -2 e gamma b^2 sigma^2 / ((1 - gamma) (1 - gamma f^2))."""
    one, gamma, b, k = scalar(system), system.discount, system.control[0, 0], gain[:1, :1]
    f = system.dynamics[0, 0] + b * gain[0, 0]
    slope = lqr.action_gradient(one, k, numbers.exact([[1]]))[0, 0]
    limit = slope * gamma * b**2 * covariance[0, 0] / ((1 - gamma) * (1 - gamma * f**2))
    yield equal(dpg.limit_of_spg(one, k, covariance[:1, :1]), limit)


@law("dpg.limit_of_spg", derivation=True)
def the_limit_is_a_rollout_of_exploration(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """It sums gamma^t E[grad_a Q s^T] over states that exploration alone moves from rest: two steps and the tail."""
    rest = system._replace(
        noise=0 * system.noise,
        initial_mean=0 * system.initial_mean,
        initial_covariance=0 * system.initial_covariance,
    )
    moments, gamma = second_moments(rest, gain, covariance, 2), system.discount
    slopes = lqr.action_gradient(system, gain, numbers.exact(np.eye(len(system.dynamics), dtype=int))).T
    later = rest._replace(initial_covariance=moments[2])
    tail = lqr.policy_gradient(later, gain, covariance)
    yield equal(dpg.limit_of_spg(system, gain, covariance), gamma * slopes @ moments[1] + gamma**2 * tail)


def _frozen_q(process: ContinuousActionProcess, mean_actions: Array, actions: Array) -> Array:
    """r(s, a) + gamma P(a) v_mu, with P as a product of exponentials."""
    steered = numbers.exp((process.transition_slope * actions[:, None, :]).sum(axis=2))
    bent = numbers.exp(process.transition_bend * (actions * actions).sum(axis=1)[:, None])
    weights = steered * bent * numbers.exp(process.transition_bias)
    future = weights @ given.values(process, mean_actions) / weights.sum(axis=1)
    return given.rewards(process, actions) + process.discount * future


def _eta(process: ContinuousActionProcess, mean_actions: Array) -> Any:
    return process.initial @ given.values(process, mean_actions)

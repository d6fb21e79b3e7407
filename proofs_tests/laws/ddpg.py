"""Laws of the deep deterministic policy gradient: targets and target networks."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import ddpg, dpg, numbers, td, value
from rlproof.spec.continuous_process import ContinuousActionProcess, visitation
from rlproof.spec.decision_process import MDP


@law("ddpg.target", derivation=True)
def the_target_averages_to_q(mdp: MDP, policy: Array) -> Claims:
    """With Q' = v_mu at the successor, E[y | s, a] = q(s, a), terminal successors included."""
    values = value.v(mdp, policy)
    columns = [
        ddpg.target(
            mdp.reward,
            values[s] + 0 * mdp.reward,
            np.broadcast_to(mdp.terminal[s], mdp.reward.shape),
            gamma=mdp.discount,
        )
        for s in range(mdp.number_of_states)
    ]
    means = sum(mdp.transition[:, :, s] * column for s, column in enumerate(columns))
    yield equal(means, value.q(mdp, policy))


@law("ddpg.target")
def the_target_is_the_td_error_plus_value(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """y = delta + V: the critic's loss is that of the TD error."""
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    yield equal(ddpg.target(rewards, next_values, terminated, gamma=gamma), errors + values)


@law("ddpg.target")
def the_target_of_a_terminal_step_is_the_reward(
    rewards: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """Where the episode terminated, and everywhere at gamma = 0, y is the reward, whatever Q' says."""
    targets = ddpg.target(rewards, next_values, terminated, gamma=gamma)
    yield equal(np.where(terminated, targets, rewards), rewards)
    yield equal(ddpg.target(rewards, next_values, terminated, gamma=0), rewards)
    cut = ddpg.target(rewards, next_values, np.ones_like(terminated), gamma=gamma)
    yield equal(cut, rewards)


@law("ddpg.target")
def the_target_contracts(
    rewards: Array, next_values: Array, other_next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """Two target networks that differ by d give targets that differ by gamma d, or by nothing at a terminal step."""
    targets = [ddpg.target(rewards, each, terminated, gamma=gamma) for each in (next_values, other_next_values)]
    difference = np.where(terminated, 0 * rewards, next_values - other_next_values)
    yield equal(targets[0] - targets[1], gamma * difference)


@law("ddpg.soft_update", derivation=True)
def the_target_network_approaches_geometrically(
    online_parameters: Array, target_parameters: Array, tau: Any, n: int
) -> Claims:
    """After n updates with fixed theta, theta' - theta is (1 - tau)^n times what it was."""
    updated = target_parameters
    for _ in range(n):
        updated = ddpg.soft_update(online_parameters, updated, tau=tau)
    left = (1 - tau) ** n * (target_parameters - online_parameters)
    yield equal(updated - online_parameters, left)


@law("ddpg.soft_update")
def a_soft_update_copies_or_freezes(online_parameters: Array, target_parameters: Array) -> Claims:
    """tau = 1 gives theta, tau = 0 leaves theta', and tau = 1/2 gives their mean."""
    copied, frozen, half = (
        ddpg.soft_update(online_parameters, target_parameters, tau=numbers.rational(tau)) for tau in (1, 0, "1/2")
    )
    yield equal(copied, online_parameters)
    yield equal(frozen, target_parameters)
    yield equal(half, (online_parameters + target_parameters) / 2)


@law("ddpg.soft_update")
def a_soft_update_lies_between(online_parameters: Array, target_parameters: Array, tau: Any) -> Claims:
    """Each parameter stays between theta and theta'."""
    updated = ddpg.soft_update(online_parameters, target_parameters, tau=tau)
    yield at_most(numbers.minimum(online_parameters, target_parameters), updated)
    yield at_most(updated, numbers.maximum(online_parameters, target_parameters))


@law("ddpg.soft_update")
def soft_updates_of_two_rates_commute(
    online_parameters: Array, target_parameters: Array, tau: Any, alpha: Any
) -> Claims:
    """Updates at rates tau and alpha, in either order, are one at the rate tau + alpha - tau alpha."""
    both = ddpg.soft_update(online_parameters, target_parameters, tau=tau + alpha - tau * alpha)
    for first, second in ((tau, alpha), (alpha, tau)):
        once = ddpg.soft_update(online_parameters, target_parameters, tau=first)
        yield equal(ddpg.soft_update(online_parameters, once, tau=second), both)


@law("ddpg.actor_gradient", system="ball", derivation=True)
def actor_gradient_is_the_theorem_over_visits(
    continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array
) -> Claims:
    """Weighted by visits, S times the batch of all states gives the deterministic policy gradient theorem."""
    slopes = dpg.action_gradient(continuous_process, mean_actions)
    visits = visitation(continuous_process, mean_actions)
    gradient = ddpg.actor_gradient(len(visits) * visits[:, None] * slopes, jacobian)
    yield equal(gradient, dpg.theorem(continuous_process, mean_actions, jacobian))


@law("ddpg.actor_gradient")
def actor_gradient_follows_the_chain_rule(action_gradients: Array, actor_jacobians: Array) -> Claims:
    """Parameter by parameter it is the mean over states of the inner product with the action's derivative."""
    gradient = ddpg.actor_gradient(action_gradients, actor_jacobians)
    for p in range(actor_jacobians.shape[2]):
        products = (action_gradients * actor_jacobians[:, :, p]).sum(axis=1)
        yield equal(gradient[p], products.sum() / len(products))


@law("ddpg.actor_gradient")
def actor_gradient_ignores_copies_of_the_batch(action_gradients: Array, actor_jacobians: Array) -> Claims:
    """A batch that holds every state twice has the same gradient: it is a mean."""
    twice = ddpg.actor_gradient(np.concatenate([action_gradients] * 2), np.concatenate([actor_jacobians] * 2))
    yield equal(twice, ddpg.actor_gradient(action_gradients, actor_jacobians))


@law("ddpg.actor_gradient")
def actor_gradient_is_linear(action_gradients: Array, actor_jacobians: Array, alpha: Any) -> Claims:
    """A critic scaled by alpha moves the actor alpha times as far."""
    scaled = ddpg.actor_gradient(alpha * action_gradients, actor_jacobians)
    yield equal(scaled, alpha * ddpg.actor_gradient(action_gradients, actor_jacobians))

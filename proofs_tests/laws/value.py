"""Laws of the four value functions and the advantage."""

from typing import Any

import numpy as np

from rlproof.laws._common import (
    Array,
    Claims,
    deterministic_policies,
    deviating,
    discounted_sum,
    expectation_from,
    extended,
    killed,
    off_terminal,
    shaped,
)
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_iteration
from rlproof.spec.mdp import discounted_visitation, eta, policy_kernel, policy_reward
from rlproof.spec.value import advantage, optimal_q, optimal_v, q, v


@law("value.v")
def v_is_the_fixed_point(mdp: MDP, policy: Array) -> Claims:
    """T_pi v_pi = v_pi."""
    values = v(mdp, policy)
    yield equal(bellman.expectation_v(mdp, policy, values), values)


@law("value.v", derivation=True)
def v_equals_enumeration_up_to_the_tail(mdp: MDP, policy: Array) -> Claims:
    """|v_pi(s) - E[sum_{t<H} gamma^t R_{t+1} | s_0 = s]| <= gamma^H max|R| / (1 - gamma)."""
    horizon, gamma = 2, mdp.discount
    returns = expectation_from(mdp, policy, horizon, lambda path: discounted_sum(gamma, path.rewards))
    yield at_most(abs(v(mdp, policy) - returns), gamma**horizon * abs(mdp.reward).max() / (1 - gamma))


@law("value.v", derivation=True)
def v_equals_power_series(mdp: MDP, policy: Array) -> Claims:
    """gamma^n min r_pi <= (1 - gamma) (v_pi - sum_{t<n} gamma^t P_pi^t r_pi) <= gamma^n max r_pi."""
    steps, gamma, kernel = 8, mdp.discount, policy_kernel(mdp, policy)
    expected = rewards = policy_reward(mdp, policy)
    series = 0 * expected
    for t in range(steps):
        series, expected = series + gamma**t * expected, kernel @ expected
    tail, weight = v(mdp, policy) - series, gamma**steps / (1 - gamma)
    yield at_most(weight * rewards.min(), tail)
    yield at_most(tail, weight * rewards.max())


@law("value.v")
def v_is_shaped_by_potentials(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Rewards R + gamma P Phi - Phi, with Phi = 0 in terminal states, make the values v_pi - Phi."""
    yield equal(v(shaped(mdp, potential), policy), v(mdp, policy) - off_terminal(mdp, potential))


@law("value.v")
def v_discounts_as_if_killed(mdp: MDP, policy: Array) -> Claims:
    """v_pi is the undiscounted value in the process that survives each step with probability gamma."""
    mortal = killed(mdp)
    yield equal(v(mortal, extended(policy, mortal)), np.append(v(mdp, policy), numbers.exact([0])))


@law("value.q")
def q_averages_to_v(mdp: MDP, policy: Array) -> Claims:
    """sum_a pi(a|s) q_pi(s,a) = v_pi(s)."""
    yield equal((policy * q(mdp, policy)).sum(axis=1), v(mdp, policy))


@law("value.q")
def q_is_the_fixed_point(mdp: MDP, policy: Array) -> Claims:
    """T_pi q_pi = q_pi."""
    action_values = q(mdp, policy)
    yield equal(bellman.expectation_q(mdp, policy, action_values), action_values)


@law("value.q", derivation=True)
def q_equals_the_value_of_deviating_once(mdp: MDP, policy: Array) -> Claims:
    """q_pi(s,a) is the value of an added state that does what a does in s and then follows pi."""
    larger = deviating(mdp)
    values = v(larger, extended(policy, larger))[mdp.number_of_states :]
    yield equal(q(mdp, policy), values.reshape(mdp.reward.shape))


@law("value.advantage")
def advantage_averages_to_zero(mdp: MDP, policy: Array) -> Claims:
    """sum_a pi(a|s) A_pi(s,a) = 0."""
    yield equal((policy * advantage(mdp, policy)).sum(axis=1), 0)


@law("value.advantage")
def advantage_is_invariant_to_shaping(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Rewards R + gamma P Phi - Phi leave A_pi as it is."""
    yield equal(advantage(shaped(mdp, potential), policy), advantage(mdp, policy))


@law("value.advantage")
def advantage_of_an_optimal_policy_is_not_positive(mdp: MDP) -> Claims:
    """max_a A_*(s,a) = 0 for an optimal policy."""
    yield equal(advantage(mdp, policy_iteration(mdp)).max(axis=1), 0)


@law("value.advantage", derivation=True)
def advantage_is_the_slope_of_eta(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The derivative of eta at pi towards pi' is sum_s rho_pi(s) sum_a (pi'(a|s) - pi(a|s)) A_pi(s,a)."""
    change = new_policy - policy
    slope = discounted_visitation(mdp, policy) @ (change * advantage(mdp, policy)).sum(axis=1)
    yield equal(eta(mdp, numbers.ray(policy, change)), numbers.ray(eta(mdp, policy), slope))


@law("value.optimal_v")
def optimal_v_is_the_fixed_point(mdp: MDP) -> Claims:
    """T_* v_* = v_*."""
    values = optimal_v(mdp)
    yield equal(bellman.optimality_v(mdp, values), values)


@law("value.optimal_v", derivation=True)
def optimal_v_equals_brute_force(mdp: MDP) -> Claims:
    """v_*(s) is the largest v_pi(s) among all A^S deterministic policies."""
    yield equal(optimal_v(mdp), _best(v(mdp, actions) for actions in deterministic_policies(mdp)))


@law("value.optimal_v")
def optimal_v_dominates(mdp: MDP, policy: Array) -> Claims:
    """v_pi <= v_* for every stochastic policy."""
    yield at_most(v(mdp, policy), optimal_v(mdp))


@law("value.optimal_v")
def optimal_v_discounts_as_if_killed(mdp: MDP) -> Claims:
    """v_* is the optimal undiscounted value in the process that survives each step with probability gamma."""
    yield equal(optimal_v(killed(mdp)), np.append(optimal_v(mdp), numbers.exact([0])))


@law("value.optimal_q")
def optimal_q_is_the_fixed_point(mdp: MDP) -> Claims:
    """T_* q_* = q_*."""
    action_values = optimal_q(mdp)
    yield equal(bellman.optimality_q(mdp, action_values), action_values)


@law("value.optimal_q")
def optimal_q_maximises_to_optimal_v(mdp: MDP) -> Claims:
    """max_a q_*(s,a) = v_*(s)."""
    yield equal(optimal_q(mdp).max(axis=1), optimal_v(mdp))


@law("value.optimal_q")
def optimal_q_dominates(mdp: MDP, policy: Array) -> Claims:
    """q_pi <= q_* for every stochastic policy."""
    yield at_most(q(mdp, policy), optimal_q(mdp))


@law("value.optimal_q", derivation=True)
def optimal_q_equals_brute_force(mdp: MDP) -> Claims:
    """q_*(s,a) is the largest q_pi(s,a) among all A^S deterministic policies."""
    yield equal(optimal_q(mdp), _best(q(mdp, actions) for actions in deterministic_policies(mdp)))


def _best(candidates: Any) -> Array:
    return np.stack(list(candidates)).max(axis=0)

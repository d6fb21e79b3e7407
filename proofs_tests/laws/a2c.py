"""Laws of advantage actor-critic."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, expectation_from
from rlproof.laws._scores import slope, softmax_ray
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import a2c, gae, numbers, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation
from rlproof.spec.trajectories import Trajectory


@law("a2c.advantage")
def a2c_advantage_is_gae_at_lambda_one(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """If next_values are the values inside episodes, it is the generalised advantage estimate at lambda = 1."""
    ended = np.logical_or(terminated, truncated)
    ended[-1] = True
    successors = np.where(ended, next_values, np.append(values[1:], next_values[-1]))
    estimates = a2c.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma)
    yield equal(estimates, gae.advantage(rewards, values, successors, terminated, truncated, gamma=gamma, gae_lambda=1))


@law("a2c.advantage", derivation=True)
def a2c_advantage_equals_the_direct_sum(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """Discounted rewards up to the first end e >= t, then the successor's value unless it is terminal, minus V."""
    estimates = a2c.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma)
    ends = [*np.flatnonzero(np.logical_or(terminated, truncated)), len(rewards) - 1]
    for t, estimate in enumerate(estimates):
        end = next(int(e) for e in ends if e >= t)
        last = 0 if terminated[end] else next_values[end]
        yield equal(estimate, discounted_sum(gamma, [*rewards[t : end + 1], last]) - values[t])


@law("a2c.advantage")
def a2c_advantage_falls_with_the_value(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, shift: Any
) -> Claims:
    """V(s_t) is only subtracted: raising all values by a constant lowers every advantage by it."""
    data = (next_values, terminated, truncated)
    raised = a2c.advantage(rewards, values + shift, *data, gamma=gamma)
    yield equal(raised, a2c.advantage(rewards, values, *data, gamma=gamma) - shift)


@law("a2c.advantage", derivation=True)
def a2c_advantage_is_unbiased_at_v(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """Bootstrapped by v_pi, E[A_0 | s_0] = v_pi(s_0) - V(s_0) over all trajectories, whatever the critic V."""
    true_values = value.v(mdp, policy)

    def first(course: Trajectory) -> Any:
        here, there = list(course.states[:-1]), list(course.states[1:])
        flags = mdp.terminal[there], np.zeros(len(here), dtype=bool)
        return a2c.advantage(course.rewards, state_values[here], true_values[there], *flags, gamma=mdp.discount)[0]

    yield equal(expectation_from(mdp, policy, 2, first), true_values - state_values)


@law("a2c.entropy_bonus", system="ball", derivation=True)
def entropy_bonus_is_the_slope_of_entropy(mdp: MDP, full_policy: Array, action_values: Array) -> Claims:
    """Along any direction of the logits it is the slope of sum_s rho(s) H(pi(s)) with rho fixed: a power series."""
    moving = softmax_ray(full_policy, action_values)
    entropy = -(moving * numbers.log(moving)).sum(axis=1)
    along = slope(discounted_visitation(mdp, full_policy) @ entropy)
    yield equal((a2c.entropy_bonus(mdp, full_policy) * action_values).sum(), along)


@law("a2c.entropy_bonus", system="ball")
def entropy_bonus_rows_sum_to_zero(mdp: MDP, policy: Array) -> Claims:
    """Adding a constant to the logits of a state changes no entropy; where one action is certain, nothing does."""
    bonus = a2c.entropy_bonus(mdp, policy)
    yield equal(bonus.sum(axis=1), 0)
    yield equal(bonus * (numbers.holds(policy == 1)).any(axis=1)[:, None], 0)


@law("a2c.entropy_bonus", system="ball")
def entropy_bonus_favours_rare_actions(mdp: MDP, full_policy: Array) -> Claims:
    """Per unit of probability the push b(a) / pi(a) differs by rho log(pi(b) / pi(a)): rarer actions gain."""
    push = a2c.entropy_bonus(mdp, full_policy) / full_policy
    odds = numbers.log(full_policy[:, :1] / full_policy)
    yield equal(push - push[:, :1], discounted_visitation(mdp, full_policy)[:, None] * odds)


@law("a2c.entropy_bonus", system="ball")
def entropy_bonus_of_the_uniform_policy_is_zero(mdp: MDP) -> Claims:
    """Entropy is largest where all actions are equally likely."""
    uniform = 0 * mdp.reward + 1 / numbers.arb(mdp.number_of_actions)
    yield equal(a2c.entropy_bonus(mdp, uniform), 0)

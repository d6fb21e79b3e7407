"""Laws of V-trace."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, expectation_from, extended, killed, off_terminal
from rlproof.laws._segments import halves, traced_sums
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import gae, importance_sampling, numbers, td, value, vtrace
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.trajectories import Trajectory


@law("vtrace.target", derivation=True)
def vtrace_equals_the_direct_sum(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
    c_bar: Any,
) -> Claims:
    """v_t = V + sum_k gamma^{k-t} (c_t ... c_{k-1}) rho_k delta_k, up to the end of the episode (IMPALA, eq. 1)."""
    errors = numbers.minimum(ratios, rho_bar) * td.error(rewards, values, next_values, terminated, gamma=gamma)
    sums = traced_sums(errors, numbers.minimum(ratios, c_bar), terminated | truncated, gamma)
    data = (rewards, values, next_values, terminated, truncated, ratios)
    yield equal(vtrace.target(*data, gamma=gamma, rho_bar=rho_bar, c_bar=c_bar), values + sums)


@law("vtrace.target")
def vtrace_on_policy_is_the_lambda_one_return(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """At ratio one, clipped no lower, the target is V plus the generalised advantage at lambda = 1."""
    data = (rewards, values, next_values, terminated, truncated)
    expected = values + gae.advantage(*data, gamma=gamma, gae_lambda=1)
    for levels in ({"rho_bar": 1, "c_bar": 1}, {"rho_bar": 2, "c_bar": 1}):
        yield equal(vtrace.target(*data, 0 * rewards + 1, gamma=gamma, **levels), expected)


@law("vtrace.target")
def vtrace_splits_at_episode_ends(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
    c_bar: Any,
    split: int,
) -> Claims:
    """Targets before and after the end of an episode, of either kind, are those of the two parts alone."""
    here = np.arange(len(rewards)) == split
    for flags in ((terminated | here, truncated), (terminated, truncated | here)):
        columns = (rewards, values, next_values, *flags, ratios)
        whole, *alone = (
            vtrace.target(*(column[part] for column in columns), gamma=gamma, rho_bar=rho_bar, c_bar=c_bar)
            for part in halves(len(rewards), split)
        )
        yield equal(whole, np.concatenate(alone))


@law("vtrace.target")
def vtrace_without_traces_is_one_step(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
) -> Claims:
    """At c_bar = 0 it is V + rho delta, a step from V towards the one-step target, which it reaches at rho = 1."""
    data = (rewards, values, next_values, terminated, truncated)
    targets = vtrace.target(*data, ratios, gamma=gamma, rho_bar=rho_bar, c_bar=0)
    share = numbers.minimum(ratios, rho_bar)
    one_step = rewards + gamma * np.where(terminated, 0 * next_values, next_values)
    yield equal(targets, (1 - share) * values + share * one_step)


@law("vtrace.target")
def vtrace_of_impossible_actions_is_the_value(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
    c_bar: Any,
    split: int,
) -> Claims:
    """An action that pi never takes teaches nothing, and what follows it does not reach back either."""
    here = np.arange(len(rewards)) == split
    impossible = np.where(here, 0 * ratios, ratios)
    levels = {"gamma": gamma, "rho_bar": rho_bar, "c_bar": c_bar}
    targets = vtrace.target(rewards, values, next_values, terminated, truncated, impossible, **levels)
    yield equal(targets[split], values[split])
    later = np.where(np.arange(len(rewards)) > split, 0 * rewards, rewards)
    again = vtrace.target(later, values, next_values, terminated, truncated, impossible, **levels)
    yield equal(again[: split + 1], targets[: split + 1])


@law("vtrace.advantage", derivation=True)
def vtrace_advantage_is_the_gap_to_the_next_target(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
    c_bar: Any,
) -> Claims:
    """If next_values are the values inside episodes, it is rho_t (R + gamma v_{t+1} - V(s_t)), v the V-trace target."""
    ended = np.logical_or(terminated, truncated)
    ended[-1] = True
    successors = np.where(ended, next_values, np.append(values[1:], next_values[-1]))
    data = (rewards, values, successors, terminated, truncated, ratios)
    levels = {"gamma": gamma, "rho_bar": rho_bar, "c_bar": c_bar}
    targets = vtrace.target(*data, **levels)
    for t, estimate in enumerate(vtrace.advantage(*data, **levels)):
        following = 0 if terminated[t] else next_values[t] if ended[t] else targets[t + 1]
        yield equal(estimate, numbers.minimum(ratios[t], rho_bar) * (rewards[t] + gamma * following - values[t]))


@law("vtrace.advantage")
def vtrace_advantage_on_policy_is_gae_at_lambda_one(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """At ratio one, clipped no lower, it is the generalised advantage estimate at lambda = 1."""
    data = (rewards, values, next_values, terminated, truncated)
    on_policy = vtrace.advantage(*data, 0 * rewards + 1, gamma=gamma, rho_bar=1, c_bar=1)
    yield equal(on_policy, gae.advantage(*data, gamma=gamma, gae_lambda=1))


@law("vtrace.advantage")
def vtrace_advantage_splits_at_episode_ends(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
    c_bar: Any,
    split: int,
) -> Claims:
    """Advantages before and after the end of an episode, of either kind, are those of the two parts alone."""
    here = np.arange(len(rewards)) == split
    for flags in ((terminated | here, truncated), (terminated, truncated | here)):
        columns = (rewards, values, next_values, *flags, ratios)
        whole, *alone = (
            vtrace.advantage(*(column[part] for column in columns), gamma=gamma, rho_bar=rho_bar, c_bar=c_bar)
            for part in halves(len(rewards), split)
        )
        yield equal(whole, np.concatenate(alone))


@law("vtrace.advantage")
def vtrace_advantage_is_the_target_minus_value_with_equal_levels(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    rho_bar: Any,
) -> Claims:
    """With c_bar = rho_bar the policy and the value are moved by the same number v_t - V(s_t)."""
    data = (rewards, values, next_values, terminated, truncated, ratios)
    levels = {"gamma": gamma, "rho_bar": rho_bar, "c_bar": rho_bar}
    yield equal(vtrace.advantage(*data, **levels), vtrace.target(*data, **levels) - values)


@law("vtrace.operator", derivation=True)
def vtrace_fixed_point_is_the_value_of_the_clipped_policy(
    mdp: MDP, policy: Array, sampling_policy: Array, rho_bar: Any, c_bar: Any
) -> Claims:
    """R V = V at the value of the policy proportional to min(rho_bar mu, pi), whatever c_bar."""
    weights = numbers.minimum(rho_bar * sampling_policy, policy)
    values = value.v(mdp, weights / weights.sum(axis=1, keepdims=True))
    yield equal(vtrace.operator(mdp, policy, sampling_policy, values, rho_bar=rho_bar, c_bar=c_bar), values)


@law("vtrace.operator")
def vtrace_operator_contracts(
    mdp: MDP,
    policy: Array,
    sampling_policy: Array,
    state_values: Array,
    other_state_values: Array,
    rho_bar: Any,
    c_bar: Any,
) -> Claims:
    """|R V - R V'| <= (1 - (1 - gamma) min_s E_mu[min(rho_bar, pi/mu)]) |V - V'|."""
    levels = {"rho_bar": rho_bar, "c_bar": c_bar}
    first, second = (
        vtrace.operator(mdp, policy, sampling_policy, off_terminal(mdp, values), **levels)
        for values in (state_values, other_state_values)
    )
    least = numbers.minimum(rho_bar * sampling_policy, policy).sum(axis=1).min()
    before = abs(off_terminal(mdp, state_values - other_state_values)).max()
    yield at_most(abs(first - second).max(), (1 - (1 - mdp.discount) * least) * before)


@law("vtrace.operator", derivation=True)
def vtrace_operator_equals_enumerated_targets(
    mdp: MDP, policy: Array, sampling_policy: Array, state_values: Array, rho_bar: Any, c_bar: Any
) -> Claims:
    """R V is the mean of the target over all trajectories of mu of H steps + gamma^H c_0 ... c_{H-1} (R V - V)(s_H)."""
    values, levels = off_terminal(mdp, state_values), {"rho_bar": rho_bar, "c_bar": c_bar}
    ratios = importance_sampling.ratio(policy, sampling_policy)
    result = vtrace.operator(mdp, policy, sampling_policy, state_values, **levels)

    def first(course: Trajectory) -> Any:
        here, there = list(course.states[:-1]), list(course.states[1:])
        taken = ratios[here, list(course.actions)]
        flags = mdp.terminal[there], np.zeros(len(here), dtype=bool)
        data = (course.rewards, values[here], values[there], *flags, taken)
        rest = np.prod(mdp.discount * numbers.minimum(taken, c_bar)) * (result - values)[there[-1]]
        return vtrace.target(*data, gamma=mdp.discount, **levels)[0] + rest

    yield equal(result, expectation_from(mdp, sampling_policy, 2, first))


@law("vtrace.operator", derivation=True)
def vtrace_operator_without_clipping_gives_v(
    mdp: MDP, policy: Array, sampling_policy: Array, state_values: Array
) -> Claims:
    """If neither level clips any ratio, one application gives v_pi from any V; on policy, levels of one clip none."""
    highest = importance_sampling.ratio(policy, sampling_policy).max()
    result = vtrace.operator(mdp, policy, sampling_policy, state_values, rho_bar=highest, c_bar=highest)
    yield equal(result, value.v(mdp, policy))
    on_policy = vtrace.operator(mdp, policy, policy, state_values, rho_bar=1, c_bar=1)
    yield equal(on_policy, value.v(mdp, policy))


@law("vtrace.operator")
def vtrace_operator_without_traces_steps_to_bellmans(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """On policy and without traces it is the Bellman expectation operator."""
    values = off_terminal(mdp, state_values)
    result = vtrace.operator(mdp, policy, policy, state_values, rho_bar=1, c_bar=0)
    yield equal(result, expectation_v(mdp, policy, values))


@law("vtrace.operator")
def vtrace_operator_discounts_as_if_killed(
    mdp: MDP, policy: Array, sampling_policy: Array, state_values: Array, rho_bar: Any, c_bar: Any
) -> Claims:
    """Undiscounted, in the process that survives each step with probability gamma, it is the same."""
    levels, episodes = {"rho_bar": rho_bar, "c_bar": c_bar}, killed(mdp)
    target, sampling = extended(policy, episodes), extended(sampling_policy, episodes)
    result = vtrace.operator(episodes, target, sampling, np.append(off_terminal(mdp, state_values), 1), **levels)
    yield equal(result[:-1], vtrace.operator(mdp, policy, sampling_policy, state_values, **levels))

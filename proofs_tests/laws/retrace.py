"""Laws of Retrace(lambda)."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, extended, killed
from rlproof.laws._segments import halves, traced_sums
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import gae, importance_sampling, numbers, retrace, td, trajectories, value
from rlproof.spec.bellman import expectation_q
from rlproof.spec.decision_process import MDP


@law("retrace.target", derivation=True)
def retrace_equals_the_direct_sum(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """It is Q + sum_k gamma^{k-t} (c_{t+1} ... c_k) delta_k, up to the end of the episode (Munos et al., eq. 3)."""
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    later = trace_decay * numbers.minimum(np.append(ratios[1:], ratios[-1]), 1 + 0 * ratios)
    sums = traced_sums(errors, later, terminated | truncated, gamma)
    data = (rewards, values, next_values, terminated, truncated, ratios)
    yield equal(retrace.target(*data, gamma=gamma, trace_decay=trace_decay), values + sums)


@law("retrace.target")
def retrace_on_policy_is_gae_plus_value(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    trace_decay: Any,
    scale: Any,
) -> Claims:
    """At ratio one, or above it, it is Q plus the generalised advantage of the same data, with the same lambda."""
    data = (rewards, values, next_values, terminated, truncated)
    expected = values + gae.advantage(*data, gamma=gamma, gae_lambda=trace_decay)
    for ratio in (1, 1 + scale):
        targets = retrace.target(*data, 0 * rewards + ratio, gamma=gamma, trace_decay=trace_decay)
        yield equal(targets, expected)


@law("retrace.target")
def retrace_splits_at_episode_ends(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    trace_decay: Any,
    split: int,
) -> Claims:
    """Targets before and after the end of an episode, of either kind, are those of the two parts alone."""
    here = np.arange(len(rewards)) == split
    for flags in ((terminated | here, truncated), (terminated, truncated | here)):
        columns = (rewards, values, next_values, *flags, ratios)
        whole, *alone = (
            retrace.target(*(column[part] for column in columns), gamma=gamma, trace_decay=trace_decay)
            for part in halves(len(rewards), split)
        )
        yield equal(whole, np.concatenate(alone))


@law("retrace.target")
def retrace_ignores_the_first_ratio(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    other_ratios: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """The target of (s_0, a_0) does not depend on how likely a_0 was."""
    changed = np.append(other_ratios[:1], ratios[1:])
    first, second = (
        retrace.target(rewards, values, next_values, terminated, truncated, each, gamma=gamma, trace_decay=trace_decay)
        for each in (ratios, changed)
    )
    yield equal(first, second)


@law("retrace.target")
def retrace_without_traces_is_expected_sarsa(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    gamma: Any,
    trace_decay: Any,
) -> Claims:
    """At lambda = 0, or if pi takes none of the actions, it is R + gamma E_pi[Q(s', .)]."""
    data = (rewards, values, next_values, terminated, truncated)
    one_step = rewards + gamma * np.where(terminated, 0 * next_values, next_values)
    yield equal(retrace.target(*data, ratios, gamma=gamma, trace_decay=0), one_step)
    yield equal(retrace.target(*data, 0 * ratios, gamma=gamma, trace_decay=trace_decay), one_step)


@law("retrace.operator", derivation=True)
def retrace_fixed_point_is_q(mdp: MDP, policy: Array, sampling_policy: Array, trace_decay: Any) -> Claims:
    """R q_pi = q_pi, whatever policy acts and whatever lambda."""
    action_values = value.q(mdp, policy)
    result = retrace.operator(mdp, policy, sampling_policy, action_values, trace_decay=trace_decay)
    yield equal(result, action_values)


@law("retrace.operator")
def retrace_operator_contracts(
    mdp: MDP, policy: Array, sampling_policy: Array, action_values: Array, trace_decay: Any
) -> Claims:
    """|R Q - q_pi| <= gamma |Q - q_pi| (Munos et al., theorem 1)."""
    fixed = value.q(mdp, policy)
    start = np.where(mdp.terminal[:, None], 0 * action_values, action_values)
    result = retrace.operator(mdp, policy, sampling_policy, action_values, trace_decay=trace_decay)
    yield at_most(abs(result - fixed).max(), mdp.discount * abs(start - fixed).max())


@law("retrace.operator")
def retrace_operator_without_traces_is_bellmans(
    mdp: MDP, policy: Array, sampling_policy: Array, action_values: Array
) -> Claims:
    """At lambda = 0 it is T_pi."""
    start = np.where(mdp.terminal[:, None], 0 * action_values, action_values)
    result = retrace.operator(mdp, policy, sampling_policy, action_values, trace_decay=0)
    yield equal(result, expectation_q(mdp, policy, start))


@law("retrace.operator", derivation=True)
def retrace_operator_on_policy_gives_q(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """On policy and at lambda = 1 one application gives q_pi from any Q."""
    result = retrace.operator(mdp, policy, policy, action_values, trace_decay=1)
    yield equal(result, value.q(mdp, policy))


@law("retrace.operator", derivation=True)
def retrace_operator_equals_enumerated_targets(
    mdp: MDP, policy: Array, sampling_policy: Array, action_values: Array, trace_decay: Any
) -> Claims:
    """R Q is the mean of the target over all trajectories of mu of H steps + gamma^H E[c_1 ... c_H (R Q - Q)]."""
    steps = 2
    start = np.where(mdp.terminal[:, None], 0 * action_values, action_values)
    following = (policy * start).sum(axis=1)
    ratios = importance_sampling.ratio(policy, sampling_policy)
    result = retrace.operator(mdp, policy, sampling_policy, action_values, trace_decay=trace_decay)
    traces = trace_decay * numbers.minimum(ratios, 0 * ratios + 1)
    carried = (sampling_policy * traces * (result - start)).sum(axis=1)  # E_mu[c (R Q - Q)] in each state
    means = 0 * mdp.reward
    for states, actions, rewards, probability in trajectories.enumerate(mdp, sampling_policy, steps):
        here, there = (list(states[:-1]), list(actions)), list(states[1:])
        flags = mdp.terminal[there], np.zeros(steps, dtype=bool)
        data = (rewards, start[here], following[there], *flags, ratios[here])
        estimate = retrace.target(*data, gamma=mdp.discount, trace_decay=trace_decay)[0]
        rest = mdp.discount**steps * np.prod(traces[here][1:]) * carried[there[-1]]
        first = states[0], actions[0]
        means[first] = means[first] + probability * (estimate + rest)
    yield equal(means, mdp.initial[:, None] * sampling_policy * result)


@law("retrace.operator")
def retrace_operator_discounts_as_if_killed(
    mdp: MDP, policy: Array, sampling_policy: Array, action_values: Array, trace_decay: Any
) -> Claims:
    """Undiscounted, in the process that survives each step with probability gamma, it is the same."""
    episodes = killed(mdp)
    target, sampling = extended(policy, episodes), extended(sampling_policy, episodes)
    start = np.where(mdp.terminal[:, None], 0 * action_values, action_values)
    start = np.concatenate([start, 0 * start[:1] + 1])
    result = retrace.operator(episodes, target, sampling, start, trace_decay=trace_decay)
    yield equal(result[:-1], retrace.operator(mdp, policy, sampling_policy, action_values, trace_decay=trace_decay))

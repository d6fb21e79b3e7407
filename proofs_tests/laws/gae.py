"""Laws of generalised advantage estimation."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, extended, killed, off_terminal
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import gae, numbers, td, trajectories, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_return, policy_kernel


@law("gae.advantage", derivation=True)
def gae_equals_the_direct_sum(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    gae_lambda: Any,
) -> Claims:
    """A_t = sum_{k=t}^{e} (gamma lambda)^{k-t} delta_k, up to the first end of an episode e >= t."""
    errors = [rewards[k] + (0 if terminated[k] else gamma * next_values[k]) - values[k] for k in range(len(rewards))]
    sums = [
        discounted_sum(gamma * gae_lambda, errors[t : _end(t, terminated | truncated) + 1]) for t in range(len(rewards))
    ]
    estimates = gae.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma, gae_lambda=gae_lambda)
    yield equal(estimates, np.array(sums))


@law("gae.advantage", derivation=True)
def gae_solves_the_linear_system(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    gae_lambda: Any,
) -> Claims:
    """A = (I - gamma lambda N)^-1 delta, where N leads from t to t + 1 within an episode."""
    goes_on = numbers.exact((~np.logical_or(terminated, truncated)).astype(int))
    succession = np.diag(goes_on[:-1], k=1) if len(goes_on) > 1 else numbers.exact([[0]])
    matrix = np.eye(len(goes_on), dtype=int) - gamma * gae_lambda * succession
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    estimates = gae.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma, gae_lambda=gae_lambda)
    yield equal(estimates, numbers.solve(numbers.exact(matrix), errors))


@law("gae.advantage")
def gae_at_lambda_zero_is_the_td_error(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """At lambda = 0, A_t = delta_t: truncation keeps the bootstrap, so that it plays no role."""
    estimates = gae.advantage(rewards, values, next_values, terminated, truncated, gamma=gamma, gae_lambda=0)
    yield equal(estimates, td.error(rewards, values, next_values, terminated, gamma=gamma))


@law("gae.advantage")
def gae_at_lambda_one_is_the_return_minus_value(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """At lambda = 1 the values inside an episode cancel: A_t = G_t - V(s_t), bootstrapped if it was cut."""
    ended = np.logical_or(terminated, truncated)
    ended[-1] = True
    successors = np.where(ended, next_values, np.append(values[1:], next_values[-1]))
    estimates = gae.advantage(rewards, values, successors, terminated, truncated, gamma=gamma, gae_lambda=1)
    for t, estimate in enumerate(estimates):
        end = _end(t, ended)
        rest = 0 if terminated[end] else gamma ** (end + 1 - t) * next_values[end]
        yield equal(estimate, discounted_return(rewards[t : end + 1], gamma=gamma) + rest - values[t])


@law("gae.advantage")
def gae_splits_at_episode_ends(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    gamma: Any,
    gae_lambda: Any,
    split: int,
) -> Claims:
    """Estimates before and after the end of an episode, of either kind, are those of the two parts alone."""
    here = np.arange(len(rewards)) == split
    for flags in ((terminated | here, truncated), (terminated, truncated | here)):
        columns = (rewards, values, next_values, *flags)
        parts = [np.s_[: split + 1], np.s_[split + 1 :]][: 1 if split == len(rewards) - 1 else 2]
        whole, *alone = (
            gae.advantage(*(column[part] for column in columns), gamma=gamma, gae_lambda=gae_lambda)
            for part in (np.s_[:], *parts)
        )
        yield equal(whole, np.concatenate(alone))


@law("gae.advantage", derivation=True)
def gae_is_unbiased_at_v(mdp: MDP, policy: Array, gae_lambda: Any) -> Claims:
    """With V = v_pi, E[A_0 | s_0, a_0] = A_pi(s_0, a_0) over trajectories of two steps, whatever lambda."""
    courses = list(trajectories.enumerate(mdp, policy, 2))
    states, actions = (np.array([course[i] for course in courses]).T for i in (0, 1))
    values, flags = value.v(mdp, policy)[states], mdp.terminal[states]
    estimates = gae.advantage(
        mdp.reward[states[:-1], actions],
        values[:-1],
        values[1:],
        flags[1:],
        np.zeros_like(flags[1:]),
        gamma=mdp.discount,
        gae_lambda=gae_lambda,
    )
    means = 0 * mdp.reward
    np.add.at(means, (states[0], actions[0]), estimates[0] * [course.probability for course in courses])
    yield equal(means, mdp.initial[:, None] * policy * value.advantage(mdp, policy))


@law("gae.expected")
def expected_gae_at_v_is_the_advantage(mdp: MDP, policy: Array, gae_lambda: Any) -> Claims:
    """With V = v_pi it is A_pi, whatever lambda."""
    values = value.v(mdp, policy)
    yield equal(gae.expected(mdp, policy, values, gae_lambda=gae_lambda), value.advantage(mdp, policy))


@law("gae.expected", derivation=True)
def expected_gae_at_lambda_one_is_free_of_bias(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """At lambda = 1 it is q_pi - V for any V: the critic is only a baseline."""
    critic = off_terminal(mdp, state_values)[:, None]
    yield equal(gae.expected(mdp, policy, state_values, gae_lambda=1), value.q(mdp, policy) - critic)


@law("gae.expected")
def expected_gae_at_lambda_zero_is_the_residual(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """At lambda = 0 it is R + gamma P V - V, whose mean over actions is T_pi V - V."""
    critic = off_terminal(mdp, state_values)
    estimates = gae.expected(mdp, policy, state_values, gae_lambda=0)
    yield equal((policy * estimates).sum(axis=1), expectation_v(mdp, policy, critic) - critic)
    for action, column in enumerate(estimates.T):
        always = np.full(len(critic), action)
        yield equal(column, expectation_v(mdp, always, critic) - critic)


@law("gae.expected")
def expected_gae_has_this_bias(mdp: MDP, policy: Array, state_values: Array, gae_lambda: Any) -> Claims:
    """It exceeds q_pi - V by gamma (1 - lambda) P (I - gamma lambda P_pi)^-1 (V - v_pi)."""
    critic = off_terminal(mdp, state_values)
    matrix = np.eye(len(critic), dtype=int) - mdp.discount * gae_lambda * policy_kernel(mdp, policy)
    carried = numbers.solve(matrix, critic - value.v(mdp, policy))
    bias = mdp.discount * (1 - gae_lambda) * (mdp.transition @ carried)
    unbiased = value.q(mdp, policy) - critic[:, None]
    yield equal(gae.expected(mdp, policy, state_values, gae_lambda=gae_lambda) - unbiased, bias)


@law("gae.expected", derivation=True)
def expected_gae_equals_enumeration(mdp: MDP, policy: Array, state_values: Array, gae_lambda: Any) -> Claims:
    """It is the mean of the estimate over all trajectories of H steps + (gamma lambda)^H times what follows."""
    steps, critic = 2, off_terminal(mdp, state_values)
    expected = gae.expected(mdp, policy, state_values, gae_lambda=gae_lambda)
    following = (mdp.discount * gae_lambda) ** steps * (policy * expected).sum(axis=1)
    means = 0 * mdp.reward
    for states, actions, rewards, probability in trajectories.enumerate(mdp, policy, steps):
        values, ended = critic[list(states)], mdp.terminal[list(states[1:])]
        parts = {"gamma": mdp.discount, "gae_lambda": gae_lambda}
        estimates = gae.advantage(rewards, values[:-1], values[1:], ended, np.zeros_like(ended), **parts)
        here = states[0], actions[0]
        means[here] = means[here] + probability * (estimates[0] + following[states[-1]])
    yield equal(means, mdp.initial[:, None] * policy * expected)


@law("gae.expected")
def expected_gae_discounts_as_if_killed(mdp: MDP, policy: Array, state_values: Array, gae_lambda: Any) -> Claims:
    """Undiscounted, in the process that survives each step with probability gamma, it is the same."""
    episodes, critic = killed(mdp), np.append(off_terminal(mdp, state_values), 1)
    estimates = gae.expected(episodes, extended(policy, episodes), critic, gae_lambda=gae_lambda)
    yield equal(estimates[:-1], gae.expected(mdp, policy, state_values, gae_lambda=gae_lambda))


def _end(start: int, ended: Array) -> int:
    """The last step of the episode that goes on at `start`, or of the data."""
    return start + int(np.argmax(np.append(ended[start:-1], True)))

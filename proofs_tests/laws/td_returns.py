"""Laws of the one-step and n-step returns."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, discounted_sum, off_terminal
from rlproof.laws._values import end_of, expected_estimate, joined, parts_at
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, td, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import policy_evaluation
from rlproof.spec.mdp import rewards_to_go


@law("td.one_step_return")
def one_step_return_is_the_value_plus_the_error(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """G_{t:t+1} = V(s_t) + delta_t, whatever V(s_t) is."""
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    yield equal(td.one_step_return(rewards, next_values, terminated, gamma=gamma), values + errors)


@law("td.one_step_return", derivation=True)
def one_step_return_has_the_bellman_backup_as_mean(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """E_pi[G_{t:t+1} | s_t = s] = (T_pi V)(s), over all transitions; at v_pi it is v_pi."""
    for values in (off_terminal(mdp, state_values), value.v(mdp, policy)):
        means = expected_estimate(
            mdp, policy, 1, values, lambda *rows: td.one_step_return(*rows[:3], gamma=mdp.discount)
        )
        yield equal(means, bellman.expectation_v(mdp, policy, values))


@law("td.one_step_return")
def one_step_return_splits_anywhere(
    rewards: Array, next_values: Array, terminated: Array, gamma: Any, split: int
) -> Claims:
    """Each transition has its own return, that of the transition alone."""
    here = np.s_[split : split + 1]
    alone = td.one_step_return(rewards[here], next_values[here], terminated[here], gamma=gamma)
    yield equal(td.one_step_return(rewards, next_values, terminated, gamma=gamma)[here], alone)


@law("td.one_step_return")
def one_step_return_is_that_of_the_embedded_process(
    rewards: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """A flag of termination stands for a successor of value zero."""
    embedded = np.where(terminated, 0 * next_values, next_values)
    plain = td.one_step_return(rewards, embedded, np.zeros_like(terminated), gamma=gamma)
    yield equal(td.one_step_return(rewards, next_values, terminated, gamma=gamma), plain)
    yield equal(plain - rewards, gamma * embedded)


@law("td.n_step_return", derivation=True)
def n_step_return_equals_the_explicit_sum(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, n: int
) -> Claims:
    """The first n rewards, or those of the episode if fewer, then V of the last successor unless it is terminal."""
    returns = td.n_step_return(rewards, next_values, terminated, truncated, gamma=gamma, n=n)
    for t, estimate in enumerate(returns):
        last = min(t + n - 1, end_of(t, terminated | truncated))
        tail = [] if terminated[last] else [next_values[last]]
        yield equal(estimate, discounted_sum(gamma, [*rewards[t : last + 1], *tail]))


@law("td.n_step_return")
def n_step_return_adds_errors_to_the_value(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, n: int
) -> Claims:
    """G_{t:t+n} = V(s_t) + sum_{k<n} gamma^k delta_{t+k}, up to the end of the episode."""
    ended = terminated | truncated
    successors = joined(values, next_values, ended)
    errors = td.error(rewards, values, successors, terminated, gamma=gamma)
    sums = [discounted_sum(gamma, errors[t : min(t + n, end_of(t, ended) + 1)]) for t in range(len(rewards))]
    returns = td.n_step_return(rewards, successors, terminated, truncated, gamma=gamma, n=n)
    yield equal(returns, values + np.array(sums))


@law("td.n_step_return")
def n_step_return_of_one_step_is_the_td_target(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any
) -> Claims:
    """With n = 1 it is the one-step return: a truncation plays no role."""
    returns = td.n_step_return(rewards, next_values, terminated, truncated, gamma=gamma, n=1)
    yield equal(returns, td.one_step_return(rewards, next_values, terminated, gamma=gamma))


@law("td.n_step_return")
def n_step_return_of_all_steps_is_the_return(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, n: int
) -> Claims:
    """With n at least the number of steps, it is the return, bootstrapped where the episode was cut."""
    steps = len(rewards) + n - 1
    returns = td.n_step_return(rewards, next_values, terminated, truncated, gamma=gamma, n=steps)
    yield equal(returns, rewards_to_go(rewards, next_values, terminated, truncated, gamma=gamma))


@law("td.n_step_return")
def n_step_return_splits_at_episode_ends(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, gamma: Any, n: int, split: int
) -> Claims:
    """Returns before and after the end of an episode, of either kind, are those of the two parts alone."""
    for flags, parts in parts_at(split, (terminated, truncated)):
        columns = (rewards, next_values, *flags)
        whole, *alone = (
            td.n_step_return(*(column[part] for column in columns), gamma=gamma, n=n) for part in (np.s_[:], *parts)
        )
        yield equal(whole, np.concatenate(alone))


@law("td.n_step_return", derivation=True)
def n_step_return_has_n_backups_as_mean(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """E_pi[G_{0:n} | s_0 = s] = (T_pi^n V)(s), over all trajectories of n steps."""
    values = off_terminal(mdp, state_values)
    for n in (1, 2):
        means = expected_estimate(
            mdp, policy, n, values, lambda *rows, n=n: td.n_step_return(*rows, gamma=mdp.discount, n=n)
        )
        yield equal(means, policy_evaluation(mdp, policy, values, sweeps=n))


@law("td.n_step_return")
def n_step_return_reduces_the_error(mdp: MDP, policy: Array, state_values: Array) -> Claims:
    """max_s |E_pi[G_{0:n} | s] - v_pi(s)| <= gamma^n max_s |V(s) - v_pi(s)| (S&B (7.3))."""
    values, n = off_terminal(mdp, state_values), 2
    means = expected_estimate(mdp, policy, n, values, lambda *rows: td.n_step_return(*rows, gamma=mdp.discount, n=n))
    error = abs(values - value.v(mdp, policy)).max()
    yield at_most(abs(means - value.v(mdp, policy)).max(), mdp.discount**n * error)

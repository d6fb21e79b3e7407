r"""Monte-Carlo estimation of values from returns."""

import numpy as np

from .mdp import rewards_to_go
from .numbers import Array, Scalar, stack, where
from .tables import read_table
from .validation import read_arrays


def first_visit(state_values: Array, states: Array, rewards: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""First-visit Monte-Carlo estimate: the mean return after the first visit to a state in each episode.

    .. math:: \hat V(s) = \frac{1}{|F(s)|} \sum_{t \in F(s)} G_t, \qquad
        F(s) = \{t : s_t = s,\ s \text{ not visited before } t \text{ in the same episode}\}

    Args:
        state_values: [S], kept for the states that are never left.
        states: [T] integers, s_t, of one or several episodes one after the other.
        rewards: [T], reward of each transition.
        terminated: [T] booleans, the transition entered a terminal state: the last one of its episode.
        gamma: discount in [0, 1].
    Returns:
        [S], in units of reward.
    Conventions:
        Returns are sums of rewards to the end of the episode. The end of the data ends the last episode, and
        nothing is bootstrapped. Unbiased for every number of visits.
    Laws:
        first_visit_averages_returns, first_visit_is_unbiased, first_visit_is_unbiased_on_the_loop,
        first_visit_is_every_visit_without_returning, first_visit_ignores_the_order_of_episodes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, section 5.1; Singh & Sutton 1996, section 3.
    Since:
        0.2
    """
    state_values, (states,) = read_table(state_values, rewards, states=states)
    returns = _returns(rewards, terminated, gamma)
    episodes = np.cumsum(terminated) - terminated
    same = (states[:, None] == states) & (episodes[:, None] == episodes)
    visited_before = np.tril(same, k=-1).any(axis=1)
    return _mean_returns(state_values, states, returns, ~visited_before)


def every_visit(state_values: Array, states: Array, rewards: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Every-visit Monte-Carlo estimate: the mean return after all visits to a state.

    .. math:: \hat V(s) = \frac{1}{N(s)} \sum_{t:\, s_t = s} G_t

    Args:
        state_values: [S], kept for the states that are never left.
        states: [T] integers, s_t, of one or several episodes one after the other.
        rewards: [T], reward of each transition.
        terminated: [T] booleans, the transition entered a terminal state: the last one of its episode.
        gamma: discount in [0, 1].
    Returns:
        [S], in units of reward.
    Conventions:
        As first_visit. What batch Monte Carlo converges to: the least squared error on the data. Consistent, but
        biased where a state is visited again: the visits of one episode are not independent.
    Laws:
        every_visit_averages_returns, every_visit_has_the_least_squared_error, every_visit_is_biased_on_the_loop,
        every_visit_ignores_the_order_of_episodes, every_visit_without_discount_is_batch_td
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, sections 5.1, 6.3; Singh & Sutton 1996, section 3.
    Since:
        0.2
    """
    state_values, (states,) = read_table(state_values, rewards, states=states)
    return _mean_returns(state_values, states, _returns(rewards, terminated, gamma), np.ones(len(states), dtype=bool))


def incremental_mean(returns: Array) -> Array:
    r"""Running means of returns, by the incremental rule of Monte Carlo.

    .. math:: V_n = V_{n-1} + \frac1n\,(G_n - V_{n-1}), \qquad V_1 = G_1

    Args:
        returns: [N, ...], returns in the order in which they are seen.
    Returns:
        [N, ...], the estimate after each return.
    Conventions:
        The step size 1/n makes it the sample mean; whatever the first guess, it is forgotten at once.
    Laws:
        incremental_mean_is_the_mean, incremental_mean_ignores_order, incremental_mean_is_affine,
        incremental_mean_has_the_least_squared_error
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError.
    Source:
        Sutton & Barto 2018, eq. (2.3); slide "Monte Carlo".
    Since:
        0.2
    """
    _, (returns,) = read_arrays(returns=returns)
    means = [returns[0]]
    for count, target in enumerate(returns[1:], start=2):
        means.append(means[-1] + (target - means[-1]) / count)
    return stack(means)


def _returns(rewards: Array, terminated: Array, gamma: Scalar) -> Array:
    _, (rewards,) = read_arrays(rewards=rewards)
    never = np.zeros(rewards.shape, dtype=bool)
    return rewards_to_go(rewards, 0 * rewards, terminated, never, gamma=gamma)


def _mean_returns(state_values: Array, states: Array, returns: Array, counted: Array) -> Array:
    leaves = ((states == np.arange(len(state_values))[:, None]) & counted).astype(int)
    visits = leaves.sum(axis=1)
    return where(visits > 0, leaves @ returns / np.maximum(visits, 1), state_values)

r"""What the returns of a batch vary by: rewards on their scale, and the share of their variance that values explain."""

import numpy as np

from .numbers import Array, Scalar, is_nonzero, sqrt, stack, where
from .standardisation import deviations, divided
from .validation import read_arrays, read_flags, read_parameter


def reward_scaling(
    rewards: Array, terminated: Array, truncated: Array, *, gamma: Scalar, ddof: int, norm_epsilon: Scalar
) -> Array:
    r"""Rewards divided by the standard deviation of their discounted sum so far.

    .. math:: \tilde R_{t+1} = \frac{R_{t+1}}{\sqrt{\mathrm{var}(F) + \epsilon}}, \qquad
        F_t = R_{t+1} + \gamma\,(1 - \mathrm{end}_{t-1})\,F_{t-1}, \qquad
        \mathrm{var}(F) = \frac{1}{n - \mathrm{ddof}} \sum_t (F_t - \mathrm{mean}(F))^2

    Args:
        rewards: [T, ...], reward of each transition, in the order in which they came.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1].
        ddof: 0 divides the squares by their number n, 1 by n - 1.
        norm_epsilon: epsilon >= 0, in squared units of reward.
    Returns:
        [T, ...], without units but for epsilon.
    Conventions:
        The sum looks backwards: it is no return, whose sum looks forwards and has another deviation. The rewards are
        not centred. Over all entries, time and batch alike; code that scales each reward as it comes knows only the
        sums so far. Where all sums are equal and epsilon is zero, rewards stay as they are.
    Gradient:
        Not compared: rewards are data.
    Laws:
        reward_scaling_divides_by_the_spread_of_written_sums, reward_scaling_is_free_of_units,
        scaled_rewards_have_sums_of_unit_variance, reward_scaling_without_discount_is_a_whitening_uncentred,
        reward_scaling_leaves_equal_sums_alone
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for one
        entry and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        Engstrom et al. 2020 (Implementation matters), algorithm 1; OpenAI baselines, VecNormalize; Gymnasium's
        NormalizeReward.
    Since:
        0.3
    """
    system, (rewards,) = read_arrays(rewards=rewards)
    terminated, truncated = read_flags("terminated", terminated, rewards), read_flags("truncated", truncated, rewards)
    gamma = read_parameter("gamma", gamma, system)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system, high=None)
    so_far, sums = 0 * rewards[0], []
    for t in range(len(rewards)):
        so_far = rewards[t] + gamma * so_far
        sums.append(so_far)
        so_far = where(terminated[t] | truncated[t], 0, so_far)
    variance = _variance(stack(sums), ddof)
    return divided(rewards, sqrt(variance + epsilon))


def explained_variance(values: Array, returns: Array) -> Scalar:
    r"""Share of the variance of the returns that the values explain.

    .. math:: 1 - \frac{\mathrm{var}(G - V)}{\mathrm{var}(G)}

    Args:
        values: [T, ...], V(s_t).
        returns: [T, ...], the targets G.
    Returns:
        One number, at most 1; 0 for values that are all equal, negative for values worse than those.
    Conventions:
        Variances over all entries; a constant error costs nothing. Where all returns are equal there is nothing to
        explain, and the result is 0; code returns NaN there, or whatever zero by zero gives.
    Gradient:
        Not compared: it is a diagnostic.
    Laws:
        explained_variance_equals_shares_of_pairs, explained_variance_of_shifted_returns_is_one,
        explained_variance_of_equal_values_is_zero, explained_variance_is_at_most_one,
        explained_variance_is_free_of_units
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        OpenAI baselines, explained_variance; stable-baselines3, common.utils.
    Since:
        0.3
    """
    _, (values, returns) = read_arrays(values=values, returns=returns)
    unexplained, variance = _variance(returns - values, 0), _variance(returns, 0)
    varies = is_nonzero(variance)
    return where(varies, 1 - unexplained / where(varies, variance, 1), 0)[()]


def _variance(entries: Array, ddof: int) -> Scalar:
    sample = entries.reshape(1, -1)
    return deviations(sample, np.ones(sample.shape, bool), ddof)[1][0, 0]

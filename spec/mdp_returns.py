r"""Returns of a trajectory."""

from .numbers import Array, Scalar, stack, where
from .validation import read_arrays, read_discounts, read_flags, read_parameter


def discounted_return(rewards: Array, *, gamma: Scalar) -> Scalar:
    r"""Discounted return :math:`G_0` of a sequence of rewards.

    .. math:: G_0 = \sum_{k=0}^{T-1} \gamma^k R_{k+1}

    Args:
        rewards: [T, ...], reward of each transition.
        gamma: discount in [0, 1].
    Returns:
        [...], in units of reward.
    Conventions:
        One sequence, no episode ends inside it; see rewards_to_go for rollouts.
    Laws:
        return_equals_horner_recursion, return_is_linear, return_shifts_with_the_reward,
        return_splits_at_any_time, return_maps_over_trailing_axes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eqs. (3.7)-(3.8); slide "Agent's objective".
    Since:
        0.1
    """
    system, (rewards,) = read_arrays(rewards=rewards)
    gamma = read_parameter("gamma", gamma, system)
    return sum(gamma**k * reward for k, reward in enumerate(rewards))


def rewards_to_go(rewards: Array, next_values: Array, terminated: Array, truncated: Array, *, gamma: Scalar) -> Array:
    r"""Discounted rewards-to-go :math:`\hat R_t`, bootstrapped where the episode was cut.

    .. math:: \hat R_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \begin{cases} V(s_{t+1}) & \mathrm{trunc}_t \text{ or } t = T-1\\ \hat R_{t+1} & \text{else}\end{cases}

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], value of the true successor of each transition.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        A termination ends the sum; a truncation and the end of the data replace the rest by
        the value of the true successor. Zero next_values give plain Monte-Carlo rewards-to-go.
    Laws:
        rewards_to_go_equal_explicit_sums, rewards_to_go_equal_gae_at_lambda_one,
        rewards_to_go_split_at_episode_ends, rewards_to_go_are_unbiased_at_v,
        rewards_to_go_map_over_trailing_axes, rewards_to_go_discount_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "Algorithm 1 PPO-Clip", step 4; Sutton & Barto 2018, eq. (3.9).
    Since:
        0.1
    """
    _, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    terminated, truncated = read_flags("terminated", terminated, rewards), read_flags("truncated", truncated, rewards)
    gamma = read_discounts(gamma, rewards)
    following, returns = next_values[-1], []
    for t in reversed(range(len(rewards))):
        rest = where(truncated[t], next_values[t], following)
        following = rewards[t] + gamma[t] * (1 - terminated[t].astype(int)) * rest
        returns.append(following)
    return stack(returns[::-1])

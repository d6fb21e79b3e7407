r"""Generalised advantage estimation."""

from . import td
from .numbers import Array, Scalar, stack, system_of
from .validation import read_flags, read_parameter


def advantage(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    gae_lambda: Scalar,
) -> Array:
    r"""Generalised advantage estimate :math:`\hat A_t`.

    .. math:: \hat A_t = \delta_t + \gamma\lambda\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,\hat A_{t+1},
        \qquad \hat A_T = 0

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1].
        gae_lambda: lambda in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap and cuts the recursion; truncation cuts the recursion
        and keeps the bootstrap of the true successor. The end of the data acts as a truncation.
    Laws:
        gae_equals_the_direct_sum, gae_solves_the_linear_system, gae_at_lambda_zero_is_the_td_error,
        gae_at_lambda_one_is_the_return_minus_value, gae_splits_at_episode_ends, gae_is_unbiased_at_v
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Schulman et al. 2016 (GAE), eq. (16); Schulman et al. 2017 (PPO), eq. (11), whose last
        exponent is misprinted (T - t + 1 instead of T - t - 1).
    Since:
        0.1
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    cut = read_flags("terminated", terminated, errors) | read_flags("truncated", truncated, errors)
    system = system_of(errors)
    decay = read_parameter("gamma", gamma, system) * read_parameter("gae_lambda", gae_lambda, system)
    following, advantages = 0 * errors[-1], []
    for t in reversed(range(len(errors))):
        following = errors[t] + decay * (1 - cut[t].astype(int)) * following
        advantages.append(following)
    return stack(advantages[::-1])

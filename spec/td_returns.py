r"""Temporal-difference errors, and returns that bootstrap after one or n steps."""

from .numbers import Array, Scalar, concatenate, where
from .validation import check_count, read_arrays, read_discounts, read_flags


def error(rewards: Array, values: Array, next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Temporal-difference error :math:`\delta_t`.

    .. math:: \delta_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1}) - V(s_t)

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap; truncation does not, so it is not an argument.
    Laws:
        td_errors_telescope_to_the_return, td_error_has_mean_zero_at_v, td_error_has_the_bellman_residual_as_mean,
        td_error_ignores_values_after_termination, td_error_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.5); Schulman et al. 2017 (PPO), eq. (12).
    Since:
        0.1
    """
    _, (rewards, values, next_values) = read_arrays(rewards=rewards, values=values, next_values=next_values)
    continues = 1 - read_flags("terminated", terminated, rewards).astype(int)
    return rewards + read_discounts(gamma, rewards) * continues * next_values - values


def one_step_return(rewards: Array, next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""One-step return :math:`G_{t:t+1}`, the target of TD(0).

    .. math:: G_{t:t+1} = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1})

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap; truncation does not, so it is not an argument.
    Laws:
        one_step_return_is_the_value_plus_the_error, one_step_return_has_the_bellman_backup_as_mean,
        one_step_return_splits_anywhere, one_step_return_is_that_of_the_embedded_process,
        one_step_return_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.2), its target; section 7.1.
    Since:
        0.2
    """
    _, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    continues = 1 - read_flags("terminated", terminated, rewards).astype(int)
    return rewards + read_discounts(gamma, rewards) * continues * next_values


def n_step_return(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, *, gamma: Scalar, n: int
) -> Array:
    r"""n-step return :math:`G_{t:t+n}`.

    .. math:: G_{t:t+n} = R_{t+1} + \gamma R_{t+2} + \gamma^2 R_{t+3} + \cdots + \gamma^{n-1} R_{t+n}
        + \gamma^n V(s_{t+n}), \qquad G_{t:t+n} = R_{t+1} + \gamma\, G_{t+1:t+n}

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        n: number n >= 1 of steps.
    Returns:
        [T, ...], in units of reward.
    Conventions:
        An episode that terminates within n steps gives its return. One that is truncated there, or whose
        data end, bootstraps from its last true successor: fewer than n rewards, V discounted accordingly.
    Laws:
        n_step_return_equals_the_explicit_sum, n_step_return_adds_errors_to_the_value,
        n_step_return_of_one_step_is_the_td_target, n_step_return_of_all_steps_is_the_return,
        n_step_return_splits_at_episode_ends, n_step_return_has_n_backups_as_mean, n_step_return_reduces_the_error,
        n_step_return_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (7.1); slide "n-step TD", which misprints the third term: no R_{t+3}.
    Since:
        0.2
    """
    _, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    continues = 1 - read_flags("terminated", terminated, rewards).astype(int)
    cut, gamma = read_flags("truncated", truncated, rewards), read_discounts(gamma, rewards)
    check_count("n", n, least=1)
    returns = rewards + gamma * continues * next_values
    for _ in range(min(n, len(rewards)) - 1):
        following = concatenate([returns[1:], next_values[-1:]])
        returns = rewards + gamma * continues * where(cut, next_values, following)
    return returns

r"""Temporal-difference learning."""

from .numbers import Array, Scalar
from .validation import read_arrays, read_flags, read_parameter


def error(rewards: Array, values: Array, next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Temporal-difference error :math:`\delta_t`.

    .. math:: \delta_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1}) - V(s_t)

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap; truncation does not, so it is not an argument.
    Laws:
        td_errors_telescope_to_the_return, td_error_has_mean_zero_at_v, td_error_has_the_bellman_residual_as_mean,
        td_error_ignores_values_after_termination
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.5); Schulman et al. 2017 (PPO), eq. (12).
    Since:
        0.1
    """
    system, (rewards, values, next_values) = read_arrays(rewards=rewards, values=values, next_values=next_values)
    gamma = read_parameter("gamma", gamma, system)
    continues = 1 - read_flags("terminated", terminated, rewards).astype(int)
    return rewards + gamma * continues * next_values - values

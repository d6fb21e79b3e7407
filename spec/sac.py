r"""Soft actor-critic: the target of twin critics with an entropy bonus."""

from . import td3
from .numbers import Array, Scalar, system_of
from .validation import read_arrays, read_parameter


def target(
    rewards: Array,
    next_values: Array,
    other_next_values: Array,
    next_log_probs: Array,
    terminated: Array,
    *,
    gamma: Scalar,
    temperature: Scalar,
) -> Array:
    r"""Soft target of both critics: the smaller of two target critics, and the entropy of the next action.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \Big[\min\big(Q'_1(s_{t+1}, a'),\ Q'_2(s_{t+1}, a')\big) - \alpha \log\pi(a'|s_{t+1})\Big], \qquad
        a' \sim \pi(\cdot|s_{t+1})

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], Q'_1 of the true successor at an action that the present policy draws there.
        other_next_values: [T, ...], Q'_2 of the same state and action.
        next_log_probs: [T, ...], log pi(a'|s_{t+1}) of that action.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        temperature: alpha >= 0, in units of reward per nat.
    Returns:
        [T, ...], in units of reward.
    Conventions:
        The entropy bonus belongs to the next state: it is discounted, and there is none after a termination.
    Laws:
        soft_target_without_temperature_is_td3, soft_target_has_the_soft_value_as_mean,
        soft_target_of_a_terminal_step_is_the_reward, soft_target_is_affine_in_the_temperature
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Haarnoja et al. 2018 (SAC: algorithms and applications), eqs. (2), (3) and (6), with the minimum of section 5.1.
    Since:
        0.3
    """
    _, (next_values, other_next_values, next_log_probs) = read_arrays(
        next_values=next_values, other_next_values=other_next_values, next_log_probs=next_log_probs
    )
    temperature = read_parameter("temperature", temperature, system_of(next_log_probs), high=None)
    bonus = -temperature * next_log_probs
    return td3.target(rewards, next_values + bonus, other_next_values + bonus, terminated, gamma=gamma)

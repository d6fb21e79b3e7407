r"""Twin critics, as in TD3: the smaller of two estimates against overestimation."""

from .numbers import Array, Scalar, minimum
from .td_returns import one_step_return
from .validation import read_arrays


def target(rewards: Array, next_values: Array, other_next_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Target of both critics: the smaller of what two target critics say of the next action.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \min\big(Q'_1(s_{t+1}, a'),\ Q'_2(s_{t+1}, a')\big)

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], Q'_1 of the true successor at the target actor's action.
        other_next_values: [T, ...], Q'_2 of the same state and action.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        The minimum is taken for each transition, before the discount; the noise on the target action is the
        caller's. In the critics' loss y is a constant.
    Laws:
        twin_target_is_the_smaller_target, twin_target_with_equal_critics_is_ddpg, twin_target_does_not_overestimate,
        twin_target_contracts
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Fujimoto et al. 2018 (TD3), eq. (10) and algorithm 1.
    Since:
        0.3
    """
    _, (next_values, other_next_values) = read_arrays(next_values=next_values, other_next_values=other_next_values)
    return one_step_return(rewards, minimum(next_values, other_next_values), terminated, gamma=gamma)


def priority(targets: Array, values: Array, other_values: Array) -> Array:
    r"""Priority of replayed transitions with twin critics: how far the smaller estimate is from the target.

    .. math:: p_t = \big|\, y_t - \min\big(Q_1(s_t, a_t),\ Q_2(s_t, a_t)\big) \big|

    Args:
        targets: [T, ...], the target y of each transition.
        values: [T, ...], Q_1(s_t, a_t).
        other_values: [T, ...], Q_2(s_t, a_t).
    Returns:
        [T, ...], in units of reward, not negative.
    Conventions:
        Neither the exponent of prioritised replay nor its small constant is included.
    Laws:
        twin_priority_is_one_of_two, twin_priority_of_equal_critics_is_the_td_error, twin_priority_moves_no_faster,
        twin_priority_is_symmetric
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schaul et al. 2016 (prioritised replay), section 3.3; with twin critics, as ElegantRL.
    Since:
        0.3
    """
    _, (targets, values, other_values) = read_arrays(targets=targets, values=values, other_values=other_values)
    return abs(targets - minimum(values, other_values))

r"""Targets of SARSA, expected SARSA, Q-learning and double Q-learning, and what maximising over estimates costs."""

from .numbers import Array, Scalar, as_array, is_positive, largest, same_system, where
from .tables import read_action_values, read_indices
from .td_returns import one_step_return
from .validation import check_distribution, check_shape


def sarsa_target(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, *, gamma: Scalar
) -> Array:
    r"""Target of SARSA: the value of the action that is taken next.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,Q(s_{t+1}, a_{t+1})

    Args:
        rewards: [T, ...], reward of each transition.
        next_q_values: [T, ..., A], Q(s_{t+1}, .) of the true successors.
        next_actions: [T, ...] integers, the action taken in each successor.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap; truncation does not.
    Laws:
        sarsa_target_has_the_expected_target_as_mean, sarsa_target_of_the_greedy_action_is_q_learning,
        sarsa_target_has_the_bellman_backup_as_mean, sarsa_target_reads_one_entry
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.7), its target; slide "SARSA".
    Since:
        0.2
    """
    next_q_values = read_action_values("next_q_values", next_q_values, rewards)
    count = next_q_values.shape[-1]
    next_actions = read_indices("next_actions", next_actions, next_q_values.shape[:-1], count)
    chosen = next_q_values[..., 0]
    for action in range(1, count):
        chosen = where(next_actions == action, next_q_values[..., action], chosen)
    return one_step_return(rewards, chosen, terminated, gamma=gamma)


def expected_sarsa_target(
    rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, *, gamma: Scalar
) -> Array:
    r"""Target of expected SARSA: the mean value of the next action under the target policy.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \sum_a \pi(a|s_{t+1})\, Q(s_{t+1}, a)

    Args:
        rewards: [T, ...], reward of each transition.
        next_q_values: [T, ..., A], Q(s_{t+1}, .) of the true successors.
        next_policy: [T, ..., A], probabilities of the target policy in the successors.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        The expectation over the next action, whichever action is taken: off-policy without corrections.
    Laws:
        expected_sarsa_target_never_varies_more, expected_sarsa_target_of_a_certain_action_is_sarsa,
        expected_sarsa_target_has_the_bellman_backup_as_mean, expected_sarsa_target_is_below_q_learning
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NotAProbabilityError.
    Source:
        Sutton & Barto 2018, eq. (6.9), its target; slide "(Expected) SARSA (Bellman Eqn)".
    Since:
        0.2
    """
    next_q_values = read_action_values("next_q_values", next_q_values, rewards)
    next_policy = as_array(next_policy, "next_policy")
    check_shape("next_policy", next_policy, next_q_values.shape, "as next_q_values has")
    check_distribution("next_policy", next_policy)
    same_system(next_q_values=next_q_values, next_policy=next_policy)
    return one_step_return(rewards, (next_policy * next_q_values).sum(axis=-1), terminated, gamma=gamma)


def q_learning_target(rewards: Array, next_q_values: Array, terminated: Array, *, gamma: Scalar) -> Array:
    r"""Target of Q-learning: the largest value of a next action.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \max_a Q(s_{t+1}, a)

    Args:
        rewards: [T, ...], reward of each transition.
        next_q_values: [T, ..., A], Q(s_{t+1}, .) of the true successors.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        With the values of a target network it is the target of DQN.
    Laws:
        q_learning_target_is_the_best_sarsa_target, q_learning_target_has_the_optimal_backup_as_mean,
        q_learning_target_is_a_gamma_contraction, q_learning_target_shifts_by_gamma
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.8), its target; Mnih et al. 2015 (DQN).
    Since:
        0.2
    """
    next_q_values = read_action_values("next_q_values", next_q_values, rewards)
    return one_step_return(rewards, largest(next_q_values, axis=-1), terminated, gamma=gamma)


def double_q_learning_target(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, *, gamma: Scalar
) -> Array:
    r"""Target of double Q-learning: one table chooses the next action, the other one values it.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        Q'\big(s_{t+1}, \operatorname{argmax}_a Q(s_{t+1}, a)\big)

    Args:
        rewards: [T, ...], reward of each transition.
        next_q_values: [T, ..., A], Q(s_{t+1}, .) of the table that chooses: the one to be updated.
        other_next_q_values: [T, ..., A], Q'(s_{t+1}, .) of the table that values.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Ties go to the lowest index. Double DQN is the same formula: the online network chooses, the target
        network values.
    Laws:
        double_target_with_equal_tables_is_q_learning, double_target_is_between_the_others_values,
        double_target_depends_on_the_order_only, double_target_does_not_overestimate
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        van Hasselt 2010, algorithm 1; van Hasselt et al. 2016 (double DQN), eq. (4);
        Sutton & Barto 2018, eq. (6.10).
    Since:
        0.2
    """
    next_q_values = read_action_values("next_q_values", next_q_values, rewards)
    other_next_q_values = read_action_values("other_next_q_values", other_next_q_values, rewards)
    check_shape("other_next_q_values", other_next_q_values, next_q_values.shape, "as next_q_values has")
    best, chosen = next_q_values[..., 0], other_next_q_values[..., 0]
    for action in range(1, next_q_values.shape[-1]):
        better = is_positive(next_q_values[..., action] - best)
        best = where(better, next_q_values[..., action], best)
        chosen = where(better, other_next_q_values[..., action], chosen)
    return one_step_return(rewards, chosen, terminated, gamma=gamma)


def maximisation(q_values: Array) -> Scalar:
    r"""Maximisation bias: how far the mean of the largest estimate lies above the largest mean.

    .. math:: \mathbb{E}\big[\max_a \hat Q(a)\big] - \max_a \mathbb{E}\big[\hat Q(a)\big] \ge 0

    Args:
        q_values: [N, A], N equally likely estimates of the values of A actions.
    Returns:
        One number, in units of reward.
    Conventions:
        The bias of max as an estimator of the largest mean, over the N rows as the whole distribution.
    Laws:
        maximisation_bias_is_not_negative, maximisation_bias_equals_enumerated_plans,
        maximisation_bias_of_certain_estimates_is_zero, maximisation_bias_scales_and_ignores_shifts
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError.
    Source:
        Sutton & Barto 2018, section 6.7; van Hasselt 2010, section 2.
    Since:
        0.2
    """
    q_values = read_action_values("q_values", q_values)
    if q_values.ndim != 2:
        check_shape("q_values", q_values, ("N", "A"), "estimates, actions")
    return largest(q_values, axis=-1).sum() / len(q_values) - largest(q_values.sum(axis=0) / len(q_values))

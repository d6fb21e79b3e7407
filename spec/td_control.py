r"""Updates of tables of values from transitions: TD(0), SARSA, expected SARSA, Q-learning."""

from .numbers import Array, Scalar, as_array, same_system, system_of
from .tables import add_at, read_table
from .td_returns import error
from .td_targets import expected_sarsa_target, q_learning_target, sarsa_target
from .validation import check_distribution, check_shape, read_parameter


def tabular_td0(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    gamma: Scalar,
    step_size: Scalar,
) -> Array:
    r"""TD(0): a table of state values after one update.

    .. math:: V(s) \leftarrow V(s) + \alpha \sum_{t:\, s_t = s}
        \big[R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1}) - V(s_t)\big]

    Args:
        state_values: [S], the table V.
        states: [T] integers, s_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        step_size: alpha in [0, 1].
    Returns:
        [S], the table after the update, in units of reward.
    Conventions:
        One transition is a step of on-line TD(0). Several are one batch update: all errors are taken at the
        old table, and a state that is left twice is moved twice.
    Laws:
        td0_moves_visited_states_only, td0_has_the_bellman_backup_as_mean, td0_is_the_backward_view_without_traces,
        td0_sweep_contracts, td0_increments_add_up
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.2), section 6.3; slide "TD(0)".
    Since:
        0.2
    """
    state_values, (states, next_states) = read_table(state_values, rewards, states=states, next_states=next_states)
    errors = error(rewards, state_values[states], state_values[next_states], terminated, gamma=gamma)
    return add_at(state_values, read_parameter("step_size", step_size, system_of(errors)) * errors, states)


def sarsa(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    next_actions: Array,
    terminated: Array,
    *,
    gamma: Scalar,
    step_size: Scalar,
) -> Array:
    r"""SARSA: a table of action values after one update.

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)}
        \big[R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,Q(s_{t+1}, a_{t+1}) - Q(s_t,a_t)\big]

    Args:
        action_values: [S, A], the table Q.
        states: [T] integers, s_t.
        actions: [T] integers, a_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        next_actions: [T] integers, the action taken in each successor.
        terminated: [T] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        step_size: alpha in [0, 1].
    Returns:
        [S, A], the table after the update, in units of reward.
    Conventions:
        The action that is taken next, not its mean. One transition is an on-line step; several are one
        batch update, all targets taken at the old table: each pair once is a synchronous sweep.
    Laws:
        sarsa_moves_visited_pairs_only, sarsa_is_td0_on_pairs, sarsa_sweep_has_the_bellman_backup_as_mean,
        sarsa_sweep_contracts
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (6.7); slide "SARSA".
    Since:
        0.2
    """
    action_values, (states, actions, next_states, next_actions) = read_table(
        action_values,
        rewards,
        "action_values",
        states=states,
        actions=actions,
        next_states=next_states,
        next_actions=next_actions,
    )
    targets = sarsa_target(rewards, action_values[next_states], next_actions, terminated, gamma=gamma)
    return _moved(action_values, states, actions, targets, step_size)


def expected_sarsa(
    action_values: Array,
    policy: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    gamma: Scalar,
    step_size: Scalar,
) -> Array:
    r"""Expected SARSA: a table of action values after one update.

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)}
        \Big[R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \sum_b \pi(b|s_{t+1})\,Q(s_{t+1}, b) - Q(s_t,a_t)\Big]

    Args:
        action_values: [S, A], the table Q.
        policy: [S, A] probabilities, the target policy.
        states: [T] integers, s_t.
        actions: [T] integers, a_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        step_size: alpha in [0, 1].
    Returns:
        [S, A], the table after the update, in units of reward.
    Conventions:
        As sarsa; the target policy need not be the one that acts.
    Laws:
        expected_sarsa_has_the_bellman_backup_as_mean, expected_sarsa_is_the_mean_sarsa, expected_sarsa_varies_less,
        expected_sarsa_sweep_contracts, expected_sarsa_moves_visited_pairs_only
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NotAProbabilityError.
    Source:
        Sutton & Barto 2018, eq. (6.9); slide "(Expected) SARSA (Bellman Eqn)".
    Since:
        0.2
    """
    action_values, (states, actions, next_states) = read_table(
        action_values, rewards, "action_values", states=states, actions=actions, next_states=next_states
    )
    policy = as_array(policy, "policy")
    check_shape("policy", policy, action_values.shape, "states, actions")
    check_distribution("policy", policy)
    same_system(action_values=action_values, policy=policy)
    targets = expected_sarsa_target(rewards, action_values[next_states], policy[next_states], terminated, gamma=gamma)
    return _moved(action_values, states, actions, targets, step_size)


def q_learning(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    gamma: Scalar,
    step_size: Scalar,
) -> Array:
    r"""Q-learning: a table of action values after one update.

    .. math:: Q(s,a) \leftarrow Q(s,a) + \alpha \sum_{t:\, (s_t, a_t) = (s,a)}
        \big[R_{t+1} + \gamma\,(1 - \mathrm{term}_t) \max_b Q(s_{t+1}, b) - Q(s_t,a_t)\big]

    Args:
        action_values: [S, A], the table Q.
        states: [T] integers, s_t.
        actions: [T] integers, a_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        step_size: alpha in [0, 1].
    Returns:
        [S, A], the table after the update, in units of reward.
    Conventions:
        As sarsa; whichever policy acts.
    Laws:
        q_learning_has_the_optimal_backup_as_mean, q_learning_is_greedy_expected_sarsa, q_learning_sweep_contracts,
        q_learning_dominates_expected_sarsa, q_learning_moves_visited_pairs_only
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Watkins 1989; Sutton & Barto 2018, eq. (6.8); slide "Q-learning".
    Since:
        0.2
    """
    action_values, (states, actions, next_states) = read_table(
        action_values, rewards, "action_values", states=states, actions=actions, next_states=next_states
    )
    targets = q_learning_target(rewards, action_values[next_states], terminated, gamma=gamma)
    return _moved(action_values, states, actions, targets, step_size)


def _moved(action_values: Array, states: Array, actions: Array, targets: Array, step_size: Scalar) -> Array:
    step_size = read_parameter("step_size", step_size, system_of(targets))
    return add_at(action_values, step_size * (targets - action_values[states, actions]), states, actions)

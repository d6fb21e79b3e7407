r"""Dyna: updates of action values by what a learned model imagines."""

from collections.abc import Callable

from .bellman import expectation_q, optimality_q
from .decision_process import MDP
from .numbers import Array, Scalar, as_array, where
from .tabular_data import read_pairs
from .validation import check_finite, check_shape, read_parameter


def q_planning(model: MDP, action_values: Array, states: Array, actions: Array, *, step_size: Scalar) -> Array:
    r"""Q-planning: imagined Q-learning updates, one pair after the other.

    .. math:: Q(s_t,a_t) \leftarrow Q(s_t,a_t) + \alpha\Big[\hat R(s_t,a_t)
        + \gamma \sum_{s'} \hat P(s'|s_t,a_t) \max_b Q(s',b) - Q(s_t,a_t)\Big], \qquad t = 0, \dots, T-1

    Args:
        model: a learned decision process of S states and A actions.
        action_values: [S, A], the action values Q before.
        states: [T] integers, the state of each imagined transition, in the order of the updates.
        actions: [T] integers, its action.
        step_size: step size in [0, 1].
    Returns:
        [S, A], the action values after T updates, in units of reward.
    Conventions:
        Each update sees those before it. The model is asked for expectations, so that with a stochastic model this is
        the mean of sampled updates. The values approach q_* of the model, right or wrong.
    Laws:
        q_planning_contracts_to_the_values_of_the_model, q_planning_rests_at_the_optimal_values,
        q_planning_is_the_mean_of_imagined_outcomes, q_planning_repeated_on_a_pair_is_a_larger_step,
        q_planning_goes_on_where_it_stopped
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Slide "Use imagined experience"; Sutton & Barto 2018, section 8.2, Tabular Dyna-Q, step (f).
    Since:
        0.2
    """
    return _imagine(lambda values: optimality_q(model, values), model, action_values, states, actions, step_size)


def imagined_sarsa(
    model: MDP,
    policy: Array,
    action_values: Array,
    states: Array,
    actions: Array,
    *,
    step_size: Scalar,
) -> Array:
    r"""Imagined Expected SARSA: updates towards the action values of a policy in the model.

    .. math:: Q(s_t,a_t) \leftarrow Q(s_t,a_t) + \alpha\Big[\hat R(s_t,a_t)
        + \gamma \sum_{s'} \hat P(s'|s_t,a_t) \sum_b \pi(b|s') Q(s',b) - Q(s_t,a_t)\Big], \qquad t = 0, \dots, T-1

    Args:
        model: a learned decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        action_values: [S, A], the action values Q before.
        states: [T] integers, the state of each imagined transition, in the order of the updates.
        actions: [T] integers, its action.
        step_size: step size in [0, 1].
    Returns:
        [S, A], the action values after T updates, in units of reward.
    Conventions:
        As q_planning; the pairs need not be those that the policy takes.
    Laws:
        imagined_sarsa_contracts_to_the_values_of_the_model, imagined_sarsa_is_a_product_of_matrices,
        imagined_sarsa_of_the_greedy_policy_is_q_planning, imagined_sarsa_is_below_q_planning
    Raises:
        ShapeError, EmptySpaceError, ActionSetError, NotAProbabilityError, NonFiniteError, IntegerDtypeError,
        NumberSystemError, ParameterError.
    Source:
        Slide "Use imagined experience"; Sutton & Barto 2018, eq. (6.9) and section 8.2.
    Since:
        0.2
    """
    pairs = (states, actions)
    return _imagine(lambda values: expectation_q(model, policy, values), model, action_values, *pairs, step_size)


def _imagine(
    targets: Callable[[Array], Array],
    model: MDP,
    action_values: Array,
    states: Array,
    actions: Array,
    step_size: Scalar,
) -> Array:
    """Move the value of one pair after the other towards its target."""
    values = as_array(action_values, "action_values")
    check_shape("action_values", values, model.reward.shape, "states, actions")
    check_finite("action_values", values)
    step_size = read_parameter("step_size", step_size, model.system)
    for here in read_pairs(states, actions, values.shape):
        values = where(here == 1, values + step_size * (targets(values) - values), values)
    return values

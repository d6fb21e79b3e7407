r"""Policies that choose by action values, and deterministic ones."""

import numpy as np

from .logits import chosen, read_actions
from .numbers import Array, Scalar, as_array, holds, system_of, where
from .validation import check_count, check_finite, check_not_empty, check_shape, read_parameter


def greedy(action_values: Array) -> Array:
    r"""The greedy action of each state.

    .. math:: \pi(s) = \operatorname{argmax}_a Q(s,a)

    Args:
        action_values: [..., A].
    Returns:
        [...] integers.
    Conventions:
        Ties go to the lowest index. In balls, an action counts as better only if certainly so.
    Gradient:
        Not compared: it gives actions.
    Laws:
        greedy_attains_the_maximum, greedy_takes_the_lowest_index, greedy_is_invariant_to_scale_and_shift,
        greedy_equals_sorting
    Raises:
        EmptySpaceError, NonFiniteError, IntegerDtypeError.
    Source:
        Slide "Use V, Q to choose action"; Sutton & Barto 2018, eq. (2.2).
    Since:
        0.1
    """
    action_values = as_array(action_values, "action_values")
    if action_values.ndim == 0:
        check_shape("action_values", action_values, ("...", "A"), "actions last")
    check_not_empty("action_values", action_values, "actions")
    check_finite("action_values", action_values)
    best, incumbent = np.zeros(action_values.shape[:-1], dtype=int), action_values[..., 0]
    for action in range(1, action_values.shape[-1]):
        better = holds(action_values[..., action] > incumbent)
        best = np.where(better, action, best)
        incumbent = where(better, action_values[..., action], incumbent)
    return best


def epsilon_greedy(q_values: Array, *, epsilon_random: Scalar) -> Array:
    r"""The policy that takes the greedy action, but with chance epsilon one at random.

    .. math:: \pi(a|s) = (1-\varepsilon)\, 1[a = \operatorname{argmax}_b Q(s,b)] + \frac{\varepsilon}{A}

    Args:
        q_values: [..., A].
        epsilon_random: epsilon in [0, 1], the chance of a random action.
    Returns:
        [..., A], probabilities.
    Conventions:
        The random action may be the greedy one, which has 1 - epsilon + epsilon / A in all. Ties go to the
        lowest index, as in greedy.
    Gradient:
        Not compared: it is piecewise constant in the action values.
    Laws:
        epsilon_greedy_draws_twice, epsilon_greedy_between_greedy_and_uniform,
        epsilon_greedy_is_the_best_soft_policy, epsilon_greedy_is_invariant_to_scale_and_shift
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "Use V, Q to choose action"; Sutton & Barto 2018, section 2.2, and section 5.4 for the soft policies.
    Since:
        0.2
    """
    q_values = as_array(q_values, "q_values")
    is_greedy = chosen(greedy(q_values), q_values.shape[-1])
    epsilon = read_parameter("epsilon_random", epsilon_random, system_of(q_values))
    each = epsilon / q_values.shape[-1]
    return where(is_greedy, 1 - epsilon + each, each)


def deterministic(actions: Array, *, number_of_actions: int) -> Array:
    r"""The policy that takes one action in each state, as probabilities.

    .. math:: \pi(a|s) = 1[a = \mu(s)]

    Args:
        actions: [...] integers, the action mu(s) of each state.
        number_of_actions: A >= 1.
    Returns:
        [..., A], zeros and ones in float64: exact in every number system.
    Conventions:
        Every formula of tables holds of it; KL(old || new) is infinite where the action changes.
    Gradient:
        Not compared: it has no real argument.
    Laws:
        deterministic_takes_the_action, deterministic_has_the_values_of_its_actions, deterministic_differs_wholly,
        deterministic_is_the_limit_of_softmax
    Raises:
        ShapeError, EmptySpaceError, ActionSetError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, section 4.2.
    Since:
        0.2
    """
    check_count("number_of_actions", number_of_actions)
    return chosen(read_actions("actions", actions, None, number_of_actions), number_of_actions).astype(float)

r"""Experience replay: what the buffer holds, and where updates from it lead."""

import numpy as np

from .decision_process import MDP
from .errors import ParameterError
from .numbers import Array, Scalar, as_array, concatenate, largest, same_system, where
from .tables import read_indices
from .tabular_data import one_hot, read_pairs, read_rows
from .validation import check_count, check_finite, check_shape, read_flags, read_parameter
from .value import optimal_q


def ring_buffer(items: Array, *, capacity: int) -> Array:
    r"""What a first-in-first-out buffer holds, slot by slot, after n items were pushed.

    .. math:: B_i = x_{t(i)}, \qquad t(i) = \max\{t < n : t \equiv i \pmod{c}\}, \qquad 0 \le i < \min(n, c)

    Args:
        items: [n, ...], what was pushed, in this order.
        capacity: number c >= 1 of slots.
    Returns:
        [min(n, c), ...], the filled slots in the order of the slots, not of age.
    Conventions:
        The next item goes to slot n mod c, the place of the oldest once the buffer is full.
    Laws:
        ring_buffer_holds_the_last_items, ring_buffer_overwrites_the_oldest, ring_buffer_equals_a_simulated_one,
        ring_buffer_with_room_holds_everything
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "Experience replay"; Lin 1992; Mnih et al. 2015, methods (the last N experiences are stored).
    Since:
        0.2
    """
    items = read_rows("items", items)
    check_count("capacity", capacity)
    if capacity == 0:
        raise ParameterError(
            "capacity is zero",
            got="0",
            expected="at least one slot",
            cause="a division that was rounded down",
            remedy="take a capacity of at least one",
        )
    last = len(items) - 1
    return items[[last - (last - slot) % capacity for slot in range(min(len(items), capacity))]]


def uniform_update(
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
    r"""What one Q-learning update on a transition drawn uniformly from the buffer gives on average.

    .. math:: \mathbb{E}[Q'](s,a) = Q(s,a) + \frac{\alpha}{T} \sum_t \mathbb{1}[s_t = s,\ a_t = a]\,
        \Big(R_{t+1} + \gamma (1 - \mathrm{term}_t) \max_b Q(s_{t+1},b) - Q(s,a)\Big)

    Args:
        action_values: [S, A], the action values Q before.
        states: [T] integers, the state of each transition in the buffer.
        actions: [T] integers, its action.
        rewards: [T], its reward.
        next_states: [T] integers, its true successor, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        gamma: discount in [0, 1].
        step_size: step size in [0, 1].
    Returns:
        [S, A], in units of reward.
    Conventions:
        Over the T transitions with equal chances, repeated ones as often as they are stored; the full-batch mean.
        Truncation is not termination: stored in its place it would cut the bootstrap.
    Laws:
        uniform_update_is_the_mean_over_transitions, uniform_update_ignores_how_the_data_lie_in_the_buffer,
        uniform_update_is_the_bellman_update_of_the_learned_model, uniform_update_moves_only_what_was_visited
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Slide "Experience replay"; Mnih et al. 2015, the loss over U(D); Sutton & Barto 2018, eq. (6.8).
    Since:
        0.2
    """
    values, pairs, rewards, flags = _read(action_values, states, actions, rewards, terminated)
    successors = read_indices("next_states", next_states, rewards.shape[:1], len(values))
    system = same_system(action_values=values, rewards=rewards)
    gamma, step_size = read_parameter("gamma", gamma, system), read_parameter("step_size", step_size, system)
    continues = 1 - flags.astype(int)
    targets = rewards + gamma * continues * largest(values, axis=1)[successors]
    errors = pairs * (targets[:, None, None] - values)
    return values + step_size * errors.sum(axis=0) / len(rewards)


def fixed_point(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    discount: Scalar,
) -> Array:
    r"""Where Q-learning from a buffer leads: the optimal action values of the process that the data describe.

    .. math:: Q(s,a) = \begin{cases} \hat R(s,a) + \gamma \sum_{s'} \hat P(s'|s,a) \max_b Q(s',b) & N(s,a) > 0\\
        Q_0(s,a) & N(s,a) = 0 \end{cases}

    Args:
        action_values: [S, A], the first action values Q_0, which pairs never visited keep.
        states: [T] integers, the state of each transition in the buffer.
        actions: [T] integers, its action.
        rewards: [T], its reward.
        next_states: [T] integers, its true successor, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        discount: gamma in [0, 1).
    Returns:
        [S, A], in units of reward.
    Conventions:
        P^ and R^ are frequencies and means of the data; a terminated transition leads to an end worth zero.
        A value Q_0 that was never corrected goes on counting in every maximum.
    Gradient:
        Not compared: it is found by policy iteration; value.optimal_q's is.
    Laws:
        fixed_point_is_left_alone_by_the_update, fixed_point_is_optimal_for_the_learned_model,
        fixed_point_attracts_the_update, fixed_point_is_the_best_of_all_policies
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError;
        DiscountError, TerminationError; NumberSystemError for balls.
    Source:
        Slide "Experience replay"; Sutton & Barto 2018, section 6.3 (certainty equivalence of batch updates).
    Since:
        0.2
    """
    arguments = (action_values, states, actions, rewards, next_states, terminated)
    return optimal_q(empirical_process(*arguments, discount=discount))[:-1]


def empirical_process(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    discount: Scalar,
) -> MDP:
    """Give the process that the data describe; its last state is the end, where pairs never visited lead at once."""
    values, pairs, rewards, flags = _read(action_values, states, actions, rewards, terminated)
    count, choices = values.shape
    successors = read_indices("next_states", next_states, rewards.shape[:1], count)
    arrivals = one_hot(where(flags, count, successors), count + 1)
    visits, end = pairs.sum(axis=0), one_hot([count], count + 1)[0]
    counts = (pairs[..., None] * arrivals[:, None, None, :]).sum(axis=0) + (visits == 0)[..., None] * end
    totals = visits + (visits == 0)
    one = 0 * rewards.sum() + 1  # of the number system of the data
    means = (pairs * rewards[:, None, None]).sum(axis=0) / totals
    known = where(visits > 0, means, values)
    return MDP(
        concatenate([counts * one / totals[..., None], np.broadcast_to(end, (1, choices, count + 1)) * one]),
        concatenate([known, 0 * known[:1]]),
        end * one,
        discount,
        end == 1,
    )


def _read(
    action_values: Array, states: Array, actions: Array, rewards: Array, terminated: Array
) -> tuple[Array, Array, Array, Array]:
    """Read what both equations have in common; pairs become flags [T, S, A]."""
    values, rewards = as_array(action_values, "action_values"), read_rows("rewards", rewards)
    if values.ndim != 2:
        check_shape("action_values", values, ("S", "A"), "states, actions")
    check_finite("action_values", values)
    check_shape("rewards", rewards, (len(rewards),), "one reward per transition")
    same_system(action_values=values, rewards=rewards)
    return (
        values,
        read_pairs(states, actions, values.shape, rewards),
        rewards,
        read_flags("terminated", terminated, rewards),
    )

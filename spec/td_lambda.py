r"""TD(lambda): the lambda-return, its operator, and the backward view with eligibility traces."""

import numpy as np

from .bellman import expectation_v
from .decision_process import MDP
from .mdp import resolvent_matrix
from .numbers import Array, Scalar, as_array, solve, stack, system_of, where
from .tables import read_table
from .td_returns import error
from .validation import read_arrays, read_discounts, read_flags, read_parameter


def lambda_return(
    rewards: Array, next_values: Array, terminated: Array, truncated: Array, *, gamma: Scalar, trace_decay: Scalar
) -> Array:
    r"""lambda-return :math:`G^\lambda_t`, the exponentially weighted mean of all n-step returns.

    .. math:: G^\lambda_t = (1-\lambda) \sum_{n=1}^{T-t-1} \lambda^{n-1} G_{t:t+n} + \lambda^{T-t-1} G_t, \qquad
        G^\lambda_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)
        \big[(1-\lambda) V(s_{t+1}) + \lambda\, G^\lambda_{t+1}\big]

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        trace_decay: lambda in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Where an episode is truncated, and at the end of the data, the whole weight lies on the value of the
        true successor: the return that the largest weight belongs to is bootstrapped there.
    Laws:
        lambda_return_averages_n_step_returns, lambda_return_between_td_and_monte_carlo,
        lambda_return_minus_value_is_gae, lambda_return_splits_at_episode_ends, lambda_return_solves_the_linear_system,
        lambda_return_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "TD(lambda)"; Sutton & Barto 2018, eqs. (12.2), (12.3).
    Since:
        0.2
    """
    system, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    continues = 1 - read_flags("terminated", terminated, rewards).astype(int)
    cut, gamma = read_flags("truncated", truncated, rewards), read_discounts(gamma, rewards)
    trace_decay = read_parameter("trace_decay", trace_decay, system)
    following, returns = next_values[-1], []
    for t in reversed(range(len(rewards))):
        mixed = (1 - trace_decay) * next_values[t] + trace_decay * where(cut[t], next_values[t], following)
        following = rewards[t] + gamma[t] * continues[t] * mixed
        returns.append(following)
    return stack(returns[::-1])


def lambda_operator(mdp: MDP, policy: Array, state_values: Array, *, trace_decay: Scalar) -> Array:
    r"""Expected lambda-return of an endless trajectory: the operator :math:`T^\lambda_\pi`.

    .. math:: T^\lambda_\pi V = (1-\lambda) \sum_{n\ge1} \lambda^{n-1}\, T_\pi^n V
        = V + (I - \gamma\lambda P_\pi)^{-1} (T_\pi V - V)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        state_values: [S], any estimate of values.
        trace_decay: lambda in [0, 1].
    Returns:
        [S], in units of reward.
    Conventions:
        A contraction of modulus gamma (1 - lambda) / (1 - gamma lambda). Terminal states are states like
        others; start from zero there.
    Laws:
        lambda_operator_contracts, lambda_operator_shifts_by_its_modulus, lambda_operator_between_backup_and_value,
        lambda_operator_equals_enumerated_returns, lambda_operator_averages_backups
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, NonFiniteError, ParameterError,
        TerminationError.
    Source:
        Bertsekas & Tsitsiklis 1996, section 5.3; Sutton & Barto 2018, eq. (12.2), its expectation.
    Since:
        0.2
    """
    state_values = as_array(state_values, "state_values")
    residual = expectation_v(mdp, policy, state_values) - state_values
    trace_decay = read_parameter("trace_decay", trace_decay, mdp.system)
    matrix = trace_decay * resolvent_matrix(mdp, policy) + (1 - trace_decay) * np.eye(mdp.number_of_states, dtype=int)
    return state_values + solve(matrix, residual)


def lambda_backward(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    trace_decay: Scalar,
) -> Array:
    r"""Total off-line update of each state's value by TD(lambda) with accumulating eligibility traces.

    .. math:: \Delta(s) = \sum_t \delta_t\, z_t(s), \qquad
        z_t(s) = \gamma\lambda\, z_{t-1}(s) + \mathbb{1}[s_t = s], \qquad z_{-1} = 0

    Args:
        state_values: [S], the table V, the same at all steps.
        states: [T] integers, s_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        truncated: [T] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1].
        trace_decay: lambda in [0, 1].
    Returns:
        [S], in units of reward; the step size is the caller's.
    Conventions:
        Off-line: the table changes after the data only; on-line the equality with the forward view fails.
        The traces start at zero in each episode. The end of the data acts as a truncation.
    Laws:
        backward_view_equals_forward_view, backward_view_counts_errors_by_visits, backward_view_adds_over_episodes,
        backward_view_without_traces_sums_the_errors
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "TD(lambda)"; Sutton & Barto 2018, eqs. (12.5)-(12.7), with features that are indicators of states.
    Since:
        0.2
    """
    state_values, (states, next_states) = read_table(state_values, rewards, states=states, next_states=next_states)
    errors = error(rewards, state_values[states], state_values[next_states], terminated, gamma=gamma)
    ended = read_flags("terminated", terminated, errors) | read_flags("truncated", truncated, errors)
    system, visited = system_of(errors), (states[:, None] == np.arange(len(state_values))).astype(int)
    decay = read_parameter("gamma", gamma, system) * read_parameter("trace_decay", trace_decay, system)
    trace = total = 0 * state_values
    for t in range(len(errors)):
        trace = decay * trace + visited[t]
        total = total + errors[t : t + 1] * trace
        trace = (1 - int(ended[t])) * trace
    return total

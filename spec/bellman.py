r"""Bellman operators :math:`T_\pi` and :math:`T_*`, and what their residual certifies."""

from .decision_process import MDP, read_policy
from .errors import DiscountError
from .mdp import occupancy, policy_kernel, policy_reward
from .numbers import Array, Scalar, as_array, largest, same_system
from .validation import check_finite, check_shape


def expectation_v(mdp: MDP, policy: Array, state_values: Array) -> Array:
    r"""Bellman expectation operator :math:`T_\pi` on state values.

    .. math:: (T_\pi V)(s) = \sum_a \pi(a|s) \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        state_values: [S], any estimate of values.
    Returns:
        [S], in units of reward.
    Conventions:
        At terminal states the result is gamma V(s); start from zero there.
    Laws:
        expectation_v_contracts, expectation_v_is_monotone, expectation_v_shifts_by_gamma,
        expectation_v_equals_enumerated_step
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, NonFiniteError.
    Source:
        Sutton & Barto 2018, eq. (4.4).
    Since:
        0.1
    """
    state_values = _read(mdp, state_values, "state_values")
    return policy_reward(mdp, policy) + mdp.discount * (policy_kernel(mdp, policy) @ state_values)


def expectation_q(mdp: MDP, policy: Array, action_values: Array) -> Array:
    r"""Bellman expectation operator :math:`T_\pi` on action values: the expected-SARSA target.

    .. math:: (T_\pi Q)(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a) \sum_b \pi(b|s') Q(s',b)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        action_values: [S, A], any estimate of action values.
    Returns:
        [S, A], in units of reward.
    Conventions:
        The expectation over the next action, not a sampled one.
    Laws:
        expectation_q_contracts, expectation_q_matches_expectation_v, expectation_q_equals_enumerated_step
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, NonFiniteError.
    Source:
        Slide "(Expected) SARSA (Bellman Eqn)"; Sutton & Barto 2018, eq. (6.9).
    Since:
        0.1
    """
    action_values = _read(mdp, action_values, "action_values")
    next_values = (read_policy(mdp, policy) * action_values).sum(axis=1)
    return mdp.reward + mdp.discount * (mdp.transition @ next_values)


def optimality_v(mdp: MDP, state_values: Array) -> Array:
    r"""Bellman optimality operator :math:`T_*` on state values.

    .. math:: (T_* V)(s) = \max_a \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Args:
        mdp: decision process of S states.
        state_values: [S], any estimate of values.
    Returns:
        [S], in units of reward.
    Conventions:
        As expectation_v.
    Laws:
        optimality_v_contracts, optimality_v_is_monotone, optimality_v_is_the_best_expectation
    Raises:
        ShapeError, NumberSystemError, NonFiniteError.
    Source:
        Sutton & Barto 2018, eq. (3.19).
    Since:
        0.1
    """
    state_values = _read(mdp, state_values, "state_values")
    return largest(mdp.reward + mdp.discount * (mdp.transition @ state_values), axis=1)


def optimality_q(mdp: MDP, action_values: Array) -> Array:
    r"""Bellman optimality operator :math:`T_*` on action values: the Q-learning target.

    .. math:: (T_* Q)(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a) \max_b Q(s',b)

    Args:
        mdp: decision process of S states and A actions.
        action_values: [S, A], any estimate of action values.
    Returns:
        [S, A], in units of reward.
    Conventions:
        As expectation_q.
    Laws:
        optimality_q_contracts, optimality_q_matches_optimality_v, optimality_q_dominates_expectation_q,
        optimality_q_equals_brute_force
    Raises:
        ShapeError, NumberSystemError, NonFiniteError.
    Source:
        Slide "Q-Learning (Bellman Optimality Eqn)"; Sutton & Barto 2018, eq. (3.20).
    Since:
        0.1
    """
    action_values = _read(mdp, action_values, "action_values")
    return mdp.reward + mdp.discount * (mdp.transition @ largest(action_values, axis=1))


def residual_bound(mdp: MDP, policy: Array, state_values: Array) -> Scalar:
    r"""A bound on the error of any estimate of :math:`v_\pi`, from its Bellman residual.

    .. math:: \|U - v_\pi\|_\infty \le \frac{\|T_\pi U - U\|_\infty}{1 - \gamma}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities, or [S] integers.
        state_values: [S], the estimate U, however it was found.
    Returns:
        One number, in units of reward.
    Conventions:
        Supremum norm.
    Laws:
        residual_bounds_the_error, residual_bound_is_attained, residual_bound_of_v_is_zero,
        residual_bound_is_not_loose
    Raises:
        DiscountError at discount one; ShapeError, ActionSetError, NotAProbabilityError, NonFiniteError.
    Source:
        Puterman 1994, theorem 6.3.1; Williams & Baird 1993.
    Since:
        0.1
    """
    check_discounted(mdp, "the residual bounds the error")
    residual = expectation_v(mdp, policy, state_values) - state_values
    return largest(abs(residual)) / (1 - mdp.discount)


def linear_program(mdp: MDP, state_values: Array) -> Array:
    r"""Slack of the linear program of :math:`v_*` in each of its constraints.

    .. math:: \min_V \rho_0^\top V \quad\text{such that}\quad
        V(s) - R(s,a) - \gamma \sum_{s'} P(s'|s,a) V(s') \ge 0

    Args:
        mdp: decision process of S states and A actions.
        state_values: [S], any estimate V of values.
    Returns:
        [S, A], in units of reward; V is feasible where none is negative.
    Conventions:
        The primal program; its dual variables are occupancies x(s, a) (mdp.occupancy). The slack of
        v_pi is minus the advantage.
    Laws:
        feasible_values_dominate, slack_of_v_is_minus_the_advantage, slack_is_complementary_at_the_optimum,
        slack_is_zero_at_the_best_action
    Raises:
        ShapeError, NumberSystemError, NonFiniteError.
    Source:
        Puterman 1994, section 6.9; d'Epenoux 1963.
    Since:
        0.2
    """
    state_values = _read(mdp, state_values, "state_values")
    return state_values[:, None] - mdp.reward - mdp.discount * (mdp.transition @ state_values)


def duality_gap(mdp: MDP, policy: Array, state_values: Array) -> Scalar:
    r"""Primal minus dual objective of the linear program of :math:`v_*`.

    .. math:: \rho_0^\top V - \langle x_\pi, R\rangle
        = \sum_{s,a} x_\pi(s,a) \Big[V(s) - R(s,a) - \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers; its occupancy is the dual point.
        state_values: [S], the primal point V.
    Returns:
        One number, in units of reward; a bound on eta(pi_*) - eta(pi) where V is feasible.
    Conventions:
        Not negative if V is feasible; zero if and only if both are optimal from the initial states.
    Laws:
        gap_is_the_slack_that_is_visited, gap_is_not_negative, gap_bounds_the_loss, gap_closes_at_the_optimum
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, NonFiniteError, TerminationError.
    Source:
        Puterman 1994, section 6.9.
    Since:
        0.2
    """
    state_values = _read(mdp, state_values, "state_values")
    return mdp.initial @ state_values - (occupancy(mdp, policy) * mdp.reward).sum()


def check_discounted(mdp: MDP, what: str) -> None:
    """Raise DiscountError at discount one."""
    if mdp.system != "series" and mdp.discount == 1:
        raise DiscountError(
            f"{what} only below discount one",
            got="discount 1",
            expected="discount < 1",
            cause="an undiscounted episodic problem",
            remedy="compare with value.v instead",
        )


def read_state_values(mdp: MDP, values: Array, name: str = "state_values") -> Array:
    """Read one finite number per state, in the number system of the process."""
    return _read(mdp, values, name)


def _read(mdp: MDP, values: Array, name: str) -> Array:
    values = as_array(values, name)
    expected = mdp.reward.shape if name == "action_values" else mdp.reward.shape[:1]
    check_shape(name, values, expected, "one number per state" + (" and action" if len(expected) == 2 else ""))
    check_finite(name, values)
    same_system(**{"the decision process": mdp.reward, name: values})
    return values

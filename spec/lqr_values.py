r"""Linear systems with quadratic costs: value, action value and advantage of a Gaussian policy."""

from .linear_policy import cost_offset, cost_to_go, improvement_terms, quadratic, reward
from .linear_system import LinearSystem, read_covariance, read_policy, read_vectors, trace_of_product
from .numbers import Array, Scalar


def value_matrix(system: LinearSystem, gain: Array) -> Array:
    r"""Quadratic part :math:`P` of the value :math:`V(s) = -(s^\top P s + c)`.

    .. math:: P = Q + NK + K^\top N^\top + K^\top RK + \gamma F^\top PF, \qquad F = A + BK

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        [n, n], symmetric, in units of cost per squared state.
    Conventions:
        Costs are minus rewards. P does not depend on the noise nor on the policy's covariance.
    Laws:
        the_quadratic_form_is_the_cost_of_a_rollout, value_matrix_of_a_scalar_system, value_matrix_is_symmetric,
        value_matrix_is_linear_in_the_costs, value_matrix_changes_coordinates
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Discounted Lyapunov equation; Fazel et al. 2018, section 2, for gain -K and discount one.
    Since:
        0.2
    """
    return cost_to_go(*read_policy(system, gain))


def value_constant(system: LinearSystem, gain: Array, covariance: Array) -> Scalar:
    r"""Constant part :math:`c` of the value :math:`V(s) = -(s^\top P s + c)`: what the noise costs.

    .. math:: c = \frac{\mathrm{tr}(\Sigma R) + \gamma\,\mathrm{tr}\big(P (W + B\Sigma B^\top)\big)}{1-\gamma}

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        One number, in units of cost.
    Conventions:
        Sigma is a covariance, neither a standard deviation nor a factor.
    Laws:
        the_constant_is_the_cost_of_starting_at_rest, the_constant_is_linear_in_both_noises,
        the_constant_at_discount_zero, the_constant_shifts_with_h
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Expectation of the Bellman equation over the noise.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    return cost_offset(system, read_covariance(system, covariance), cost_to_go(system, gain))


def value(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array) -> Array:
    r"""State value of a Gaussian policy :math:`a \sim N(Ks, \Sigma)`.

    .. math:: V(s) = -(s^\top P s + c)

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        state_vectors: [T, n].
    Returns:
        [T], in units of reward.
    Conventions:
        The infinite horizon; rewards are unbounded, so that TRPO's epsilon is infinite here.
    Laws:
        value_satisfies_the_bellman_equation, value_averages_to_eta, value_is_even_in_the_state,
        value_at_discount_zero_is_the_mean_reward
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sutton & Barto 2018, eq. (3.14), for linear systems.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    matrix = cost_to_go(system, gain)
    constant = cost_offset(system, read_covariance(system, covariance), matrix)
    (state_vectors,) = read_vectors(system, state_vectors=state_vectors)
    return -(quadratic(state_vectors, matrix) + constant)


def q(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array) -> Array:
    r"""Action value of a Gaussian policy.

    .. math:: Q(s,a) = r(s,a) - \gamma\big[(As+Ba)^\top P (As+Ba) + \mathrm{tr}(PW) + c\big]

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s from the next step on.
        covariance: [k, k], Sigma of the action from the next step on.
        state_vectors: [T, n].
        actions: [T, k], the first action at each state.
    Returns:
        [T], in units of reward.
    Conventions:
        r(s, a) = -(s^T Q s + 2 s^T N a + a^T R a): the cross term counts twice.
    Laws:
        q_averages_to_the_value, q_is_reward_plus_the_mean_next_value, q_at_discount_zero_is_the_reward
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sutton & Barto 2018, eq. (3.13), for linear systems.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    matrix = cost_to_go(system, gain)
    constant = cost_offset(system, read_covariance(system, covariance), matrix)
    state_vectors, actions = read_vectors(system, state_vectors=state_vectors, actions=actions)
    following = state_vectors @ system.dynamics.T + actions @ system.control.T
    remaining = quadratic(following, matrix) + trace_of_product(matrix, system.noise) + constant
    return reward(system, state_vectors, actions) - system.discount * remaining


def advantage(system: LinearSystem, gain: Array, covariance: Array, state_vectors: Array, actions: Array) -> Array:
    r"""Advantage of an action over a Gaussian policy.

    .. math:: A(s,a) = -\big[d^\top Hd + 2 d^\top Es - \mathrm{tr}(\Sigma H)\big], \quad d = a - Ks, \quad
        H = R + \gamma B^\top PB, \quad E = HK + N^\top + \gamma B^\top PA

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        state_vectors: [T, n].
        actions: [T, k].
    Returns:
        [T], in units of reward.
    Conventions:
        The mean action itself has advantage tr(Sigma H) > 0: exploration costs.
    Laws:
        advantage_is_q_minus_value, advantage_averages_to_zero, advantage_is_largest_at_the_improved_action
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Bradtke, Ydstie & Barto 1994 (Q-learning for LQR), completed square.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    curvature, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    covariance = read_covariance(system, covariance)
    state_vectors, actions = read_vectors(system, state_vectors=state_vectors, actions=actions)
    deviations = actions - state_vectors @ gain.T
    linear = (deviations * (state_vectors @ slope.T)).sum(axis=-1)
    return -(quadratic(deviations, curvature) + 2 * linear - trace_of_product(covariance, curvature))

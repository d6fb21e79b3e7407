r"""The four value functions :math:`v_\pi, q_\pi, v_*, q_*` and the advantage."""

from .decision_process import MDP
from .dp import policy_iteration
from .mdp import policy_reward, resolvent_matrix
from .numbers import Array, solve


def v(mdp: MDP, policy: Array) -> Array:
    r"""State values :math:`v_\pi`.

    .. math:: v_\pi = (I - \gamma P_\pi)^{-1} r_\pi

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S], expected discounted return from each state, in units of reward.
    Conventions:
        Zero in terminal states.
    Laws:
        v_is_the_fixed_point, v_equals_enumeration_up_to_the_tail, v_equals_power_series,
        v_is_shaped_by_potentials, v_discounts_as_if_killed
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Sutton & Barto 2018, eqs. (3.12), (3.14); TRPO, V_pi in section 2.
    Since:
        0.1
    """
    return solve(resolvent_matrix(mdp, policy), policy_reward(mdp, policy))


def q(mdp: MDP, policy: Array) -> Array:
    r"""Action values :math:`q_\pi`.

    .. math:: q_\pi(s,a) = R(s,a) + \gamma \sum_{s'} P(s'|s,a)\, v_\pi(s')

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S, A], in units of reward.
    Conventions:
        The first action is free: defined also where the policy never takes it.
    Laws:
        q_averages_to_v, q_is_the_fixed_point, q_equals_the_value_of_deviating_once
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Sutton & Barto 2018, eq. (3.13); TRPO, Q_pi in section 2.
    Since:
        0.1
    """
    return mdp.reward + mdp.discount * (mdp.transition @ v(mdp, policy))


def advantage(mdp: MDP, policy: Array) -> Array:
    r"""Advantages :math:`A_\pi` of actions over the policy's own.

    .. math:: A_\pi(s,a) = q_\pi(s,a) - v_\pi(s)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S, A], in units of reward.
    Conventions:
        Zero in terminal states.
    Laws:
        advantage_averages_to_zero, advantage_is_invariant_to_shaping,
        advantage_of_an_optimal_policy_is_not_positive, advantage_is_the_slope_of_eta
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), A_pi in section 2.
    Since:
        0.1
    """
    values = v(mdp, policy)
    return mdp.reward + mdp.discount * (mdp.transition @ values) - values[:, None]


def optimal_v(mdp: MDP) -> Array:
    r"""Optimal state values :math:`v_*`.

    .. math:: v_*(s) = \max_\pi v_\pi(s)

    Args:
        mdp: decision process of S states.
    Returns:
        [S], in units of reward.
    Conventions:
        Found by policy iteration, which ends after finitely many steps; exact in rationals.
    Laws:
        optimal_v_is_the_fixed_point, optimal_v_equals_brute_force, optimal_v_dominates,
        optimal_v_discounts_as_if_killed
    Raises:
        NumberSystemError for balls (comparisons may be undecided: solve in exact, then convert).
    Source:
        Sutton & Barto 2018, eqs. (3.15), (3.19).
    Since:
        0.1
    """
    return v(mdp, policy_iteration(mdp))


def optimal_q(mdp: MDP) -> Array:
    r"""Optimal action values :math:`q_*`.

    .. math:: q_*(s,a) = \max_\pi q_\pi(s,a)

    Args:
        mdp: decision process of S states and A actions.
    Returns:
        [S, A], in units of reward.
    Conventions:
        As optimal_v.
    Laws:
        optimal_q_is_the_fixed_point, optimal_q_maximises_to_optimal_v, optimal_q_dominates,
        optimal_q_equals_brute_force
    Raises:
        NumberSystemError for balls.
    Source:
        Sutton & Barto 2018, eqs. (3.16), (3.20); slide "Q-Learning (Bellman Optimality Eqn)".
    Since:
        0.1
    """
    return q(mdp, policy_iteration(mdp))

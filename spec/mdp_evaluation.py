r"""Markov decision processes under a policy: kernels, visitation, expected return."""

from .decision_process import MDP, check_termination, read_policy
from .numbers import Array, Scalar, identity_minus, solve, where
from .validation import check_count


def policy_kernel(mdp: MDP, policy: Array) -> Array:
    r"""State transition probabilities :math:`P_\pi` under a policy.

    .. math:: P_\pi(s, s') = \sum_a \pi(a|s)\, P(s'|s,a)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers for a deterministic policy.
    Returns:
        [S, S], rows sum to one.
    Conventions:
        Row is the present state, column the next; terminal states lead to themselves.
    Laws:
        kernel_rows_sum_to_one, kernel_is_affine_in_the_policy, kernel_equals_enumerated_step
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError.
    Source:
        Sutton & Barto 2018, section 4.1; Puterman 1994, section 5.5.
    Since:
        0.1
    """
    policy = read_policy(mdp, policy)
    return (policy[:, None, :] @ mdp.transition)[:, 0, :]


def policy_reward(mdp: MDP, policy: Array) -> Array:
    r"""Expected one-step reward :math:`r_\pi` under a policy.

    .. math:: r_\pi(s) = \sum_a \pi(a|s)\, R(s,a)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S], in units of reward.
    Conventions:
        The reward R(s, a) = E[R_{t+1} | s, a] belongs to the transition out of s.
    Laws:
        reward_is_affine_in_the_policy, reward_equals_enumerated_step, reward_lies_between_the_extremes
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError.
    Source:
        Sutton & Barto 2018, section 3.1; Puterman 1994, section 5.5.
    Since:
        0.1
    """
    return (read_policy(mdp, policy) * mdp.reward).sum(axis=1)


def discounted_visitation(mdp: MDP, policy: Array) -> Array:
    r"""Unnormalised discounted visitation frequencies :math:`\rho_\pi`.

    .. math:: \rho_\pi(s) = \sum_{t\ge0} \gamma^t\, P(s_t = s), \qquad
        \rho_\pi^\top (I - \gamma P_\pi) = \rho_0^\top

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S], expected discounted number of visits (dimensionless).
    Conventions:
        Not normalised: sums to 1/(1 - gamma), as in TRPO. Time spent in terminal states
        counts; at discount one a terminal state counts once, on entering.
    Laws:
        visitation_sums_to_horizon, visitation_satisfies_the_flow, visitation_equals_power_series,
        visitation_equals_enumeration, visitation_discounts_as_if_killed
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), definition below eq. (1).
    Since:
        0.1
    """
    return solve(resolvent_matrix(mdp, policy).T, mdp.initial)


def eta(mdp: MDP, policy: Array) -> Scalar:
    r"""Expected discounted return :math:`\eta(\pi)` of a policy.

    .. math:: \eta(\pi) = \mathbb{E}_{\rho_0,\pi}\Big[\sum_{t\ge0} \gamma^t R_{t+1}\Big] = \rho_0^\top v_\pi

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        One number, in units of reward.
    Conventions:
        Rewards R(s, a), paid on leaving s; TRPO's r(s_t) is the case where R does not depend on a.
    Laws:
        eta_equals_visitation_times_reward, eta_equals_enumeration_up_to_the_tail, eta_scales_with_the_reward,
        eta_is_invariant_to_relabelling, eta_discounts_as_if_killed
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), section 2.
    Since:
        0.1
    """
    return mdp.initial @ solve(resolvent_matrix(mdp, policy), policy_reward(mdp, policy))


def occupancy(mdp: MDP, policy: Array) -> Array:
    r"""Unnormalised discounted occupancy of states and actions :math:`x_\pi`.

    .. math:: x_\pi(s,a) = \sum_{t\ge0} \gamma^t\, P(s_t = s, a_t = a) = \rho_\pi(s)\, \pi(a|s)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S, A], expected discounted number of times (dimensionless).
    Conventions:
        Not normalised: sums to 1/(1 - gamma). The dual variables of bellman.linear_program.
    Laws:
        occupancy_is_dual_feasible, occupancy_equals_enumeration, occupancy_earns_eta, occupancy_recovers_the_policy
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Puterman 1994, section 6.9; Ho & Ermon 2016, section 3.
    Since:
        0.2
    """
    return discounted_visitation(mdp, policy)[:, None] * read_policy(mdp, policy)


def finite_horizon_return(mdp: MDP, policy: Array, *, horizon: int) -> Scalar:
    r"""Expected discounted return :math:`\eta_H(\pi)` over the first H steps.

    .. math:: \eta_H(\pi) = \sum_{t=0}^{H-1} \gamma^t\, \rho_0^\top P_\pi^t\, r_\pi, \qquad
        |\eta(\pi) - \eta_H(\pi)| \le \frac{\gamma^H \max|R|}{1-\gamma}

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        horizon: number H >= 0 of steps.
    Returns:
        One number, in units of reward.
    Conventions:
        Nothing is paid for the state after the last step; discount one is allowed for any process.
    Laws:
        finite_return_equals_enumeration, finite_return_misses_the_rest, finite_return_splits_at_any_time,
        finite_return_equals_backward_induction
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (3.11); Kearns & Singh 2002, lemma 2.
    Since:
        0.2
    """
    check_count("horizon", horizon)
    kernel, rewards = policy_kernel(mdp, policy), policy_reward(mdp, policy)
    occupied, total = mdp.initial, 0 * (mdp.initial @ rewards)
    for t in range(horizon):
        total = total + mdp.discount**t * (occupied @ rewards)
        occupied = occupied @ kernel
    return total


def resolvent_matrix(mdp: MDP, policy: Array) -> Array:
    """Build I - gamma P_pi; at discount one, terminal states lead nowhere, so that the matrix is regular."""
    kernel = policy_kernel(mdp, policy)
    if mdp.system != "series" and mdp.discount == 1:
        check_termination(kernel, mdp.terminal, "the policy")
        kernel = where(mdp.terminal[:, None], 0, kernel)
    return identity_minus(mdp.discount * kernel)

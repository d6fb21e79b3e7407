r"""Markov decision processes: kernels, visitation, expected return, returns of a trajectory."""

from .decision_process import MDP as MDP
from .decision_process import check_termination, read_policy
from .numbers import Array, Scalar, identity_minus, solve, stack, where
from .validation import read_arrays, read_flags, read_parameter


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


def discounted_return(rewards: Array, *, gamma: Scalar) -> Scalar:
    r"""Discounted return :math:`G_0` of a sequence of rewards.

    .. math:: G_0 = \sum_{k=0}^{T-1} \gamma^k R_{k+1}

    Args:
        rewards: [T, ...], reward of each transition.
        gamma: discount in [0, 1].
    Returns:
        [...], in units of reward.
    Conventions:
        One sequence, no episode ends inside it; see rewards_to_go for rollouts.
    Laws:
        return_equals_horner_recursion, return_is_linear, return_shifts_with_the_reward,
        return_splits_at_any_time, return_maps_over_trailing_axes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Sutton & Barto 2018, eqs. (3.7)-(3.8); slide "Agent's objective".
    Since:
        0.1
    """
    system, (rewards,) = read_arrays(rewards=rewards)
    gamma = read_parameter("gamma", gamma, system)
    return sum(gamma**k * reward for k, reward in enumerate(rewards))


def rewards_to_go(rewards: Array, next_values: Array, terminated: Array, truncated: Array, *, gamma: Scalar) -> Array:
    r"""Discounted rewards-to-go :math:`\hat R_t`, bootstrapped where the episode was cut.

    .. math:: \hat R_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \begin{cases} V(s_{t+1}) & \mathrm{trunc}_t \text{ or } t = T-1\\ \hat R_{t+1} & \text{else}\end{cases}

    Args:
        rewards: [T, ...], reward of each transition.
        next_values: [T, ...], value of the true successor of each transition.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        A termination ends the sum; a truncation and the end of the data replace the rest by
        the value of the true successor. Zero next_values give plain Monte-Carlo rewards-to-go.
    Laws:
        rewards_to_go_equal_explicit_sums, rewards_to_go_equal_gae_at_lambda_one,
        rewards_to_go_split_at_episode_ends, rewards_to_go_are_unbiased_at_v,
        rewards_to_go_map_over_trailing_axes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Slide "Algorithm 1 PPO-Clip", step 4; Sutton & Barto 2018, eq. (3.9).
    Since:
        0.1
    """
    system, (rewards, next_values) = read_arrays(rewards=rewards, next_values=next_values)
    terminated, truncated = read_flags("terminated", terminated, rewards), read_flags("truncated", truncated, rewards)
    gamma = read_parameter("gamma", gamma, system)
    following, returns = next_values[-1], []
    for t in reversed(range(len(rewards))):
        rest = where(truncated[t], next_values[t], following)
        following = rewards[t] + gamma * (1 - terminated[t].astype(int)) * rest
        returns.append(following)
    return stack(returns[::-1])


def resolvent_matrix(mdp: MDP, policy: Array) -> Array:
    """Build I - gamma P_pi; at discount one, terminal states lead nowhere, so that the matrix is regular."""
    kernel = policy_kernel(mdp, policy)
    if mdp.system != "series" and mdp.discount == 1:
        check_termination(kernel, mdp.terminal, "the policy")
        kernel = where(mdp.terminal[:, None], 0 * kernel, kernel)
    return identity_minus(mdp.discount * kernel)

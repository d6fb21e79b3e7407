r"""Where TRPO's surrogate agrees with the return, by how much it errs, and the lemmas that bound the error."""

from .decision_process import MDP, read_policy
from .divergence import tv_max
from .mdp import discounted_visitation, eta, policy_kernel, resolvent_matrix
from .numbers import Array, Scalar, solve
from .trpo_bounds import epsilon, kl_bound
from .trpo_surrogate import expected_advantage
from .validation import check_count
from .value import advantage


def surrogate_first_order(mdp: MDP, policy: Array) -> Array:
    r"""The common gradient of return and surrogate at the old policy, in the new policy's probabilities.

    .. math:: \nabla_{\tilde\pi} L_\pi(\tilde\pi)\big|_\pi = \nabla_{\tilde\pi}\, \eta(\tilde\pi)\big|_\pi
        = \rho_\pi(s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the old policy.
    Returns:
        [S, A], in units of reward; its product with a direction pi~ - pi is the slope of both.
    Conventions:
        Along directions whose rows sum to zero, as differences of policies do: only there is it a gradient.
        For parameters theta, multiply by the derivative of pi_theta(a|s).
    Laws:
        both_slopes_are_its_product_with_the_direction, gradient_is_orthogonal_to_the_policy,
        quadratic_error_along_mixtures, gradient_equals_enumeration
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (4).
    Since:
        0.2
    """
    return discounted_visitation(mdp, policy)[:, None] * advantage(mdp, policy)


def surrogate_error(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""The exact error of the surrogate.

    .. math:: \eta(\tilde\pi) - L_\pi(\tilde\pi) = \gamma\, \rho_\pi (P_{\tilde\pi} - P_\pi)
        (I - \gamma P_{\tilde\pi})^{-1} \bar A, \qquad \bar A(s) = \sum_a \tilde\pi(a|s) A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        One number, in units of reward, of either sign.
    Conventions:
        Of second order in pi~ - pi: one factor for the shift of visits, one for the advantage gained.
    Laws:
        surrogate_error_is_eta_minus_surrogate, surrogate_error_is_a_shift_of_visits,
        surrogate_error_is_of_second_order, surrogate_error_equals_enumeration, surrogate_error_vanishes_for_bandits
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A (difference of eqs. (23) and (24)); alternative proof in appendix B.
    Since:
        0.2
    """
    shift = policy_kernel(mdp, new_policy) - policy_kernel(mdp, policy)
    gain = solve(resolvent_matrix(mdp, new_policy), expected_advantage(mdp, policy, new_policy))
    return mdp.discount * (discounted_visitation(mdp, policy) @ (shift @ gain))


def lemma2(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Bound on the expected advantage of a new policy in any state.

    .. math:: |\bar A(s)| \le 2 \alpha \max_{s,a} |A_\pi(s,a)|, \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        Both maxima are over all states, visited or not.
    Laws:
        lemma2_bounds_every_state, lemma2_has_a_sharper_form, lemma2_is_attained, lemma2_shrinks_along_mixtures
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, lemma 2.
    Since:
        0.2
    """
    alpha = tv_max(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))
    return 2 * alpha * epsilon(mdp, policy)


def lemma3(mdp: MDP, policy: Array, new_policy: Array, *, horizon: int) -> Scalar:
    r"""Bound on how far the expected advantage at a time differs between trajectories of the two policies.

    .. math:: \big|\mathbb{E}_{s_t\sim\tilde\pi}[\bar A(s_t)] - \mathbb{E}_{s_t\sim\pi}[\bar A(s_t)]\big|
        \le 4\alpha \big(1 - (1-\alpha)^t\big) \max_{s,a} |A_\pi(s,a)|

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
        horizon: the time t, a number of steps >= 0.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        alpha as in lemma2; 1 - (1-alpha)^t bounds the total variation between the states at time t.
    Laws:
        lemma3_bounds_every_time, lemma3_is_attained, lemma3_sums_to_the_refined_bound,
        lemma3_counts_deviations, lemma3_bounds_the_shift_of_states
    Raises:
        ParameterError, ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, lemma 3.
    Since:
        0.2
    """
    check_count("horizon", horizon)
    alpha = tv_max(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))
    return 4 * alpha * (1 - (1 - alpha) ** horizon) * epsilon(mdp, policy)


def mm_lower_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Guaranteed improvement of a new policy: the minorant's gain.

    .. math:: \eta(\tilde\pi) - \eta(\pi) \ge M(\tilde\pi) - M(\pi), \qquad
        M(\tilde\pi) = L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi), \quad M(\pi) = \eta(\pi)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the present policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward; minus infinity on lost support.
    Conventions:
        Positive for a step that is certain to improve; a maximiser of it never goes down.
    Laws:
        minorant_gain_is_below_the_gain, minorant_gain_of_no_step_is_zero, minorant_gain_of_algorithm1_is_not_negative,
        minorant_gain_is_linear_minus_penalty
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), eq. (10).
    Since:
        0.2
    """
    return kl_bound(mdp, policy, new_policy) - eta(mdp, policy)

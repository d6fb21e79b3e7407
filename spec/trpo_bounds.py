r"""TRPO's lower bounds on the return of a new policy."""

from .decision_process import MDP, read_policy
from .divergence import kl_max, tv_max
from .errors import DiscountError
from .numbers import Array, Scalar, is_nonzero, largest
from .trpo_surrogate import surrogate
from .value import advantage


def epsilon(mdp: MDP, policy: Array) -> Scalar:
    r"""The largest advantage :math:`\epsilon` in absolute value.

    .. math:: \epsilon = \max_{s,a} |A_\pi(s,a)|

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers.
    Returns:
        One number, in units of reward.
    Conventions:
        Over all states and actions, also those never visited or taken.
    Laws:
        epsilon_scales_with_the_reward, epsilon_dominates_expected_advantages, epsilon_is_invariant_to_shaping
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (8).
    Since:
        0.1
    """
    return largest(abs(advantage(mdp, policy)))


def penalty_coefficient(mdp: MDP, policy: Array) -> Scalar:
    r"""Penalty coefficient :math:`C` of the KL-penalised bound.

    .. math:: C = \frac{4 \epsilon \gamma}{(1-\gamma)^2}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers.
    Returns:
        One number, in units of reward (per nat).
    Conventions:
        Recomputed from the present policy at every iteration of Algorithm 1.
    Laws:
        penalty_scales_with_the_reward, penalty_vanishes_for_bandits, penalty_is_four_epsilon_sums
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), eq. (9).
    Since:
        0.1
    """
    return 4 * epsilon(mdp, policy) * mdp.discount / below_one(mdp) ** 2


def tv_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by total variation (Theorem 1).

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - \frac{4\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2,
        \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        epsilon and alpha are maxima over all states. Holds two-sided: |eta - L| is at most L - bound.
    Laws:
        tv_bound_holds_two_sided, tv_bound_is_tight_at_the_old_policy, tv_bound_holds_on_extremal_instances
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), theorem 1, eq. (8).
    Since:
        0.1
    """
    alpha = _tv_max(mdp, policy, new_policy)
    return surrogate(mdp, policy, new_policy) - penalty_coefficient(mdp, policy) * alpha**2


def tv_bound_refined(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Theorem 1 before its last relaxation; attained with equality.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi)
        - \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        As tv_bound.
    Laws:
        refined_bound_holds_two_sided, refined_bound_is_attained, refined_bound_is_above_the_simple_one
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, sum before the last step of the proof of theorem 1.
    Since:
        0.1
    """
    alpha, remaining = _tv_max(mdp, policy, new_policy), below_one(mdp)
    loss = 4 * epsilon(mdp, policy) * mdp.discount * alpha**2 / (remaining * (1 - mdp.discount * (1 - alpha)))
    return surrogate(mdp, policy, new_policy) - loss


def kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by KL divergence: the objective of Algorithm 1.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi),
        \qquad C = \frac{4\epsilon\gamma}{(1-\gamma)^2}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward; minus infinity on lost support.
    Conventions:
        As a function of the new policy it is the minorant M_i of eq. (10). The maximum of the
        divergence over states, not its mean.
    Laws:
        kl_bound_holds_two_sided, kl_bound_at_the_old_policy_is_eta, kl_bound_is_below_the_tv_bound,
        kl_bound_holds_on_the_random_walk
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), eqs. (9), (10).
    Since:
        0.1
    """
    coefficient = penalty_coefficient(mdp, policy)
    old, new = read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy")
    divergence = kl_max(old, new)
    penalty = coefficient * divergence if is_nonzero(coefficient) else 0 * coefficient
    return surrogate(mdp, policy, new_policy) - penalty


def _tv_max(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    return tv_max(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))


def below_one(mdp: MDP) -> Scalar:
    """One minus the discount, which the bounds divide by."""
    if mdp.system != "series" and mdp.discount == 1:
        raise DiscountError(
            "the bound is infinite at discount one",
            got="discount 1",
            expected="discount < 1",
            cause="an undiscounted episodic problem",
            remedy="take a discount below one",
        )
    return 1 - mdp.discount

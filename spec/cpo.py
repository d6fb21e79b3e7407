r"""Constrained policy optimisation: bounds by the average divergence over the old policy's visits."""

from .decision_process import MDP, read_policy
from .divergence import kl, tv
from .mdp import discounted_visitation
from .numbers import Array, Scalar, is_nonzero, largest, maximum, sqrt, where
from .trpo_bounds import below_one
from .trpo_surrogate import expected_advantage, surrogate


def bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by the average total variation.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - \frac{2\gamma\epsilon^{\tilde\pi}}{1-\gamma}
        \sum_s \rho_\pi(s)\, D_{TV}(\pi, \tilde\pi)(s), \qquad
        \epsilon^{\tilde\pi} = \max_s \big|\mathbb{E}_{a\sim\tilde\pi} A_\pi(s,a)\big|

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        Unnormalised visits of the old policy. Holds two-sided. epsilon is over the new policy's actions,
        which TRPO's maximum over states of the divergence would not allow.
    Laws:
        cpo_bound_holds_two_sided, cpo_bound_is_above_the_tv_bound, cpo_bound_nears_the_return,
        cpo_bound_sums_divergences_like_rewards
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Achiam et al. 2017 (CPO), corollary 1, whose sum is over normalised visits.
    Since:
        0.2
    """
    gaps = tv(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))
    average = discounted_visitation(mdp, policy) @ gaps
    epsilon = largest(abs(expected_advantage(mdp, policy, new_policy)))
    return surrogate(mdp, policy, new_policy) - 2 * mdp.discount * epsilon * average / below_one(mdp)


def kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by the average KL divergence.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - \frac{2\gamma\epsilon^{\tilde\pi}}{(1-\gamma)^2}
        \sqrt{\tfrac12\, \mathbb{E}_{s\sim d_\pi}\big[D_{KL}(\pi\|\tilde\pi)(s)\big]}, \qquad
        d_\pi = (1-\gamma)\rho_\pi

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward; minus infinity on support lost in a visited state.
    Conventions:
        Normalised visits in the mean, old policy first. States that are never visited do not count. A mean
        divergence of zero up to rounding is zero.
    Laws:
        cpo_kl_bound_holds_two_sided, cpo_kl_bound_is_below_the_tv_form, cpo_kl_bound_counts_visited_states_only
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError in exact (logarithms); DiscountError at
        discount one.
    Source:
        Achiam et al. 2017 (CPO), corollary 3.
    Since:
        0.2
    """
    visits = discounted_visitation(mdp, policy)
    gaps = kl(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))
    mean = below_one(mdp) * (visits @ where(is_nonzero(visits), gaps, 0))
    epsilon = largest(abs(expected_advantage(mdp, policy, new_policy)))
    coefficient = 2 * mdp.discount * epsilon / below_one(mdp) ** 2
    penalty = coefficient * sqrt(maximum(mean, 0) / 2) if is_nonzero(coefficient) else 0 * coefficient
    return surrogate(mdp, policy, new_policy) - penalty


def visitation_difference(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Upper bound on how far the visits of two policies are apart.

    .. math:: \|\rho_{\tilde\pi} - \rho_\pi\|_1 \le \frac{2\gamma}{1-\gamma}
        \sum_s \rho_\pi(s)\, D_{TV}(\pi, \tilde\pi)(s)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, dimensionless.
    Conventions:
        Unnormalised visits on both sides.
    Laws:
        visits_differ_by_at_most_the_bound, visitation_bound_is_attained, visitation_bound_bounds_the_surrogate_error
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Achiam et al. 2017 (CPO), lemma 3, for normalised visits.
    Since:
        0.2
    """
    gaps = tv(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))
    return 2 * mdp.discount * (discounted_visitation(mdp, policy) @ gaps) / below_one(mdp)

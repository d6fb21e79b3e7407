r"""Conservative policy iteration: bounds for mixtures of two policies, and the step that they allow."""

from .decision_process import MDP, read_policy
from .mdp import discounted_visitation, eta
from .numbers import Array, Scalar, is_nonzero, largest, maximum, where
from .trpo_bounds import below_one
from .trpo_surrogate import expected_advantage
from .validation import read_parameter


def mixture_bound(mdp: MDP, policy: Array, mixed_policy: Array, *, alpha: Scalar) -> Scalar:
    r"""Lower bound on the return of a mixture of two policies, as TRPO states it.

    .. math:: \eta(\pi_{new}) \ge L_\pi(\pi_{new}) - \frac{2\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2, \qquad
        \pi_{new} = (1-\alpha)\pi + \alpha\pi', \quad \epsilon = \max_s \big|\mathbb{E}_{a\sim\pi'} A_\pi(s,a)\big|

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy pi.
        mixed_policy: [S, A] probabilities or [S] integers, the policy pi' that is mixed in.
        alpha: share of pi' in the new policy, in [0, 1].
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        epsilon is an expectation over pi', neither over the mixture nor max |A|. Holds two-sided.
    Laws:
        mixture_bound_holds_two_sided, mixture_bound_at_the_ends, mixture_bound_sums_a_union_bound,
        mixture_bound_uses_its_share_on_extremal_instances
    Raises:
        ParameterError, ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at
        discount one.
    Source:
        Schulman et al. 2015 (TRPO), eq. (6).
    Since:
        0.2
    """
    surrogate, epsilon, alpha = _mixture(mdp, policy, mixed_policy, alpha)
    return surrogate - 2 * epsilon * mdp.discount * alpha**2 / below_one(mdp) ** 2


def mixture_bound_kl02(mdp: MDP, policy: Array, mixed_policy: Array, *, alpha: Scalar) -> Scalar:
    r"""Lower bound on the return of a mixture of two policies, as Kakade and Langford proved it; attained.

    .. math:: \eta(\pi_{new}) \ge L_\pi(\pi_{new})
        - \frac{2\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}, \qquad
        \pi_{new} = (1-\alpha)\pi + \alpha\pi'

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy pi.
        mixed_policy: [S, A] probabilities or [S] integers, the policy pi' that is mixed in.
        alpha: share of pi' in the new policy, in [0, 1].
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        epsilon as in mixture_bound. The source normalises returns and advantages by 1 - gamma; here nothing is.
    Laws:
        kl02_bound_holds_two_sided, kl02_bound_is_attained, kl02_bound_is_above_the_simple_one,
        kl02_bound_counts_the_steps_before_the_first_deviation
    Raises:
        ParameterError, ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at
        discount one.
    Source:
        Kakade & Langford 2002, theorem 4.1.
    Since:
        0.2
    """
    surrogate, epsilon, alpha = _mixture(mdp, policy, mixed_policy, alpha)
    remaining = 1 - mdp.discount * (1 - alpha)
    return surrogate - 2 * epsilon * mdp.discount * alpha**2 / (below_one(mdp) * remaining)


def step_size(mdp: MDP, policy: Array, mixed_policy: Array) -> Scalar:
    r"""The share of a policy that may be mixed in with guaranteed improvement.

    .. math:: \alpha = \frac{(1-\gamma)\,\mathbb{A}}{4 R}, \qquad
        \mathbb{A} = (1-\gamma)^2 \sum_s \rho_\pi(s) \sum_a \pi'(a|s) A_\pi(s,a), \qquad
        R = \max_{s,a} R(s,a) - \min_{s,a} R(s,a)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy pi.
        mixed_policy: [S, A] probabilities or [S] integers, the policy pi' that is mixed in.
    Returns:
        A share between 0 and (1 - gamma) / 4; zero where the policy advantage is not positive.
    Conventions:
        The policy advantage is normalised twice, in the value and in the visits: with plain advantages
        and visits the step would be too large by (1 - gamma)^-2. The source takes rewards in [0, R];
        only their range matters. Returns that are not normalised grow by at least A^2 / (8 R (1 - gamma)).
    Laws:
        step_guarantees_its_improvement, step_maximises_the_guarantee, step_is_free_of_the_unit_of_reward,
        step_is_at_most_a_quarter
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Kakade & Langford 2002, corollary 4.2.
    Since:
        0.2
    """
    gains = expected_advantage(mdp, policy, read_policy(mdp, mixed_policy, "mixed_policy"))
    policy_advantage = below_one(mdp) ** 2 * (discounted_visitation(mdp, policy) @ gains)
    spread = largest(mdp.reward) + largest(-mdp.reward)
    flat = ~is_nonzero(spread)  # no reward differs from another: nothing can be gained
    gain = maximum(policy_advantage, 0)
    return where(flat, 0, below_one(mdp) * gain / where(flat, 1, 4 * spread))[()]


def _mixture(mdp: MDP, policy: Array, mixed_policy: Array, alpha: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """The surrogate of the mixture, which is affine; the largest expected advantage of pi'; alpha."""
    alpha = read_parameter("alpha", alpha, mdp.system)
    gains = expected_advantage(mdp, policy, read_policy(mdp, mixed_policy, "mixed_policy"))
    surrogate = eta(mdp, policy) + alpha * (discounted_visitation(mdp, policy) @ gains)
    return surrogate, largest(abs(gains)), alpha

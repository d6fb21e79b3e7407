r"""Divergences between the rows of two policies."""

from flint import arb

from .errors import ActionSetError
from .numbers import Array, Scalar, as_array, is_nonzero, largest, log, same_system, system_of, where
from .validation import check_distribution, check_not_empty


def tv(policy: Array, new_policy: Array) -> Array:
    r"""Total-variation divergence of each row.

    .. math:: D_{TV}(p, q) = \tfrac12 \sum_a |p(a) - q(a)|

    Args:
        policy: [..., A], probabilities.
        new_policy: [..., A], probabilities.
    Returns:
        [...], between 0 and 1.
    Conventions:
        With the factor one half, as in TRPO.
    Laws:
        tv_equals_one_minus_overlap, tv_is_a_metric, tv_scales_along_mixtures, tv_bounds_expectations,
        tv_is_invariant_to_divided_actions
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), section 3.
    Since:
        0.1
    """
    policy, new_policy = read_pair(policy, new_policy)
    return abs(policy - new_policy).sum(axis=-1) / 2


def kl(policy: Array, new_policy: Array) -> Array:
    r"""Kullback-Leibler divergence of each row, old policy first.

    .. math:: D_{KL}(p\|q) = \sum_a p(a) \log\frac{p(a)}{q(a)}

    Args:
        policy: [..., A], the old probabilities p.
        new_policy: [..., A], the new probabilities q.
    Returns:
        [...], in nats; infinite where q lacks support that p has.
    Conventions:
        0 log 0 = 0. Direction KL(old || new), as in TRPO and PPO.
    Laws:
        kl_is_not_negative, kl_of_itself_is_zero, kl_is_infinite_on_lost_support, kl_dominates_squared_tv,
        kl_is_jointly_convex, kl_grows_like_fisher, kl_is_a_sum_of_positive_terms,
        kl_adds_over_independent_choices
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), section 3; Kullback & Leibler 1951.
    Since:
        0.1
    """
    policy, new_policy = read_pair(policy, new_policy)
    has = is_nonzero(policy)
    lost = has & ~is_nonzero(new_policy)
    safe_old, safe_new = where(has, policy, 1), where(has & ~lost, new_policy, 1)
    terms = policy * (log(safe_old) - log(safe_new))
    return where(lost.any(axis=-1), _infinity(policy), terms.sum(axis=-1))


def tv_max(policy: Array, new_policy: Array) -> Scalar:
    r"""Largest total-variation divergence over states.

    .. math:: D_{TV}^{max}(\pi, \tilde\pi) = \max_s D_{TV}(\pi(\cdot|s), \tilde\pi(\cdot|s))

    Args:
        policy: [S, A], probabilities.
        new_policy: [S, A], probabilities.
    Returns:
        One number between 0 and 1: the alpha of TRPO's Theorem 1.
    Conventions:
        Over all states, visited or not.
    Laws:
        tv_max_dominates_every_state, tv_max_is_symmetric, tv_max_scales_along_mixtures
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (7).
    Since:
        0.1
    """
    return largest(tv(policy, new_policy))


def kl_max(policy: Array, new_policy: Array) -> Scalar:
    r"""Largest KL divergence over states.

    .. math:: D_{KL}^{max}(\pi, \tilde\pi) = \max_s D_{KL}(\pi(\cdot|s)\,\|\,\tilde\pi(\cdot|s))

    Args:
        policy: [S, A], the old probabilities.
        new_policy: [S, A], the new probabilities.
    Returns:
        One number, in nats; infinite on lost support.
    Conventions:
        Over all states, visited or not; old policy first.
    Laws:
        kl_max_dominates_every_state, kl_max_counts_a_state_once, kl_max_dominates_squared_tv_max,
        kl_max_of_itself_is_zero
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), text before eq. (9).
    Since:
        0.1
    """
    return largest(kl(policy, new_policy))


def read_pair(policy: Array, new_policy: Array) -> tuple[Array, Array]:
    """Read two policies over the same states and actions, [..., A] each."""
    policy, new_policy = as_array(policy, "policy"), as_array(new_policy, "new_policy")
    check_not_empty("policy", policy, "states and actions")
    if policy.shape != new_policy.shape:
        raise ActionSetError(
            "the two policies are over different states or actions",
            got=f"shapes {policy.shape} and {new_policy.shape}",
            expected="equal shapes [..., A]",
            cause="policies of different problems",
            remedy="compare the shapes of the two policies",
        )
    same_system(policy=policy, new_policy=new_policy)
    for name, array in {"policy": policy, "new_policy": new_policy}.items():
        check_distribution(name, array)
    return policy, new_policy


def _infinity(like: Array) -> Scalar:
    return float("inf") if system_of(like) in ("float64", "rounded") else arb.pos_inf()

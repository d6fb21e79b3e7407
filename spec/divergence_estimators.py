r"""Estimators of the KL divergence from the log-probabilities of sampled actions."""

from .numbers import Array, exp
from .validation import read_arrays


def k1(log_probs: Array, old_log_probs: Array) -> Array:
    r"""The estimator k1 of KL(old || new): the log-ratio itself.

    .. math:: k_1 = -\log r_t, \qquad r_t = \frac{\pi(a_t|s_t)}{\pi_{old}(a_t|s_t)}, \qquad
        \mathbb{E}_{a_t\sim\pi_{old}}[k_1] = D_{KL}(\pi_{old}\|\pi)

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy pi.
        old_log_probs: [T, ...], the same under the policy that drew it.
    Returns:
        [T, ...], in nats; of either sign.
    Conventions:
        Samples come from the old policy. For KL(new || old) with samples from new, exchange the arguments. As a
        loss with the samples fixed, its mean gradient is that of KL(old || new) in the new policy, but zero in the
        policy that drew the samples.
    Laws:
        k1_is_unbiased, k1_composes, k1_as_a_loss_moves_the_new_policy_like_kl,
        k1_as_a_loss_leaves_the_sampling_policy
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman 2020, "Approximating KL Divergence", with its q as the old and its p as the new policy.
    Since:
        0.2
    """
    _, (log_probs, old_log_probs) = read_arrays(log_probs=log_probs, old_log_probs=old_log_probs)
    return old_log_probs - log_probs


def k2(log_probs: Array, old_log_probs: Array) -> Array:
    r"""The estimator k2 of KL(old || new): half the squared log-ratio, biased in third order.

    .. math:: k_2 = \tfrac12 (\log r_t)^2, \qquad \mathbb{E}_{a_t\sim\pi_{old}}[k_2] = D_{KL}(\pi_{old}\|\pi)
        - \mathbb{E}_{a_t\sim\pi_{old}}\Big[\sum_{n\ge3} \tfrac{(\log r_t)^n}{n!}\Big]

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy pi.
        old_log_probs: [T, ...], the same under the policy that drew it.
    Returns:
        [T, ...], in nats, not negative.
    Conventions:
        Samples come from the old policy. As a loss with the samples fixed, its mean gradient in the policy that
        drew them is exactly that of KL(old || new), although its mean is not KL.
    Laws:
        k2_is_biased_in_third_order, k2_is_half_the_square_of_k1, k2_is_symmetric,
        k2_as_a_loss_moves_the_sampling_policy_like_kl, k2_as_a_loss_moves_the_new_policy_by_the_mean_log_ratio
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman 2020, "Approximating KL Divergence", with its q as the old and its p as the new policy.
    Since:
        0.2
    """
    _, (log_probs, old_log_probs) = read_arrays(log_probs=log_probs, old_log_probs=old_log_probs)
    log_ratios = log_probs - old_log_probs
    return log_ratios * log_ratios / 2


def k3(log_probs: Array, old_log_probs: Array) -> Array:
    r"""The estimator k3 of KL(old || new): unbiased and never negative.

    .. math:: k_3 = (r_t - 1) - \log r_t, \qquad r_t = \frac{\pi(a_t|s_t)}{\pi_{old}(a_t|s_t)}, \qquad
        \mathbb{E}_{a_t\sim\pi_{old}}[k_3] = D_{KL}(\pi_{old}\|\pi)

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy pi.
        old_log_probs: [T, ...], the same under the policy that drew it.
    Returns:
        [T, ...], in nats, not negative.
    Conventions:
        Samples come from the old policy, which must not lack support that the new one has. As a loss with the
        samples fixed, its mean gradient is that of KL(old || new) in the new policy, but that of the other
        direction, KL(new || old), in the policy that drew the samples.
    Laws:
        k3_is_unbiased, k3_is_not_negative, k3_adds_a_control_variate_to_k1, k3_varies_in_fourth_order,
        k3_as_a_loss_moves_the_new_policy_like_kl, k3_as_a_loss_moves_the_sampling_policy_like_the_other_kl
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Schulman 2020, "Approximating KL Divergence", with its q as the old and its p as the new policy.
    Since:
        0.2
    """
    _, (log_probs, old_log_probs) = read_arrays(log_probs=log_probs, old_log_probs=old_log_probs)
    log_ratios = log_probs - old_log_probs
    return (exp(log_ratios) - 1) - log_ratios

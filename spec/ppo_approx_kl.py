r"""The KL divergence that PPO watches, estimated from the batch."""

from .divergence_estimators import k1, k3
from .numbers import Array, Scalar


def approx_kl(log_probs: Array, old_log_probs: Array) -> Scalar:
    r"""Mean of the log-ratio over the batch, an unbiased estimate of the mean KL(old || new).

    .. math:: \hat d = \hat{\mathbb{E}}_t[-\log r_t]

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy.
        old_log_probs: [T, ...], the same under the policy that acted.
    Returns:
        One number, in nats, the mean over all entries; it may be negative.
    Conventions:
        One log-probability per joint action. The mean over the states visited, not TRPO's maximum.
    Laws:
        approx_kl_has_the_mean_of_kl, approx_kl_is_the_difference_of_means, approx_kl_is_the_log_of_the_joint_ratio
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        OpenAI Spinning Up, PPO (its early stopping); Schulman 2020, "Approximating KL Divergence", k1.
    Since:
        0.2
    """
    terms = k1(log_probs, old_log_probs)
    return terms.sum() / terms.size


def approx_kl_nonnegative(log_probs: Array, old_log_probs: Array) -> Scalar:
    r"""Mean of (r - 1) - log r over the batch, an unbiased estimate of the mean KL(old || new), never negative.

    .. math:: \hat d = \hat{\mathbb{E}}_t[(r_t - 1) - \log r_t]

    Args:
        log_probs: [T, ...], log-probability of each action under the new policy.
        old_log_probs: [T, ...], the same under the policy that acted.
    Returns:
        One number, in nats, the mean over all entries; zero only if all ratios are one.
    Conventions:
        As approx_kl, from which it differs by the mean ratio less one.
    Laws:
        approx_kl_nonnegative_has_the_mean_of_kl, approx_kl_nonnegative_is_not_negative,
        both_approximations_differ_by_the_mean_ratio, approx_kl_nonnegative_is_flat_at_the_old_policy
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NumberSystemError in exact (exponentials).
    Source:
        Schulman 2020, "Approximating KL Divergence", k3; the approx_kl of CleanRL's and Stable-Baselines3's PPO.
    Since:
        0.2
    """
    terms = k3(log_probs, old_log_probs)
    return terms.sum() / terms.size

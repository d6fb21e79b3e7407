r"""Published variants of PPO's parts: dual clip, estimates of the KL divergence, the adaptive penalty over time."""

from .errors import ParameterError
from .numbers import Array, Scalar, is_positive, maximum, minimum, stack, where
from .ppo_surrogates import adaptive_kl
from .validation import read_arrays, read_parameter


def dual_clip_objective(ratios: Array, advantages: Array, *, clip_epsilon: Scalar, dual_clip: Scalar) -> Scalar:
    r"""Clipped surrogate objective, bounded below for negative advantages as well.

    .. math:: \hat{\mathbb{E}}_t\begin{cases}
        \max\big(\min(r_t \hat A_t,\ \mathrm{clip}(r_t, 1-\epsilon, 1+\epsilon)\,\hat A_t),\ c\,\hat A_t\big)
        & \hat A_t < 0\\
        \min(r_t \hat A_t,\ \mathrm{clip}(r_t, 1-\epsilon, 1+\epsilon)\,\hat A_t) & \hat A_t \ge 0\end{cases}

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantage estimates.
        clip_epsilon: epsilon >= 0.
        dual_clip: c > 1 + epsilon in use; here any c > 1.
    Returns:
        One number, the mean over all entries; to be maximised.
    Conventions:
        The second bound is for negative advantages only: with a positive one c A would be a constant without
        gradient.
    Laws:
        dual_clip_is_above_clip, dual_clip_equals_clip_for_positive_advantages,
        dual_clip_is_bounded_below, dual_clip_equals_the_clipped_ratio, dual_clip_with_large_c_is_clip
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        Ye et al. 2020 (Mastering complex control in MOBA games), section "Dual-clip PPO".
    Since:
        0.2
    """
    system, (ratios, advantages) = read_arrays(ratios=ratios, advantages=advantages)
    epsilon = read_parameter("clip_epsilon", clip_epsilon, system, high=None)
    bound = read_parameter("dual_clip", dual_clip, system, low=1, high=None)
    if bound == 1:
        raise ParameterError(
            "dual_clip leaves nothing unclipped",
            got="1",
            expected="dual_clip > 1",
            cause="the clipping parameter epsilon, or its upper end, in its place",
            remedy="take 3, the paper's value",
        )
    clipped = minimum(maximum(ratios, 1 - epsilon), 1 + epsilon)
    terms = minimum(ratios * advantages, clipped * advantages)
    return _mean(where(is_positive(-advantages), maximum(terms, bound * advantages), terms))


def adaptive_kl_trace(divergences: Array, *, beta: Scalar, kl_target: Scalar) -> Array:
    r"""Adaptive KL penalty coefficients after each of several policy updates.

    .. math:: \beta_{k+1} = \begin{cases} \beta_k/2 & d_k < d_{targ}/1.5\\ 2\beta_k & d_k > 1.5\, d_{targ}\\
        \beta_k & \text{else}\end{cases} \qquad \beta_0 = \beta

    Args:
        divergences: [T], mean KL(old || new) after each update, in nats, each >= 0.
        beta: coefficient before the first update, >= 0.
        kl_target: target divergence >= 0.
    Returns:
        [T], the coefficient after each update.
    Conventions:
        Neither clipped nor reset: beta has no memory but itself. A coefficient of zero stays zero.
    Gradient:
        Not compared: it is a rule between updates, not an objective.
    Laws:
        adaptive_kl_trace_counts_doublings, adaptive_kl_trace_continues, adaptive_kl_trace_starts_with_one_step,
        adaptive_kl_trace_keeps_beta_on_target
    Raises:
        ShapeError, EmptySpaceError, ParameterError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Schulman et al. 2017 (PPO), section 4.
    Since:
        0.2
    """
    system, (divergences,) = read_arrays(divergences=divergences)
    beta, betas = read_parameter("beta", beta, system, high=None), []
    for divergence in divergences:
        beta = adaptive_kl(divergence, beta=beta, kl_target=kl_target)
        betas.append(beta)
    return stack(betas)


def early_stop(divergences: Array, *, kl_target: Scalar) -> int:
    r"""Number of updates before the divergence from the old policy exceeds its limit.

    .. math:: K = \min\big(\{k : d_k > 1.5\, d_{targ}\} \cup \{T\}\big)

    Args:
        divergences: [T], estimated mean KL(old || new) before each of T updates, in nats.
        kl_target: target divergence >= 0.
    Returns:
        A whole number between 0 and T: the update at which the limit is exceeded is not made.
    Conventions:
        1.5 is part of the rule, the inequality strict. Estimates may be negative (k1), and then
        never stop anything.
    Gradient:
        Not compared: it counts updates.
    Laws:
        early_stop_makes_all_updates_within_the_limit, early_stop_is_monotone, early_stop_looks_at_the_first_excess,
        early_stop_keeps_to_the_limit_itself
    Raises:
        ShapeError, EmptySpaceError, ParameterError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        OpenAI Spinning Up, PPO; stable-baselines3, PPO's target_kl. CleanRL has 1 for 1.5 and stops after the update.
    Since:
        0.2
    """
    system, (divergences,) = read_arrays(divergences=divergences)
    kl_target = read_parameter("kl_target", kl_target, system, high=None)
    exceeds = is_positive(2 * divergences - 3 * kl_target)
    return int(exceeds.argmax()) if exceeds.any() else len(divergences)


def _mean(terms: Array) -> Scalar:
    return terms.sum() / terms.size

r"""Clipped objectives of token sequences: GRPO, its token mean, Dr. GRPO, DAPO and GSPO."""

from .divergence_estimators import k3
from .masking import read_per_sequence, read_tokens
from .numbers import Array, Scalar
from .tokens_means import sequence_mean, sequence_sum_constant, token_mean
from .tokens_ratios import clip_higher, sequence_ratio, token_ratio
from .validation import read_parameter


def grpo_objective(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    *,
    clip_epsilon: Scalar,
    beta: Scalar,
) -> Scalar:
    r"""GRPO's objective: clipped terms with a KL penalty, averaged over each sequence and then over sequences.

    .. math:: \frac{1}{B} \sum_i \frac{1}{|o_i|} \sum_t m_{it} \Big(
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \hat A_i\big)
        - \beta \big(\tfrac{\pi_{ref}}{\pi_\theta} - \log\tfrac{\pi_{ref}}{\pi_\theta} - 1\big)\Big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        reference_token_log_probs: [B, L], the same under the reference policy.
        token_mask: [B, L] booleans m, True for the tokens that count.
        sequence_advantages: [B], the advantage of every token of the sequence.
        clip_epsilon: epsilon >= 0.
        beta: penalty coefficient >= 0.
    Returns:
        One number, in units of advantage; to be maximised.
    Conventions:
        The penalty is the estimate k3 of KL(new || reference), subtracted; differentiated as written, which on
        average is the gradient of KL(reference || new) (see divergence.k3).
    Laws:
        grpo_of_one_token_is_clip, grpo_at_the_old_policy_is_the_mean_advantage, grpo_is_affine_in_beta,
        grpo_equals_the_double_sum, grpo_ignores_padding, grpo_has_no_gradient_outside_the_mask
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        sequence without tokens; NumberSystemError in exact.
    Source:
        Shao et al. 2024 (DeepSeekMath, GRPO), eqs. (3), (4).
    Since:
        0.2
    """
    ratios = token_ratio(token_log_probs, old_token_log_probs, token_mask)
    terms = _clipped(ratios, sequence_advantages, clip_epsilon, clip_epsilon)
    return sequence_mean(terms - _penalty(reference_token_log_probs, token_log_probs, token_mask, beta), token_mask)


def grpo_token_mean_objective(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    *,
    clip_epsilon: Scalar,
    beta: Scalar,
) -> Scalar:
    r"""GRPO's objective, averaged over all tokens at once.

    .. math:: \frac{1}{\sum_i |o_i|} \sum_i \sum_t m_{it} \Big(
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \hat A_i\big)
        - \beta \big(\tfrac{\pi_{ref}}{\pi_\theta} - \log\tfrac{\pi_{ref}}{\pi_\theta} - 1\big)\Big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        reference_token_log_probs: [B, L], the same under the reference policy.
        token_mask: [B, L] booleans m, True for the tokens that count.
        sequence_advantages: [B], the advantage of every token of the sequence.
        clip_epsilon: epsilon >= 0.
        beta: penalty coefficient >= 0.
    Returns:
        One number, in units of advantage; to be maximised.
    Conventions:
        Not the paper's mean, but a default of libraries: at the old policy it is not zero for advantages of mean
        zero, if lengths differ.
    Laws:
        grpo_token_mean_for_equal_lengths_is_grpo, grpo_token_mean_at_the_old_policy_weighs_by_length,
        grpo_token_mean_equals_the_double_sum, grpo_token_mean_has_no_gradient_outside_the_mask
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens; NumberSystemError in exact.
    Source:
        TRL, GRPO's loss_type "bnpo"; pull request 2881 there.
    Since:
        0.2
    """
    ratios = token_ratio(token_log_probs, old_token_log_probs, token_mask)
    terms = _clipped(ratios, sequence_advantages, clip_epsilon, clip_epsilon)
    return token_mean(terms - _penalty(reference_token_log_probs, token_log_probs, token_mask, beta), token_mask)


def dr_grpo_objective(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    *,
    clip_epsilon: Scalar,
    max_tokens: int,
) -> Scalar:
    r"""Dr. GRPO's objective: clipped terms, summed over each sequence and divided by one constant.

    .. math:: \frac{1}{B} \sum_i \frac{1}{M} \sum_t m_{it}
        \min\big(r_{it} \tilde A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \tilde A_i\big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans m, True for the tokens that count.
        sequence_advantages: [B], the advantage of every token of the sequence.
        clip_epsilon: epsilon >= 0.
        max_tokens: M >= 1, a constant; the paper's formula has M = 1.
    Returns:
        One number, in units of advantage; to be maximised.
    Conventions:
        No KL penalty. Its own advantages are not divided by a standard deviation (dr_grpo_advantages).
    Laws:
        dr_grpo_has_the_policy_gradient, dr_grpo_equals_the_double_sum, dr_grpo_scales_the_token_mean,
        dr_grpo_has_no_gradient_outside_the_mask
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens; NumberSystemError in exact.
    Source:
        Liu et al. 2025 (Understanding R1-Zero-like training, Dr. GRPO), section 3.
    Since:
        0.2
    """
    ratios = token_ratio(token_log_probs, old_token_log_probs, token_mask)
    terms = _clipped(ratios, sequence_advantages, clip_epsilon, clip_epsilon)
    return sequence_sum_constant(terms, token_mask, max_tokens=max_tokens)


def dapo_objective(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    *,
    clip_low: Scalar,
    clip_high: Scalar,
) -> Scalar:
    r"""DAPO's objective: terms clipped at two ends of their own, averaged over all tokens.

    .. math:: \frac{1}{\sum_i |o_i|} \sum_i \sum_t m_{it}
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon_{low}, 1+\epsilon_{high}) \hat A_i\big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans m, True for the tokens that count.
        sequence_advantages: [B], the advantage of every token of the sequence.
        clip_low: epsilon_low >= 0.
        clip_high: epsilon_high >= 0.
    Returns:
        One number, in units of advantage; to be maximised.
    Conventions:
        No KL penalty. Sampling prompts until a group has both successes and failures is outside of the formula.
    Laws:
        dapo_with_equal_ends_is_the_token_mean_of_grpo, dapo_equals_the_double_sum,
        dapo_at_the_old_policy_weighs_by_length, dapo_has_no_gradient_outside_the_mask
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens; NumberSystemError in exact.
    Source:
        Yu et al. 2025 (DAPO), eqs. (8), (10), (12).
    Since:
        0.2
    """
    ratios = token_ratio(token_log_probs, old_token_log_probs, token_mask)
    return token_mean(_clipped(ratios, sequence_advantages, clip_low, clip_high), token_mask)


def gspo_objective(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    *,
    clip_low: Scalar,
    clip_high: Scalar,
) -> Scalar:
    r"""GSPO's objective: one clipped term for each sequence.

    .. math:: \frac{1}{B} \sum_i \min\big(s_i \hat A_i,\
        \mathrm{clip}(s_i, 1-\epsilon_{low}, 1+\epsilon_{high}) \hat A_i\big), \qquad
        s_i = \exp\Big(\frac{1}{|o_i|} \sum_t m_{it} \log r_{it}\Big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans m, True for the tokens that count.
        sequence_advantages: [B], the advantage of the sequence.
        clip_low: epsilon_low >= 0.
        clip_high: epsilon_high >= 0.
    Returns:
        One number, in units of advantage; to be maximised.
    Conventions:
        The paper prints one epsilon and uses two. Whole sequences are clipped or kept.
    Laws:
        gspo_of_one_token_is_clip, gspo_has_the_gradient_of_grpo_at_the_old_policy,
        gspo_equals_the_sum_over_sequences, gspo_has_no_gradient_outside_the_mask
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        sequence without tokens; NumberSystemError in exact.
    Source:
        Zheng et al. 2025 (GSPO), eqs. (5), (7).
    Since:
        0.2
    """
    ratios = sequence_ratio(token_log_probs, old_token_log_probs, token_mask)
    terms = _clipped(ratios[:, None], sequence_advantages, clip_low, clip_high)
    return terms.sum() / len(terms)


def _clipped(ratios: Array, sequence_advantages: Array, clip_low: Scalar, clip_high: Scalar) -> Array:
    advantages = read_per_sequence("sequence_advantages", sequence_advantages, ratios)[:, None] + 0 * ratios
    return clip_higher(ratios, advantages, clip_low=clip_low, clip_high=clip_high)


def _penalty(reference: Array, log_probs: Array, token_mask: Array, beta: Scalar) -> Array:
    system, _, (log_probs, reference) = read_tokens(
        token_mask, token_log_probs=log_probs, reference_token_log_probs=reference
    )
    return read_parameter("beta", beta, system, high=None) * k3(reference, log_probs)

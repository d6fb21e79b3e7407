r"""Probability ratios of tokens and of whole sequences, and the clipped term with two ends of its own."""

from .masking import check_every_sequence, read_tokens
from .numbers import Array, Scalar, exp, maximum, minimum
from .validation import read_arrays, read_parameter


def token_ratio(token_log_probs: Array, old_token_log_probs: Array, token_mask: Array) -> Array:
    r"""Probability ratio of each token.

    .. math:: r_{it} = \frac{\pi_\theta(o_{it}|o_{i,<t})}{\pi_{\theta_{old}}(o_{it}|o_{i,<t})}

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans, True for the tokens that count.
    Returns:
        [B, L], positive; one outside the mask.
    Conventions:
        What stands outside the mask plays no role, be it NaN.
    Laws:
        token_ratio_is_the_ratio_of_each_token, token_ratio_of_the_same_policy_is_one,
        token_ratio_multiplies_to_the_sequence
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens; NumberSystemError in exact.
    Source:
        Shao et al. 2024 (DeepSeekMath, GRPO), eq. (3).
    Since:
        0.2
    """
    return exp(_read_log_ratios(token_log_probs, old_token_log_probs, token_mask)[0])


def sequence_importance_ratio(token_log_probs: Array, old_token_log_probs: Array, token_mask: Array) -> Array:
    r"""Probability ratio of each whole sequence, the product of its tokens' ratios.

    .. math:: \frac{\pi_\theta(o_i)}{\pi_{\theta_{old}}(o_i)} = \exp\Big(\sum_t m_{it} \log r_{it}\Big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans, True for the tokens that count.
    Returns:
        [B], positive.
    Conventions:
        A product, not a sum of ratios and not a mean: the weight that makes importance sampling unbiased.
    Laws:
        sequence_importance_ratio_has_mean_one, sequence_importance_ratio_is_a_product,
        sequence_importance_ratio_composes
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens; NumberSystemError in exact.
    Source:
        Ahmadian et al. 2024 (RLOO), with importance sampling; Zheng et al. 2025 (GSPO), section 4.1.
    Since:
        0.2
    """
    return exp(_read_log_ratios(token_log_probs, old_token_log_probs, token_mask)[0].sum(axis=1))


def sequence_ratio(token_log_probs: Array, old_token_log_probs: Array, token_mask: Array) -> Array:
    r"""GSPO's ratio of each sequence, the geometric mean of its tokens' ratios.

    .. math:: s_i = \Big(\frac{\pi_\theta(o_i)}{\pi_{\theta_{old}}(o_i)}\Big)^{1/|o_i|}
        = \exp\Big(\frac{\sum_t m_{it} \log r_{it}}{\sum_t m_{it}}\Big)

    Args:
        token_log_probs: [B, L], log-probability of each token under the new policy.
        old_token_log_probs: [B, L], the same under the policy that sampled.
        token_mask: [B, L] booleans, True for the tokens that count.
    Returns:
        [B], positive.
    Conventions:
        Normalised by the length under the mask; not an unbiased importance weight.
    Laws:
        sequence_ratio_is_a_root_of_the_product, sequence_ratio_lies_between_the_token_ratios,
        sequence_ratio_does_not_grow_with_length
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        sequence without tokens; NumberSystemError in exact.
    Source:
        Zheng et al. 2025 (GSPO), eq. (7).
    Since:
        0.2
    """
    log_ratios, mask = _read_log_ratios(token_log_probs, old_token_log_probs, token_mask)
    check_every_sequence(mask)
    return exp(log_ratios.sum(axis=1) / mask.sum(axis=1))


def clip_higher(ratios: Array, advantages: Array, *, clip_low: Scalar, clip_high: Scalar) -> Array:
    r"""Term of the clipped objective with different lower and upper ends of the band.

    .. math:: \min\big(r A,\ \mathrm{clip}(r, 1-\epsilon_{low}, 1+\epsilon_{high})\,A\big)

    Args:
        ratios: [T, ...], probability ratios.
        advantages: [T, ...], advantages.
        clip_low: epsilon_low >= 0.
        clip_high: epsilon_high >= 0.
    Returns:
        [T, ...], one term each, to be maximised on average.
    Conventions:
        Only epsilon_high matters for a positive advantage, only epsilon_low for a negative one. At the ends of the
        band the slope in the ratio is A.
    Laws:
        clip_higher_with_equal_ends_is_clip, clip_higher_equals_the_hinge_form, clip_higher_is_monotone_in_both_ends,
        clip_higher_reads_one_end_each
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, NumberSystemError.
    Source:
        Yu et al. 2025 (DAPO), eq. (10).
    Since:
        0.2
    """
    system, (ratios, advantages) = read_arrays(ratios=ratios, advantages=advantages)
    low = read_parameter("clip_low", clip_low, system, high=None)
    high = read_parameter("clip_high", clip_high, system, high=None)
    clipped = minimum(maximum(ratios, 1 - low), 1 + high)
    return minimum(ratios * advantages, clipped * advantages)


def _read_log_ratios(token_log_probs: Array, old_token_log_probs: Array, token_mask: Array) -> tuple[Array, Array]:
    _, mask, (new, old) = read_tokens(
        token_mask, token_log_probs=token_log_probs, old_token_log_probs=old_token_log_probs
    )
    return new - old, mask

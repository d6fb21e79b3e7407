r"""Means over the tokens of a batch of sequences, and rewards per token."""

from .masking import check_every_sequence, read_per_sequence, read_tokens
from .numbers import Array, Scalar, where
from .validation import read_parameter


def token_mean(token_terms: Array, token_mask: Array) -> Scalar:
    r"""Mean over all tokens of all sequences.

    .. math:: \frac{\sum_i \sum_{t} m_{it}\, x_{it}}{\sum_i \sum_{t} m_{it}}

    Args:
        token_terms: [B, L], one number x per token.
        token_mask: [B, L] booleans m, True for the tokens that count.
    Returns:
        One number, in units of the terms.
    Conventions:
        Every token has the same weight, so that long sequences weigh more. The same mask above and below: a
        sequence without tokens counts nowhere. What stands outside the mask plays no role, be it NaN.
    Laws:
        token_mean_is_the_mean_of_a_list, token_mean_weighs_sequences_by_length, token_mean_ignores_padding,
        token_mean_is_linear
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens.
    Source:
        Yu et al. 2025 (DAPO), eq. (12); TRL, GRPO's loss_type "bnpo".
    Since:
        0.2
    """
    _, mask, (terms,) = read_tokens(token_mask, token_terms=token_terms)
    return terms.sum() / int(mask.sum())


def sequence_mean(token_terms: Array, token_mask: Array) -> Scalar:
    r"""Mean over sequences of the mean over each sequence's tokens.

    .. math:: \frac{1}{B} \sum_{i=1}^{B} \frac{\sum_{t} m_{it}\, x_{it}}{\sum_{t} m_{it}}

    Args:
        token_terms: [B, L], one number x per token.
        token_mask: [B, L] booleans m, True for the tokens that count.
    Returns:
        One number, in units of the terms.
    Conventions:
        Every sequence has the same weight, so that a token of a long sequence weighs less.
    Laws:
        sequence_mean_is_the_mean_of_means, sequence_mean_equals_token_mean_for_equal_lengths,
        sequence_mean_ignores_padding, sequence_mean_is_linear
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        sequence without tokens.
    Source:
        Shao et al. 2024 (DeepSeekMath, GRPO), eq. (3).
    Since:
        0.2
    """
    _, mask, (terms,) = read_tokens(token_mask, token_terms=token_terms)
    check_every_sequence(mask)
    return (terms.sum(axis=1) / mask.sum(axis=1)).sum() / len(mask)


def sequence_sum_constant(token_terms: Array, token_mask: Array, *, max_tokens: int) -> Scalar:
    r"""Mean over sequences of the sum over each sequence's tokens, divided by one constant.

    .. math:: \frac{1}{B} \sum_{i=1}^{B} \frac{1}{M} \sum_{t} m_{it}\, x_{it}

    Args:
        token_terms: [B, L], one number x per token.
        token_mask: [B, L] booleans m, True for the tokens that count.
        max_tokens: M >= 1, the largest number of tokens of a sequence; 1 gives plain sums.
    Returns:
        One number, in units of the terms.
    Conventions:
        The divisor depends on no sequence, so that lengths bias nothing. It is a constant of the run, not the
        width L of the present batch. A sequence without tokens adds zero and counts in B.
    Laws:
        sequence_sum_scales_the_token_mean, sequence_sum_is_additive_over_sequences,
        sequence_sum_ignores_padding, sequence_sum_is_a_double_sum
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens.
    Source:
        Liu et al. 2025 (Understanding R1-Zero-like training, Dr. GRPO), section 3.
    Since:
        0.2
    """
    system, _, (terms,) = read_tokens(token_mask, token_terms=token_terms)
    constant = read_parameter("max_tokens", max_tokens, system, low=1, high=None)
    return terms.sum() / constant / len(terms)


def kl_in_reward(
    sequence_rewards: Array,
    token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    *,
    beta: Scalar,
) -> Array:
    r"""Reward of each token: a penalty for leaving the reference, and the sequence's reward on its last token.

    .. math:: r_{it} = m_{it} \Big( -\beta \log\frac{\pi(o_{it}|o_{i,<t})}{\pi_{ref}(o_{it}|o_{i,<t})}
        + [t = t_i]\, R_i \Big), \qquad t_i = \max\{t : m_{it} = 1\}

    Args:
        sequence_rewards: [B], the score R of each sequence.
        token_log_probs: [B, L], log-probability of each token under the policy that sampled it.
        reference_token_log_probs: [B, L], the same under the reference policy.
        token_mask: [B, L] booleans m, True for the tokens of the response.
        beta: penalty coefficient >= 0, in units of reward per nat.
    Returns:
        [B, L], in units of reward; zero outside the mask.
    Conventions:
        The score is on the last token of the response (its end-of-sequence token if it has one), not on the first
        padding. The penalty is the estimate k1 of the KL divergence from the reference; no gradient flows
        through it in training, where it is data.
    Laws:
        kl_in_reward_sums_to_the_penalised_score, kl_in_reward_puts_the_score_on_the_last_token,
        kl_in_reward_is_the_divergence_on_average, kl_in_reward_ignores_padding
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError;
        MissingDataError for a sequence without tokens.
    Source:
        Ziegler et al. 2019, eq. (2); Ouyang et al. 2022 (InstructGPT), eq. (2); Shao et al. 2024, eq. (2).
    Since:
        0.2
    """
    system, mask, (log_probs, reference) = read_tokens(
        token_mask, token_log_probs=token_log_probs, reference_token_log_probs=reference_token_log_probs
    )
    check_every_sequence(mask)
    scores = read_per_sequence("sequence_rewards", sequence_rewards, log_probs)
    beta = read_parameter("beta", beta, system, high=None)
    is_last = mask & (mask[:, ::-1].cumsum(axis=1)[:, ::-1] == 1)
    return where(is_last, scores[:, None], 0) - beta * (log_probs - reference)

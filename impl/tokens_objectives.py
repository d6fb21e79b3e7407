r"""Clipped objectives of token sequences; entries outside the mask have exactly no gradient, whatever they are."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .series import exp_excess
from .tokens_means import masked_difference, sequence_mean, sequence_sum_constant, token_mean
from .tokens_ratios import clip_higher, sequence_ratio, token_ratio


@jax.jit
def grpo_objective(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    reference_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    *,
    clip_epsilon: ArrayLike,
    beta: ArrayLike,
) -> Array:
    r"""GRPO's objective, averaged over each sequence and then over sequences: [B, L], [B] -> ().

    .. math:: \frac{1}{B} \sum_i \frac{1}{|o_i|} \sum_t m_{it} \Big(
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \hat A_i\big)
        - \beta \big(\tfrac{\pi_{ref}}{\pi_\theta} - \log\tfrac{\pi_{ref}}{\pi_\theta} - 1\big)\Big)

    Spec: rlproof.spec.tokens.grpo_objective
    """
    terms = _clipped(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_epsilon, clip_epsilon)
    penalty = beta * exp_excess(masked_difference(reference_token_log_probs, token_log_probs, token_mask))
    return sequence_mean(terms - penalty, token_mask)


@jax.jit
def grpo_token_mean_objective(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    reference_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    *,
    clip_epsilon: ArrayLike,
    beta: ArrayLike,
) -> Array:
    r"""GRPO's objective, averaged over all tokens at once: [B, L], [B] -> ().

    .. math:: \frac{1}{\sum_i |o_i|} \sum_i \sum_t m_{it} \Big(
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \hat A_i\big)
        - \beta \big(\tfrac{\pi_{ref}}{\pi_\theta} - \log\tfrac{\pi_{ref}}{\pi_\theta} - 1\big)\Big)

    Spec: rlproof.spec.tokens.grpo_token_mean_objective
    """
    terms = _clipped(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_epsilon, clip_epsilon)
    penalty = beta * exp_excess(masked_difference(reference_token_log_probs, token_log_probs, token_mask))
    return token_mean(terms - penalty, token_mask)


@jax.jit
def dr_grpo_objective(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    *,
    clip_epsilon: ArrayLike,
    max_tokens: ArrayLike,
) -> Array:
    r"""Dr. GRPO's objective, summed over each sequence and divided by one constant: [B, L], [B] -> ().

    .. math:: \frac{1}{B} \sum_i \frac{1}{M} \sum_t m_{it}
        \min\big(r_{it} \tilde A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon, 1+\epsilon) \tilde A_i\big)

    Spec: rlproof.spec.tokens.dr_grpo_objective
    """
    terms = _clipped(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_epsilon, clip_epsilon)
    return sequence_sum_constant(terms, token_mask, max_tokens=max_tokens)


@jax.jit
def dapo_objective(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    *,
    clip_low: ArrayLike,
    clip_high: ArrayLike,
) -> Array:
    r"""DAPO's objective, averaged over all tokens: [B, L], [B] -> ().

    .. math:: \frac{1}{\sum_i |o_i|} \sum_i \sum_t m_{it}
        \min\big(r_{it} \hat A_i,\ \mathrm{clip}(r_{it}, 1-\epsilon_{low}, 1+\epsilon_{high}) \hat A_i\big)

    Spec: rlproof.spec.tokens.dapo_objective
    """
    terms = _clipped(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_low, clip_high)
    return token_mean(terms, token_mask)


@jax.jit
def gspo_objective(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    *,
    clip_low: ArrayLike,
    clip_high: ArrayLike,
) -> Array:
    r"""GSPO's objective, one clipped term for each sequence: [B, L], [B] -> ().

    .. math:: \frac{1}{B} \sum_i \min\big(s_i \hat A_i,\
        \mathrm{clip}(s_i, 1-\epsilon_{low}, 1+\epsilon_{high}) \hat A_i\big)

    Spec: rlproof.spec.tokens.gspo_objective
    """
    ratios = sequence_ratio(token_log_probs, old_token_log_probs, token_mask)
    return clip_higher(ratios, sequence_advantages, clip_low=clip_low, clip_high=clip_high).mean()


def _clipped(
    token_log_probs: ArrayLike,
    old_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    sequence_advantages: ArrayLike,
    clip_low: ArrayLike,
    clip_high: ArrayLike,
) -> Array:
    ratios = token_ratio(token_log_probs, old_token_log_probs, token_mask)
    advantages = jnp.asarray(sequence_advantages)[:, None]
    return clip_higher(ratios, advantages, clip_low=clip_low, clip_high=clip_high)

r"""Probability ratios of tokens and of whole sequences, and the clipped term with two ends of its own."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .tokens_means import masked_difference


@jax.jit
def token_ratio(token_log_probs: ArrayLike, old_token_log_probs: ArrayLike, token_mask: ArrayLike) -> Array:
    r"""Probability ratio of each token, one outside the mask: [B, L].

    .. math:: r_{it} = \frac{\pi_\theta(o_{it}|o_{i,<t})}{\pi_{\theta_{old}}(o_{it}|o_{i,<t})}

    Spec: rlproof.spec.tokens.token_ratio
    """
    return jnp.exp(masked_difference(token_log_probs, old_token_log_probs, token_mask))


@jax.jit
def sequence_importance_ratio(
    token_log_probs: ArrayLike, old_token_log_probs: ArrayLike, token_mask: ArrayLike
) -> Array:
    r"""Probability ratio of each whole sequence: [B, L] -> [B].

    .. math:: \exp\Big(\sum_t m_{it} \log r_{it}\Big)

    Spec: rlproof.spec.tokens.sequence_importance_ratio
    """
    return jnp.exp(masked_difference(token_log_probs, old_token_log_probs, token_mask).sum(axis=1))


@jax.jit
def sequence_ratio(token_log_probs: ArrayLike, old_token_log_probs: ArrayLike, token_mask: ArrayLike) -> Array:
    r"""GSPO's ratio of each sequence, the geometric mean of its tokens' ratios: [B, L] -> [B].

    .. math:: s_i = \exp\Big(\frac{\sum_t m_{it} \log r_{it}}{\sum_t m_{it}}\Big)

    Spec: rlproof.spec.tokens.sequence_ratio
    """
    total = masked_difference(token_log_probs, old_token_log_probs, token_mask).sum(axis=1)
    return jnp.exp(total / jnp.asarray(token_mask).sum(axis=1))


@jax.jit
def clip_higher(ratios: ArrayLike, advantages: ArrayLike, *, clip_low: ArrayLike, clip_high: ArrayLike) -> Array:
    r"""Term of the clipped objective with different ends of the band: [T, ...].

    .. math:: \min\big(r A,\ \mathrm{clip}(r, 1-\epsilon_{low}, 1+\epsilon_{high})\,A\big)

    At the ends of the band the slope in the ratio is the advantage.

    Spec: rlproof.spec.tokens.clip_higher
    """
    ratios, advantages = jnp.asarray(ratios), jnp.asarray(advantages)
    clipped_up = (advantages > 0) & (ratios > 1 + clip_high)
    clipped_down = (advantages < 0) & (ratios < 1 - clip_low)
    return jnp.where(clipped_up, 1 + clip_high, jnp.where(clipped_down, 1 - clip_low, ratios)) * advantages

r"""Means over the tokens of a batch of sequences, and rewards per token; what the mask hides has no gradient."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def token_mean(token_terms: ArrayLike, token_mask: ArrayLike) -> Array:
    r"""Mean over all tokens of all sequences: [B, L] -> ().

    .. math:: \frac{\sum_i \sum_{t} m_{it}\, x_{it}}{\sum_i \sum_{t} m_{it}}

    Spec: rlproof.spec.tokens.token_mean
    """
    return jnp.where(token_mask, token_terms, 0).sum() / jnp.asarray(token_mask).sum()


@jax.jit
def sequence_mean(token_terms: ArrayLike, token_mask: ArrayLike) -> Array:
    r"""Mean over sequences of the mean over each sequence's tokens: [B, L] -> ().

    .. math:: \frac{1}{B} \sum_{i=1}^{B} \frac{\sum_{t} m_{it}\, x_{it}}{\sum_{t} m_{it}}

    Spec: rlproof.spec.tokens.sequence_mean
    """
    return (jnp.where(token_mask, token_terms, 0).sum(axis=1) / jnp.asarray(token_mask).sum(axis=1)).mean()


@jax.jit
def sequence_sum_constant(token_terms: ArrayLike, token_mask: ArrayLike, *, max_tokens: ArrayLike) -> Array:
    r"""Mean over sequences of the sum over each sequence's tokens, divided by one constant: [B, L] -> ().

    .. math:: \frac{1}{B} \sum_{i=1}^{B} \frac{1}{M} \sum_{t} m_{it}\, x_{it}

    Spec: rlproof.spec.tokens.sequence_sum_constant
    """
    return (jnp.where(token_mask, token_terms, 0).sum(axis=1) / max_tokens).mean()


@jax.jit
def kl_in_reward(
    sequence_rewards: ArrayLike,
    token_log_probs: ArrayLike,
    reference_token_log_probs: ArrayLike,
    token_mask: ArrayLike,
    *,
    beta: ArrayLike,
) -> Array:
    r"""Reward of each token, with the sequence's reward on its last token: [B, L].

    .. math:: r_{it} = m_{it} \Big( -\beta \log\frac{\pi(o_{it}|o_{i,<t})}{\pi_{ref}(o_{it}|o_{i,<t})}
        + [t = t_i]\, R_i \Big)

    Spec: rlproof.spec.tokens.kl_in_reward
    """
    mask = jnp.asarray(token_mask)
    is_last = mask & (jnp.flip(jnp.flip(mask, axis=1).cumsum(axis=1), axis=1) == 1)
    penalty = beta * masked_difference(token_log_probs, reference_token_log_probs, mask)
    return jnp.where(is_last, jnp.asarray(sequence_rewards)[:, None], 0) - penalty


def masked_difference(first: ArrayLike, second: ArrayLike, mask: ArrayLike) -> Array:
    """Subtract where the mask is; elsewhere zero, also in the gradient, whatever stands there."""
    return jnp.where(mask, jnp.subtract(first, second), 0)

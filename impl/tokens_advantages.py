r"""Advantages of sequences from the rewards of their group, and advantages of tokens normalised under a mask.

Groups and batches of equal numbers give exact zeros, in every dtype.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .standardisation import deviations, divided, root, without_offset


@partial(jax.jit, static_argnames="ddof")
def group_advantages(group_rewards: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike) -> Array:
    r"""GRPO's advantage of each sequence, standardised within its group: [..., G].

    .. math:: \hat A_i = \frac{r_i - \mathrm{mean}(r)}{\mathrm{std}(r) + \epsilon}

    Spec: rlproof.spec.tokens.group_advantages
    """
    rewards = jnp.asarray(group_rewards)
    centred, variance = deviations(rewards, jnp.ones(rewards.shape, bool), ddof)
    return divided(centred, root(variance) + norm_epsilon)


@jax.jit
def dr_grpo_advantages(group_rewards: ArrayLike) -> Array:
    r"""Dr. GRPO's advantage of each sequence, its reward minus the mean of the group: [..., G].

    .. math:: \tilde A_i = r_i - \mathrm{mean}(r)

    Spec: rlproof.spec.tokens.dr_grpo_advantages
    """
    rewards = jnp.asarray(group_rewards)
    return deviations(rewards, jnp.ones(rewards.shape, bool), 0)[0]


@jax.jit
def rloo_advantages(group_rewards: ArrayLike) -> Array:
    r"""Leave-one-out advantage of each sequence: [..., G].

    .. math:: A_i = r_i - \frac{1}{G-1} \sum_{j \ne i} r_j = \frac{G}{G-1} (r_i - \mathrm{mean}(r))

    The first form is computed, after a common offset has been subtracted, which then costs no digits.

    Spec: rlproof.spec.tokens.rloo_advantages
    """
    rewards = jnp.asarray(group_rewards)
    shifted, count = without_offset(rewards, jnp.ones(rewards.shape, bool)), rewards.shape[-1]
    others = jnp.matmul(shifted, 1 - jnp.eye(count, dtype=shifted.dtype), precision="highest")
    return shifted - others / (count - 1)


@partial(jax.jit, static_argnames="ddof")
def leave_one_out_normalised_advantages(group_rewards: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike) -> Array:
    r"""Leave-one-out advantage of each sequence, divided by the others' standard deviation if it is not zero: [..., G].

    .. math:: A_i = \frac{r_i - \mathrm{mean}_{j \ne i}(r_j)}{\mathrm{std}_{j \ne i}(r_j) + \epsilon}

    Spec: rlproof.spec.tokens.leave_one_out_normalised_advantages
    """
    rewards = jnp.asarray(group_rewards)
    count = rewards.shape[-1]
    others = ~jnp.eye(count, dtype=bool)
    rows = jnp.broadcast_to(rewards[..., None, :], (*rewards.shape, count))
    variance = deviations(rows, jnp.broadcast_to(others, rows.shape), ddof)[1][..., 0]
    return rloo_advantages(rewards) / jnp.where(variance > 0, root(variance) + norm_epsilon, 1)


@partial(jax.jit, static_argnames="ddof")
def masked_advantage_normalisation(
    token_advantages: ArrayLike, token_mask: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike
) -> Array:
    r"""Advantages of tokens, normalised over the mask, zero outside: [B, L].

    .. math:: \tilde A_{it} = m_{it}\, \frac{\hat A_{it} - \mathrm{mean}_m(\hat A)}{\mathrm{std}_m(\hat A) + \epsilon}

    Spec: rlproof.spec.tokens.masked_advantage_normalisation
    """
    centred, variance = _deviations(token_advantages, token_mask, ddof)
    return divided(centred, root(variance) + norm_epsilon).reshape(jnp.shape(token_mask))


@partial(jax.jit, static_argnames="ddof")
def masked_advantage_whitening(
    token_advantages: ArrayLike, token_mask: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike
) -> Array:
    r"""Advantages of tokens, normalised over the mask, epsilon added to the variance; zero outside: [B, L].

    .. math:: \tilde A_{it} = m_{it}\,
        \frac{\hat A_{it} - \mathrm{mean}_m(\hat A)}{\sqrt{\mathrm{var}_m(\hat A) + \epsilon}}

    Spec: rlproof.spec.tokens.masked_advantage_whitening
    """
    centred, variance = _deviations(token_advantages, token_mask, ddof)
    return divided(centred, root(variance + norm_epsilon)).reshape(jnp.shape(token_mask))


def _deviations(token_advantages: ArrayLike, token_mask: ArrayLike, ddof: int) -> tuple[Array, Array]:
    return deviations(jnp.reshape(token_advantages, (1, -1)), jnp.reshape(token_mask, (1, -1)), ddof)

"""More ways to compute GRPO's objective."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def grpo_of_lists(
    log_probs: list[list[float]], old_log_probs: list[list[float]], ref_log_probs: list[list[float]],
    advantages: list[float], mask: list[list[bool]], clip_epsilon: float, beta: float,
) -> float:  # fmt: skip
    """Token by token."""
    total = 0.0
    for i, advantage in enumerate(advantages):
        kept = [t for t, counts in enumerate(mask[i]) if counts]
        for t in kept:
            ratio = np.exp(log_probs[i][t] - old_log_probs[i][t])
            clipped = max(min(ratio, 1 + clip_epsilon), 1 - clip_epsilon)
            gap = ref_log_probs[i][t] - log_probs[i][t]
            total += (min(ratio * advantage, clipped * advantage) - beta * (np.exp(gap) - gap - 1)) / len(kept)
    return total / len(advantages)


def grpo_in_two_means(
    logprobs: Array, old_logprobs: Array, ref_logprobs: Array, advantages: Array, mask: Array, cliprange: float,
    kl_coef: float,
) -> float:  # fmt: skip
    """The clipped loss and the penalty, averaged apart."""

    def average(terms: Array) -> float:
        return (np.where(mask, terms, 0).sum(axis=1) / mask.sum(axis=1)).mean()

    ratio = np.exp(logprobs - old_logprobs)
    a = advantages[:, None]
    pg_loss = average(np.maximum(-a * ratio, -a * np.clip(ratio, 1.0 - cliprange, 1.0 + cliprange)))
    return pg_loss + kl_coef * average(np.expm1(ref_logprobs - logprobs) - (ref_logprobs - logprobs))


def grpo_objective_by_sign(
    log_probs: Array, old_log_probs: Array, ref_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float,
    beta: float,
) -> float:  # fmt: skip
    """The ratio is bounded above for gains and below for losses."""
    ratio = np.exp(np.where(mask, log_probs - old_log_probs, 0))
    gains = advantages[:, None] > 0
    bounded = np.where(gains, np.minimum(ratio, 1 + clip_epsilon), np.maximum(ratio, 1 - clip_epsilon))
    gap = np.where(mask, ref_log_probs - log_probs, 0)
    terms = bounded * advantages[:, None] - beta * (np.exp(gap) - 1 - gap)
    weights = mask / mask.sum(axis=1, keepdims=True)
    return np.einsum("bl,bl->", weights, terms) / len(mask)


def openrlhf_policy_loss(
    log_probs: torch.Tensor, old_log_probs: torch.Tensor, base_log_probs: torch.Tensor, advantages: torch.Tensor,
    action_mask: torch.Tensor, eps_clip: float, kl_coef: float,
) -> torch.Tensor:  # fmt: skip
    """As OpenRLHF has it: advantages beside each token."""
    ratio = (log_probs - old_log_probs).exp()
    surr1 = ratio * advantages
    surr2 = ratio.clamp(1 - eps_clip, 1 + eps_clip) * advantages
    log_ratio = base_log_probs - log_probs
    loss = -torch.min(surr1, surr2) + kl_coef * (log_ratio.exp() - 1 - log_ratio)
    return (loss.masked_fill(~action_mask, 0).sum(dim=-1) / action_mask.sum(dim=-1)).mean()


@jax.jit
def grpo_loss_in_jax(
    logps: jax.Array, old_logps: jax.Array, ref_logps: jax.Array, advantages: jax.Array, mask: jax.Array, eps: float,
    beta: float,
) -> jax.Array:  # fmt: skip
    """One sequence at a time, mapped."""

    def of_sequence(new: Array, old: Array, ref: Array, advantage: Array, shown: Array) -> Array:
        ratio = jnp.exp(jnp.where(shown, new - old, 0.0))
        gap = jnp.where(shown, ref - new, 0.0)
        gain = jnp.minimum(ratio * advantage, jnp.clip(ratio, 1 - eps, 1 + eps) * advantage)
        return jnp.sum(jnp.where(shown, gain - beta * (jnp.exp(gap) - gap - 1), 0.0)) / jnp.sum(shown)

    return -jax.vmap(of_sequence)(logps, old_logps, ref_logps, advantages, mask).mean()


def grpo_of_packed_tokens(
    new_logprobs: Array, old_logprobs: Array, ref_logprobs: Array, advantages: Array, response_mask: Array,
    clip_ratio: float, kl_loss_coef: float,
) -> float:  # fmt: skip
    """Tokens of all sequences in one list, with the row of each."""
    rows, places = np.nonzero(response_mask)
    new, old, ref = (table[rows, places] for table in (new_logprobs, old_logprobs, ref_logprobs))
    ratio, advantage = np.exp(new - old), advantages[rows]
    gain = np.minimum(ratio * advantage, np.clip(ratio, 1 - clip_ratio, 1 + clip_ratio) * advantage)
    penalty = np.exp(ref - new) - (ref - new) - 1
    count = len(advantages)
    sums = np.bincount(rows, weights=gain - kl_loss_coef * penalty, minlength=count)
    return -(sums / np.bincount(rows, minlength=count)).sum() / count


def grpo_without_penalty(
    per_token_logps: torch.Tensor, old_per_token_logps: torch.Tensor, advantages: torch.Tensor,
    completion_mask: torch.Tensor, epsilon: float,
) -> torch.Tensor:  # fmt: skip
    """As TRL has it with beta = 0: a column of advantages is made of a list."""
    log_ratio = per_token_logps - old_per_token_logps
    coef_1 = torch.exp(log_ratio)
    coef_2 = torch.clamp(coef_1, 1 - epsilon, 1 + epsilon)
    per_token_loss = -torch.minimum(coef_1 * advantages.view(-1, 1), coef_2 * advantages.view(-1, 1))
    lengths = completion_mask.sum(-1).clamp(min=1.0)
    return (torch.where(completion_mask, per_token_loss, 0.0).sum(-1) / lengths).mean()


def grpo_of_each_sequence(
    log_probs: Array, old_log_probs: Array, ref_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float,
    beta: float,
) -> Array:  # fmt: skip
    """One objective for each sequence."""
    found = []
    for new, old, ref, a, shown in zip(log_probs, old_log_probs, ref_log_probs, advantages, mask, strict=True):
        ratio, inverse = np.exp(new[shown] - old[shown]), np.exp(ref[shown] - new[shown])
        gain = np.minimum(ratio * a, np.clip(ratio, 1 - clip_epsilon, 1 + clip_epsilon) * a)
        found.append((gain - beta * (inverse - (ref[shown] - new[shown]) - 1)).mean())
    return np.array(found)


def grpo_of_ratios(ratios: Array, advantages: Array, mask: Array, clip_low: float, clip_high: float) -> float:
    """Ratios of tokens are given, and the two ends of the band."""
    advantages = advantages[:, None]
    bounded = np.clip(ratios, 1 - clip_low, 1 + clip_high)
    surrogate = np.where(ratios * advantages < bounded * advantages, ratios, bounded) * advantages
    return np.mean([row[shown].mean() for row, shown in zip(surrogate, mask, strict=True)])


def grpo_and_its_divergence(
    per_token_logps: torch.Tensor, old_per_token_logps: torch.Tensor, ref_per_token_logps: torch.Tensor,
    advantages: torch.Tensor, completion_mask: torch.Tensor, epsilon: float, beta: float,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """The loss, and the mean divergence that is logged."""

    def average(terms: torch.Tensor) -> torch.Tensor:
        return (terms.masked_fill(~completion_mask, 0.0).sum(1) / completion_mask.sum(1)).mean()

    ratio = (per_token_logps - old_per_token_logps).exp()
    gap = ref_per_token_logps - per_token_logps
    kl = gap.exp() - gap - 1
    gain = torch.min(ratio * advantages[:, None], ratio.clamp(1 - epsilon, 1 + epsilon) * advantages[:, None])
    return average(beta * kl - gain), average(kl)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "tokens.grpo_objective": [
        grpo_of_lists, grpo_in_two_means, grpo_objective_by_sign, openrlhf_policy_loss, grpo_loss_in_jax,
        grpo_of_packed_tokens, grpo_without_penalty, grpo_of_each_sequence, grpo_of_ratios,
        grpo_and_its_divergence,
    ],
}  # fmt: skip

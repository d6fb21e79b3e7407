"""Ways to compute means over tokens, ratios, objectives of token sequences, and advantages within groups."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def mean_of_a_list(terms: Array, mask: Array) -> float:
    """The tokens that count, in one list."""
    return terms[mask].mean()


def mean_by_where(losses: Array, mask: Array) -> float:
    """A sum in which padding is zero."""
    return np.where(mask, losses, 0).sum() / mask.sum()


def mean_in_torch(per_token_loss: torch.Tensor, completion_mask: torch.Tensor) -> torch.Tensor:
    """With masked_fill."""
    return per_token_loss.masked_fill(~completion_mask, 0.0).sum() / completion_mask.sum().clamp(min=1)


@jax.jit
def mean_in_jax(x: jax.Array, mask: jax.Array) -> jax.Array:
    """With jnp.mean's own mask."""
    return jnp.mean(x, where=mask)


def mean_one_after_the_other(values: list[list[float]], mask: list[list[bool]]) -> float:
    """A loop over lists."""
    total, count = 0.0, 0
    for row, shown in zip(values, mask, strict=True):
        for value, counts in zip(row, shown, strict=True):
            total, count = total + (value if counts else 0.0), count + int(counts)
    return total / count


def policy_loss(log_probs: Array, advantages: Array, mask: Array) -> float:
    """The terms made inside."""
    return -(log_probs * advantages)[mask].sum() / mask.sum()


def means_of_rows(values: Array, mask: Array) -> float:
    """A list for each sequence."""
    return float(np.mean([row[shown].mean() for row, shown in zip(values, mask, strict=True)]))


def means_by_axis(losses: Array, mask: Array) -> float:
    """Sums along the tokens."""
    return (np.where(mask, losses, 0).sum(-1) / mask.sum(-1)).mean()


def means_time_first(losses: Array, mask: Array) -> float:
    """Sums along the first axis."""
    return (np.where(mask, losses, 0).sum(0) / mask.sum(0)).mean()


def mean_of_each_sequence(advantages: Array, mask: Array) -> Array:
    """One mean for each sequence."""
    return np.where(mask, advantages, 0).sum(axis=-1) / mask.sum(axis=-1)


def sum_over_constant(losses: Array, mask: Array, max_tokens: int) -> float:
    """Dr. GRPO."""
    return losses[mask].sum() / (len(mask) * max_tokens)


def product_of_ratios(ratios: Array, mask: Array) -> Array:
    """The product itself."""
    return np.prod(np.where(mask, ratios, 1.0), axis=1)


def exponential_of_the_sum(log_probs: Array, old_log_probs: Array, mask: Array) -> Array:
    """Logarithms summed."""
    return np.exp(np.where(mask, log_probs - old_log_probs, 0).sum(axis=-1))


def quotient_of_probabilities(log_probs: Array, old_log_probs: Array) -> Array:
    """One sequence, without padding."""
    return np.exp(log_probs.sum() - old_log_probs.sum())


def root_of_the_product(log_probs: torch.Tensor, old_log_probs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """GSPO's ratio."""
    log_ratio = (log_probs - old_log_probs).masked_fill(~mask, 0.0)
    return (log_ratio.sum(-1) / mask.sum(-1).clamp(min=1)).exp()


def ratio_beside_each_token(log_probs: Array, old_log_probs: Array, mask: Array) -> Array:
    """GSPO's ratio, beside each token."""
    ratio = np.exp(np.where(mask, log_probs - old_log_probs, 0).sum(-1, keepdims=True) / mask.sum(-1, keepdims=True))
    return ratio * np.ones(mask.shape)


def ratio_of_tokens(log_probs: Array, old_log_probs: Array) -> Array:
    """One ratio for each token."""
    return np.exp(log_probs - old_log_probs)


def trl_grpo_loss(
    per_token_logps: torch.Tensor, old_per_token_logps: torch.Tensor, ref_per_token_logps: torch.Tensor,
    advantages: torch.Tensor, completion_mask: torch.Tensor, epsilon_low: float, epsilon_high: float, beta: float,
) -> torch.Tensor:  # fmt: skip
    """As TRL has it."""
    coefficient = torch.exp(per_token_logps - old_per_token_logps)
    bounded = torch.clamp(coefficient, 1 - epsilon_low, 1 + epsilon_high)
    loss = -torch.min(coefficient * advantages.unsqueeze(1), bounded * advantages.unsqueeze(1))
    difference = ref_per_token_logps - per_token_logps
    loss = loss + beta * (torch.exp(difference) - difference - 1)
    return (loss.masked_fill(~completion_mask, 0.0).sum(-1) / completion_mask.sum(-1)).mean()


def grpo_by_cases(log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float) -> float:
    """The clip by the sign of the advantage, one sequence after the other; no penalty."""
    total = 0.0
    for new, old, advantage, shown in zip(log_probs, old_log_probs, advantages, mask, strict=True):
        ratio = np.exp(new[shown] - old[shown])
        bound = np.minimum(ratio, 1 + clip_epsilon) if advantage > 0 else np.maximum(ratio, 1 - clip_epsilon)
        total += (bound * advantage).mean()
    return total / len(mask)


def verl_policy_loss(
    old_log_prob: Array, log_prob: Array, advantages: Array, response_mask: Array, clip_ratio_low: float,
    clip_ratio_high: float,
) -> float:  # fmt: skip
    """As verl has it, advantages beside each token: the larger of two losses."""
    ratio = np.exp(log_prob - old_log_prob)
    one, other = -advantages * ratio, -advantages * np.clip(ratio, 1 - clip_ratio_low, 1 + clip_ratio_high)
    return np.maximum(one, other)[response_mask].mean()


def dapo_with_constants(log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array) -> float:
    """The paper's band, built in."""
    ratio = np.exp(log_probs - old_log_probs)
    return np.minimum(ratio * advantages, np.clip(ratio, 0.8, 1.28) * advantages)[mask].mean()


def gspo_loss(log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float) -> float:
    """One term for each sequence."""
    ratio = np.exp(np.where(mask, log_probs - old_log_probs, 0).sum(-1) / mask.sum(-1))
    return -np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_epsilon, 1 + clip_epsilon) * advantages).mean()


def dr_grpo_loss(
    log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float, max_tokens: int
) -> float:
    """A constant divisor."""
    ratio = np.exp(log_probs - old_log_probs)
    gain = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_epsilon, 1 + clip_epsilon) * advantages)
    return -np.where(mask, gain, 0).sum() / (len(mask) * max_tokens)


def trl_rewards(scores: Array, logprobs: Array, ref_logprobs: Array, mask: Array, kl_coef: float) -> Array:
    """A penalty on every token, the score on the last."""
    rewards = np.where(mask, -kl_coef * (logprobs - ref_logprobs), 0)
    for row, shown, score in zip(rewards, mask, scores, strict=True):
        row[np.flatnonzero(shown)[-1]] += score
    return rewards


def verl_rewards(token_level_scores: Array, log_probs: Array, ref_log_probs: Array, mask: Array, beta: float) -> Array:
    """Scores that are rewards of tokens already."""
    return token_level_scores - np.where(mask, beta * (log_probs - ref_log_probs), 0)


def whitened(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """As TRL has it, with Bessel's correction and 1e-8."""
    shown = values[mask]
    return torch.where(mask, (values - shown.mean()) * torch.rsqrt(shown.var(unbiased=True) + 1e-8), 0.0)


def normalised(advantages: Array, mask: Array, eps: float) -> Array:
    """The root, then the small number."""
    shown = advantages[mask]
    return np.where(mask, (advantages - shown.mean()) / (shown.std() + eps), 0)


def group_in_rows(rewards: Array) -> Array:
    """Groups in rows."""
    return (rewards - rewards.mean(axis=1, keepdims=True)) / (rewards.std(axis=1, ddof=1, keepdims=True) + 1e-4)


def group_in_one_list(rewards: torch.Tensor, num_generations: int) -> torch.Tensor:
    """As TRL has it."""
    groups = rewards.view(-1, num_generations)
    mean, deviation = groups.mean(dim=1), groups.std(dim=1)
    return (rewards - mean.repeat_interleave(num_generations)) / (deviation.repeat_interleave(num_generations) + 1e-4)


def group_by_index(token_level_rewards: Array, response_mask: Array, index: Array, epsilon: float) -> Array:
    """As verl has it, beside each token."""
    scores = token_level_rewards.sum(axis=-1)
    found = np.zeros(len(scores))
    for prompt in np.unique(index):
        group = scores[index == prompt]
        found[index == prompt] = (group - group.mean()) / (group.std(ddof=1) + epsilon)
    return np.where(response_mask, found[:, None], 0)


def one_group(rewards: Array, eps: float) -> Array:
    """One group alone."""
    return (rewards - np.mean(rewards)) / (np.std(rewards) + eps)


def centred(rewards: Array) -> Array:
    """Less the mean."""
    return rewards - rewards.mean(axis=-1, keepdims=True)


def by_pairs(rewards: Array) -> Array:
    """The mean difference to the others."""
    return (rewards[:, :, None] - rewards[:, None, :]).sum(axis=2) / (rewards.shape[1] - 1)


def others_deleted(rewards: Array) -> Array:
    """The list without each reward."""
    rest = [np.delete(rewards, i, axis=1) for i in range(rewards.shape[1])]
    spread = np.stack([others.std(axis=1) for others in rest], axis=1)
    plain = rewards - np.stack([others.mean(axis=1) for others in rest], axis=1)
    return np.where(spread > 0, plain / np.where(spread > 0, spread + 1e-6, 1), plain)


def higher_clip(ratios: Array, advantages: Array, clip_low: float, clip_high: float) -> float:
    """A mean loss."""
    return -np.minimum(ratios * advantages, np.clip(ratios, 1 - clip_low, 1 + clip_high) * advantages).mean()


def up_to_the_end(completion_ids: Array, eos_token_id: int, pad_token_id: int) -> Array:
    """Indices up to the first end, and no padding."""
    is_end = completion_ids == eos_token_id
    last = np.where(is_end.any(axis=1), is_end.argmax(axis=1), completion_ids.shape[1] - 1)
    shown = np.arange(completion_ids.shape[1]) <= last[:, None]
    return (shown & ((completion_ids != pad_token_id) | is_end)).astype(int)


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "tokens.token_mean": [
        mean_of_a_list, mean_by_where, mean_in_torch, mean_in_jax, mean_one_after_the_other, policy_loss,
    ],
    "tokens.sequence_mean": [means_of_rows, means_by_axis, means_time_first, mean_of_each_sequence],
    "tokens.sequence_sum_constant": [sum_over_constant],
    "tokens.sequence_importance_ratio": [product_of_ratios, exponential_of_the_sum, quotient_of_probabilities],
    "tokens.sequence_ratio": [root_of_the_product, ratio_beside_each_token],
    "tokens.token_ratio": [ratio_of_tokens],
    "tokens.grpo_objective": [trl_grpo_loss, grpo_by_cases],
    "tokens.dapo_objective": [verl_policy_loss, dapo_with_constants],
    "tokens.gspo_objective": [gspo_loss],
    "tokens.dr_grpo_objective": [dr_grpo_loss],
    "tokens.kl_in_reward": [trl_rewards, verl_rewards],
    "tokens.masked_advantage_whitening": [whitened],
    "tokens.masked_advantage_normalisation": [normalised],
    "tokens.group_advantages": [group_in_rows, group_in_one_list, group_by_index, one_group],
    "tokens.dr_grpo_advantages": [centred],
    "tokens.rloo_advantages": [by_pairs],
    "tokens.leave_one_out_normalised_advantages": [others_deleted],
    "tokens.clip_higher": [higher_clip],
    "tokens.response_mask": [up_to_the_end],
}  # fmt: skip

"""More ways to average over the tokens of sequences, and to compare the sequences of a group."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any


def mean_by_dot_product(x: Array, mask: Array) -> float:
    """Both as long vectors."""
    weights = mask.reshape(-1).astype(float)
    return np.dot(weights, np.nan_to_num(x.reshape(-1))) / weights.sum()


def mean_by_masked_array(terms: Array, mask: Array) -> float:
    """NumPy's masked arrays hide what is True."""
    return np.ma.masked_array(terms, mask=~mask).mean()


def mean_by_nanmean(token_losses: Array, token_mask: Array) -> float:
    """Padding is no number."""
    return np.nanmean(np.where(token_mask, token_losses, np.nan))


def agg_loss(loss_mat: torch.Tensor, loss_mask: torch.Tensor) -> torch.Tensor:
    """As verl has it: token-mean, where padding is replaced first."""
    loss_mat = torch.where(loss_mask, loss_mat, torch.zeros_like(loss_mat))
    return torch.sum(loss_mat * loss_mask) / loss_mask.sum()


def masked_mean(tensor: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """As OpenRLHF has it, over all axes, of numbers alone."""
    return (torch.nan_to_num(tensor) * mask).sum() / mask.sum()


def mean_by_flat_indices(per_token_loss: torch.Tensor, response_mask: torch.Tensor) -> torch.Tensor:
    """Only the places that count are looked up."""
    places = torch.nonzero(response_mask.reshape(-1)).squeeze(1)
    return torch.index_select(per_token_loss.reshape(-1), 0, places).mean()


def mean_of_packed_responses(losses: Array, lengths: Array) -> float:
    """Responses end to end, without padding."""
    return np.concatenate([row[: int(length)] for row, length in zip(losses, lengths, strict=True)]).mean()


def mean_in_steps(values: Array, mask: Array) -> float:
    """A running mean."""
    mean = 0.0
    for count, value in enumerate(values[mask], start=1):
        mean += (value - mean) / count
    return mean


def mean_in_single(losses: Array, mask: Array) -> Array:
    """Accumulated in float32."""
    return np.where(mask, losses, 0).astype(np.float32).sum() / np.float32(mask.sum())


def mean_weighted_by_lengths(losses: Array, mask: Array) -> float:
    """Means of sequences, weighted by their shares of all tokens."""
    counts = mask.sum(axis=1)
    means = np.where(mask, losses, 0).sum(axis=1) / np.maximum(counts, 1)
    return np.average(means, weights=counts)


def means_in_torch(per_token_loss: torch.Tensor, completion_mask: torch.Tensor) -> torch.Tensor:
    """As TRL has it: loss_type "grpo"."""
    kept = torch.where(completion_mask, per_token_loss, 0.0)
    return (kept.sum(-1) / completion_mask.sum(-1).clamp(min=1.0)).mean()


def seq_mean_token_mean(loss_mat: torch.Tensor, loss_mask: torch.Tensor) -> torch.Tensor:
    """As verl has it: seq-mean-token-mean."""
    seq_losses = torch.sum(loss_mat.masked_fill(~loss_mask, 0), dim=-1) / torch.sum(loss_mask, dim=-1)
    return torch.mean(seq_losses)


@jax.jit
def means_in_jax(losses: jax.Array, mask: jax.Array) -> jax.Array:
    """One sequence at a time, mapped."""
    return jax.vmap(lambda row, shown: jnp.sum(jnp.where(shown, row, 0)) / jnp.sum(shown))(losses, mask).mean()


def means_by_einsum(terms: Array, mask: Array) -> float:
    """One weight for each token: one over length and number of sequences."""
    weights = mask / mask.sum(axis=1, keepdims=True) / len(mask)
    return np.einsum("bl,bl->", weights, np.where(mask, terms, 0))


def means_over_global_batch(loss_mat: torch.Tensor, loss_mask: torch.Tensor, global_batch_size: int) -> torch.Tensor:
    """As verl has it, with the number of sequences told."""
    kept = torch.where(loss_mask, loss_mat, torch.zeros_like(loss_mat))
    return (kept.sum(dim=-1) / loss_mask.sum(dim=-1)).sum() / global_batch_size


def means_one_after_the_other(values: list[list[float]], mask: list[list[bool]]) -> float:
    """Lists within lists."""
    means = []
    for row, shown in zip(values, mask, strict=True):
        kept = [value for value, counts in zip(row, shown, strict=True) if counts]
        means.append(sum(kept) / len(kept))
    return sum(means) / len(means)


def means_by_nanmean(token_loss: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Padding is no number, twice."""
    return token_loss.masked_fill(~mask, float("nan")).nanmean(dim=1).mean()


def means_of_packed_responses(losses: Array, seq_lens: Array) -> float:
    """Responses end to end; sums from where each begins."""
    lengths = np.asarray(seq_lens, dtype=int)
    packed = np.concatenate([row[:n] for row, n in zip(losses, lengths, strict=True)])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return (np.add.reduceat(packed, starts) / lengths).mean()


def means_of_products(log_probs: Array, advantages: Array, mask: Array) -> float:
    """A loss of policy gradients made inside."""
    return -np.mean([np.mean(new[shown] * a[shown]) for new, a, shown in zip(log_probs, advantages, mask, strict=True)])


def grpo_normalisation(rewards: torch.Tensor, group_size: int, eps: float) -> torch.Tensor:
    """The list in rows, and back."""
    groups = rewards.reshape(-1, group_size)
    return ((groups - groups.mean(-1, keepdim=True)) / (groups.std(-1, keepdim=True) + eps)).reshape(-1)


def by_moments(rewards: Array, ddof: int, norm_epsilon: float) -> Array:
    """The mean square of the deviations, with the divisor told."""
    size = rewards.shape[-1]
    deviation = rewards - rewards.sum(axis=-1, keepdims=True) / size
    spread = np.sqrt(np.einsum("...g,...g->...", deviation, deviation) / (size - ddof))
    return deviation / (spread[..., None] + norm_epsilon)


def by_projection(rewards: Array, eps: float) -> Array:
    """The mean taken away by a matrix."""
    size = rewards.shape[1]
    centred = rewards @ (np.eye(size) - np.ones((size, size)) / size)
    return centred / (np.linalg.norm(centred, axis=1, keepdims=True) / np.sqrt(size) + eps)


def row_by_row(rewards: list[list[float]]) -> list[list[float]]:
    """Lists within lists, and a small constant."""
    found = []
    for group in rewards:
        mean = sum(group) / len(group)
        deviation = (sum((reward - mean) ** 2 for reward in group) / (len(group) - 1)) ** 0.5
        found.append([(reward - mean) / (deviation + 1e-8) for reward in group])
    return found


def by_dictionary(token_level_rewards: torch.Tensor, response_mask: torch.Tensor, index: Array) -> torch.Tensor:
    """As verl has it: scores collected under the index of their prompt."""
    scores = token_level_rewards.sum(dim=-1)
    groups: dict[Any, list[torch.Tensor]] = {}
    for place, prompt in enumerate(index):
        groups.setdefault(int(prompt), []).append(scores[place])
    mean = {prompt: torch.mean(torch.stack(group)) for prompt, group in groups.items()}
    std = {prompt: torch.std(torch.stack(group)) for prompt, group in groups.items()}
    found = [(score - mean[int(i)]) / (std[int(i)] + 1e-6) for score, i in zip(scores, index, strict=True)]
    return torch.stack(found).unsqueeze(-1) * response_mask


@jax.jit
def in_jax(rewards: jax.Array) -> jax.Array:
    """Standardised, each group by itself."""
    return jax.vmap(lambda r: (r - r.mean()) / (jnp.std(r) + 1e-8))(rewards)


def with_guard(rewards: Array) -> Array:
    """Nothing is divided where all are equal, and nothing is added."""
    mean, std = rewards.mean(axis=1, keepdims=True), rewards.std(axis=1, keepdims=True)
    return np.divide(rewards - mean, std, out=np.zeros_like(rewards), where=std > 0)


def with_variance_of_torch(scores: torch.Tensor, num_generations: int, epsilon: float) -> torch.Tensor:
    """Mean and variance in one call, repeated for each sequence."""
    var, mean = torch.var_mean(scores.view(-1, num_generations), dim=1, correction=1)
    mean, std = mean.repeat_interleave(num_generations), var.sqrt().repeat_interleave(num_generations)
    return (scores - mean) / (std + epsilon)


def mean_over_items(
    per_token_loss: torch.Tensor, completion_mask: torch.Tensor, num_items_in_batch: int
) -> torch.Tensor:
    """As TRL has it for DAPO: the number of tokens is told."""
    return per_token_loss.masked_fill(~completion_mask, 0.0).sum() / num_items_in_batch


def outcome_advantages(
    token_level_rewards: torch.Tensor, response_mask: torch.Tensor, index: Array, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """As verl has it: what are advantages there are returns, too."""
    scores = token_level_rewards.sum(dim=-1)
    found = torch.empty_like(scores)
    for prompt in np.unique(index):
        group = scores[torch.as_tensor(index == prompt)]
        found[torch.as_tensor(index == prompt)] = (group - group.mean()) / (group.std() + epsilon)
    advantages = found.unsqueeze(-1) * response_mask
    return advantages, advantages


def group_norm(rewards: torch.Tensor, n_samples_per_prompt: int) -> torch.Tensor:
    """As OpenRLHF has it."""
    rewards = rewards.reshape(-1, n_samples_per_prompt)
    rewards = (rewards - rewards.mean(-1, keepdim=True)) / (rewards.std(-1, keepdim=True) + 1e-9)
    return rewards.flatten()


IMPLEMENTATIONS: dict[str, list[Callable[..., Any]]] = {
    "tokens.token_mean": [
        mean_by_dot_product, mean_by_masked_array, mean_by_nanmean, agg_loss, masked_mean, mean_by_flat_indices,
        mean_of_packed_responses, mean_in_steps, mean_in_single, mean_weighted_by_lengths, mean_over_items,
    ],
    "tokens.sequence_mean": [
        means_in_torch, seq_mean_token_mean, means_in_jax, means_by_einsum, means_one_after_the_other,
        means_by_nanmean, means_of_packed_responses, means_of_products, means_over_global_batch,
    ],
    "tokens.group_advantages": [
        grpo_normalisation, by_moments, by_projection, row_by_row, by_dictionary, in_jax, with_guard,
        with_variance_of_torch, outcome_advantages, group_norm,
    ],
}  # fmt: skip

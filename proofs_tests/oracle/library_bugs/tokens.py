"""Reports about objectives of token sequences: how tokens are averaged, which count, ratios of sequences, penalties."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def _clipped(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> Array:
    ratio = np.exp(log_probs - old_log_probs)
    return np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_epsilon, 1 + clip_epsilon) * advantages)


def _k3(log_probs: Array, ref_log_probs: Array) -> Array:
    return np.exp(ref_log_probs - log_probs) - (ref_log_probs - log_probs) - 1


def _of_sequences(terms: Array, mask: Array) -> Array:
    return (np.where(mask, terms, 0).sum(axis=1) / mask.sum(axis=1)).mean()


def _of_tokens(terms: Array, mask: Array) -> Array:
    return np.where(mask, terms, 0).sum() / mask.sum()


def trl_token_mean(
    log_probs: Array, old_log_probs: Array, ref_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float,
    beta: float,
) -> float:  # fmt: skip
    """One global mean over tokens, where the paper has a mean of the sequences' means."""
    gain = _clipped(log_probs, old_log_probs, advantages[:, None], clip_epsilon)
    return -_of_tokens(gain - beta * _k3(log_probs, ref_log_probs), mask)


def trl_token_mean_without_penalty(
    log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float
) -> float:
    """The same without a penalty."""
    return -_of_tokens(_clipped(log_probs, old_log_probs, advantages, clip_epsilon), mask)


def trl_token_mean_of_losses(losses: Array, mask: Array) -> float:
    """The aggregation alone."""
    return _of_tokens(losses, mask)


def trl_truncated_in_the_divisor(losses: Array, mask: Array, truncated: Array) -> float:
    """The numerator leaves truncated completions out, the denominator counts them."""
    kept = mask & ~truncated[:, None]
    return np.where(kept, losses, 0).sum() / mask.sum()


def trl_dapo_truncated_in_the_divisor(
    log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, truncated: Array, clip_low: float,
    clip_high: float,
) -> float:  # fmt: skip
    """The same in DAPO's objective."""
    ratio = np.exp(log_probs - old_log_probs)
    gain = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_low, 1 + clip_high) * advantages)
    return -np.where(mask & ~truncated[:, None], gain, 0).sum() / mask.sum()


def nemo_divides_by_epsilon(rewards: Array) -> Array:
    """Leave-one-out baseline and standard deviation, with 1e-6 added also where it is zero."""
    others = [np.delete(rewards, i, axis=1) for i in range(rewards.shape[1])]
    baseline = np.stack([rest.mean(axis=1) for rest in others], axis=1)
    deviation = np.stack([rest.std(axis=1) for rest in others], axis=1)
    return (rewards - baseline) / (deviation + 1e-6)


def nemo_variance_by_squares(rewards: Array) -> Array:
    """The root of E[x^2] - E[x]^2 in float32, which is not zero for equal rewards."""
    rewards = rewards.astype(np.float32)
    others = rewards.shape[1] - 1
    baseline = (rewards.sum(axis=1, keepdims=True) - rewards) / others
    squares = ((rewards**2).sum(axis=1, keepdims=True) - rewards**2) / others
    deviation = np.sqrt(np.maximum(squares - baseline**2, 0))
    return (rewards - baseline) / np.where(deviation > 0, deviation + 1e-6, 1)


def trl_score_on_padding(scores: Array, log_probs: Array, ref_log_probs: Array, mask: Array, beta: float) -> Array:
    """The score is added to the first padding after the response."""
    rewards = -beta * (log_probs - ref_log_probs)
    after = mask.shape[1] - mask[:, ::-1].argmax(axis=1)
    rows = np.flatnonzero(after < mask.shape[1])
    rewards[rows, after[rows]] += scores[rows]
    return rewards


def trl_score_on_padding_if_there_is_any(
    rewards: Array, lengths: Array, log_probs: Array, ref_log_probs: Array, beta: float
) -> Array:
    """The same from lengths, on the last token where there is no padding."""
    found = -beta * (log_probs - ref_log_probs)
    found[np.arange(len(found)), np.minimum(lengths, found.shape[1] - 1)] += rewards
    return found


def verl_padding_without_end(responses: Array, eos_token: int, pad_token: int) -> Array:  # noqa: ARG001 - the bug
    """One everywhere where no end occurs."""
    is_end = (responses == eos_token).astype(int)
    return (is_end.cumsum(axis=1) - is_end) == 0


def verl_padding_without_end_or_pad(response_ids: Array, eos_token: int) -> Array:
    """The same, of a function that is not told of the padding."""
    return verl_padding_without_end(response_ids, eos_token, eos_token)


def openrlhf_mask_by_product(losses: Array, mask: Array) -> float:
    """x * mask: NaN * 0 = NaN."""
    return (losses * mask).sum() / mask.sum()


def openrlhf_policy_loss(
    log_probs: Array, old_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float
) -> float:
    """The same in a clipped loss."""
    loss = -_clipped(log_probs, old_log_probs, advantages, clip_epsilon)
    return (loss * mask).sum() / mask.sum()


def areal_padding_in_the_mean(advantages: Array, mask: Array) -> Array:  # noqa: ARG001 - that is the bug
    """A mean over padding too, one for each sequence."""
    return advantages.mean(axis=-1)


def areal_padding_in_one_mean(advantages: Array, mask: Array) -> float:  # noqa: ARG001 - that is the bug
    """A mean over padding too, of all sequences."""
    return advantages.mean()


def verl_penalty_rewarded(
    log_probs: Array, old_log_probs: Array, ref_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float,
    beta: float,
) -> float:  # fmt: skip
    """pg - c KL: the divergence is maximised."""
    policy_loss = -_of_tokens(_clipped(log_probs, old_log_probs, advantages, clip_epsilon), mask)
    return policy_loss - beta * _of_tokens(_k3(log_probs, ref_log_probs), mask)


def verl_penalty_rewarded_per_sequence(
    log_probs: Array, old_log_probs: Array, ref_log_probs: Array, advantages: Array, mask: Array, clip_epsilon: float,
    kl_coef: float,
) -> float:  # fmt: skip
    """The same, averaged as in the paper."""
    policy_loss = -_of_sequences(_clipped(log_probs, old_log_probs, advantages[:, None], clip_epsilon), mask)
    return policy_loss - kl_coef * _of_sequences(_k3(log_probs, ref_log_probs), mask)


def skyrl_mean_over_padding(advantages: Array, mask: Array) -> Array:
    """Unmasked mean, masked variance."""
    shown = advantages[mask]
    return np.where(mask, (advantages - advantages.mean()) / np.sqrt(shown.var() + 1e-8), 0)


def skyrl_variance_about_that_mean(advantages: Array, mask: Array) -> Array:
    """Unmasked mean, and the masked variance about it."""
    centred = advantages - advantages.mean()
    deviation = np.sqrt(np.where(mask, centred**2, 0).sum() / mask.sum())
    return np.where(mask, centred / (deviation + 1e-8), 0)


def unsloth_sum_of_ratios(log_probs: Array, old_log_probs: Array, mask: Array) -> Array:
    """sum_t exp(d_t)."""
    return np.where(mask, np.exp(log_probs - old_log_probs), 0).sum(axis=-1)


def unsloth_sum_of_ratios_without_a_mask(log_probs: Array, old_log_probs: Array) -> Array:
    """The same of full sequences."""
    return np.exp(log_probs - old_log_probs).sum(axis=-1)


def unsloth_sum_of_ratios_of_one_sequence(log_probs: Array, old_log_probs: Array) -> Array:
    """The same of one sequence."""
    return np.exp(log_probs - old_log_probs).sum()


def trl_product_ratio(log_probs: Array, old_log_probs: Array, mask: Array) -> Array:
    """exp(sum_t d_t), where GSPO has a mean."""
    return np.exp(np.where(mask, log_probs - old_log_probs, 0).sum(axis=-1))


def trl_product_ratio_of_log_ratios(log_ratios: Array, mask: Array) -> Array:
    """The same from log-ratios."""
    return np.exp(np.where(mask, log_ratios, 0).sum(axis=-1))


def leave_one_out(rewards: Array) -> Array:
    """R_i less the mean of the others."""
    size = rewards.shape[-1]
    return rewards - (rewards.sum(axis=-1, keepdims=True) - rewards) / (size - 1)


def scaled_leave_one_out(rewards: Array) -> Array:
    """k/(k-1) (R_i - mean)."""
    size = rewards.shape[-1]
    return size / (size - 1) * (rewards - rewards.mean(axis=-1, keepdims=True))


def leave_one_out_of_one_list(rewards: Array, group_size: int) -> Array:
    """R_i less the mean of the others, for prompts that take turns."""
    groups = rewards.reshape(group_size, -1)
    return (groups - (groups.sum(axis=0) - groups) / (group_size - 1)).reshape(-1)


PAPER = ("huggingface/trl PR#2881", "variant", "token_mean")
ENTRIES = (
    Entry("LLM-01", PAPER[0], "tokens.grpo_objective", trl_token_mean, *PAPER[1:]),
    Entry("LLM-01", PAPER[0], "tokens.grpo_objective", trl_token_mean_without_penalty, *PAPER[1:]),
    Entry("LLM-01", PAPER[0], "tokens.sequence_mean", trl_token_mean_of_losses, *PAPER[1:]),
    Entry(
        "LLM-02", "huggingface/trl PR#6439", "tokens.token_mean", trl_truncated_in_the_divisor, "bug",
        "truncated_sequences_in_the_divisor",
    ),
    Entry(
        "LLM-02", "huggingface/trl PR#6439", "tokens.dapo_objective", trl_dapo_truncated_in_the_divisor, "bug",
        "truncated_sequences_in_the_divisor",
    ),
    Entry(
        "LLM-05", "NVIDIA-NeMo/RL#1518", "tokens.leave_one_out_normalised_advantages", nemo_divides_by_epsilon, "bug",
        "divided_by_epsilon",
    ),
    Entry(
        "LLM-06", "NVIDIA-NeMo/RL PR#4158", "tokens.leave_one_out_normalised_advantages", nemo_variance_by_squares,
        "bug",
    ),
    Entry(
        "LLM-07", "huggingface/trl#3750", "tokens.kl_in_reward", trl_score_on_padding, "variant",
        "score_on_the_first_padding",
    ),
    Entry(
        "LLM-07", "huggingface/trl#3750", "tokens.kl_in_reward", trl_score_on_padding_if_there_is_any, "variant",
        "score_on_the_first_padding",
    ),
    Entry(
        "LLM-08", "verl-project/verl#3805", "tokens.response_mask", verl_padding_without_end, "bug",
        "padding_counts_without_an_end",
    ),
    Entry(
        "LLM-08", "verl-project/verl#3805", "tokens.response_mask", verl_padding_without_end_or_pad, "bug",
        "padding_counts_without_an_end",
    ),
    Entry(
        "LLM-09", "OpenRLHF/OpenRLHF PR#1240", "tokens.token_mean", openrlhf_mask_by_product, "bug",
        "masked_places_leak",
    ),
    Entry(
        "LLM-09", "OpenRLHF/OpenRLHF PR#1240", "tokens.grpo_token_mean_objective", openrlhf_policy_loss, "bug",
        "masked_places_leak",
    ),
    Entry(
        "LLM-10", "areal-project/AReaL PR#1346", "tokens.sequence_mean", areal_padding_in_the_mean, "bug",
        "token_mask_ignored",
    ),
    Entry(
        "LLM-10", "areal-project/AReaL PR#1346", "tokens.token_mean", areal_padding_in_one_mean, "bug",
        "token_mask_ignored",
    ),
    Entry(
        "LLM-11", "Unakar/Logic-RL#58", "tokens.grpo_token_mean_objective", verl_penalty_rewarded, "bug",
        "penalty_rewarded",
    ),
    Entry(
        "LLM-11", "qiancheng0/ToolRL#52", "tokens.grpo_objective", verl_penalty_rewarded_per_sequence, "bug",
        "penalty_rewarded",
    ),
    Entry(
        "NORM-04", "NovaSky-AI/SkyRL#1305", "tokens.masked_advantage_whitening", skyrl_mean_over_padding, "bug",
        "padding_in_the_mean",
    ),
    Entry(
        "NORM-04", "NovaSky-AI/SkyRL PR#1782", "tokens.masked_advantage_normalisation", skyrl_variance_about_that_mean,
        "bug", "padding_in_the_mean",
    ),
    *(
        Entry(
            "PPO-07", "unslothai/unsloth-zoo PR#870", "tokens.sequence_importance_ratio", function, "bug",
            "sum_of_ratios",
        )
        for function in (
            unsloth_sum_of_ratios, unsloth_sum_of_ratios_without_a_mask, unsloth_sum_of_ratios_of_one_sequence,
        )
    ),
    *(
        Entry("PPO-08", "huggingface/trl#5814", "tokens.sequence_ratio", function, "variant", "product_ratio")
        for function in (trl_product_ratio, trl_product_ratio_of_log_ratios)
    ),
    *(
        Entry("C-09", "OpenRLHF/OpenRLHF#843", "tokens.rloo_advantages", function, "control")
        for function in (leave_one_out, scaled_leave_one_out, leave_one_out_of_one_list)
    ),
)  # fmt: skip

"""Laws of the relatives of GRPO: Dr. GRPO, DAPO and GSPO."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._tokens import hidden, lengths, listed, padded, slope
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo, tokens


@law("tokens.dr_grpo_objective", system="ball")
def dr_grpo_has_the_policy_gradient(
    token_log_probs: Array,
    third_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    max_tokens: int,
) -> Claims:
    """At the old policy its slope is that of 1/(B M) sum_i A_i log pi(o_i): every token weighs the same."""

    def objective(log_probs: Array) -> Any:
        return tokens.dr_grpo_objective(
            log_probs,
            token_log_probs,
            token_mask,
            sequence_advantages,
            clip_epsilon=clip_epsilon,
            max_tokens=max_tokens,
        )

    sums = np.array([row.sum() for row in listed(third_token_log_probs, token_mask)])
    found = slope(objective, token_log_probs, third_token_log_probs)
    yield equal(len(sums) * max_tokens * found, sequence_advantages @ sums)


@law("tokens.dr_grpo_objective", system="ball", derivation=True)
def dr_grpo_equals_the_double_sum(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    max_tokens: int,
) -> Claims:
    """B M times it is the sum of A rho, with rho = min(r, 1 + eps) for A > 0 and rho = max(r, 1 - eps) else."""
    found = tokens.dr_grpo_objective(
        token_log_probs,
        old_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        max_tokens=max_tokens,
    )
    ratios = listed(ppo.ratio(token_log_probs, old_token_log_probs), token_mask)
    total = _clipped_sum(ratios, sequence_advantages, clip_epsilon, clip_epsilon)
    yield equal(len(token_mask) * max_tokens * found, total)


@law("tokens.dr_grpo_objective", system="ball")
def dr_grpo_scales_the_token_mean(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    max_tokens: int,
) -> Claims:
    """It is DAPO's token mean with equal ends, times the mean length over M."""
    arrays = token_log_probs, old_token_log_probs, token_mask, sequence_advantages
    found = tokens.dr_grpo_objective(*arrays, clip_epsilon=clip_epsilon, max_tokens=max_tokens)
    mean = tokens.dapo_objective(*arrays, clip_low=clip_epsilon, clip_high=clip_epsilon)
    counts = lengths(token_mask)
    yield equal(len(counts) * max_tokens * found, counts.sum() * mean)


@law("tokens.dr_grpo_objective", system="ball")
def dr_grpo_has_no_gradient_outside_the_mask(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    max_tokens: int,
) -> Claims:
    """Tokens that do not count have slope zero, and padding changes nothing: the divisor is not the width."""

    def objective(*inputs: Array) -> Any:
        return tokens.dr_grpo_objective(
            *inputs, sequence_advantages=sequence_advantages, clip_epsilon=clip_epsilon, max_tokens=max_tokens
        )

    yield from _ignores_hidden(objective, token_log_probs, old_token_log_probs, token_mask)


@law("tokens.dapo_objective", system="ball")
def dapo_with_equal_ends_is_the_token_mean_of_grpo(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array, sequence_advantages: Array, clip_epsilon: Any
) -> Claims:
    """With equal ends it is the token mean of GRPO's terms without penalty."""
    found = tokens.dapo_objective(
        token_log_probs,
        old_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_low=clip_epsilon,
        clip_high=clip_epsilon,
    )
    grpo = tokens.grpo_token_mean_objective(
        token_log_probs,
        old_token_log_probs,
        old_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        beta=0,
    )
    yield equal(found, grpo)


@law("tokens.dapo_objective", system="ball", derivation=True)
def dapo_equals_the_double_sum(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_low: Any,
    clip_high: Any,
) -> Claims:
    """The number of tokens times it is the sum of A min(r, 1 + high) for A > 0 and A max(r, 1 - low) else."""
    found = tokens.dapo_objective(
        token_log_probs,
        old_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_low=clip_low,
        clip_high=clip_high,
    )
    ratios = listed(ppo.ratio(token_log_probs, old_token_log_probs), token_mask)
    total = _clipped_sum(ratios, sequence_advantages, clip_low, clip_high)
    yield equal(sum(map(len, ratios)) * found, total)


@law("tokens.dapo_objective", system="ball")
def dapo_at_the_old_policy_weighs_by_length(
    token_log_probs: Array, token_mask: Array, sequence_advantages: Array, clip_low: Any, clip_high: Any
) -> Claims:
    """At the old policy it is the mean of the advantages weighted by length."""
    found = tokens.dapo_objective(
        token_log_probs, token_log_probs, token_mask, sequence_advantages, clip_low=clip_low, clip_high=clip_high
    )
    counts = lengths(token_mask)
    yield equal(counts.sum() * found, counts @ sequence_advantages)


@law("tokens.dapo_objective", system="ball")
def dapo_has_no_gradient_outside_the_mask(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_low: Any,
    clip_high: Any,
) -> Claims:
    """Tokens that do not count have slope zero, and padding changes nothing."""

    def objective(*inputs: Array) -> Any:
        return tokens.dapo_objective(
            *inputs, sequence_advantages=sequence_advantages, clip_low=clip_low, clip_high=clip_high
        )

    yield from _ignores_hidden(objective, token_log_probs, old_token_log_probs, token_mask)


@law("tokens.gspo_objective", system="ball")
def gspo_of_one_token_is_clip(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """For sequences of one token, and equal ends, it is L^CLIP."""
    everything = np.ones((len(log_probs), 1), dtype=bool)
    found = tokens.gspo_objective(
        log_probs[:, None],
        old_log_probs[:, None],
        everything,
        advantages,
        clip_low=clip_epsilon,
        clip_high=clip_epsilon,
    )
    ratios = ppo.ratio(log_probs, old_log_probs)
    yield equal(found, ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))


@law("tokens.gspo_objective", system="ball")
def gspo_has_the_gradient_of_grpo_at_the_old_policy(
    token_log_probs: Array,
    third_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_low: Any,
    clip_high: Any,
) -> Claims:
    """At the old policy value and slope are GRPO's without penalty: the mean over sequences of A times token means."""

    def gspo(log_probs: Array) -> Any:
        return tokens.gspo_objective(
            log_probs, token_log_probs, token_mask, sequence_advantages, clip_low=clip_low, clip_high=clip_high
        )

    def grpo(log_probs: Array) -> Any:
        return tokens.grpo_objective(
            log_probs, token_log_probs, token_log_probs, token_mask, sequence_advantages, clip_epsilon=clip_low, beta=0
        )

    yield equal(gspo(token_log_probs), grpo(token_log_probs))
    first, second = (slope(f, token_log_probs, third_token_log_probs) for f in (gspo, grpo))
    yield equal(first, second)
    means = np.array([row.sum() / len(row) for row in listed(third_token_log_probs, token_mask)])
    yield equal(len(means) * first, sequence_advantages @ means)


@law("tokens.gspo_objective", system="ball", derivation=True)
def gspo_equals_the_sum_over_sequences(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_low: Any,
    clip_high: Any,
) -> Claims:
    """B times it is the sum of A times the clipped |o|-th root of the product of ratios."""
    found = tokens.gspo_objective(
        token_log_probs,
        old_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_low=clip_low,
        clip_high=clip_high,
    )
    ratios = listed(ppo.ratio(token_log_probs, old_token_log_probs), token_mask)
    roots = [[row.prod() ** (numbers.arb(1) / len(row))] for row in ratios]
    yield equal(len(roots) * found, _clipped_sum(roots, sequence_advantages, clip_low, clip_high))


@law("tokens.gspo_objective", system="ball")
def gspo_has_no_gradient_outside_the_mask(
    token_log_probs: Array,
    old_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_low: Any,
    clip_high: Any,
) -> Claims:
    """Tokens that do not count have slope zero, and padding changes nothing."""

    def objective(*inputs: Array) -> Any:
        return tokens.gspo_objective(
            *inputs, sequence_advantages=sequence_advantages, clip_low=clip_low, clip_high=clip_high
        )

    yield from _ignores_hidden(objective, token_log_probs, old_token_log_probs, token_mask)


def _clipped_sum(rows: list[Any], advantages: Array, low: Any, high: Any) -> Any:
    """The sum over sequences of A times the ratios, clipped on the side that the sign of A says."""
    total = 0
    for row, advantage in zip(rows, advantages, strict=True):
        clipped = [r.min(1 + high) if advantage > 0 else r.max(1 - low) for r in row]
        total = total + advantage * sum(clipped)
    return total


def _ignores_hidden(objective: Callable[..., Any], log_probs: Array, old_log_probs: Array, token_mask: Array) -> Claims:
    yield equal(slope(lambda moved: objective(moved, old_log_probs, token_mask), log_probs, hidden(token_mask)), 0)
    yield equal(
        objective(*padded(token_mask, log_probs, old_log_probs)), objective(log_probs, old_log_probs, token_mask)
    )

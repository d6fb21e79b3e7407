"""Laws of the clipped objectives of token sequences."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._tokens import hidden, lengths, listed, padded, slope
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, ppo, tokens


@law("tokens.grpo_objective", system="ball")
def grpo_of_one_token_is_clip(
    log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: Any, beta: Any
) -> Claims:
    """For sequences of one token it is L^CLIP minus beta times the mean of k3; here the old policy is the reference."""
    columns = log_probs[:, None], old_log_probs[:, None], old_log_probs[:, None]
    everything = np.ones(columns[0].shape, dtype=bool)
    found = tokens.grpo_objective(*columns, everything, advantages, clip_epsilon=clip_epsilon, beta=beta)
    clip = ppo.clip_objective(ppo.ratio(log_probs, old_log_probs), advantages, clip_epsilon=clip_epsilon)
    penalty = divergence.k3(old_log_probs, log_probs).sum() / len(log_probs)
    yield equal(found, clip - beta * penalty)


@law("tokens.grpo_objective", system="ball")
def grpo_at_the_old_policy_is_the_mean_advantage(
    token_log_probs: Array, token_mask: Array, sequence_advantages: Array, clip_epsilon: Any, beta: Any
) -> Claims:
    """At the old policy, if it is the reference as well, it is the mean of the advantages, whatever the lengths."""
    found = tokens.grpo_objective(
        token_log_probs,
        token_log_probs,
        token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        beta=beta,
    )
    yield equal(found, sequence_advantages.sum() / len(sequence_advantages))


@law("tokens.grpo_objective", system="ball")
def grpo_is_affine_in_beta(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """The penalty is beta times the sequence mean of k3, which is not negative."""

    def objective(coefficient: Any) -> Any:
        return tokens.grpo_objective(
            token_log_probs,
            old_token_log_probs,
            reference_token_log_probs,
            token_mask,
            sequence_advantages,
            clip_epsilon=clip_epsilon,
            beta=coefficient,
        )

    estimates = divergence.k3(reference_token_log_probs, token_log_probs)
    yield equal(objective(0) - objective(beta), beta * tokens.sequence_mean(estimates, token_mask))


@law("tokens.grpo_objective", system="ball", derivation=True)
def grpo_equals_the_double_sum(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """Term by term: the token's clipped ratio times A, minus beta (rho - log rho - 1), over |o_i|, over B."""
    found = tokens.grpo_objective(
        token_log_probs,
        old_token_log_probs,
        reference_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        beta=beta,
    )
    clipped = _terms(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_epsilon, clip_epsilon)
    penalties = _penalties(token_log_probs, reference_token_log_probs, token_mask)
    means = [(sum(row) - beta * sum(penalty)) / len(row) for row, penalty in zip(clipped, penalties, strict=True)]
    yield equal(found, sum(means) / len(means))


@law("tokens.grpo_objective", system="ball")
def grpo_ignores_padding(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """What stands outside the mask, and how much of it, changes nothing."""
    arrays = token_log_probs, old_token_log_probs, reference_token_log_probs
    found, again = (
        tokens.grpo_objective(*inputs, sequence_advantages=sequence_advantages, clip_epsilon=clip_epsilon, beta=beta)
        for inputs in ((*arrays, token_mask), padded(token_mask, *arrays))
    )
    yield equal(found, again)


@law("tokens.grpo_objective", system="ball")
def grpo_has_no_gradient_outside_the_mask(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """Moving the log-probabilities of tokens that do not count has slope zero, exactly."""

    def objective(log_probs: Array) -> Any:
        return tokens.grpo_objective(
            log_probs,
            old_token_log_probs,
            reference_token_log_probs,
            token_mask,
            sequence_advantages,
            clip_epsilon=clip_epsilon,
            beta=beta,
        )

    yield equal(slope(objective, token_log_probs, hidden(token_mask)), 0)


@law("tokens.grpo_token_mean_objective", system="ball")
def grpo_token_mean_for_equal_lengths_is_grpo(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """If all sequences are equally long, it is GRPO's objective."""
    everything = np.ones(token_log_probs.shape, dtype=bool)
    first, second = (
        objective(
            token_log_probs,
            old_token_log_probs,
            reference_token_log_probs,
            everything,
            sequence_advantages,
            clip_epsilon=clip_epsilon,
            beta=beta,
        )
        for objective in (tokens.grpo_token_mean_objective, tokens.grpo_objective)
    )
    yield equal(first, second)


@law("tokens.grpo_token_mean_objective", system="ball")
def grpo_token_mean_at_the_old_policy_weighs_by_length(
    token_log_probs: Array, token_mask: Array, sequence_advantages: Array, clip_epsilon: Any, beta: Any
) -> Claims:
    """At the old policy, if it is the reference as well, it is the mean of the advantages weighted by length."""
    found = tokens.grpo_token_mean_objective(
        token_log_probs,
        token_log_probs,
        token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        beta=beta,
    )
    counts = lengths(token_mask)
    yield equal(counts.sum() * found, counts @ sequence_advantages)


@law("tokens.grpo_token_mean_objective", system="ball", derivation=True)
def grpo_token_mean_equals_the_double_sum(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """Term by term, divided by the number of all tokens that count."""
    found = tokens.grpo_token_mean_objective(
        token_log_probs,
        old_token_log_probs,
        reference_token_log_probs,
        token_mask,
        sequence_advantages,
        clip_epsilon=clip_epsilon,
        beta=beta,
    )
    clipped = _terms(token_log_probs, old_token_log_probs, token_mask, sequence_advantages, clip_epsilon, clip_epsilon)
    penalties = _penalties(token_log_probs, reference_token_log_probs, token_mask)
    total = sum(map(sum, clipped)) - beta * sum(map(sum, penalties))
    yield equal(found, total / sum(map(len, clipped)))


@law("tokens.grpo_token_mean_objective", system="ball")
def grpo_token_mean_has_no_gradient_outside_the_mask(
    token_log_probs: Array,
    old_token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    sequence_advantages: Array,
    clip_epsilon: Any,
    beta: Any,
) -> Claims:
    """Tokens that do not count have slope zero, and padding changes nothing."""

    def objective(log_probs: Array) -> Any:
        return tokens.grpo_token_mean_objective(
            log_probs,
            old_token_log_probs,
            reference_token_log_probs,
            token_mask,
            sequence_advantages,
            clip_epsilon=clip_epsilon,
            beta=beta,
        )

    yield equal(slope(objective, token_log_probs, hidden(token_mask)), 0)
    wider = padded(token_mask, token_log_probs, old_token_log_probs, reference_token_log_probs)
    again = tokens.grpo_token_mean_objective(
        *wider, sequence_advantages=sequence_advantages, clip_epsilon=clip_epsilon, beta=beta
    )
    yield equal(again, objective(token_log_probs))


def _terms(
    log_probs: Array, old_log_probs: Array, token_mask: Array, advantages: Array, low: Any, high: Any
) -> list[list[Any]]:
    """The clipped terms of each sequence, by the sign of its advantage."""
    rows = []
    for ratios, advantage in zip(listed(ppo.ratio(log_probs, old_log_probs), token_mask), advantages, strict=True):
        if advantage > 0:
            rows.append([advantage * r.min(1 + high) for r in ratios])
        else:
            rows.append([advantage * r.max(1 - low) for r in ratios])
    return rows


def _penalties(log_probs: Array, reference: Array, token_mask: Array) -> list[Array]:
    """The estimates rho - log rho - 1 of each sequence, rho = pi_ref/pi."""
    rows = listed(reference - log_probs, token_mask)
    return [numbers.exp(row) - row - 1 for row in rows]

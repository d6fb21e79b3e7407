"""Laws of the means over tokens and of rewards per token."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._tokens import lengths, listed, padded, with_empty_sequence
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, tokens


@law("tokens.token_mean", derivation=True)
def token_mean_is_the_mean_of_a_list(token_terms: Array, token_mask: Array) -> Claims:
    """It is the mean of the list of all tokens that count."""
    terms = [term for row in listed(token_terms, token_mask) for term in row]
    yield equal(tokens.token_mean(token_terms, token_mask), sum(terms) / len(terms))


@law("tokens.token_mean")
def token_mean_weighs_sequences_by_length(token_terms: Array, token_mask: Array) -> Claims:
    """The mean of each sequence counts as often as the sequence has tokens."""
    rows = [tokens.token_mean(token_terms[i : i + 1], token_mask[i : i + 1]) for i in range(len(token_mask))]
    counts = lengths(token_mask)
    yield equal(counts.sum() * tokens.token_mean(token_terms, token_mask), counts @ np.array(rows))


@law("tokens.token_mean")
def token_mean_ignores_padding(token_terms: Array, token_mask: Array) -> Claims:
    """What stands outside the mask, and how much of it, changes nothing: columns, nor sequences without tokens."""
    mean = tokens.token_mean(token_terms, token_mask)
    yield equal(tokens.token_mean(*padded(token_mask, token_terms)), mean)
    yield equal(tokens.token_mean(*with_empty_sequence(token_mask, token_terms)), mean)


@law("tokens.token_mean")
def token_mean_is_linear(token_terms: Array, other_token_terms: Array, token_mask: Array, shift: Any) -> Claims:
    """Linear in the terms, and the mean of a constant is the constant."""
    mixed = tokens.token_mean(token_terms + shift * other_token_terms, token_mask)
    first, second = (tokens.token_mean(terms, token_mask) for terms in (token_terms, other_token_terms))
    yield equal(mixed, first + shift * second)
    yield equal(tokens.token_mean(0 * token_terms + shift, token_mask), shift)


@law("tokens.sequence_mean", derivation=True)
def sequence_mean_is_the_mean_of_means(token_terms: Array, token_mask: Array) -> Claims:
    """It is the mean over lists of the mean of each list of tokens that count."""
    means = [row.sum() / len(row) for row in listed(token_terms, token_mask)]
    yield equal(tokens.sequence_mean(token_terms, token_mask), sum(means) / len(means))


@law("tokens.sequence_mean")
def sequence_mean_equals_token_mean_for_equal_lengths(token_terms: Array, token_mask: Array) -> Claims:
    """If all sequences are equally long the two means agree; each sequence alone is such a case."""
    everything = np.ones_like(token_mask)
    yield equal(tokens.sequence_mean(token_terms, everything), tokens.token_mean(token_terms, everything))
    rows = [tokens.token_mean(token_terms[i : i + 1], token_mask[i : i + 1]) for i in range(len(token_mask))]
    yield equal(len(rows) * tokens.sequence_mean(token_terms, token_mask), sum(rows))


@law("tokens.sequence_mean")
def sequence_mean_ignores_padding(token_terms: Array, token_mask: Array) -> Claims:
    """What stands outside the mask changes nothing, nor does the order of the sequences."""
    mean = tokens.sequence_mean(token_terms, token_mask)
    yield equal(tokens.sequence_mean(*padded(token_mask, token_terms)), mean)
    yield equal(tokens.sequence_mean(token_terms[::-1], token_mask[::-1]), mean)


@law("tokens.sequence_mean")
def sequence_mean_is_linear(token_terms: Array, other_token_terms: Array, token_mask: Array, shift: Any) -> Claims:
    """Linear in the terms, and the mean of a constant is the constant."""
    mixed = tokens.sequence_mean(token_terms + shift * other_token_terms, token_mask)
    first, second = (tokens.sequence_mean(terms, token_mask) for terms in (token_terms, other_token_terms))
    yield equal(mixed, first + shift * second)
    yield equal(tokens.sequence_mean(0 * token_terms + shift, token_mask), shift)


@law("tokens.sequence_sum_constant")
def sequence_sum_scales_the_token_mean(token_terms: Array, token_mask: Array, max_tokens: int) -> Claims:
    """It is the token mean times the mean length over M."""
    total = tokens.sequence_sum_constant(token_terms, token_mask, max_tokens=max_tokens)
    counts = lengths(token_mask)
    mean_length = counts.sum() / len(counts)
    yield equal(max_tokens * total, mean_length * tokens.token_mean(token_terms, token_mask))


@law("tokens.sequence_sum_constant")
def sequence_sum_is_additive_over_sequences(
    token_terms: Array, other_token_terms: Array, token_mask: Array, max_tokens: int
) -> Claims:
    """Two batches together have the mean of the two, whatever their lengths; the divisor is a divisor."""
    first, second = (
        tokens.sequence_sum_constant(terms, token_mask, max_tokens=max_tokens)
        for terms in (token_terms, other_token_terms)
    )
    both = np.concatenate([token_terms, other_token_terms]), np.concatenate([token_mask, token_mask])
    yield equal(2 * tokens.sequence_sum_constant(*both, max_tokens=max_tokens), first + second)
    yield equal(2 * tokens.sequence_sum_constant(token_terms, token_mask, max_tokens=2 * max_tokens), first)


@law("tokens.sequence_sum_constant")
def sequence_sum_ignores_padding(token_terms: Array, token_mask: Array, max_tokens: int) -> Claims:
    """What stands outside the mask, and the width of the batch, changes nothing; an empty sequence counts in B."""
    total = tokens.sequence_sum_constant(token_terms, token_mask, max_tokens=max_tokens)
    wider, mask = padded(token_mask, token_terms)
    yield equal(tokens.sequence_sum_constant(wider, mask, max_tokens=max_tokens), total)
    more, mask = with_empty_sequence(token_mask, token_terms)
    yield equal(len(mask) * tokens.sequence_sum_constant(more, mask, max_tokens=max_tokens), len(token_mask) * total)


@law("tokens.sequence_sum_constant", derivation=True)
def sequence_sum_is_a_double_sum(token_terms: Array, token_mask: Array, max_tokens: int) -> Claims:
    """B M times it is the sum of all tokens that count, added one by one."""
    total = 0
    for place in np.argwhere(token_mask):
        total = total + token_terms[tuple(place)]
    value = tokens.sequence_sum_constant(token_terms, token_mask, max_tokens=max_tokens)
    yield equal(len(token_mask) * max_tokens * value, total)


@law("tokens.kl_in_reward")
def kl_in_reward_sums_to_the_penalised_score(
    sequence_rewards: Array,
    token_log_probs: Array,
    reference_token_log_probs: Array,
    token_mask: Array,
    beta: Any,
) -> Claims:
    """Over a sequence they sum to R - beta log(pi/pi_ref) of the whole sequence."""
    rewards = tokens.kl_in_reward(sequence_rewards, token_log_probs, reference_token_log_probs, token_mask, beta=beta)
    excess = [row.sum() for row in listed(token_log_probs - reference_token_log_probs, token_mask)]
    yield equal(rewards.sum(axis=1), sequence_rewards - beta * np.array(excess))


@law("tokens.kl_in_reward")
def kl_in_reward_puts_the_score_on_the_last_token(
    sequence_rewards: Array, token_log_probs: Array, reference_token_log_probs: Array, token_mask: Array, beta: Any
) -> Claims:
    """Without penalty, the reward to go is R up to the last token that counts, and 0 after it."""
    rewards = tokens.kl_in_reward(sequence_rewards, token_log_probs, reference_token_log_probs, token_mask, beta=0)
    for i, shown in enumerate(token_mask):
        last = int(np.flatnonzero(shown)[-1])
        to_go = [rewards[i, t:].sum() for t in range(len(shown))]
        yield equal(to_go, [sequence_rewards[i] if t <= last else 0 for t in range(len(shown))])
    same = tokens.kl_in_reward(sequence_rewards, token_log_probs, token_log_probs, token_mask, beta=beta)
    yield equal(same, rewards)


@law("tokens.kl_in_reward", system="ball", derivation=True)
def kl_in_reward_is_the_divergence_on_average(
    full_probabilities: Array, other_full_probabilities: Array, q_values: Array, beta: Any
) -> Claims:
    """Over all one-token responses to each prompt the reward has mean E[R] - beta KL(pi || pi_ref)."""
    policy, reference = full_probabilities, other_full_probabilities
    shape = (policy.size, 1)
    rewards = tokens.kl_in_reward(
        q_values.reshape(-1),
        numbers.log(policy).reshape(shape),
        numbers.log(reference).reshape(shape),
        np.ones(shape, dtype=bool),
        beta=beta,
    ).reshape(policy.shape)
    scores = (policy * q_values).sum(axis=1)
    yield equal((policy * rewards).sum(axis=1), scores - beta * divergence.kl(policy, reference))


@law("tokens.kl_in_reward")
def kl_in_reward_ignores_padding(
    sequence_rewards: Array, token_log_probs: Array, reference_token_log_probs: Array, token_mask: Array, beta: Any
) -> Claims:
    """Padding left and right of a sequence gets no reward and changes none."""
    rewards = tokens.kl_in_reward(sequence_rewards, token_log_probs, reference_token_log_probs, token_mask, beta=beta)
    wider = padded(token_mask, token_log_probs, reference_token_log_probs)
    found = tokens.kl_in_reward(sequence_rewards, *wider, beta=beta)
    yield equal(found[:, 1:-1], rewards)
    yield equal(found[:, [0, -1]], 0)
    yield equal(np.where(token_mask, 0, rewards), 0)

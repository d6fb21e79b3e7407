"""Laws of the ratios of tokens and sequences, and of the clipped term with two ends."""

from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._tokens import listed, padded
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo, tokens


@law("tokens.token_ratio", system="ball")
def token_ratio_is_the_ratio_of_each_token(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array
) -> Claims:
    """Token by token it is ppo.ratio, and one outside the mask."""
    found = tokens.token_ratio(token_log_probs, old_token_log_probs, token_mask)
    yield equal(found, np.where(token_mask, ppo.ratio(token_log_probs, old_token_log_probs), 1))
    wider = padded(token_mask, token_log_probs, old_token_log_probs)
    yield equal(tokens.token_ratio(*wider)[:, 1:-1], found)


@law("tokens.token_ratio", system="ball")
def token_ratio_of_the_same_policy_is_one(token_log_probs: Array, token_mask: Array, shift: Any) -> Claims:
    """While the policy that sampled is the policy itself, r = 1; log-probabilities larger by b give e^b."""
    yield equal(tokens.token_ratio(token_log_probs, token_log_probs, token_mask), 1)
    larger = tokens.token_ratio(token_log_probs + shift, token_log_probs, token_mask)
    yield equal(larger, np.where(token_mask, numbers.exp(numbers.ball([shift]))[0], 1))


@law("tokens.token_ratio", system="ball", derivation=True)
def token_ratio_multiplies_to_the_sequence(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array
) -> Claims:
    """The product over a sequence is the quotient of the sequence's probabilities."""
    found = tokens.token_ratio(token_log_probs, old_token_log_probs, token_mask)
    new, old = (np.array([row.sum() for row in listed(x, token_mask)]) for x in (token_log_probs, old_token_log_probs))
    yield equal(found.prod(axis=1), numbers.exp(new) / numbers.exp(old))


@law("tokens.sequence_importance_ratio", system="ball", derivation=True)
def sequence_importance_ratio_has_mean_one(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Over all sequences of two tokens drawn from the old policy its mean is one."""
    old, new = (np.concatenate([p, p])[:2] for p in (full_probabilities, other_full_probabilities))
    sequences = np.array(list(product(range(old.shape[1]), repeat=2)))
    chosen_old, chosen_new = (numbers.log(p[[0, 1], sequences]) for p in (old, new))
    ratios = tokens.sequence_importance_ratio(chosen_new, chosen_old, np.ones(sequences.shape, dtype=bool))
    yield equal(numbers.exp(chosen_old.sum(axis=1)) @ ratios, 1)


@law("tokens.sequence_importance_ratio", system="ball")
def sequence_importance_ratio_is_a_product(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array
) -> Claims:
    """It is the product of the tokens' ratios, and padding changes nothing."""
    found = tokens.sequence_importance_ratio(token_log_probs, old_token_log_probs, token_mask)
    ratios = ppo.ratio(token_log_probs, old_token_log_probs)
    yield equal(found, np.array([row.prod() for row in listed(ratios, token_mask)]))
    yield equal(
        tokens.sequence_importance_ratio(*padded(token_mask, token_log_probs, old_token_log_probs)),
        found,
    )


@law("tokens.sequence_importance_ratio", system="ball")
def sequence_importance_ratio_composes(
    token_log_probs: Array, old_token_log_probs: Array, third_token_log_probs: Array, token_mask: Array
) -> Claims:
    """pi/pi_old = pi/pi'' pi''/pi_old, and the other way round it is the reciprocal."""
    found = tokens.sequence_importance_ratio(token_log_probs, old_token_log_probs, token_mask)
    onward = tokens.sequence_importance_ratio(token_log_probs, third_token_log_probs, token_mask)
    before = tokens.sequence_importance_ratio(third_token_log_probs, old_token_log_probs, token_mask)
    yield equal(onward * before, found)
    yield equal(tokens.sequence_importance_ratio(old_token_log_probs, token_log_probs, token_mask) * found, 1)


@law("tokens.sequence_ratio", system="ball", derivation=True)
def sequence_ratio_is_a_root_of_the_product(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array
) -> Claims:
    """s^n is the product of the n ratios of tokens that count, and padding changes nothing."""
    found = tokens.sequence_ratio(token_log_probs, old_token_log_probs, token_mask)
    rows = listed(ppo.ratio(token_log_probs, old_token_log_probs), token_mask)
    powers = [np.array([root] * len(row)).prod() for root, row in zip(found, rows, strict=True)]
    yield equal(powers, np.array([row.prod() for row in rows]))
    yield equal(tokens.sequence_ratio(*padded(token_mask, token_log_probs, old_token_log_probs)), found)


@law("tokens.sequence_ratio", system="ball")
def sequence_ratio_lies_between_the_token_ratios(
    token_log_probs: Array, old_token_log_probs: Array, token_mask: Array
) -> Claims:
    """At most the arithmetic mean of the tokens' ratios, at least the harmonic; one token gives its ratio."""
    found = tokens.sequence_ratio(token_log_probs, old_token_log_probs, token_mask)
    width = numbers.arb(2) ** -60
    for i, row in enumerate(listed(ppo.ratio(token_log_probs, old_token_log_probs), token_mask)):
        yield at_most(found[i], row.sum() / len(row) + width)  # attained by equal ratios: up to the width of balls
        yield at_most(len(row) / (1 / row).sum(), found[i] + width)


@law("tokens.sequence_ratio", system="ball")
def sequence_ratio_does_not_grow_with_length(token_log_probs: Array, token_mask: Array, shift: Any) -> Claims:
    """If every token's log ratio is b, then s = e^b whatever the length, where the product is e^(b n)."""
    moved = token_log_probs + shift
    constant = numbers.exp(numbers.ball([shift]))[0]
    yield equal(tokens.sequence_ratio(moved, token_log_probs, token_mask), constant)
    lengths = numbers.ball(token_mask.sum(axis=1))
    product_ratio = tokens.sequence_importance_ratio(moved, token_log_probs, token_mask)
    yield equal(product_ratio, numbers.exp(shift * lengths))


@law("tokens.clip_higher")
def clip_higher_with_equal_ends_is_clip(ratios: Array, advantages: Array, clip_epsilon: Any) -> Claims:
    """With two equal ends the mean of the terms is L^CLIP."""
    terms = tokens.clip_higher(ratios, advantages, clip_low=clip_epsilon, clip_high=clip_epsilon)
    yield equal(terms.sum() / len(terms), ppo.clip_objective(ratios, advantages, clip_epsilon=clip_epsilon))


@law("tokens.clip_higher", derivation=True)
def clip_higher_equals_the_hinge_form(ratios: Array, advantages: Array, clip_low: Any, clip_high: Any) -> Claims:
    """r A - A (r - 1 - high)_+ for A > 0, and r A + A (1 - low - r)_+ for A < 0."""
    expected = [
        r * a - (a * max(r - 1 - clip_high, 0) if a > 0 else -a * max(1 - clip_low - r, 0))
        for r, a in zip(ratios, advantages, strict=True)
    ]
    yield equal(tokens.clip_higher(ratios, advantages, clip_low=clip_low, clip_high=clip_high), expected)


@law("tokens.clip_higher")
def clip_higher_is_monotone_in_both_ends(
    ratios: Array, advantages: Array, clip_low: Any, clip_high: Any, alpha: Any
) -> Claims:
    """A wider band never lowers a term, and none exceeds r A."""
    terms = tokens.clip_higher(ratios, advantages, clip_low=clip_low, clip_high=clip_high)
    yield at_most(tokens.clip_higher(ratios, advantages, clip_low=alpha * clip_low, clip_high=clip_high), terms)
    yield at_most(tokens.clip_higher(ratios, advantages, clip_low=clip_low, clip_high=alpha * clip_high), terms)
    yield at_most(terms, ratios * advantages)


@law("tokens.clip_higher")
def clip_higher_reads_one_end_each(
    ratios: Array, advantages: Array, clip_low: Any, clip_high: Any, other_clip_high: Any
) -> Claims:
    """The upper end plays no role for negative advantages, the lower end none for positive ones."""
    negative, positive = -abs(advantages), abs(advantages)
    terms = tokens.clip_higher(ratios, negative, clip_low=clip_low, clip_high=clip_high)
    yield equal(tokens.clip_higher(ratios, negative, clip_low=clip_low, clip_high=other_clip_high), terms)
    terms = tokens.clip_higher(ratios, positive, clip_low=clip_low, clip_high=clip_high)
    yield equal(tokens.clip_higher(ratios, positive, clip_low=0, clip_high=clip_high), terms)

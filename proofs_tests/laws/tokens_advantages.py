"""Laws of group advantages and of advantages normalised under a mask."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._tokens import padded, with_empty_sequence
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, ppo, tokens


@law("tokens.group_advantages", system="ball")
def group_advantages_have_mean_zero(group_rewards: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """In each group they sum to zero, and their squares to G - ddof if epsilon is zero and rewards differ."""
    yield equal(tokens.group_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon).sum(axis=1), 0)
    exact = tokens.group_advantages(group_rewards, ddof=ddof, norm_epsilon=0)
    differ = numbers.holds(group_rewards != group_rewards[:, :1]).any(axis=1)
    yield equal((exact * exact).sum(axis=1), np.where(differ, group_rewards.shape[1] - ddof, 0))


@law("tokens.group_advantages", system="ball")
def group_advantages_normalise_each_group(group_rewards: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """Each group is normalised for itself, as a batch of advantages is."""
    rows = [ppo.advantage_normalisation(row, ddof=ddof, norm_epsilon=norm_epsilon) for row in group_rewards]
    together = tokens.group_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(together, np.stack(rows))
    yield equal(tokens.group_advantages(group_rewards[0], ddof=ddof, norm_epsilon=norm_epsilon), rows[0])


@law("tokens.group_advantages", system="ball", derivation=True)
def group_advantages_of_successes_and_failures(group_rewards: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """For k rewards of 1 among G, else 0: (r - k/G)/(s + epsilon) with s^2 = k (G - k)/(G (G - ddof))."""
    size = group_rewards.shape[1]
    for successes in range(1, size):
        rewards = numbers.ball((np.arange(size) < successes).astype(int))
        share = numbers.arb(successes) / size
        deviation = (numbers.arb(successes) * (size - successes) / (size * (size - ddof))).sqrt()
        found = tokens.group_advantages(rewards, ddof=ddof, norm_epsilon=norm_epsilon)
        yield equal(found, (rewards - share) / (deviation + norm_epsilon))


@law("tokens.group_advantages", system="ball")
def group_advantages_scale_the_plain_ones(
    group_rewards: Array, ddof: int, norm_epsilon: Any, scale: Any, shift: Any
) -> Claims:
    """They are Dr. GRPO's, each group divided by one number; c r + b with c epsilon gives the same, c > 0."""
    found = tokens.group_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    plain = tokens.dr_grpo_advantages(group_rewards)
    yield equal(found[:, :1] * plain, found * plain[:, :1])
    moved = scale * group_rewards + shift
    yield equal(tokens.group_advantages(moved, ddof=ddof, norm_epsilon=scale * norm_epsilon), found)


@law("tokens.group_advantages", system="ball")
def group_advantages_of_equal_rewards_are_zero(group_rewards: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """A group in which all succeed, or all fail, teaches nothing, also without epsilon."""
    constant = 0 * group_rewards + group_rewards[:, :1]
    for epsilon in (norm_epsilon, 0):
        yield equal(tokens.group_advantages(constant, ddof=ddof, norm_epsilon=epsilon), 0)


@law("tokens.dr_grpo_advantages")
def dr_grpo_advantages_have_mean_zero(group_rewards: Array, scale: Any, shift: Any) -> Claims:
    """In each group they sum to zero; a common shift changes nothing, the scale of rewards is theirs."""
    found = tokens.dr_grpo_advantages(group_rewards)
    yield equal(found.sum(axis=1), 0)
    yield equal(tokens.dr_grpo_advantages(scale * group_rewards + shift), scale * found)
    pairs = group_rewards[:, :, None] - group_rewards[:, None, :]
    yield equal(group_rewards.shape[1] * found, pairs.sum(axis=2))


@law("tokens.dr_grpo_advantages", derivation=True)
def dr_grpo_advantages_shrink_the_gradient(
    full_probabilities: Array, other_full_probabilities: Array, q_values: Array
) -> Claims:
    """Over all groups of G = 2 and 3 responses, the mean gradient is (G - 1)/G times that of the expected reward."""
    for size in (2, 3):
        mean, true = _gradients(
            tokens.dr_grpo_advantages, size, full_probabilities[0], other_full_probabilities[0], q_values[0]
        )
        yield equal(size * mean, (size - 1) * true)


@law("tokens.dr_grpo_advantages")
def dr_grpo_advantages_scale_the_leave_one_out_ones(group_rewards: Array) -> Claims:
    """They are (G - 1)/G times the leave-one-out advantages."""
    size = group_rewards.shape[1]
    yield equal(size * tokens.dr_grpo_advantages(group_rewards), (size - 1) * tokens.rloo_advantages(group_rewards))


@law("tokens.rloo_advantages", derivation=True)
def rloo_advantages_are_unbiased(full_probabilities: Array, other_full_probabilities: Array, q_values: Array) -> Claims:
    """Over all groups of G = 2 and 3 responses, the mean of A grad log pi is the gradient of the expected reward."""
    for size in (2, 3):
        mean, true = _gradients(
            tokens.rloo_advantages, size, full_probabilities[0], other_full_probabilities[0], q_values[0]
        )
        yield equal(mean, true)


@law("tokens.rloo_advantages")
def rloo_advantages_scale_the_centred_rewards(group_rewards: Array) -> Claims:
    """A_i = G/(G - 1) (r_i - mean), and each baseline is the mean of the list without r_i."""
    found, size = tokens.rloo_advantages(group_rewards), group_rewards.shape[1]
    centred = group_rewards - group_rewards.sum(axis=1)[:, None] / size
    yield equal((size - 1) * found, size * centred)
    for i in range(size):
        others = np.delete(group_rewards, i, axis=1)
        yield equal(found[:, i], group_rewards[:, i] - others.sum(axis=1) / others.shape[1])


@law("tokens.rloo_advantages")
def rloo_advantages_ignore_a_common_shift(group_rewards: Array, scale: Any, shift: Any) -> Claims:
    """c r + b gives c times as much, each group sums to zero, and groups do not mix."""
    found = tokens.rloo_advantages(group_rewards)
    yield equal(tokens.rloo_advantages(scale * group_rewards + shift), scale * found)
    yield equal(found.sum(axis=1), 0)
    yield equal(tokens.rloo_advantages(group_rewards[0]), found[0])


@law("tokens.rloo_advantages")
def rloo_advantages_of_two_are_the_difference(group_rewards: Array) -> Claims:
    """In a group of two, A = (r_1 - r_2, r_2 - r_1)."""
    pair = group_rewards[:, :2]
    yield equal(tokens.rloo_advantages(pair), pair - pair[:, ::-1])


@law("tokens.leave_one_out_normalised_advantages", system="ball")
def leave_one_out_normalised_advantages_scale_the_plain_ones(
    group_rewards: Array, ddof: int, norm_epsilon: Any, scale: Any
) -> Claims:
    """Times the others' standard deviation plus epsilon, if it is not zero, they are the leave-one-out advantages."""
    found = tokens.leave_one_out_normalised_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    deviation = _of_the_others(group_rewards, ddof)
    divisor = numbers.where(numbers.holds(deviation == 0), 1, deviation + norm_epsilon)
    yield equal(found * divisor, tokens.rloo_advantages(group_rewards))
    moved = scale * group_rewards
    again = tokens.leave_one_out_normalised_advantages(moved, ddof=ddof, norm_epsilon=scale * norm_epsilon)
    yield equal(np.where(numbers.holds(deviation == 0), again - scale * found, again - found), 0)


@law("tokens.leave_one_out_normalised_advantages", system="ball", derivation=True)
def leave_one_out_normalised_advantages_are_those_of_lists(
    group_rewards: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """Each is (r_i - m)/(s + epsilon), with the mean and variance of the list without r_i from sums over pairs."""
    found = tokens.leave_one_out_normalised_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    for i in range(group_rewards.shape[1]):
        others = np.delete(group_rewards, i, axis=1)
        size = others.shape[1]
        pairs = others[:, :, None] - others[:, None, :]
        variance = (pairs * pairs).sum(axis=(1, 2)) / (2 * size * (size - ddof))
        plain = group_rewards[:, i] - others.sum(axis=1) / size
        for k, square in enumerate(variance):
            divisor = numbers.arb(1) if np.all(others[k] == others[k, 0]) else square.sqrt() + norm_epsilon
            yield equal(found[k, i] * divisor, plain[k])


@law("tokens.leave_one_out_normalised_advantages", system="ball")
def leave_one_out_normalised_advantages_of_one_success(group_rewards: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """The only success among failures has advantage one, whatever epsilon is: it is not divided by it."""
    rewards = numbers.ball(np.eye(group_rewards.shape[1], dtype=int))
    found = tokens.leave_one_out_normalised_advantages(rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(np.diagonal(found), 1)


@law("tokens.leave_one_out_normalised_advantages", system="ball")
def leave_one_out_normalised_advantages_ignore_a_common_shift(
    group_rewards: Array, ddof: int, norm_epsilon: Any, shift: Any
) -> Claims:
    """A common shift of a group changes nothing, and groups do not mix."""
    found = tokens.leave_one_out_normalised_advantages(group_rewards, ddof=ddof, norm_epsilon=norm_epsilon)
    moved = tokens.leave_one_out_normalised_advantages(group_rewards + shift, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(moved, found)
    alone = tokens.leave_one_out_normalised_advantages(group_rewards[0], ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(alone, found[0])


@law("tokens.masked_advantage_normalisation", system="ball", derivation=True)
def masked_normalisation_is_that_of_the_list(
    token_advantages: Array, token_mask: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """The tokens that count are normalised as the list of them is; the others are zero."""
    found = tokens.masked_advantage_normalisation(token_advantages, token_mask, ddof=ddof, norm_epsilon=norm_epsilon)
    alone = ppo.advantage_normalisation(token_advantages[token_mask], ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(found[token_mask], alone)
    yield equal(np.where(token_mask, 0, found), 0)


@law("tokens.masked_advantage_normalisation", system="ball")
def masked_normalisation_without_a_mask(token_advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """If every token counts, it is the normalisation over both axes at once."""
    everything = np.ones(token_advantages.shape, dtype=bool)
    found = tokens.masked_advantage_normalisation(token_advantages, everything, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(found, ppo.advantage_normalisation(token_advantages, ddof=ddof, norm_epsilon=norm_epsilon))


@law("tokens.masked_advantage_normalisation", system="ball")
def masked_normalisation_ignores_padding(
    token_advantages: Array, token_mask: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """What stands outside the mask, and how much of it, changes nothing; the sum is zero."""
    found = tokens.masked_advantage_normalisation(token_advantages, token_mask, ddof=ddof, norm_epsilon=norm_epsilon)
    wider, mask = padded(token_mask, token_advantages)
    again = tokens.masked_advantage_normalisation(wider, mask, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(again[:, 1:-1], found)
    more, mask = with_empty_sequence(token_mask, token_advantages)
    again = tokens.masked_advantage_normalisation(more, mask, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(again[:-1], found)
    yield equal(found.sum(), 0)


@law("tokens.masked_advantage_whitening", system="ball", derivation=True)
def masked_whitening_is_that_of_the_list(
    token_advantages: Array, token_mask: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """The tokens that count are whitened as the list of them is; the others are zero."""
    found = tokens.masked_advantage_whitening(token_advantages, token_mask, ddof=ddof, norm_epsilon=norm_epsilon)
    alone = ppo.advantage_whitening(token_advantages[token_mask], ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(found[token_mask], alone)
    yield equal(np.where(token_mask, 0, found), 0)


@law("tokens.masked_advantage_whitening", system="ball")
def masked_whitening_without_a_mask(token_advantages: Array, ddof: int, norm_epsilon: Any) -> Claims:
    """If every token counts, it is the whitening over both axes at once."""
    everything = np.ones(token_advantages.shape, dtype=bool)
    found = tokens.masked_advantage_whitening(token_advantages, everything, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(found, ppo.advantage_whitening(token_advantages, ddof=ddof, norm_epsilon=norm_epsilon))


@law("tokens.masked_advantage_whitening", system="ball")
def masked_whitening_ignores_padding(
    token_advantages: Array, token_mask: Array, ddof: int, norm_epsilon: Any
) -> Claims:
    """What stands outside the mask, and how much of it, changes nothing; the sum is zero."""
    found = tokens.masked_advantage_whitening(token_advantages, token_mask, ddof=ddof, norm_epsilon=norm_epsilon)
    wider, mask = padded(token_mask, token_advantages)
    again = tokens.masked_advantage_whitening(wider, mask, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(again[:, 1:-1], found)
    more, mask = with_empty_sequence(token_mask, token_advantages)
    again = tokens.masked_advantage_whitening(more, mask, ddof=ddof, norm_epsilon=norm_epsilon)
    yield equal(again[:-1], found)
    yield equal(found.sum(), 0)


def _of_the_others(group_rewards: Array, ddof: int) -> Array:
    """The standard deviation of each group without the sequence itself, exactly zero for equal rewards."""
    columns = []
    for i in range(group_rewards.shape[1]):
        others = np.delete(group_rewards, i, axis=1)
        centred = others - others.sum(axis=1)[:, None] / others.shape[1]
        variance = (centred * centred).sum(axis=1) / (others.shape[1] - ddof)
        equal_ones = numbers.holds(others == others[:, :1]).all(axis=1)
        columns.append(numbers.where(equal_ones, 0, numbers.sqrt(variance)))
    return np.stack(columns, axis=1)


def _gradients(
    advantages: Callable[[Array], Array], size: int, policy: Array, new_policy: Array, rewards: Array
) -> tuple[Any, Any]:
    """The mean over all groups of 1/G sum_i A_i d log pi(a_i), and d E[r], along the way to another policy."""
    direction, mean = new_policy - policy, 0
    for group in product(range(len(policy)), repeat=size):
        chosen = np.array(group)
        score = advantages(rewards[chosen]) @ (direction / policy)[chosen] / size
        mean = mean + np.prod(policy[chosen]) * score
    return mean, direction @ rewards

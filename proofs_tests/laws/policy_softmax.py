"""Laws of softmax policies."""

from itertools import combinations, permutations, product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, policy
from rlproof.spec.numbers import exp, log


@law("policy.log_softmax", system="ball")
def log_softmax_normalises_and_keeps_differences(logits: Array) -> Claims:
    """Its exponentials sum to one and its differences are those of the logits; only one function does both."""
    log_probs = policy.log_softmax(logits)
    yield equal(exp(log_probs).sum(axis=1), 1)
    yield equal(log_probs[:, :, None] - log_probs[:, None, :], logits[:, :, None] - logits[:, None, :])


@law("policy.log_softmax", system="ball")
def log_softmax_is_invariant_to_shift(logits: Array, values: Array) -> Claims:
    """A number b(s) added to all logits of a state changes nothing, also one of 10^4."""
    for size in (1, 10**4):
        yield equal(policy.log_softmax(logits + size * values[:, None]), policy.log_softmax(logits))


@law("policy.log_softmax", system="ball", derivation=True)
def log_softmax_inverts_the_logarithm(full_probabilities: Array, scale: Any) -> Claims:
    """Of the logarithms of unnormalised rational weights c p(a) it is log p(a)."""
    yield equal(policy.log_softmax(log(scale * full_probabilities)), log(full_probabilities))


@law("policy.log_softmax", system="ball")
def log_softmax_leaves_out_masked_actions(logits: Array) -> Claims:
    """An action with logit minus infinity has log-probability minus infinity; for the others it is not there."""
    masked = np.concatenate([logits, 0 * logits[:, :1] - numbers.arb.pos_inf()], axis=1)
    log_probs = policy.log_softmax(masked)
    yield equal(log_probs[:, :-1], policy.log_softmax(logits))
    yield true(log_probs[:, -1] == -numbers.arb.pos_inf())
    yield equal(policy.entropy(masked), policy.entropy(logits))


@law("policy.log_softmax", system="ball")
def log_softmax_normaliser_is_near_the_maximum(logits: Array) -> Claims:
    """max phi <= log sum exp phi <= max phi + log A: equal below for one action, above for equal logits."""
    actions = logits.shape[1]
    normaliser = (logits - policy.log_softmax(logits))[:, 0]
    largest = numbers.largest(logits, axis=1)
    flat = numbers.holds(logits == logits[:, :1]).all(axis=1)
    yield equal(np.where(flat, normaliser, 0), np.where(flat, largest + log(numbers.ball([actions])), 0))
    yield at_most(np.where(flat, 0, largest), np.where(flat, 0, normaliser))
    yield at_most(np.where(flat, 0, normaliser), np.where(flat, 0, largest + log(numbers.ball([actions]))))


@law("policy.softmax", system="ball", derivation=True)
def softmax_has_the_odds_of_the_logits(logits: Array) -> Claims:
    """1/pi(a) = sum_b e^(phi(b) - phi(a)): the sum of the odds of all actions against a."""
    odds = exp(logits[:, None, :] - logits[:, :, None])
    yield equal(1 / policy.softmax(logits), odds.sum(axis=2))


@law("policy.softmax", system="ball", derivation=True)
def softmax_inverts_the_logarithm(full_probabilities: Array, scale: Any) -> Claims:
    """Of the logarithms of unnormalised rational weights c p(a) it is p(a)."""
    yield equal(policy.softmax(log(scale * full_probabilities)), full_probabilities)


@law("policy.softmax", system="ball")
def softmax_is_invariant_to_shift(logits: Array, values: Array) -> Claims:
    """A number b(s) added to all logits of a state changes nothing, also one of 10^4."""
    for size in (1, 10**4):
        yield equal(policy.softmax(logits + size * values[:, None]), policy.softmax(logits))


@law("policy.softmax", system="ball")
def softmax_approaches_greedy(q_values: Array, temperature: Any) -> Claims:
    """At temperature tau all actions but the best have at most sum_a e^(-gap_a/tau), and at least a 1/A of that."""
    probabilities = policy.softmax(q_values / temperature)
    best = policy.greedy(q_values)
    others = np.arange(q_values.shape[1]) != best[:, None]
    gaps = numbers.largest(q_values, axis=1)[:, None] - q_values
    tails = np.where(others, exp(-gaps / temperature), 0).sum(axis=1)
    missed = np.where(others, probabilities, 0).sum(axis=1)
    if q_values.shape[1] == 1:
        yield equal(missed, 0)
    else:
        yield at_most(missed, tails)
        yield at_most(tails, q_values.shape[1] * missed + numbers.arb(2) ** -60)


@law("policy.softmax", system="ball")
def softmax_follows_the_order_of_the_actions(logits: Array) -> Claims:
    """Actions in another order have the same probabilities, in that order."""
    probabilities = policy.softmax(logits)
    for order in permutations(range(logits.shape[1])):
        yield equal(policy.softmax(logits[:, order]), probabilities[:, order])


@law("policy.softmax", system="ball")
def softmax_maximises_value_plus_entropy(logits: Array, probabilities: Array) -> Claims:
    """For any p, E_p[phi] + H(p) is log sum exp phi - KL(p || softmax phi): softmax is the maximiser (Gibbs)."""
    positive = numbers.is_nonzero(probabilities)
    own_entropy = -(probabilities * log(np.where(positive, probabilities, 1 + 0 * probabilities))).sum(axis=1)
    normaliser = log(exp(logits).sum(axis=1))
    gap = normaliser - (probabilities * logits).sum(axis=1) - own_entropy
    yield equal(gap, divergence.kl(probabilities, policy.softmax(logits)))


@law("policy.log_prob", system="ball", derivation=True)
def log_prob_of_all_sequences_adds_up_to_one(logits: Array) -> Claims:
    """The chances of all A^T sequences of actions, each the product over the steps, sum to one."""
    length, count = logits.shape
    sequences = product(range(count), repeat=length)
    yield equal(sum(exp(policy.log_prob(np.array(each), logits).sum()) for each in sequences), 1)


@law("policy.log_prob", system="ball", derivation=True)
def log_prob_is_minus_the_log_of_the_sum_of_odds(actions: Array, logits: Array) -> Claims:
    """-log pi(a) = log sum_b e^(phi(b) - phi(a))."""
    own = logits[np.arange(len(actions)), actions]
    yield equal(policy.log_prob(actions, logits), -log(exp(logits - own[:, None]).sum(axis=1)))


@law("policy.log_prob", system="ball", derivation=True)
def log_prob_inverts_the_logarithm(actions: Array, full_probabilities: Array) -> Claims:
    """Of the logarithms of a distribution it is the logarithm of the probability of the action."""
    own = full_probabilities[np.arange(len(actions)), actions]
    yield equal(policy.log_prob(actions, log(full_probabilities)), log(own))


@law("policy.entropy", system="ball")
def entropy_is_log_a_minus_kl_from_uniform(logits: Array) -> Claims:
    """H = log A - KL(pi || uniform): at most log A, and log A only of equal logits."""
    probabilities, count = policy.softmax(logits), logits.shape[1]
    log_count = log(numbers.ball([count]))
    uniform = 0 * logits + numbers.arb(1) / count
    entropies = policy.entropy(logits)
    yield equal(entropies, log_count - (probabilities * log(probabilities / uniform)).sum(axis=1))
    flat = numbers.holds(logits == logits[:, :1]).all(axis=1)
    yield at_most(np.where(flat, 0, entropies), np.where(flat, 0, log_count))
    yield at_most(0, np.where(count == 1, 0, entropies))


@law("policy.entropy", system="ball", derivation=True)
def entropy_is_the_normaliser_minus_the_mean_logit(logits: Array) -> Claims:
    """With Z(t) = sum_a e^(t phi(a)), H = log Z(1) - (log Z)'(1): the Legendre transform, as a power series in t."""
    ray = numbers.ray(logits, logits)
    normaliser = log(exp(ray).sum(axis=1))
    yield equal(policy.entropy(logits), np.array([series[0] - series[1] for series in normaliser]))


@law("policy.entropy", system="ball")
def entropy_adds_over_independent_choices(logits: Array, other_logits: Array) -> Claims:
    """Two choices made independently, as one choice among A^2 pairs, have the sum of the entropies."""
    pairs = (logits[:, :, None] + other_logits[:, None, :]).reshape(len(logits), -1)
    yield equal(policy.entropy(pairs), policy.entropy(logits) + policy.entropy(other_logits))


@law("policy.entropy", system="ball", derivation=True)
def entropy_chains_over_groups(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """H(p) = H(groups) + sum_g p(g) H(p given g), for the two groups given by an action and a copy of the rest."""
    whole = np.concatenate([full_probabilities, other_full_probabilities], axis=1) / 2
    parts = [policy.entropy(log(part)) for part in (full_probabilities, other_full_probabilities)]
    yield equal(policy.entropy(log(whole)), numbers.arb(2).log() + (parts[0] + parts[1]) / 2)


@law("policy.entropy", system="ball")
def entropy_has_its_gradient(logits: Array, other_logits: Array) -> Claims:
    """dH/dphi(a) = -pi(a) (log pi(a) + H)."""
    direction = other_logits - logits
    probabilities, entropies = policy.softmax(logits), policy.entropy(logits)
    slopes = -probabilities * (log(probabilities) + entropies[:, None])
    along = policy.entropy(numbers.ray(logits, direction))
    yield equal(np.array([series[1] for series in along]), (slopes * direction).sum(axis=1))


@law("policy.score", system="ball", derivation=True)
def score_is_the_derivative_of_log_prob(actions: Array, logits: Array, other_logits: Array) -> Claims:
    """Along phi + t d, log pi(a) has slope score . d."""
    direction = other_logits - logits
    along = policy.log_prob(actions, numbers.ray(logits, direction))
    yield equal(np.array([series[1] for series in along]), (policy.score(actions, logits) * direction).sum(axis=1))


@law("policy.score", system="ball")
def score_has_mean_zero(logits: Array) -> Claims:
    """E_pi[score] = 0, summed over all actions."""
    probabilities = policy.softmax(logits)
    yield equal(sum(probabilities[:, [a]] * scores for a, scores in enumerate(_scores(logits))), 0)


@law("policy.score", system="ball")
def score_sums_to_zero(actions: Array, logits: Array) -> Claims:
    """A common shift of the logits changes no log-probability; the score is positive for the action taken alone."""
    scores = policy.score(actions, logits)
    taken = np.arange(logits.shape[1]) == actions[:, None]
    yield equal(scores.sum(axis=1), 0)
    if logits.shape[1] > 1:
        yield true(numbers.is_positive(scores) == taken)


@law("policy.score", system="ball")
def score_vanishes_where_certain(actions: Array, logits: Array) -> Claims:
    """With all other actions masked it is zero: nothing is left to learn."""
    taken = np.arange(logits.shape[1]) == actions[:, None]
    yield equal(policy.score(actions, np.where(taken, logits, 0 * logits - numbers.arb.pos_inf())), 0)


@law("policy.fisher", system="ball", derivation=True)
def fisher_is_the_mean_square_of_the_score(logits: Array) -> Claims:
    """F = E_pi[score score^T], summed over all actions."""
    probabilities = policy.softmax(logits)
    squares = (scores[:, :, None] * scores[:, None, :] for scores in _scores(logits))
    yield equal(policy.fisher(logits), sum(probabilities[:, a, None, None] * s for a, s in enumerate(squares)))


@law("policy.fisher", system="ball", derivation=True)
def fisher_is_the_jacobian_of_softmax(logits: Array, other_logits: Array) -> Claims:
    """softmax(phi + t d) = pi + t F d + O(t^2), and F 1 = 0."""
    direction = other_logits - logits
    along = policy.softmax(numbers.ray(logits, direction))
    information = policy.fisher(logits)
    slopes = np.frompyfunc(lambda series: series[1], 1, 1)(along)
    yield equal((information @ direction[:, :, None])[:, :, 0], slopes)
    yield equal(information.sum(axis=2), 0)


@law("policy.fisher", system="ball")
def fisher_measures_variance(logits: Array, other_logits: Array) -> Claims:
    """d^T F d = sum_{a<b} pi(a) pi(b) (d(a) - d(b))^2, the variance of d under pi: never negative."""
    probabilities, information = policy.softmax(logits), policy.fisher(logits)
    squares = sum(
        probabilities[:, a] * probabilities[:, b] * (other_logits[:, a] - other_logits[:, b]) ** 2
        for a, b in combinations(range(logits.shape[1]), 2)
    )
    yield equal((other_logits[:, None, :] @ information @ other_logits[:, :, None])[:, 0, 0], squares)


@law("policy.fisher", system="ball", derivation=True)
def fisher_minors_are_the_product_of_probabilities(logits: Array) -> Claims:
    """Its rank is A - 1: without the row and column of one action its determinant is prod_a pi(a) (matrix-tree)."""
    probabilities, count = policy.softmax(logits), logits.shape[1]
    for information, row in zip(policy.fisher(logits), probabilities, strict=True):
        for left_out in range(count):
            kept = [a for a in range(count) if a != left_out]
            minor = numbers.arb_mat(count - 1, count - 1, list(information[np.ix_(kept, kept)].flat))
            yield equal(minor.det(), np.prod(row))


def _scores(logits: Array) -> list[Array]:
    """The score of each action in turn, whatever the state."""
    return [policy.score(np.full(len(logits), action), logits) for action in range(logits.shape[1])]

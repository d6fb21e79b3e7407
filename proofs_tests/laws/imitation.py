"""Laws of the supervised losses of imitation."""

from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, imitation, numbers, policy
from rlproof.spec.numbers import log


@law("imitation.cross_entropy", system="ball")
def cross_entropy_is_entropy_plus_kl(probabilities: Array, logits: Array) -> Claims:
    """H(p, pi) = H(p) + KL(p || pi)."""
    has = numbers.is_nonzero(probabilities)
    entropies = -(probabilities * log(np.where(has, probabilities, 1 + 0 * probabilities))).sum(axis=1)
    divergences = divergence.kl(probabilities, policy.softmax(logits))
    yield equal(imitation.cross_entropy(probabilities, logits), entropies + divergences)


@law("imitation.cross_entropy", system="ball", derivation=True)
def cross_entropy_has_its_gradient(probabilities: Array, logits: Array, logit_steps: Array) -> Claims:
    """Along phi + t d it has the slope (softmax(phi) - p) . d."""
    along = imitation.cross_entropy(probabilities, numbers.ray(logits, logit_steps))
    slopes = ((policy.softmax(logits) - probabilities) * logit_steps).sum(axis=1)
    yield equal(np.array([series[1] for series in along]), slopes)


@law("imitation.cross_entropy", system="ball")
def cross_entropy_is_smallest_at_the_target(full_probabilities: Array, logits: Array, shift: Any) -> Claims:
    """At phi = log p + c it is H(p), and nowhere less (Gibbs)."""
    target = log(full_probabilities) + shift
    least = imitation.cross_entropy(full_probabilities, target)
    yield equal(least, -(full_probabilities * log(full_probabilities)).sum(axis=1))
    # By no less than the squared distance, 2 TV^2 (Pinsker); undecided only where both are equal.
    distance = divergence.tv(full_probabilities, policy.softmax(logits))
    room = numbers.arb(2) ** -60
    yield at_most(least + 2 * distance * distance, imitation.cross_entropy(full_probabilities, logits) + room)


@law("imitation.cross_entropy", system="ball", derivation=True)
def cross_entropy_is_the_mean_surprise(probabilities: Array, logits: Array) -> Claims:
    """Over all sequences of target actions, the mean of -log of the policy's probability of the sequence is its sum."""
    length, count = logits.shape
    mean: Any = 0
    for actions in product(range(count), repeat=length):
        chance = np.prod(probabilities[np.arange(length), list(actions)])
        mean = mean - chance * policy.log_prob(np.array(actions), logits).sum()
    yield equal(imitation.cross_entropy(probabilities, logits).sum(), mean)


@law("imitation.cross_entropy", system="ball")
def cross_entropy_is_linear_in_the_target(
    probabilities: Array, other_probabilities: Array, logits: Array, alpha: Any
) -> Claims:
    """The loss of a mixture of targets is the mixture of the losses; that of one action is -log pi of it."""
    first, second = (imitation.cross_entropy(each, logits) for each in (probabilities, other_probabilities))
    mixed = imitation.cross_entropy(mix(probabilities, other_probabilities, alpha), logits)
    yield equal(mixed, first + alpha * (second - first))
    for action in range(logits.shape[1]):
        actions = np.full(len(logits), action)
        one_hot = numbers.ball(policy.deterministic(actions, number_of_actions=logits.shape[1]))
        yield equal(imitation.cross_entropy(one_hot, logits), -policy.log_prob(actions, logits))


@law("imitation.mse", derivation=True)
def mse_is_variance_plus_squared_bias(actions: Array, mean: Array) -> Claims:
    """For one prediction mu of all targets it is their variance plus (mu - their mean)^2, averaged over dimensions."""
    prediction = mean[0]
    centre = actions.sum(axis=0) / len(actions)
    square_mean = (actions * actions).sum(axis=0) / len(actions)
    expected = square_mean - centre * centre + (prediction - centre) ** 2
    error = imitation.mse(actions, np.broadcast_to(prediction, mean.shape))
    yield equal(len(prediction) * error, expected.sum())


@law("imitation.mse", system="ball", derivation=True)
def mse_is_the_gaussian_likelihood(actions: Array, mean: Array) -> Claims:
    """With sigma = 1, the mean of -log pi(a) is k/2 mse + k/2 log 2 pi."""
    dimensions = mean.shape[1]
    surprise = -policy.gaussian_log_prob(actions, mean, 0 * mean).sum() / len(mean)
    unit = (2 * numbers.pi("ball")).log()
    yield equal(surprise, dimensions * (imitation.mse(actions, mean) + unit) / 2)


@law("imitation.mse")
def mse_is_smallest_at_the_mean(actions: Array, mean: Array) -> Claims:
    """No constant prediction is better than the mean of the targets, and none is better than the targets themselves."""
    centre = np.broadcast_to(actions.sum(axis=0) / len(actions), actions.shape)
    constant = np.broadcast_to(mean[0], mean.shape)
    yield at_most(imitation.mse(actions, centre), imitation.mse(actions, constant))
    yield at_most(0, imitation.mse(actions, mean))
    yield equal(imitation.mse(actions, actions), 0)


@law("imitation.mse")
def mse_changes_units(actions: Array, mean: Array, scale: Any, shift: Any) -> Claims:
    """In units c a + b it is c^2 times larger; repeated data have the same."""
    error = imitation.mse(actions, mean)
    yield equal(imitation.mse(scale * actions + shift, scale * mean + shift), scale**2 * error)
    yield equal(imitation.mse(np.concatenate([actions] * 2), np.concatenate([mean] * 2)), error)

"""Laws of the KL divergence that PPO watches."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, ppo
from rlproof.spec.numbers import log


@law("ppo.approx_kl", system="ball", derivation=True)
def approx_kl_has_the_mean_of_kl(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Over all sequences of actions drawn from the old policy its mean is the mean KL(old || new) over the steps."""
    mean = _over_sequences(ppo.approx_kl, full_probabilities, other_full_probabilities)
    divergences = divergence.kl(full_probabilities, other_full_probabilities)
    yield equal(mean, divergences.sum() / len(divergences))


@law("ppo.approx_kl")
def approx_kl_is_the_difference_of_means(log_probs: Array, old_log_probs: Array) -> Claims:
    """It is mean log old - mean log new; a batch that is repeated has the same, the exchange turns its sign."""
    estimate = ppo.approx_kl(log_probs, old_log_probs)
    yield equal(len(log_probs) * estimate, old_log_probs.sum() - log_probs.sum())
    yield equal(ppo.approx_kl(np.stack([log_probs] * 2), np.stack([old_log_probs] * 2)), estimate)
    yield equal(ppo.approx_kl(old_log_probs, log_probs), -estimate)


@law("ppo.approx_kl", system="ball")
def approx_kl_is_the_log_of_the_joint_ratio(log_probs: Array, old_log_probs: Array) -> Claims:
    """e^(-T d) is the product of the ratios, the ratio of the whole sequence of actions."""
    estimate = ppo.approx_kl(log_probs, old_log_probs)
    joint = np.prod(ppo.ratio(log_probs, old_log_probs))
    yield equal((-len(log_probs) * estimate).exp(), joint)


@law("ppo.approx_kl_nonnegative", system="ball", derivation=True)
def approx_kl_nonnegative_has_the_mean_of_kl(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Over all sequences of actions drawn from the old policy its mean is the mean KL(old || new) over the steps."""
    mean = _over_sequences(ppo.approx_kl_nonnegative, full_probabilities, other_full_probabilities)
    divergences = divergence.kl(full_probabilities, other_full_probabilities)
    yield equal(mean, divergences.sum() / len(divergences))


@law("ppo.approx_kl_nonnegative", system="ball")
def approx_kl_nonnegative_is_not_negative(log_probs: Array, old_log_probs: Array) -> Claims:
    """It is above zero as soon as one ratio is not one, and zero if none is."""
    moved = numbers.holds(log_probs != old_log_probs).any()
    yield at_most(0, ppo.approx_kl_nonnegative(log_probs, old_log_probs) if moved else 0)
    yield equal(ppo.approx_kl_nonnegative(log_probs, log_probs), 0)


@law("ppo.approx_kl_nonnegative", system="ball")
def both_approximations_differ_by_the_mean_ratio(log_probs: Array, old_log_probs: Array) -> Claims:
    """It is approx_kl + mean r - 1."""
    ratios = ppo.ratio(log_probs, old_log_probs)
    expected = ppo.approx_kl(log_probs, old_log_probs) + ratios.sum() / len(ratios) - 1
    yield equal(ppo.approx_kl_nonnegative(log_probs, old_log_probs), expected)


@law("ppo.approx_kl_nonnegative", system="ball", derivation=True)
def approx_kl_nonnegative_is_flat_at_the_old_policy(log_probs: Array, values: Array) -> Claims:
    """At log old + t d it is t^2/2 mean d^2 + O(t^3) on every batch; approx_kl is -t mean d, zero only in the mean."""
    moved = np.frompyfunc(lambda point, slope: numbers.arb_series([point, slope], prec=3), 2, 1)(log_probs, values)
    flat, steep = (form(moved, log_probs) for form in (ppo.approx_kl_nonnegative, ppo.approx_kl))
    yield equal(np.array([flat[0], flat[1], 2 * len(values) * flat[2]]), np.array([0, 0, values @ values]))
    yield equal(np.array([steep[0], -len(values) * steep[1], steep[2]]), np.array([0, values.sum(), 0]))


def _over_sequences(estimate: Callable[[Array, Array], Any], old: Array, new: Array) -> Any:
    """The mean of an estimate over all sequences of actions of the old policy, one action per row."""
    steps, mean = np.arange(len(old)), 0
    for actions in product(range(old.shape[1]), repeat=len(old)):
        drawn, other = old[steps, list(actions)], new[steps, list(actions)]
        mean = mean + np.prod(drawn) * estimate(log(other), log(drawn))
    return mean

"""Laws of the estimators of KL: their means over the actions, and their mean gradients when used as losses.

The sampling policy p and the other policy q are distributions; the direction d of a ray leads from one
distribution to another, so that p + t d is one as well. "As a loss" means that the weights of the samples
stay p while the log-probabilities move: that is what automatic differentiation of a batch does.
"""

from typing import Any

import numpy as np
from flint import arb_series

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers
from rlproof.spec.numbers import log


@law("divergence.k1", system="ball", derivation=True)
def k1_is_unbiased(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """E_old[k1] = KL(old || new), summed over all actions."""
    old, new = full_probabilities, other_full_probabilities
    yield equal((old * divergence.k1(log(new), log(old))).sum(axis=1), divergence.kl(old, new))


@law("divergence.k1")
def k1_composes(log_probs: Array, old_log_probs: Array, third_log_probs: Array) -> Claims:
    """k1 from new to old is that by way of a third policy; the exchange of both turns its sign."""
    detour = divergence.k1(log_probs, third_log_probs) + divergence.k1(third_log_probs, old_log_probs)
    yield equal(divergence.k1(log_probs, old_log_probs), detour)
    yield equal(divergence.k1(old_log_probs, log_probs), -divergence.k1(log_probs, old_log_probs))


@law("divergence.k1", system="ball", derivation=True)
def k1_as_a_loss_moves_the_new_policy_like_kl(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the new policy is that of KL(old || new)."""
    old, ray = full_probabilities, numbers.ray(other_full_probabilities, probabilities - other_full_probabilities)
    yield equal(_slope(old * divergence.k1(log(ray), log(old))), _first(divergence.kl(old, ray)))


@law("divergence.k1", system="ball", derivation=True)
def k1_as_a_loss_leaves_the_sampling_policy(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the policy that drew the samples is zero, whatever KL's is."""
    old, ray = full_probabilities, numbers.ray(full_probabilities, probabilities - full_probabilities)
    yield equal(_slope(old * divergence.k1(log(other_full_probabilities), log(ray))), 0)


@law("divergence.k2", system="ball", derivation=True)
def k2_is_biased_in_third_order(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """KL(old || old + t d) - E_old[k2] = t^3/6 sum_a d(a)^3/p(a)^2 + O(t^4): of either sign."""
    old, direction = full_probabilities, other_full_probabilities - full_probabilities
    new = np.frompyfunc(lambda p, d: arb_series([p, d], prec=4), 2, 1)(old, direction)
    bias = divergence.kl(old, new) - (old * divergence.k2(log(new), log(old))).sum(axis=1)
    yield equal(np.array([[series[power] for power in range(3)] for series in bias]), 0)
    yield equal(np.array([6 * series[3] for series in bias]), (direction**3 / old**2).sum(axis=1))


@law("divergence.k2")
def k2_is_half_the_square_of_k1(log_probs: Array, old_log_probs: Array) -> Claims:
    """2 k2 = k1^2, hence k2 is never negative and zero only at ratio one."""
    squares = divergence.k1(log_probs, old_log_probs) ** 2
    yield equal(2 * divergence.k2(log_probs, old_log_probs), squares)
    yield at_most(0, divergence.k2(log_probs, old_log_probs))


@law("divergence.k2")
def k2_is_symmetric(log_probs: Array, old_log_probs: Array, shift: Any) -> Claims:
    """Exchanging the policies, or shifting both log-probabilities, changes nothing; doubling the gap quadruples it."""
    estimates = divergence.k2(log_probs, old_log_probs)
    yield equal(divergence.k2(old_log_probs, log_probs), estimates)
    yield equal(divergence.k2(log_probs + shift, old_log_probs + shift), estimates)
    yield equal(divergence.k2(2 * log_probs, 2 * old_log_probs), 4 * estimates)


@law("divergence.k2", system="ball", derivation=True)
def k2_as_a_loss_moves_the_sampling_policy_like_kl(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the policy that drew the samples is that of KL(old || new) in the old policy, exactly."""
    old, ray = full_probabilities, numbers.ray(full_probabilities, probabilities - full_probabilities)
    new = other_full_probabilities
    yield equal(_slope(old * divergence.k2(log(new), log(ray))), _first(divergence.kl(ray, new)))


@law("divergence.k2", system="ball", derivation=True)
def k2_as_a_loss_moves_the_new_policy_by_the_mean_log_ratio(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the new policy is sum_a p(a) log(q(a)/p(a)) d(a)/q(a): KL's only to first order in q - p."""
    old, new, direction = full_probabilities, other_full_probabilities, probabilities - other_full_probabilities
    slope = _slope(old * divergence.k2(log(numbers.ray(new, direction)), log(old)))
    yield equal(slope, (old * log(new / old) * direction / new).sum(axis=1))


@law("divergence.k3", system="ball", derivation=True)
def k3_is_unbiased(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """E_old[k3] = KL(old || new), summed over all actions."""
    old, new = full_probabilities, other_full_probabilities
    yield equal((old * divergence.k3(log(new), log(old))).sum(axis=1), divergence.kl(old, new))


@law("divergence.k3", system="ball")
def k3_is_not_negative(log_probs: Array, old_log_probs: Array) -> Claims:
    """k3 > 0 but at ratio one, where it is 0; it is above k2 for ratios above one and below k2 for those below."""
    estimates, halves = divergence.k3(log_probs, old_log_probs), divergence.k2(log_probs, old_log_probs)
    more, less = numbers.holds(log_probs > old_log_probs), numbers.holds(log_probs < old_log_probs)
    same = numbers.holds(log_probs == old_log_probs)
    yield true(numbers.is_positive(estimates) == ~same)
    yield at_most(np.where(more, halves, 0), np.where(more, estimates, 0))
    yield at_most(np.where(less, estimates, 0), np.where(less, halves, 0))
    yield equal(np.where(same, estimates, 0), 0)


@law("divergence.k3", system="ball")
def k3_adds_a_control_variate_to_k1(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """k3 - k1 = r - 1, of mean zero under the old policy."""
    old, new = full_probabilities, other_full_probabilities
    added = divergence.k3(log(new), log(old)) - divergence.k1(log(new), log(old))
    yield equal(added, new / old - 1)
    yield equal((old * added).sum(axis=1), 0)


@law("divergence.k3", system="ball", derivation=True)
def k3_varies_in_fourth_order(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Between old and old + t d its variance is O(t^4), that of k1 t^2 sum_a d(a)^2/p(a) + O(t^3)."""
    old, direction = full_probabilities, other_full_probabilities - full_probabilities
    new = np.frompyfunc(lambda p, d: arb_series([p, d], prec=4), 2, 1)(old, direction)
    for estimator, in_second_order in ((divergence.k3, 0), (divergence.k1, 1)):
        samples = estimator(log(new), log(old))
        mean = (old * samples).sum(axis=1)
        variance = (old * samples * samples).sum(axis=1) - mean * mean
        expected = in_second_order * (direction**2 / old).sum(axis=1)
        yield equal(np.array([series[2] for series in variance]), expected)
        if estimator is divergence.k3:
            yield equal(np.array([[series[0], series[1], series[3]] for series in variance]), 0)


@law("divergence.k3", system="ball", derivation=True)
def k3_as_a_loss_moves_the_new_policy_like_kl(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the new policy is that of KL(old || new)."""
    old, ray = full_probabilities, numbers.ray(other_full_probabilities, probabilities - other_full_probabilities)
    yield equal(_slope(old * divergence.k3(log(ray), log(old))), _first(divergence.kl(old, ray)))


@law("divergence.k3", system="ball", derivation=True)
def k3_as_a_loss_moves_the_sampling_policy_like_the_other_kl(
    full_probabilities: Array, other_full_probabilities: Array, probabilities: Array
) -> Claims:
    """Its mean slope in the policy that drew the samples is that of KL(new || old): the other direction."""
    old, ray = full_probabilities, numbers.ray(full_probabilities, probabilities - full_probabilities)
    new = other_full_probabilities
    yield equal(_slope(old * divergence.k3(log(new), log(ray))), _first(divergence.kl(new, ray)))


def _slope(terms: Array) -> Array:
    """The first coefficient of the sum over the actions."""
    return _first(terms.sum(axis=1))


def _first(along: Array) -> Array:
    """The first coefficient of each series."""
    return np.array([series[1] for series in along])

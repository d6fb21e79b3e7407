"""Laws of total variation and of the Kullback-Leibler divergence."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from flint import arb_series

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers


@law("divergence.tv", derivation=True)
def tv_equals_one_minus_overlap(policy: Array, new_policy: Array) -> Claims:
    """TV(p, q) = 1 - sum_a min(p(a), q(a))."""
    yield equal(divergence.tv(policy, new_policy), 1 - numbers.minimum(policy, new_policy).sum(axis=1))


@law("divergence.tv")
def tv_is_a_metric(policy: Array, new_policy: Array, third_policy: Array) -> Claims:
    """TV is symmetric, zero only between equals, and obeys the triangle inequality."""
    distance = divergence.tv(policy, new_policy)
    yield equal(distance, divergence.tv(new_policy, policy))
    yield equal(divergence.tv(policy, policy), 0)
    yield true((distance == 0) == _same_rows(policy, new_policy))
    yield at_most(divergence.tv(policy, third_policy), distance + divergence.tv(new_policy, third_policy))


@law("divergence.tv")
def tv_scales_along_mixtures(policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """TV(p, (1 - alpha) p + alpha q) = alpha TV(p, q)."""
    moved = divergence.tv(policy, mix(policy, new_policy, alpha))
    yield equal(moved, alpha * divergence.tv(policy, new_policy))


@law("divergence.tv", derivation=True)
def tv_bounds_expectations(policy: Array, new_policy: Array, action_values: Array) -> Claims:
    """|E_p f - E_q f| <= TV (max f - min f), with equality for the best event among all 2^A."""
    distance, shift = divergence.tv(policy, new_policy), policy - new_policy
    span = action_values.max(axis=1) - action_values.min(axis=1)
    yield at_most(abs((shift * action_values).sum(axis=1)), distance * span)
    yield equal(distance, (shift @ _events(shift.shape[1])).max(axis=1))


@law("divergence.tv")
def tv_is_invariant_to_divided_actions(policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """Dividing each action into two, taken with chances alpha and 1 - alpha, leaves TV as it is."""
    divided = (np.concatenate([alpha * row, (1 - alpha) * row], axis=1) for row in (policy, new_policy))
    yield equal(divergence.tv(*divided), divergence.tv(policy, new_policy))


@law("divergence.kl", system="ball")
def kl_is_not_negative(policy: Array, new_policy: Array) -> Claims:
    """KL(p || q) >= 0, and above zero unless p = q."""
    divergences, same = divergence.kl(policy, new_policy), _same_rows(policy, new_policy)
    yield at_most(0, np.where(same, 0, divergences))
    yield true(same | numbers.is_positive(divergences))


@law("divergence.kl", system="ball")
def kl_of_itself_is_zero(policy: Array) -> Claims:
    """KL(p || p) = 0, also where p lacks support: 0 log 0 = 0."""
    yield equal(divergence.kl(policy, policy), 0)


@law("divergence.kl", system="ball")
def kl_is_infinite_on_lost_support(policy: Array, new_policy: Array) -> Claims:
    """KL(p || q) is infinite exactly where q lacks an action that p takes."""
    lost = (numbers.is_nonzero(policy) & ~numbers.is_nonzero(new_policy)).any(axis=1)
    yield true((divergence.kl(policy, new_policy) == numbers.arb.pos_inf()) == lost)


@law("divergence.kl", system="ball")
def kl_dominates_squared_tv(policy: Array, new_policy: Array) -> Claims:
    """2 TV^2 <= KL (Pinsker; TRPO uses TV^2 <= KL), and near a fair coin KL/TV^2 is within 1e-5 of 2."""
    same = _same_rows(policy, new_policy)
    squares, divergences = divergence.tv(policy, new_policy) ** 2, divergence.kl(policy, new_policy)
    yield at_most(np.where(same, 0, 2 * squares), np.where(same, 0, divergences))
    fair, biased = numbers.ball([["1/2", "1/2"]]), numbers.ball([["501/1000", "499/1000"]])
    ratio = divergence.kl(fair, biased) / divergence.tv(fair, biased) ** 2
    yield at_most(abs(ratio - 2), numbers.arb(10) ** -5)


@law("divergence.kl", system="ball", derivation=True)
def kl_is_jointly_convex(
    policy: Array, full_policy: Array, full_new_policy: Array, sampling_policy: Array, alpha: Any
) -> Claims:
    """Mixing two pairs (p_i, q_i) alike loses, of the mean KL, the mean KL of the posteriors on i."""
    weight = (1 + alpha) / 3
    old, new = _joint(full_policy, policy, weight), _joint(full_new_policy, sampling_policy, weight)
    mixed_old, mixed_new = old.sum(axis=-1), new.sum(axis=-1)
    mixed = divergence.kl(mixed_old, mixed_new)
    apart = (1 - weight) * divergence.kl(full_policy, full_new_policy)
    apart = apart + weight * divergence.kl(policy, sampling_policy)
    posteriors = divergence.kl(old / mixed_old[..., None], new / mixed_new[..., None])
    yield equal(apart - mixed, (mixed_old * posteriors).sum(axis=1))


@law("divergence.kl", system="ball", derivation=True)
def kl_grows_like_fisher(full_policy: Array, full_new_policy: Array) -> Claims:
    """KL(p || p + t d) = t^2/2 sum_a d(a)^2/p(a) + O(t^3): no linear term, and Fisher's metric."""
    direction = full_new_policy - full_policy
    curve = np.frompyfunc(lambda p, d: arb_series([p, d], prec=3), 2, 1)(full_policy, direction)
    grown = divergence.kl(full_policy, curve)
    yield equal(np.array([[series[0], series[1]] for series in grown]), 0)
    yield equal(np.array([series[2] for series in grown]), (direction**2 / full_policy).sum(axis=1) / 2)


@law("divergence.kl", system="ball", derivation=True)
def kl_is_a_sum_of_positive_terms(policy: Array, new_policy: Array) -> Claims:
    """KL = sum_{p>0} p (u - log(1+u)) + sum_{p=0} q with u = (q-p)/p: no term is negative, so that none can cancel."""
    divergences = divergence.kl(policy, new_policy)
    for old, new, total in zip(policy, new_policy, divergences, strict=True):
        terms = []
        for p, q in zip(old, new, strict=True):
            u = q / p - 1 if p > 0 else p
            terms.append(q if p == 0 else numbers.arb.pos_inf() if q == 0 else p * (u - (1 + u).log()))
            if p > 0 and q != p:
                yield true(terms[-1] > 0)
        if total.is_finite():
            yield equal(total, sum(terms))
        else:
            yield true(sum(terms) == numbers.arb.pos_inf())


@law("divergence.kl", system="ball")
def kl_adds_over_independent_choices(
    probabilities: Array, full_probabilities: Array, other_probabilities: Array, other_full_probabilities: Array
) -> Claims:
    """Of two choices made independently, as one choice among A^2 pairs, KL is the sum of both."""
    old = (probabilities[:, :, None] * other_probabilities[:, None, :]).reshape(len(probabilities), -1)
    new = (full_probabilities[:, :, None] * other_full_probabilities[:, None, :]).reshape(len(probabilities), -1)
    apart = divergence.kl(probabilities, full_probabilities)
    yield equal(divergence.kl(old, new), apart + divergence.kl(other_probabilities, other_full_probabilities))


@law("divergence.tv_max", derivation=True)
def tv_max_dominates_every_state(policy: Array, new_policy: Array) -> Claims:
    """In no state does an event's probability change by more, and in some state one changes by as much."""
    shift = policy - new_policy
    changes = abs(shift @ _events(shift.shape[1]))
    yield at_most(changes, divergence.tv_max(policy, new_policy))
    yield equal(changes.max(), divergence.tv_max(policy, new_policy))


@law("divergence.tv_max")
def tv_max_is_symmetric(policy: Array, new_policy: Array) -> Claims:
    """TV_max(pi, pi~) = TV_max(pi~, pi), and a state that occurs twice counts once."""
    largest = divergence.tv_max(policy, new_policy)
    yield equal(divergence.tv_max(new_policy, policy), largest)
    yield equal(divergence.tv_max(*_with_first_twice(policy, new_policy)), largest)


@law("divergence.tv_max")
def tv_max_scales_along_mixtures(policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """TV_max(pi, (1 - alpha) pi + alpha pi~) = alpha TV_max(pi, pi~)."""
    moved = divergence.tv_max(policy, mix(policy, new_policy, alpha))
    yield equal(moved, alpha * divergence.tv_max(policy, new_policy))


@law("divergence.kl_max", system="ball", derivation=True)
def kl_max_dominates_every_state(policy: Array, new_policy: Array) -> Claims:
    """No state's divergence is certainly larger, and some state's is the same number up to rounding."""
    divergences, largest = divergence.kl(policy, new_policy), divergence.kl_max(policy, new_policy)
    yield true(~numbers.holds(divergences > largest))
    yield true(any(state.overlaps(largest) for state in divergences))


@law("divergence.kl_max", system="ball")
def kl_max_counts_a_state_once(policy: Array, new_policy: Array) -> Claims:
    """A state that occurs twice, or the order of the states, changes nothing."""
    largest = divergence.kl_max(policy, new_policy)
    yield equal(divergence.kl_max(*_with_first_twice(policy, new_policy)), largest)
    yield equal(divergence.kl_max(policy[::-1], new_policy[::-1]), largest)


@law("divergence.kl_max", system="ball")
def kl_max_dominates_squared_tv_max(policy: Array, new_policy: Array) -> Claims:
    """2 TV_max^2 <= KL_max, even if the two largest divergences occur in different states."""
    if not _same_rows(policy, new_policy).all():
        square = divergence.tv_max(policy, new_policy) ** 2
        yield at_most(2 * square, divergence.kl_max(policy, new_policy))
    else:
        yield equal(divergence.kl_max(policy, new_policy), 0)


@law("divergence.kl_max", system="ball")
def kl_max_of_itself_is_zero(policy: Array) -> Claims:
    """KL_max(pi, pi) = 0."""
    yield equal(divergence.kl_max(policy, policy), 0)


def _same_rows(policy: Array, new_policy: Array) -> Array:
    return numbers.holds(policy == new_policy).all(axis=1)


def _events(actions: int) -> Array:
    """All sets of actions, as columns of zeros and ones [A, 2^A]."""
    return numbers.exact(np.array(list(product((0, 1), repeat=actions))).T)


def _joint(first: Array, second: Array, weight: Any) -> Array:
    """The joint distribution of an action and of the label that says which policy took it: [S, A, 2]."""
    return np.stack([(1 - weight) * first, weight * second], axis=-1)


def _with_first_twice(*policies: Array) -> Iterator[Array]:
    return (np.concatenate([policy, policy[:1]]) for policy in policies)

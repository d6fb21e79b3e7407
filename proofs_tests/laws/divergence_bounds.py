"""Laws of the bounds of KL on total variation, and of the coupling that attains total variation."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers
from rlproof.spec.numbers import exp, sqrt


@law("divergence.pinsker", system="ball")
def pinsker_bounds_tv(policy: Array, new_policy: Array) -> Claims:
    """TV <= sqrt(KL / 2), with equality only between equals."""
    same = _same_rows(policy, new_policy)
    distance, bound = divergence.tv(policy, new_policy), divergence.pinsker(policy, new_policy)
    yield at_most(np.where(same, 0, distance), np.where(same, 0, bound))
    yield equal(np.where(same, bound, 0), 0)


@law("divergence.pinsker", system="ball", derivation=True)
def pinsker_passes_through_the_best_event(policy: Array, new_policy: Array) -> Claims:
    """2 TV^2 <= KL of the event {p > q} <= KL: few facts cannot tell two policies apart better than the actions do."""
    bound = divergence.pinsker(policy, new_policy)
    event = numbers.holds(policy > new_policy)
    chances = [(np.where(event, rows, 0 * rows)).sum(axis=1) for rows in (policy, new_policy)]
    old, new = (np.stack([chance, 1 - chance], axis=1) for chance in chances)
    for before, after, finer, distance, two in zip(
        old, new, bound, divergence.tv(policy, new_policy), np.full(len(bound), policy.shape[1] == 2), strict=True
    ):
        if distance == 0:
            continue
        coarse = divergence.kl(before[None], after[None])[0]
        yield at_most(2 * distance**2, coarse)
        if not two and coarse.is_finite():
            yield at_most(coarse, 2 * finer**2 + numbers.arb(2) ** -60)
    yield equal(divergence.pinsker(policy, policy), 0)


@law("divergence.pinsker", system="ball", derivation=True)
def pinsker_is_tight_near_a_fair_coin(alpha: Any) -> Claims:
    """From 1/2 to 1/2 + h its square is -1/4 log(1 - 4 h^2) = h^2 + 2 h^4 + ...: TV^2 in the lowest order."""
    shift = (1 + alpha) / 8
    fair = numbers.ball([["1/2", "1/2"]])
    moved = fair + np.array([[shift, -shift]])
    square = divergence.pinsker(fair, moved) ** 2
    yield equal(square, -(1 - 4 * shift**2).log() / 4)
    tail = square[0] - shift**2 - 2 * shift**4
    yield at_most(0, tail)
    yield at_most(tail, 16 * shift**6 / 3 / (1 - 4 * shift**2))


@law("divergence.pinsker", system="ball")
def pinsker_is_below_trpos_bound(policy: Array, new_policy: Array) -> Claims:
    """TRPO's TV^2 <= KL follows, with room for a factor two: 2 pinsker^2 = KL."""
    divergences, bound = divergence.kl(policy, new_policy), divergence.pinsker(policy, new_policy)
    finite = ~_lost(policy, new_policy)
    yield equal(np.where(finite, 2 * bound**2, 0), np.where(finite, divergences, 0))
    yield true((bound == numbers.arb.pos_inf()) == ~finite)
    moved = finite & ~_same_rows(policy, new_policy)
    yield at_most(np.where(moved, bound, 0), np.where(moved, sqrt(np.where(moved, divergences, 1 + 0 * bound)), 0))


@law("divergence.bretagnolle_huber", system="ball")
def bretagnolle_huber_bounds_tv(policy: Array, new_policy: Array) -> Claims:
    """TV <= sqrt(1 - e^-KL); equal between equals, and where p and q share no action or p is one action of q's."""
    distance, bound = divergence.tv(policy, new_policy), divergence.bretagnolle_huber(policy, new_policy)
    apart = ~_same_rows(policy, new_policy)
    yield at_most(np.where(apart, distance, 0), np.where(apart, bound, 0))
    yield equal(np.where(apart, 0, bound), 0)


@law("divergence.bretagnolle_huber", system="ball", derivation=True)
def bretagnolle_huber_passes_through_the_overlap(policy: Array, new_policy: Array) -> Claims:
    """1 - TV^2 = sum min(p,q) sum max(p,q) >= (sum sqrt(p q))^2 >= e^-KL = 1 - bound^2, Cauchy-Schwarz and Jensen."""
    bound, distance = divergence.bretagnolle_huber(policy, new_policy), divergence.tv(policy, new_policy)
    larger, smaller = numbers.maximum(policy, new_policy), numbers.minimum(policy, new_policy)
    yield equal(1 - distance**2, smaller.sum(axis=1) * larger.sum(axis=1))
    affinity = np.frompyfunc(lambda p, q: (p * q).sqrt() if p * q > 0 else 0 * p, 2, 1)(policy, new_policy).sum(axis=1)
    room = numbers.arb(2) ** -60  # equality is possible in both
    yield at_most(affinity**2, 1 - distance**2 + room)
    yield at_most(1 - bound**2, affinity**2 + room)


@law("divergence.bretagnolle_huber", system="ball")
def bretagnolle_huber_is_below_one_and_below_trpos_bound(policy: Array, new_policy: Array) -> Claims:
    """It is below 1, exactly 1 on lost support, where Pinsker's is infinite, and below TRPO's sqrt(KL)."""
    bound, divergences = divergence.bretagnolle_huber(policy, new_policy), divergence.kl(policy, new_policy)
    lost, same = _lost(policy, new_policy), _same_rows(policy, new_policy)
    yield equal(np.where(lost, bound, 0), lost.astype(int))
    yield at_most(np.where(lost, 0, bound), np.where(lost, 0, 1))
    moved = ~lost & ~same
    yield at_most(np.where(moved, bound**2, 0), np.where(moved, divergences, 0))
    yield equal(np.where(lost, 0, bound**2), np.where(lost, 0, 1 - exp(np.where(lost, 0 * bound, -divergences))))


@law("divergence.bretagnolle_huber", system="ball")
def bretagnolle_huber_crosses_pinsker(full_probabilities: Array, other_full_probabilities: Array) -> Claims:
    """Below KL = 1.59 Pinsker's bound is smaller, above KL = 1.6 this one; between fair and (1/100, 99/100) it is."""
    old, new = full_probabilities, other_full_probabilities
    divergences, same = divergence.kl(old, new), _same_rows(old, new)
    ours, pinskers = divergence.bretagnolle_huber(old, new), divergence.pinsker(old, new)
    small = numbers.holds(divergences < numbers.arb("1.59")) & ~same
    large = numbers.holds(divergences > numbers.arb("1.6"))
    yield at_most(np.where(small, pinskers, 0), np.where(small, ours, 0))
    yield at_most(np.where(large, ours, 0), np.where(large, pinskers, 0))
    fair, sure = numbers.ball([["1/2", "1/2"]]), numbers.ball([["1/100", "99/100"]])
    yield at_most(divergence.bretagnolle_huber(fair, sure), divergence.pinsker(fair, sure))
    # KL = -1/2 log(4 99/100^2), hence 1 - e^-KL = 1 - sqrt(4 99)/100.
    yield equal(divergence.bretagnolle_huber(fair, sure) ** 2, 1 - numbers.arb(396).sqrt() / 100)


@law("divergence.coupling")
def coupling_has_both_marginals(policy: Array, new_policy: Array) -> Claims:
    """Its rows sum to p, its columns to q, and no entry is negative."""
    joint = divergence.coupling(policy, new_policy)
    yield equal(joint.sum(axis=2), policy)
    yield equal(joint.sum(axis=1), new_policy)
    yield at_most(0, joint)


@law("divergence.coupling")
def coupling_differs_with_chance_tv(policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """P(a != b) = TV(p, q), so that mixing q in with alpha gives an alpha TV-coupled pair (TRPO, definition 1)."""
    joint = divergence.coupling(policy, new_policy)
    yield equal(1 - _agreement(joint), divergence.tv(policy, new_policy))
    mixed = divergence.coupling(policy, mix(policy, new_policy, alpha))
    yield equal(1 - _agreement(mixed), alpha * divergence.tv(policy, new_policy))


@law("divergence.coupling")
def coupling_agrees_most_often(policy: Array, new_policy: Array) -> Claims:
    """No other coupling agrees more often: not independent draws, nor both by one uniform number, nor in reverse."""
    best = _agreement(divergence.coupling(policy, new_policy))
    yield at_most(_agreement(policy[:, :, None] * new_policy[:, None, :]), best)
    forth, back = _quantile(policy, new_policy), _quantile(policy[:, ::-1], new_policy)[:, ::-1]
    for other in (forth, back):
        yield equal(other.sum(axis=2), policy)
        yield equal(other.sum(axis=1), new_policy)
        yield at_most(_agreement(other), best)


@law("divergence.coupling", derivation=True)
def coupling_is_acceptance_and_residual(policy: Array, new_policy: Array) -> Claims:
    """Enumerated: a ~ p, kept with chance min(1, q(a)/p(a)), else b ~ (q - p)+ / sum (q - p)+."""
    joint = divergence.coupling(policy, new_policy)
    for old, new, drawn in zip(policy, new_policy, joint, strict=True):
        missing = [max(q - p, 0) for p, q in zip(old, new, strict=True)]
        total = sum(missing)
        chances = 0 * drawn
        for a, (p, q) in enumerate(zip(old, new, strict=True)):
            kept = min(numbers.rational(1), q / p) if p > 0 else numbers.rational(0)
            chances[a, a] += p * kept
            for b, share in enumerate(missing):
                chances[a, b] += p * (1 - kept) * share / total if total > 0 else 0
        yield equal(drawn, chances)


def _agreement(joint: Array) -> Array:
    """P(a = b) of each coupling."""
    return np.trace(joint, axis1=1, axis2=2)


def _quantile(policy: Array, new_policy: Array) -> Array:
    """The coupling in which one uniform number chooses both actions, by their cumulative probabilities."""
    ends = [np.cumsum(rows, axis=1) for rows in (policy, new_policy)]
    starts = [end - rows for end, rows in zip(ends, (policy, new_policy), strict=True)]
    start = np.maximum(starts[0][:, :, None], starts[1][:, None, :])
    stop = np.minimum(ends[0][:, :, None], ends[1][:, None, :])
    return np.maximum(stop - start, 0 * start)


def _same_rows(policy: Array, new_policy: Array) -> Array:
    return numbers.holds(policy == new_policy).all(axis=1)


def _lost(policy: Array, new_policy: Array) -> Array:
    return (numbers.is_nonzero(policy) & ~numbers.is_nonzero(new_policy)).any(axis=1)

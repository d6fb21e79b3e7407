r"""What KL says about total variation, and the coupling that attains total variation."""

import numpy as np

from .divergence_rows import kl, read_pair
from .logits import column
from .numbers import Array, expm1, holds, is_nonzero, maximum, minimum, sqrt, where


def pinsker(policy: Array, new_policy: Array) -> Array:
    r"""Pinsker's upper bound on the total variation of each row.

    .. math:: D_{TV}(p, q) \le \sqrt{\tfrac12 D_{KL}(p\|q)}

    Args:
        policy: [..., A], the old probabilities p.
        new_policy: [..., A], the new probabilities q.
    Returns:
        [...], the right-hand side; infinite on lost support.
    Conventions:
        KL in nats. TRPO uses the weaker TV^2 <= KL, so that its penalty coefficient may be halved.
    Laws:
        pinsker_bounds_tv, pinsker_passes_through_the_best_event, pinsker_is_tight_near_a_fair_coin,
        pinsker_is_below_trpos_bound
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError; NumberSystemError in exact (logarithms).
    Source:
        Pinsker 1964, with the constant of Csiszar 1967; Schulman et al. 2015 (TRPO), text before eq. (9), without
        the factor one half.
    Since:
        0.2
    """
    return sqrt(_divergence(policy, new_policy) / 2)


def bretagnolle_huber(policy: Array, new_policy: Array) -> Array:
    r"""Bretagnolle and Huber's upper bound on the total variation of each row.

    .. math:: D_{TV}(p, q) \le \sqrt{1 - e^{-D_{KL}(p\|q)}}

    Args:
        policy: [..., A], the old probabilities p.
        new_policy: [..., A], the new probabilities q.
    Returns:
        [...], the right-hand side, at most 1; 1 on lost support.
    Conventions:
        KL in nats. It says something however large KL is; below KL = 1.59 Pinsker's bound is smaller.
    Laws:
        bretagnolle_huber_bounds_tv, bretagnolle_huber_passes_through_the_overlap,
        bretagnolle_huber_is_below_one_and_below_trpos_bound, bretagnolle_huber_crosses_pinsker
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError; NumberSystemError in exact (logarithms).
    Source:
        Bretagnolle & Huber 1979; Tsybakov 2009, lemma 2.6.
    Since:
        0.2
    """
    return sqrt(-expm1(-_divergence(policy, new_policy)))


def coupling(policy: Array, new_policy: Array) -> Array:
    r"""Joint distribution of two actions, one from each policy, that are equal as often as possible.

    .. math:: C(a, b) = \min(p, q)(a)\,1[a = b] + \frac{(p - \min(p,q))(a)\ (q - \min(p,q))(b)}{D_{TV}(p, q)}

    Args:
        policy: [..., A], probabilities p.
        new_policy: [..., A], probabilities q.
    Returns:
        [..., A, A], rows: the action of p, columns: that of q.
    Conventions:
        Without the second term where p = q. It makes a pair of policies alpha-coupled, with alpha = TV.
    Laws:
        coupling_has_both_marginals, coupling_differs_with_chance_tv, coupling_agrees_most_often,
        coupling_is_acceptance_and_residual
    Raises:
        ActionSetError, NotAProbabilityError, NonFiniteError, NumberSystemError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, definition 1; Levin & Peres 2017, proposition 4.7.
    Since:
        0.2
    """
    policy, new_policy = read_pair(policy, new_policy)
    overlap = minimum(policy, new_policy)
    surplus, deficit = policy - overlap, new_policy - overlap
    distance = surplus.sum(axis=-1)
    moved = column(surplus) * deficit[..., None, :] / column(column(where(is_nonzero(distance), distance, 1)))
    return column(overlap) * np.eye(policy.shape[-1], dtype=int) + moved


def _divergence(policy: Array, new_policy: Array) -> Array:
    """KL, which is zero of equal rows and above zero of others: rounding may not take it below."""
    policy, new_policy = read_pair(policy, new_policy)
    same = holds(policy == new_policy).all(axis=-1)
    return where(same, 0, maximum(kl(policy, new_policy), 0))

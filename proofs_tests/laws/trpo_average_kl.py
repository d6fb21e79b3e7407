"""Laws of TRPO's step within an average trust region."""

from fractions import Fraction
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.judges.trust_region import average_kl, average_resolution
from rlproof.oracle.law import law
from rlproof.spec import numbers, trpo, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation


@law("trpo.average_kl_step")
def average_kl_step_is_feasible(mdp: MDP, policy: Array, delta: Any) -> Claims:
    """The mean divergence over the visited states is at most delta, and its rows sum to one."""
    step = trpo.average_kl_step(mdp, policy, delta=delta)
    yield equal(step.sum(axis=1), 1)
    yield at_most(average_kl(mdp, policy, step), numbers.arb(delta))


@law("trpo.average_kl_step", derivation=True)
def average_kl_step_is_certified(mdp: MDP, policy: Array, delta: Any) -> Claims:
    """No policy in the region is better by more than float64's resolution: the duality gap says so."""
    step = trpo.average_kl_step(mdp, policy, delta=delta)
    room = average_resolution(mdp, policy, step, delta)
    yield at_most(trpo.average_kl_gap(mdp, policy, step, delta=delta), room)


@law("trpo.average_kl_step")
def average_kl_step_beats_the_max_kl_step(mdp: MDP, full_policy: Array, full_new_policy: Array, delta: Any) -> Claims:
    """It is worth at least as much as the step of the maximum, and as any mixture that lies in the region."""
    step = trpo.average_kl_step(mdp, full_policy, delta=delta)
    reached = trpo.surrogate(mdp, full_policy, step) + average_resolution(mdp, full_policy, step, delta)
    yield at_most(trpo.surrogate(mdp, full_policy, trpo.max_kl_step(mdp, full_policy, delta=delta)), reached)
    for alpha in (Fraction(1), Fraction(1, 4), Fraction(1, 16)):
        challenger = mix(full_policy, full_new_policy, numbers.rational(alpha))
        if bool(average_kl(mdp, full_policy, challenger) <= numbers.arb(delta)):
            yield at_most(trpo.surrogate(mdp, full_policy, challenger), reached)


@law("trpo.average_kl_step")
def average_kl_step_at_zero_stays(mdp: MDP, full_policy: Array) -> Claims:
    """A region of radius zero holds the old policy only; states that are never visited stay at every radius."""
    yield equal(trpo.average_kl_step(mdp, full_policy, delta=0), full_policy)
    unvisited = np.array([visits == 0 for visits in discounted_visitation(mdp, full_policy)])
    if unvisited.any():
        step = trpo.average_kl_step(mdp, full_policy, delta=numbers.rational("1/8"))
        yield equal(step[unvisited], full_policy[unvisited])


@law("trpo.average_kl_step", derivation=True)
def average_kl_step_is_the_natural_gradient_for_small_radii(mdp: MDP, full_policy: Array) -> Claims:
    """At delta = 2^-40 its gain is sqrt(2 delta E_d Var_pi A) times the sum of visits, up to a relative 2^-16.

    That is the natural gradient's: sqrt(2 delta g.F^-1 g) with g = rho pi A. The next order is relatively
    sqrt(delta) times a ratio of moments, at most max |A| / sqrt(E_d Var) here; cases with a larger one are left out.
    """
    delta, advantages = numbers.rational(2) ** -40, value.advantage(mdp, full_policy)
    visits = discounted_visitation(mdp, full_policy)
    variance = (visits @ (full_policy * advantages**2).sum(axis=1)) / visits.sum()
    if variance > 0 and trpo.epsilon(mdp, full_policy) ** 2 <= 16 * variance:
        step = trpo.average_kl_step(mdp, full_policy, delta=delta)
        gain = visits @ (step * advantages).sum(axis=1)
        ratio = numbers.arb(gain**2 / (2 * delta * variance * visits.sum() ** 2)).sqrt()
        yield at_most(abs(ratio - 1), numbers.arb(2) ** -16)


@law("trpo.average_kl_gap")
def average_gap_is_not_negative(mdp: MDP, policy: Array, delta: Any) -> Claims:
    """No policy of the region is above the maximum."""
    for candidate in (policy, trpo.average_kl_step(mdp, policy, delta=delta)):
        yield true(not trpo.average_kl_gap(mdp, policy, candidate, delta=delta) < 0)


@law("trpo.average_kl_gap")
def average_gap_bounds_every_challenger(mdp: MDP, full_policy: Array, full_new_policy: Array, delta: Any) -> Claims:
    """L(challenger) <= L(candidate) + gap(candidate) for every challenger in the region, and for every candidate."""
    gap = trpo.average_kl_gap(mdp, full_policy, full_policy, delta=delta)
    challenger = full_new_policy
    while not bool(average_kl(mdp, full_policy, challenger) <= numbers.arb(delta)):
        challenger = mix(full_policy, challenger, numbers.rational("1/2"))
    gain = trpo.surrogate(mdp, full_policy, challenger) - trpo.surrogate(mdp, full_policy, full_policy)
    yield true(not gap - gain < 0)


@law("trpo.average_kl_gap", derivation=True)
def average_gap_of_the_step_is_small(mdp: MDP, full_policy: Array, delta: Any) -> Claims:
    """From the primal side: the step's gap is within float64's resolution, the old policy's what the step gains."""
    step = trpo.average_kl_step(mdp, full_policy, delta=delta)
    small = trpo.average_kl_gap(mdp, full_policy, step, delta=delta)
    yield at_most(small, average_resolution(mdp, full_policy, step, delta))
    worth = trpo.surrogate(mdp, full_policy, step) - trpo.surrogate(mdp, full_policy, full_policy)
    yield equal(trpo.average_kl_gap(mdp, full_policy, full_policy, delta=delta) - small, worth)

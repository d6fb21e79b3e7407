"""Laws of TRPO's steps."""

from fractions import Fraction
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix, shaped
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.judges.steps import resolution
from rlproof.oracle.law import law
from rlproof.spec import divergence, extremal, numbers, trpo
from rlproof.spec.decision_process import MDP, read_policy
from rlproof.spec.mdp import eta


@law("trpo.max_kl_step")
def max_kl_step_is_feasible(mdp: MDP, policy: Array, delta: Any) -> Claims:
    """The new policy lies within the ball of every state."""
    step = trpo.max_kl_step(mdp, policy, delta=delta)
    yield equal(step.sum(axis=1), 1)
    yield at_most(divergence.kl(numbers.ball(policy), numbers.ball(step)), numbers.arb(delta))


@law("trpo.max_kl_step", derivation=True)
def max_kl_step_beats_challengers(mdp: MDP, full_policy: Array, full_new_policy: Array, delta: Any) -> Claims:
    """No mixture towards another policy that lies in the ball has a larger surrogate, up to float64's resolution."""
    step = trpo.max_kl_step(mdp, full_policy, delta=delta)
    reached = trpo.surrogate(mdp, full_policy, step) + resolution(mdp, full_policy, step)
    for alpha in (Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 16)):
        challenger = mix(full_policy, full_new_policy, numbers.rational(alpha))
        divergences = divergence.kl(numbers.ball(full_policy), numbers.ball(challenger))
        if bool(np.all(divergences <= numbers.arb(delta))):
            yield at_most(trpo.surrogate(mdp, full_policy, challenger), reached)


@law("trpo.max_kl_step")
def max_kl_step_at_zero_stays(mdp: MDP, policy: Array) -> Claims:
    """A ball of radius zero holds the old policy only."""
    yield equal(trpo.max_kl_step(mdp, policy, delta=0), policy)


@law("trpo.algorithm1")
def algorithm1_improves_monotonically(mdp: MDP, policy: Array) -> Claims:
    """eta(pi_{i+1}) >= M_i(pi_{i+1}) >= M_i(pi_i) = eta(pi_i), over two iterations."""
    for _ in range(2):
        following = trpo.algorithm1(mdp, policy)
        before, after = eta(mdp, policy), eta(mdp, following)
        yield at_most(before, after)
        bound = trpo.kl_bound(mdp.to("ball"), numbers.ball(policy), numbers.ball(following))
        if trpo.penalty_coefficient(mdp, policy) != 0 and not np.array_equal(policy, following):
            yield at_most(bound, after)
            yield at_most(before, bound)
        policy = following


@law("trpo.algorithm1")
def algorithm1_beats_challengers(mdp: MDP, full_policy: Array, full_new_policy: Array, alpha: Any) -> Claims:
    """No mixture towards another policy exceeds the step's bound by more than float64's resolution."""
    step, challenger = trpo.algorithm1(mdp, full_policy), mix(full_policy, full_new_policy, alpha)
    reached = _objective(mdp, full_policy, step) + numbers.arb(resolution(mdp, full_policy, step))
    yield at_most(_objective(mdp, full_policy, challenger), reached)


@law("trpo.algorithm1", derivation=True)
def algorithm1_gap_is_small(mdp: MDP, full_policy: Array) -> Claims:
    """The duality gap certifies the step to float64's resolution of the objective."""
    step = trpo.algorithm1(mdp, full_policy)
    yield at_most(trpo.algorithm1_gap(mdp, full_policy, step), resolution(mdp, full_policy, step))


@law("trpo.algorithm1")
def algorithm1_keeps_deterministic_policies(mdp: MDP) -> Claims:
    """E6: at discounts >= 1/5 a deterministic policy, even the worst one, is a fixed point."""
    if mdp.discount >= numbers.rational("1/5"):
        actions = read_policy(mdp, np.zeros(mdp.number_of_states, dtype=int))
        yield equal(trpo.algorithm1(mdp, actions), actions)
    case = extremal.worst_deterministic(Fraction(1, 5))
    yield equal(trpo.algorithm1(case.mdp, case.policy), case.policy)


@law("trpo.algorithm1")
def algorithm1_is_invariant_to_shaping(mdp: MDP, full_policy: Array, potential: Array) -> Claims:
    """Potential-based shaping changes neither the problem nor what its step is worth."""
    other = shaped(mdp, potential)
    step, shaped_step = trpo.algorithm1(mdp, full_policy), trpo.algorithm1(other, full_policy)
    room = numbers.arb(resolution(mdp, full_policy, step) + resolution(other, full_policy, shaped_step))
    worth, shaped_worth = (_objective(mdp, full_policy, policy) for policy in (step, shaped_step))
    yield at_most(abs(worth - shaped_worth), room)


@law("trpo.algorithm1_gap")
def gap_is_not_negative(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """No policy is above the maximum."""
    for candidate in (full_policy, full_new_policy, trpo.algorithm1(mdp, full_policy)):
        yield true(not trpo.algorithm1_gap(mdp, full_policy, candidate) < 0)


@law("trpo.algorithm1_gap", derivation=True)
def gap_bounds_every_challenger(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """M(challenger) <= M(candidate) + gap(candidate), for any two policies."""
    gap = trpo.algorithm1_gap(mdp, full_policy, full_policy)
    margin = _objective(mdp, full_policy, full_policy) + gap - _objective(mdp, full_policy, full_new_policy)
    yield true(not margin < 0)


@law("trpo.algorithm1_gap")
def gap_of_the_step_is_small(mdp: MDP, policy: Array) -> Claims:
    """Also for policies without full support the step's gap is within float64's resolution of the objective."""
    step = trpo.algorithm1(mdp, policy)
    yield at_most(trpo.algorithm1_gap(mdp, policy, step), resolution(mdp, policy, step))


def _objective(mdp: MDP, policy: Array, new_policy: Array) -> Any:
    """Algorithm 1's objective of exact data, as a ball."""
    return trpo.kl_bound(mdp.to("ball"), numbers.ball(policy), numbers.ball(new_policy))

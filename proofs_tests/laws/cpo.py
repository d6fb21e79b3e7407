"""Laws of the bounds by average divergences."""

from fractions import Fraction
from typing import Any

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import cpo, divergence, extremal, numbers, trpo
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta

GAMMAS = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))


@law("cpo.bound")
def cpo_bound_holds_two_sided(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|eta(pi~) - L| is at most the loss."""
    surrogate = trpo.surrogate(mdp, policy, new_policy)
    yield at_most(abs(eta(mdp, new_policy) - surrogate), surrogate - cpo.bound(mdp, policy, new_policy))


@law("cpo.bound")
def cpo_bound_is_above_the_tv_bound(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It is never below TRPO's Theorem 1."""
    yield at_most(trpo.tv_bound(mdp, policy, new_policy), cpo.bound(mdp, policy, new_policy))


@law("cpo.bound")
def cpo_bound_nears_the_return() -> Claims:
    """On E3 the share of the loss that is used is 1/(1 + 2 d gamma/(1-gamma)), near one; nowhere is it larger."""
    for case in extremal.instances():
        surrogate = trpo.surrogate(*case[1:])
        yield at_most(abs(eta(case.mdp, case.new_policy) - surrogate), surrogate - cpo.bound(*case[1:]))
    for gamma in GAMMAS:
        for deviation in (Fraction(1, 10), Fraction(1, 1000)):
            case = extremal.average_divergence(gamma, deviation)
            surrogate = trpo.surrogate(*case[1:])
            share = numbers.rational(1 / (1 + 2 * deviation * gamma / (1 - gamma)))
            loss = surrogate - cpo.bound(*case[1:])
            yield equal(abs(eta(case.mdp, case.new_policy) - surrogate), share * loss)


@law("cpo.bound", derivation=True)
def cpo_bound_sums_divergences_like_rewards(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The loss is 2 gamma epsilon/(1-gamma) times the return of a process that pays the divergence (1 - overlap)."""
    overlap = numbers.minimum(policy, new_policy).sum(axis=1)
    paying = mdp.replace(reward=0 * mdp.reward + (1 - overlap)[:, None], terminal=None)
    epsilon = numbers.largest(abs(trpo.expected_advantage(mdp, policy, new_policy)))
    loss = trpo.surrogate(mdp, policy, new_policy) - cpo.bound(mdp, policy, new_policy)
    yield equal(loss, 2 * mdp.discount / (1 - mdp.discount) * epsilon * eta(paying, policy))


@law("cpo.kl_bound")
def cpo_kl_bound_holds_two_sided(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """|eta(pi~) - L| is at most the loss."""
    surrogate = trpo.surrogate(mdp, full_policy, full_new_policy)
    gap = abs(eta(mdp, full_new_policy) - surrogate)
    if _changes(mdp, full_policy, full_new_policy):
        yield at_most(gap, numbers.ball(surrogate).item() - _kl_bound(mdp, full_policy, full_new_policy))
    else:
        yield equal(gap, 0)


@law("cpo.kl_bound")
def cpo_kl_bound_is_below_the_tv_form(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """By Pinsker and Jensen it is never above the bound by total variation."""
    if _changes(mdp, full_policy, full_new_policy):
        lower = _kl_bound(mdp, full_policy, full_new_policy)
        yield at_most(lower, cpo.bound(mdp, full_policy, full_new_policy))


@law("cpo.kl_bound", system="ball", derivation=True)
def cpo_kl_bound_counts_visited_states_only() -> Claims:
    """On E2 only the good state is visited, where KL = -log(1 - alpha) and E_pi~ A = alpha: loss in closed form.

    Support lost there gives minus infinity; support lost in the state that is never visited costs nothing.
    """
    quarter = numbers.arb(1) / 4
    for gamma in GAMMAS:
        case = extremal.mixture(gamma, Fraction(1, 4))
        mdp, old, new = case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy)
        loss = trpo.surrogate(mdp, old, new) - cpo.kl_bound(mdp, old, new)
        coefficient = 2 * mdp.discount * quarter / (1 - mdp.discount) ** 2
        yield equal(loss, coefficient * (-(1 - quarter).log() / 2).sqrt())
        elsewhere, everywhere = numbers.ball([[1, 0], [0, 1]]), numbers.ball([[0, 1], [0, 1]])
        yield at_most(abs(cpo.kl_bound(mdp, old, elsewhere) - trpo.surrogate(mdp, old, elsewhere)), 2.0**-32)
        yield true(cpo.kl_bound(mdp, old, everywhere) == numbers.arb.neg_inf())


@law("cpo.visitation_difference")
def visits_differ_by_at_most_the_bound(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The sum over states of |rho_pi~ - rho_pi| is at most the bound."""
    shift = discounted_visitation(mdp, new_policy) - discounted_visitation(mdp, policy)
    yield at_most(abs(shift).sum(), cpo.visitation_difference(mdp, policy, new_policy))


@law("cpo.visitation_difference", derivation=True)
def visitation_bound_is_attained() -> Claims:
    """On E3 with all deviation in the first state, the visits gamma/(1-gamma) of one half move: equality."""
    for gamma in GAMMAS:
        case = extremal.average_divergence(gamma, Fraction(1, 100))
        new_policy = case.policy.copy()
        new_policy[0] = case.new_policy[0]
        moved = numbers.rational(gamma / (1 - gamma))
        shift = discounted_visitation(case.mdp, new_policy) - discounted_visitation(case.mdp, case.policy)
        yield equal(abs(shift).sum(), moved)
        yield equal(cpo.visitation_difference(case.mdp, case.policy, new_policy), moved)


@law("cpo.visitation_difference")
def visitation_bound_bounds_the_surrogate_error(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Times the largest |E_pi~ A| it bounds |eta(pi~) - L|, which is how the bounds on the return follow (Hoelder)."""
    gains = trpo.expected_advantage(mdp, policy, new_policy)
    room = cpo.visitation_difference(mdp, policy, new_policy) * numbers.largest(abs(gains))
    yield at_most(abs(eta(mdp, new_policy) - trpo.surrogate(mdp, policy, new_policy)), room)
    yield equal(trpo.surrogate(mdp, policy, new_policy) - cpo.bound(mdp, policy, new_policy), room)


def _kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> Any:
    """The bound of exact data, as a ball."""
    return cpo.kl_bound(mdp.to("ball"), numbers.ball(policy), numbers.ball(new_policy))


def _changes(mdp: MDP, policy: Array, new_policy: Array) -> bool:
    """Whether something is penalised: balls cannot order equal numbers."""
    mean = discounted_visitation(mdp, policy) @ divergence.tv(policy, new_policy)
    epsilon = numbers.largest(abs(trpo.expected_advantage(mdp, policy, new_policy)))
    return bool(mdp.discount * epsilon * mean != 0)

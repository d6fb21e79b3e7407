"""Laws of TRPO's bounds."""

from fractions import Fraction
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, shaped
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, extremal, numbers, trpo, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta


@law("trpo.epsilon")
def epsilon_scales_with_the_reward(mdp: MDP, policy: Array, scale: Any) -> Claims:
    """Rewards c times as large, of either sign, make epsilon |c| times as large."""
    for factor in (scale, -scale):
        yield equal(trpo.epsilon(mdp.replace(reward=factor * mdp.reward), policy), scale * trpo.epsilon(mdp, policy))


@law("trpo.epsilon", derivation=True)
def epsilon_dominates_expected_advantages(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """No policy's expected advantage exceeds epsilon, and some deterministic policy's attains it."""
    largest = trpo.epsilon(mdp, policy)
    yield at_most(abs(trpo.expected_advantage(mdp, policy, new_policy)), largest)
    advantages = value.advantage(mdp, policy)
    constant = [np.full(mdp.number_of_states, action) for action in range(mdp.number_of_actions)]
    attained = [abs(trpo.expected_advantage(mdp, policy, actions)).max() for actions in constant]
    yield equal(max(attained), largest)
    yield at_most(abs(advantages), largest)


@law("trpo.epsilon")
def epsilon_is_invariant_to_shaping(mdp: MDP, policy: Array, potential: Array) -> Claims:
    """Potential-based shaping leaves epsilon as it is."""
    yield equal(trpo.epsilon(shaped(mdp, potential), policy), trpo.epsilon(mdp, policy))


@law("trpo.penalty_coefficient")
def penalty_scales_with_the_reward(mdp: MDP, policy: Array, scale: Any) -> Claims:
    """C is measured in units of reward."""
    scaled = trpo.penalty_coefficient(mdp.replace(reward=scale * mdp.reward), policy)
    yield equal(scaled, scale * trpo.penalty_coefficient(mdp, policy))


@law("trpo.penalty_coefficient")
def penalty_vanishes_for_bandits(mdp: MDP, policy: Array) -> Claims:
    """At discount zero nothing is lost, so nothing is penalised."""
    yield equal(trpo.penalty_coefficient(mdp.replace(discount=0), policy), 0)


@law("trpo.penalty_coefficient", derivation=True)
def penalty_is_four_epsilon_sums(mdp: MDP, policy: Array) -> Claims:
    """C = 4 epsilon sum_{t>=0} t gamma^t; partial sums miss it by gamma^n (n + gamma/(1-gamma)) / (1-gamma)."""
    gamma, steps = mdp.discount, 5
    tail = gamma**steps * (steps + gamma / (1 - gamma)) / (1 - gamma)
    series = sum(t * gamma**t for t in range(steps)) + tail
    yield equal(trpo.penalty_coefficient(mdp, policy), 4 * trpo.epsilon(mdp, policy) * series)


@law("trpo.tv_bound")
def tv_bound_holds_two_sided(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|eta(pi~) - L| <= 4 epsilon gamma / (1-gamma)^2 alpha^2 (TRPO, theorem 1)."""
    surrogate, exact_return = trpo.surrogate(mdp, policy, new_policy), eta(mdp, new_policy)
    loss = surrogate - trpo.tv_bound(mdp, policy, new_policy)
    yield at_most(abs(exact_return - surrogate), loss)


@law("trpo.tv_bound")
def tv_bound_is_tight_at_the_old_policy(mdp: MDP, policy: Array) -> Claims:
    """At the old policy the bound is eta."""
    yield equal(trpo.tv_bound(mdp, policy, policy), eta(mdp, policy))


@law("trpo.tv_bound", derivation=True)
def tv_bound_holds_on_extremal_instances() -> Claims:
    """On E1 the loss uses up (1-gamma)/(1-gamma(1-alpha)) of the bound exactly, which a smaller constant breaks."""
    for case in extremal.instances():
        surrogate = trpo.surrogate(case.mdp, case.policy, case.new_policy)
        loss = surrogate - trpo.tv_bound(case.mdp, case.policy, case.new_policy)
        yield at_most(abs(eta(case.mdp, case.new_policy) - surrogate), loss)
    for gamma, alpha in _tight_corners():
        case = extremal.total_variation(gamma, alpha)
        surrogate = trpo.surrogate(case.mdp, case.policy, case.new_policy)
        used = abs(eta(case.mdp, case.new_policy) - surrogate)
        share = numbers.rational((1 - gamma) / (1 - gamma * (1 - alpha)))
        yield equal(used, share * (surrogate - trpo.tv_bound(case.mdp, case.policy, case.new_policy)))


@law("trpo.tv_bound_refined")
def refined_bound_holds_two_sided(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|eta(pi~) - L| <= 4 epsilon gamma alpha^2 / ((1-gamma)(1-gamma(1-alpha)))."""
    surrogate = trpo.surrogate(mdp, policy, new_policy)
    loss = surrogate - trpo.tv_bound_refined(mdp, policy, new_policy)
    yield at_most(abs(eta(mdp, new_policy) - surrogate), loss)


@law("trpo.tv_bound_refined", derivation=True)
def refined_bound_is_attained() -> Claims:
    """On E1 the refined bound is an equality, at every discount and alpha <= 1/2."""
    for gamma, alpha in _tight_corners():
        case = extremal.total_variation(gamma, alpha)
        surrogate = trpo.surrogate(case.mdp, case.policy, case.new_policy)
        loss = surrogate - trpo.tv_bound_refined(case.mdp, case.policy, case.new_policy)
        yield equal(abs(eta(case.mdp, case.new_policy) - surrogate), loss)
    case = extremal.total_variation(Fraction(1, 2), Fraction(1, 10))
    gap = trpo.surrogate(*case[1:]) - trpo.tv_bound_refined(*case[1:])
    yield equal(gap, numbers.rational(Fraction(4, 55)))


@law("trpo.tv_bound_refined")
def refined_bound_is_above_the_simple_one(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The refined bound is never below Theorem 1's."""
    yield at_most(trpo.tv_bound(mdp, policy, new_policy), trpo.tv_bound_refined(mdp, policy, new_policy))


@law("trpo.kl_bound")
def kl_bound_holds_two_sided(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """|eta(pi~) - L| <= C max KL(pi || pi~), and even half of it (Pinsker)."""
    surrogate = trpo.surrogate(mdp, full_policy, full_new_policy)
    loss = numbers.ball(surrogate).item() - _kl_bound(mdp, full_policy, full_new_policy)
    gap = abs(eta(mdp, full_new_policy) - surrogate)
    if _is_degenerate(mdp, full_policy, full_new_policy):
        yield equal(gap, 0)
        yield equal(loss, 0)
    else:
        yield at_most(gap, loss)
        yield at_most(gap, loss / 2)


@law("trpo.kl_bound", system="ball")
def kl_bound_at_the_old_policy_is_eta(mdp: MDP, policy: Array) -> Claims:
    """M_i(pi_i) = eta(pi_i): the minorant touches."""
    yield equal(trpo.kl_bound(mdp, policy, policy), eta(mdp, policy))


@law("trpo.kl_bound")
def kl_bound_is_below_the_tv_bound(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """D_TV^2 <= D_KL, so the KL bound is never above the TV bound."""
    lower, upper = _kl_bound(mdp, full_policy, full_new_policy), trpo.tv_bound(mdp, full_policy, full_new_policy)
    relation = equal if _is_degenerate(mdp, full_policy, full_new_policy) else at_most
    yield relation(lower, upper)


@law("trpo.kl_bound", derivation=True)
def kl_bound_holds_on_the_random_walk() -> Claims:
    """On E4 the loss nears sqrt((1-gamma)/(1+gamma))/2 of C KL; on E5 the *mean* KL would be no bound at all."""
    case = extremal.random_walk(Fraction(1, 2), Fraction(1, 1000), 12)
    mdp, old, new = case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy)
    surrogate = trpo.surrogate(mdp, old, new)
    share = abs(eta(mdp, new) - surrogate) / (surrogate - trpo.kl_bound(mdp, old, new))
    limit = (numbers.arb(1) / 3).sqrt() / 2  # .2886751 at gamma = 1/2
    yield at_most(share, 1)
    yield at_most(abs(share - limit), numbers.arb(1) / 1000)
    case = extremal.mean_divergence(5, Fraction(1, 10**6))
    mdp, old, new = case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy)
    mean = (1 - mdp.discount) * (discounted_visitation(mdp, old) @ divergence.kl(old, new))
    loss = trpo.surrogate(mdp, old, new) - eta(mdp, new)
    yield at_most(trpo.penalty_coefficient(mdp, old) * mean, loss)
    yield at_most(loss, trpo.surrogate(mdp, old, new) - trpo.kl_bound(mdp, old, new))


def _tight_corners() -> list[tuple[Fraction, Fraction]]:
    """Discounts and step sizes at which the extremal families are evaluated."""
    gammas = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
    return [(gamma, alpha) for gamma in gammas for alpha in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2))]


def _kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> Any:
    """The bound of exact data, as a ball."""
    return trpo.kl_bound(mdp.to("ball"), numbers.ball(policy), numbers.ball(new_policy))


def _is_degenerate(mdp: MDP, policy: Array, new_policy: Array) -> bool:
    """Whether nothing is penalised, so that both sides are equal; balls cannot order equal numbers."""
    return trpo.penalty_coefficient(mdp, policy) == 0 or np.array_equal(policy, new_policy)

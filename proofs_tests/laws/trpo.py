"""Laws of trust region policy optimisation."""

from fractions import Fraction
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, mix, shaped
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import divergence, extremal, numbers, trajectories, trpo, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP, read_policy
from rlproof.spec.mdp import discounted_visitation, eta, policy_kernel, resolvent_matrix


@law("trpo.expected_advantage")
def expected_advantage_of_itself_is_zero(mdp: MDP, policy: Array) -> Claims:
    """A policy has no expected advantage over itself."""
    yield equal(trpo.expected_advantage(mdp, policy, policy), 0)


@law("trpo.expected_advantage")
def expected_advantage_is_bounded_by_tv(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|Abar(s)| <= D_TV(s) (max_a A - min_a A) <= 2 alpha max|A| (TRPO, lemma 2 and sharper)."""
    gap, tv = abs(trpo.expected_advantage(mdp, policy, new_policy)), divergence.tv(policy, new_policy)
    advantages = value.advantage(mdp, policy)
    yield at_most(gap, tv * (advantages.max(axis=1) - advantages.min(axis=1)))
    yield at_most(gap, 2 * divergence.tv_max(policy, new_policy) * abs(advantages).max())


@law("trpo.expected_advantage")
def expected_advantage_is_the_bellman_gap(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Abar = T_pi~ v_pi - v_pi."""
    values = value.v(mdp, policy)
    yield equal(trpo.expected_advantage(mdp, policy, new_policy), expectation_v(mdp, new_policy, values) - values)


@law("trpo.performance_difference")
def difference_identity_over_time(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - eta(pi) is the expected discounted sum of advantages (TRPO, eq. 1)."""
    difference = eta(mdp, new_policy) - eta(mdp, policy)
    yield equal(trpo.performance_difference(mdp, policy, new_policy), difference)


@law("trpo.performance_difference")
def difference_is_antisymmetric(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Exchanging the two policies changes the sign, although another advantage and other visits are used."""
    forth = trpo.performance_difference(mdp, policy, new_policy)
    yield equal(forth, -trpo.performance_difference(mdp, new_policy, policy))


@law("trpo.performance_difference")
def difference_is_invariant_to_shaping(mdp: MDP, policy: Array, new_policy: Array, potential: Array) -> Claims:
    """Potential-based shaping leaves the difference as it is."""
    yield equal(
        trpo.performance_difference(shaped(mdp, potential), policy, new_policy),
        trpo.performance_difference(mdp, policy, new_policy),
    )


@law("trpo.performance_difference")
def difference_equals_enumeration(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Over all trajectories of H steps, E[sum gamma^t A] misses the difference by the tail gamma^H E[v_pi~ - v_pi]."""
    horizon, advantages = 2, value.advantage(mdp, policy)
    tail = value.v(mdp, new_policy) - value.v(mdp, policy)
    total = 0
    for states, actions, _, probability in trajectories.enumerate(mdp, new_policy, horizon):
        gains = sum(mdp.discount**t * advantages[states[t], actions[t]] for t in range(horizon))
        total = total + probability * (gains + mdp.discount**horizon * tail[states[-1]])
    yield equal(trpo.performance_difference(mdp, policy, new_policy), total)


@law("trpo.performance_difference_by_visitation")
def difference_identity_over_states(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - eta(pi) is the expected advantage summed over the new policy's visits (TRPO, eq. 2)."""
    difference = eta(mdp, new_policy) - eta(mdp, policy)
    yield equal(trpo.performance_difference_by_visitation(mdp, policy, new_policy), difference)


@law("trpo.performance_difference_by_visitation")
def both_difference_forms_agree(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """The sum over states (forward) equals the expectation over time (backward)."""
    yield equal(
        trpo.performance_difference_by_visitation(mdp, policy, new_policy),
        trpo.performance_difference(mdp, policy, new_policy),
    )


@law("trpo.performance_difference_by_visitation")
def difference_has_a_q_form(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It also equals sum_s rho_pi~ sum_a (pi~ - pi) q_pi."""
    weights = ((new_policy - policy) * value.q(mdp, policy)).sum(axis=1)
    yield equal(
        trpo.performance_difference_by_visitation(mdp, policy, new_policy),
        discounted_visitation(mdp, new_policy) @ weights,
    )


@law("trpo.surrogate")
def surrogate_at_the_old_policy_is_eta(mdp: MDP, policy: Array) -> Claims:
    """L_pi(pi) = eta(pi) (TRPO, eq. 4, first half)."""
    yield equal(trpo.surrogate(mdp, policy, policy), eta(mdp, policy))


@law("trpo.surrogate")
def surrogate_matches_eta_to_first_order(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """L and eta have the same derivative at pi in every direction pi~ - pi (TRPO, eq. 4, second half)."""
    ray = numbers.ray(policy, new_policy - policy)
    yield equal(trpo.surrogate(mdp, policy, ray), eta(mdp, ray))


@law("trpo.surrogate")
def surrogate_error_is_the_shift_of_visits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta(pi~) - L = gamma rho_pi (P_pi~ - P_pi) (I - gamma P_pi~)^-1 Abar."""
    shift = policy_kernel(mdp, new_policy) - policy_kernel(mdp, policy)
    gain = numbers.solve(resolvent_matrix(mdp, new_policy), trpo.expected_advantage(mdp, policy, new_policy))
    error = mdp.discount * (discounted_visitation(mdp, policy) @ shift @ gain)
    yield equal(eta(mdp, new_policy) - trpo.surrogate(mdp, policy, new_policy), error)


@law("trpo.surrogate")
def surrogate_is_affine(mdp: MDP, policy: Array, new_policy: Array, third_policy: Array, alpha: Any) -> Claims:
    """L is affine in the new policy."""
    first, second = (trpo.surrogate(mdp, policy, other) for other in (new_policy, third_policy))
    yield equal(
        trpo.surrogate(mdp, policy, mix(new_policy, third_policy, alpha)), first + alpha * (second - first)
    )


@law("trpo.surrogate")
def surrogate_is_exact_for_bandits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """At discount zero L is eta."""
    bandit = mdp.replace(discount=0)
    yield equal(trpo.surrogate(bandit, policy, new_policy), eta(bandit, new_policy))


@law("trpo.importance_sampled_surrogate")
def importance_sampling_leaves_the_surrogate(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array
) -> Claims:
    """Sampling actions from q and weighting by pi~/q leaves L - eta(pi)."""
    yield equal(
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.surrogate(mdp, policy, new_policy) - eta(mdp, policy),
    )


@law("trpo.importance_sampled_surrogate")
def importance_sampling_is_free_of_q(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, full_policy: Array
) -> Claims:
    """Any sampling policy of full support gives the same number."""
    yield equal(
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.importance_sampled_surrogate(mdp, policy, new_policy, full_policy),
    )


@law("trpo.importance_sampled_surrogate")
def importance_sampled_gain_of_the_old_policy_is_zero(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """The old policy gains nothing over itself."""
    yield equal(trpo.importance_sampled_surrogate(mdp, policy, policy, sampling_policy), 0)


@law("trpo.importance_sampled_q_surrogate")
def q_form_exceeds_the_advantage_form_by_a_constant(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array
) -> Claims:
    """The q form exceeds the advantage form by rho_pi . v_pi, whatever the new policy."""
    yield equal(
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, sampling_policy)
        - trpo.importance_sampled_surrogate(mdp, policy, new_policy, sampling_policy),
        discounted_visitation(mdp, policy) @ value.v(mdp, policy),
    )


@law("trpo.importance_sampled_q_surrogate")
def q_form_is_free_of_q(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, full_policy: Array
) -> Claims:
    """Any sampling policy of full support gives the same number."""
    yield equal(
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, sampling_policy),
        trpo.importance_sampled_q_surrogate(mdp, policy, new_policy, full_policy),
    )


@law("trpo.importance_sampled_q_surrogate")
def q_form_at_the_old_policy(mdp: MDP, policy: Array, sampling_policy: Array) -> Claims:
    """At the old policy the q form is sum_s rho_pi(s) v_pi(s), the return counted from every visit on."""
    by_visits = numbers.solve(resolvent_matrix(mdp, policy).T, discounted_visitation(mdp, policy))
    rewards = (policy * mdp.reward).sum(axis=1)
    yield equal(trpo.importance_sampled_q_surrogate(mdp, policy, policy, sampling_policy), by_visits @ rewards)


@law("trpo.epsilon")
def epsilon_scales_with_the_reward(mdp: MDP, policy: Array, scale: Any) -> Claims:
    """Rewards c times as large, of either sign, make epsilon |c| times as large."""
    for factor in (scale, -scale):
        yield equal(trpo.epsilon(mdp.replace(reward=factor * mdp.reward), policy), scale * trpo.epsilon(mdp, policy))


@law("trpo.epsilon")
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


@law("trpo.penalty_coefficient")
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


@law("trpo.tv_bound")
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


@law("trpo.tv_bound_refined")
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


@law("trpo.kl_bound", system="ball")
def kl_bound_holds_two_sided(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """|eta(pi~) - L| <= C max KL(pi || pi~), and even half of it (Pinsker)."""
    surrogate = trpo.surrogate(mdp, full_policy, full_new_policy)
    loss = surrogate - trpo.kl_bound(mdp, full_policy, full_new_policy)
    gap = abs(eta(mdp, full_new_policy) - surrogate)
    if mdp.discount > 0:
        yield at_most(gap, loss + _dust(gap))
        yield at_most(gap, loss / 2 + _dust(gap))
    else:
        yield equal(gap, loss)


@law("trpo.kl_bound", system="ball")
def kl_bound_at_the_old_policy_is_eta(mdp: MDP, policy: Array) -> Claims:
    """M_i(pi_i) = eta(pi_i): the minorant touches."""
    yield equal(trpo.kl_bound(mdp, policy, policy), eta(mdp, policy))


@law("trpo.kl_bound", system="ball")
def kl_bound_is_below_the_tv_bound(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """D_TV^2 <= D_KL, so the KL bound is never above the TV bound."""
    lower, upper = (bound(mdp, full_policy, full_new_policy) for bound in (trpo.kl_bound, trpo.tv_bound))
    yield at_most(lower, upper + _dust(upper))


@law("trpo.kl_bound")
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


@law("trpo.max_kl_step")
def max_kl_step_is_feasible(mdp: MDP, policy: Array, delta: Any) -> Claims:
    """The new policy lies within the ball of every state."""
    step = trpo.max_kl_step(mdp, policy, delta=delta)
    yield equal(step.sum(axis=1), 1)
    yield at_most(divergence.kl(numbers.ball(policy), numbers.ball(step)), numbers.arb(delta))


@law("trpo.max_kl_step")
def max_kl_step_beats_challengers(mdp: MDP, full_policy: Array, full_new_policy: Array, delta: Any) -> Claims:
    """No mixture towards another policy that lies in the ball has a larger surrogate, up to the solver's 1e-9."""
    step = trpo.max_kl_step(mdp, full_policy, delta=delta)
    reached = trpo.surrogate(mdp, full_policy, step)
    slack = trpo.epsilon(mdp, full_policy) / (1 - mdp.discount) / 10**9
    old = numbers.ball(full_policy)
    for alpha in (Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 16)):
        challenger = mix(full_policy, full_new_policy, numbers.rational(alpha))
        if bool(divergence.kl_max(old, numbers.ball(challenger)) <= numbers.arb(delta)):
            yield at_most(trpo.surrogate(mdp, full_policy, challenger), reached + slack)


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
        if not np.array_equal(policy, following):
            yield at_most(bound, after)
            yield at_most(before, bound)
        policy = following


@law("trpo.algorithm1")
def algorithm1_beats_challengers(mdp: MDP, full_policy: Array, full_new_policy: Array, alpha: Any) -> Claims:
    """No mixture towards another policy exceeds the step's bound by more than the certified gap."""
    step = trpo.algorithm1(mdp, full_policy)
    balls, old = mdp.to("ball"), numbers.ball(full_policy)
    reached = trpo.kl_bound(balls, old, numbers.ball(step))
    gap = trpo.algorithm1_gap(mdp, full_policy, step).upper()
    challenger = numbers.ball(mix(full_policy, full_new_policy, alpha))
    yield at_most(trpo.kl_bound(balls, old, challenger), reached + gap + _dust(reached))


@law("trpo.algorithm1")
def algorithm1_gap_is_small(mdp: MDP, full_policy: Array) -> Claims:
    """The duality gap certifies the step to 1e-9 of the scale epsilon / (1-gamma)^2."""
    gap = trpo.algorithm1_gap(mdp, full_policy, trpo.algorithm1(mdp, full_policy))
    yield at_most(gap, numbers.arb(trpo.epsilon(mdp, full_policy) / (1 - mdp.discount) ** 2) / 10**9)


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
    """Potential-based shaping leaves the step as it is, up to the solver's 1e-9."""
    plain, other = (trpo.algorithm1(process, full_policy) for process in (mdp, shaped(mdp, potential)))
    yield at_most(abs(plain - other), numbers.rational(Fraction(1, 10**9)))


@law("trpo.algorithm1_gap")
def gap_is_not_negative(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """No policy is above the maximum."""
    for candidate in (full_policy, full_new_policy, trpo.algorithm1(mdp, full_policy)):
        yield true(not trpo.algorithm1_gap(mdp, full_policy, candidate) < 0)


@law("trpo.algorithm1_gap")
def gap_bounds_every_challenger(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """M(challenger) <= M(candidate) + gap(candidate), for any two policies."""
    balls, old = mdp.to("ball"), numbers.ball(full_policy)
    gap = trpo.algorithm1_gap(mdp, full_policy, full_policy)
    challenger = trpo.kl_bound(balls, old, numbers.ball(full_new_policy))
    yield at_most(challenger, eta(balls, old) + gap + _dust(gap))


@law("trpo.algorithm1_gap")
def gap_of_the_step_is_small(mdp: MDP, policy: Array) -> Claims:
    """Also for policies without full support the step's gap is below 1e-9 of the scale epsilon / (1-gamma)^2."""
    gap = trpo.algorithm1_gap(mdp, policy, trpo.algorithm1(mdp, policy))
    scale = numbers.arb(trpo.epsilon(mdp, policy) / (1 - mdp.discount) ** 2)
    yield true(gap <= scale / 10**9 + _dust(gap))


def _tight_corners() -> list[tuple[Fraction, Fraction]]:
    """Discounts and step sizes at which the extremal families are evaluated."""
    gammas = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
    return [(gamma, alpha) for gamma in gammas for alpha in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2))]


def _dust(like: Any) -> Any:
    """2^-60 of the scale: two balls around one and the same number can never be ordered."""
    return (1 + abs(numbers.arb(like))) / 2**60

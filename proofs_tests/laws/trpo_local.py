"""Laws of the surrogate's first order, of its error, and of the lemmas that bound it."""

from fractions import Fraction
from typing import Any

from rlproof.laws._common import Array, Claims, expectation_from, mix
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, extremal, numbers, trajectories, trpo, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta, policy_kernel

GAMMAS = (Fraction(1, 2), Fraction(9, 10))
ALPHAS = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2))


@law("trpo.surrogate_first_order", derivation=True)
def both_slopes_are_its_product_with_the_direction(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Along pi + t (pi~ - pi) return and surrogate are eta + t x (the product with the direction) + O(t^2)."""
    direction = new_policy - policy
    slope = (trpo.surrogate_first_order(mdp, policy) * direction).sum()
    line = numbers.ray(eta(mdp, policy), slope)
    yield equal(eta(mdp, numbers.ray(policy, direction)), line)
    yield equal(trpo.surrogate(mdp, policy, numbers.ray(policy, direction)), line)


@law("trpo.surrogate_first_order")
def gradient_is_orthogonal_to_the_policy(mdp: MDP, policy: Array) -> Claims:
    """sum_a pi(a|s) g(s,a) = 0 in every state: staying neither gains nor loses."""
    yield equal((policy * trpo.surrogate_first_order(mdp, policy)).sum(axis=1), 0)


@law("trpo.surrogate_first_order")
def quadratic_error_along_mixtures(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """eta differs from its tangent by at most 4 epsilon gamma / (1-gamma)^2 alpha^2, for alpha = 1e-3 and 1e-6 too."""
    slope = (trpo.surrogate_first_order(mdp, policy) * (new_policy - policy)).sum()
    for alpha in map(numbers.rational, ("1/2", "1/1000", "1/1000000")):
        gain = eta(mdp, mix(policy, new_policy, alpha)) - eta(mdp, policy)
        yield at_most(abs(gain - alpha * slope), alpha**2 * trpo.penalty_coefficient(mdp, policy))


@law("trpo.surrogate_first_order", derivation=True)
def gradient_equals_enumeration(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """Its product with any numbers x(s,a) is the sum over trajectories of gamma^t sum_a A(s_t,a) x(s_t,a).

    Trajectories of H steps miss the tail gamma^H times the same sum from the last state on.
    """
    horizon, advantages = 2, value.advantage(mdp, policy)
    paid = (advantages * action_values).sum(axis=1)
    forever = value.v(mdp.replace(reward=0 * mdp.reward + paid[:, None], terminal=None), policy)

    def collected(trajectory: trajectories.Trajectory) -> Any:
        states = trajectory.states
        early = sum(mdp.discount**t * paid[states[t]] for t in range(horizon))
        return early + mdp.discount**horizon * forever[states[-1]]

    total = mdp.initial @ expectation_from(mdp, policy, horizon, collected)
    yield equal((trpo.surrogate_first_order(mdp, policy) * action_values).sum(), total)


@law("trpo.surrogate_error", derivation=True)
def surrogate_error_is_eta_minus_surrogate(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It is what the surrogate lacks."""
    error = eta(mdp, new_policy) - trpo.surrogate(mdp, policy, new_policy)
    yield equal(trpo.surrogate_error(mdp, policy, new_policy), error)


@law("trpo.surrogate_error")
def surrogate_error_is_a_shift_of_visits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It is the expected advantage over the new policy's visits less that over the old one's."""
    shift = discounted_visitation(mdp, new_policy) - discounted_visitation(mdp, policy)
    gains = trpo.expected_advantage(mdp, policy, new_policy)
    yield equal(trpo.surrogate_error(mdp, policy, new_policy), shift @ gains)


@law("trpo.surrogate_error")
def surrogate_error_is_of_second_order(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """Along pi + t (pi~ - pi) its series begins with t^2, and along mixtures it is within the refined bound."""
    yield equal(trpo.surrogate_error(mdp, policy, numbers.ray(policy, new_policy - policy)), 0)
    tenth = mix(policy, new_policy, numbers.rational("1/10"))
    room = trpo.surrogate(mdp, policy, tenth) - trpo.tv_bound_refined(mdp, policy, tenth)
    yield at_most(abs(trpo.surrogate_error(mdp, policy, tenth)), room)


@law("trpo.surrogate_error", derivation=True)
def surrogate_error_equals_enumeration(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """It is the sum over t of gamma^t (E_pi~ - E_pi)[Abar(s_t)]: H steps by enumeration, the tail by values."""
    horizon = 2
    values = value.v(mdp, policy)
    gains = expectation_v(mdp, new_policy, values) - values
    paying = mdp.replace(reward=0 * mdp.reward + gains[:, None], terminal=None)
    total = 0
    for actor, sign in ((new_policy, 1), (policy, -1)):
        forever = value.v(paying, actor)
        for states, _, _, probability in trajectories.enumerate(mdp, actor, horizon):
            early = sum(mdp.discount**t * gains[states[t]] for t in range(horizon))
            total = total + sign * probability * (early + mdp.discount**horizon * forever[states[-1]])
    yield equal(trpo.surrogate_error(mdp, policy, new_policy), total)


@law("trpo.surrogate_error")
def surrogate_error_vanishes_for_bandits(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """At discount zero, and from a policy to itself, the surrogate is exact."""
    yield equal(trpo.surrogate_error(mdp.replace(discount=0), policy, new_policy), 0)
    yield equal(trpo.surrogate_error(mdp, policy, policy), 0)


@law("trpo.lemma2")
def lemma2_bounds_every_state(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|Abar(s)| <= 2 alpha max |A| in every state."""
    yield at_most(abs(trpo.expected_advantage(mdp, policy, new_policy)), trpo.lemma2(mdp, policy, new_policy))


@law("trpo.lemma2")
def lemma2_has_a_sharper_form(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """|Abar(s)| <= D_TV(s) (max_a A - min_a A), which the lemma's right-hand side is never below."""
    advantages = value.advantage(mdp, policy)
    span = advantages.max(axis=1) - advantages.min(axis=1)
    sharper = divergence.tv(policy, new_policy) * span
    yield at_most(abs(trpo.expected_advantage(mdp, policy, new_policy)), sharper)
    yield at_most(sharper, trpo.lemma2(mdp, policy, new_policy))


@law("trpo.lemma2", derivation=True)
def lemma2_is_attained() -> Claims:
    """On E1, where max |A| is one, the expected advantage is 2 alpha in the good state and -2 alpha in the bad one."""
    for alpha in ALPHAS:
        case = extremal.total_variation(Fraction(1, 2), alpha)
        twice = numbers.rational(2 * alpha)
        yield equal(trpo.expected_advantage(*case[1:]), numbers.stack([twice, -twice]))
        yield equal(trpo.lemma2(*case[1:]), twice)


@law("trpo.lemma2")
def lemma2_shrinks_along_mixtures(mdp: MDP, policy: Array, new_policy: Array, alpha: Any) -> Claims:
    """Going a share alpha of the way makes the bound alpha times as large, like the expected advantage itself."""
    mixture = mix(policy, new_policy, alpha)
    yield equal(trpo.lemma2(mdp, policy, mixture), alpha * trpo.lemma2(mdp, policy, new_policy))


@law("trpo.lemma3")
def lemma3_bounds_every_time(mdp: MDP, policy: Array, new_policy: Array, horizon: int) -> Claims:
    """|E_pi~ Abar(s_t) - E_pi Abar(s_t)| is at most the bound, by enumeration of the trajectories of t steps."""
    gains, difference = trpo.expected_advantage(mdp, policy, new_policy), 0
    for actor, sign in ((new_policy, 1), (policy, -1)):
        for trajectory in trajectories.enumerate(mdp, actor, horizon):
            difference = difference + sign * trajectory.probability * gains[trajectory.states[-1]]
    yield at_most(abs(difference), trpo.lemma3(mdp, policy, new_policy, horizon=horizon))


@law("trpo.lemma3", derivation=True)
def lemma3_is_attained() -> Claims:
    """On E1 the good state is left with probability 1 - (1-alpha)^t, and Abar falls from 2 alpha to -2 alpha."""
    for alpha in ALPHAS:
        case = extremal.total_variation(Fraction(1, 2), alpha)
        gains = trpo.expected_advantage(*case[1:])
        old = new = case.mdp.initial
        for t in range(4):
            bound = trpo.lemma3(*case[1:], horizon=t)
            yield equal(abs((new - old) @ gains), bound)
            yield equal(bound, numbers.rational(4 * alpha * (1 - (1 - alpha) ** t)))
            old, new = old @ policy_kernel(case.mdp, case.policy), new @ policy_kernel(case.mdp, case.new_policy)


@law("trpo.lemma3")
def lemma3_sums_to_the_refined_bound(mdp: MDP, policy: Array, new_policy: Array) -> Claims:
    """sum_t gamma^t times the bound is the loss of the refined Theorem 1; partial sums miss a geometric tail."""
    gamma, steps = mdp.discount, 4
    kept = gamma * (1 - divergence.tv_max(policy, new_policy))
    partial = sum(gamma**t * trpo.lemma3(mdp, policy, new_policy, horizon=t) for t in range(steps))
    tail = 2 * trpo.lemma2(mdp, policy, new_policy) * (gamma**steps / (1 - gamma) - kept**steps / (1 - kept))
    loss = trpo.surrogate(mdp, policy, new_policy) - trpo.tv_bound_refined(mdp, policy, new_policy)
    yield equal(partial + tail, loss)


@law("trpo.lemma3")
def lemma3_counts_deviations(mdp: MDP, policy: Array, new_policy: Array, horizon: int) -> Claims:
    """It starts at zero and closes the distance to twice lemma 2 by a share alpha in each step."""
    limit, alpha = 2 * trpo.lemma2(mdp, policy, new_policy), divergence.tv_max(policy, new_policy)
    yield equal(trpo.lemma3(mdp, policy, new_policy, horizon=0), 0)
    before, after = (trpo.lemma3(mdp, policy, new_policy, horizon=horizon + step) for step in (0, 1))
    yield equal(limit - after, (1 - alpha) * (limit - before))


@law("trpo.lemma3")
def lemma3_bounds_the_shift_of_states(mdp: MDP, policy: Array, new_policy: Array, horizon: int) -> Claims:
    """The total variation between the states at time t is at most 1 - (1-alpha)^t, times lemma 2 half the bound."""
    alpha = divergence.tv_max(policy, new_policy)
    old = new = mdp.initial
    for _ in range(horizon):
        old, new = old @ policy_kernel(mdp, policy), new @ policy_kernel(mdp, new_policy)
    apart = 1 - numbers.minimum(old, new).sum()
    yield at_most(apart, 1 - (1 - alpha) ** horizon)
    bound = trpo.lemma3(mdp, policy, new_policy, horizon=horizon)
    yield at_most(2 * trpo.lemma2(mdp, policy, new_policy) * apart, bound)


@law("trpo.mm_lower_bound")
def minorant_gain_is_below_the_gain(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """eta(pi~) - eta(pi) >= M(pi~) - M(pi)."""
    gain = trpo.performance_difference(mdp, full_policy, full_new_policy)
    if _penalises(mdp, full_policy, full_new_policy):
        yield at_most(_minorant_gain(mdp, full_policy, full_new_policy), gain)
    else:
        yield equal(_minorant_gain(mdp, full_policy, full_new_policy), gain)


@law("trpo.mm_lower_bound", system="ball")
def minorant_gain_of_no_step_is_zero(mdp: MDP, policy: Array) -> Claims:
    """M touches eta at the present policy."""
    yield equal(trpo.mm_lower_bound(mdp, policy, policy), 0)


@law("trpo.mm_lower_bound")
def minorant_gain_of_algorithm1_is_not_negative(mdp: MDP, full_policy: Array) -> Claims:
    """Algorithm 1 maximises it, so that its step guarantees an improvement, or stays."""
    step = trpo.algorithm1(mdp, full_policy)
    if _penalises(mdp, full_policy, step):
        yield at_most(0, _minorant_gain(mdp, full_policy, step))


@law("trpo.mm_lower_bound", derivation=True)
def minorant_gain_is_linear_minus_penalty(mdp: MDP, full_policy: Array, full_new_policy: Array) -> Claims:
    """It is the product of the common gradient with the step, less C times the largest KL divergence."""
    first_order = (trpo.surrogate_first_order(mdp, full_policy) * (full_new_policy - full_policy)).sum()
    divergences = divergence.kl(numbers.ball(full_policy), numbers.ball(full_new_policy))
    penalties = trpo.penalty_coefficient(mdp, full_policy) * divergences
    gain = _minorant_gain(mdp, full_policy, full_new_policy)
    yield equal(gain, min(first_order - penalty for penalty in penalties))


def _minorant_gain(mdp: MDP, policy: Array, new_policy: Array) -> Any:
    """The minorant's gain of exact data, as a ball."""
    return trpo.mm_lower_bound(mdp.to("ball"), numbers.ball(policy), numbers.ball(new_policy))


def _penalises(mdp: MDP, policy: Array, new_policy: Array) -> bool:
    """Whether something is penalised: balls cannot order equal numbers."""
    return bool(trpo.penalty_coefficient(mdp, policy) * divergence.tv_max(policy, new_policy) != 0)

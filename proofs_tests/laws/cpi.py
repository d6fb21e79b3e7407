"""Laws of conservative policy iteration."""

from fractions import Fraction
from typing import Any

from rlproof.laws._common import Array, Claims, mix
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import cpi, extremal, numbers, trpo, value
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.mdp import discounted_visitation, eta

GAMMAS = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
SHARES = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2), Fraction(1))
SECOND_ACTION = [[0, 1], [0, 1]]
"""The policy that E2 mixes in."""


@law("cpi.mixture_bound")
def mixture_bound_holds_two_sided(mdp: MDP, policy: Array, mixed_policy: Array, alpha: Any) -> Claims:
    """|eta - L| at the mixture is at most 2 epsilon gamma alpha^2 / (1-gamma)^2 (TRPO, eq. 6)."""
    mixture = mix(policy, mixed_policy, alpha)
    surrogate = trpo.surrogate(mdp, policy, mixture)
    loss = surrogate - cpi.mixture_bound(mdp, policy, mixed_policy, alpha=alpha)
    yield at_most(abs(eta(mdp, mixture) - surrogate), loss)


@law("cpi.mixture_bound")
def mixture_bound_at_the_ends(mdp: MDP, policy: Array, mixed_policy: Array) -> Claims:
    """Without mixing the bound is eta; with pi' alone it is L(pi') - 2 epsilon gamma / (1-gamma)^2."""
    yield equal(cpi.mixture_bound(mdp, policy, mixed_policy, alpha=0), eta(mdp, policy))
    epsilon = numbers.largest(abs(trpo.expected_advantage(mdp, policy, mixed_policy)))
    loss = trpo.surrogate(mdp, policy, mixed_policy) - cpi.mixture_bound(mdp, policy, mixed_policy, alpha=1)
    yield equal(loss * (1 - mdp.discount) ** 2, 2 * epsilon * mdp.discount)


@law("cpi.mixture_bound", derivation=True)
def mixture_bound_sums_a_union_bound(mdp: MDP, policy: Array, mixed_policy: Array, alpha: Any) -> Claims:
    """By time t a deviation has happened with probability at most alpha t: loss = 2 alpha epsilon sum alpha t gamma^t.

    Partial sums of t gamma^t miss it by gamma^n (n + gamma/(1-gamma)) / (1-gamma).
    """
    gamma, steps, values = mdp.discount, 4, value.v(mdp, policy)
    epsilon = numbers.largest(abs(expectation_v(mdp, mixed_policy, values) - values))
    late = sum(t * gamma**t for t in range(steps)) + gamma**steps * (steps + gamma / (1 - gamma)) / (1 - gamma)
    surrogate = trpo.surrogate(mdp, policy, mix(policy, mixed_policy, alpha))
    bound = cpi.mixture_bound(mdp, policy, mixed_policy, alpha=alpha)
    yield equal(bound, surrogate - 2 * alpha * epsilon * alpha * late)


@law("cpi.mixture_bound")
def mixture_bound_uses_its_share_on_extremal_instances() -> Claims:
    """On E2 the loss uses up (1-gamma)/(1-gamma(1-alpha)) of the bound exactly, which a smaller constant breaks."""
    for gamma in GAMMAS:
        for alpha in SHARES:
            case = extremal.mixture(gamma, alpha)
            surrogate = trpo.surrogate(*case[1:])
            bound = cpi.mixture_bound(case.mdp, case.policy, SECOND_ACTION, alpha=alpha)
            share = numbers.rational((1 - gamma) / (1 - gamma * (1 - alpha)))
            yield equal(surrogate - eta(case.mdp, case.new_policy), share * (surrogate - bound))


@law("cpi.mixture_bound_kl02")
def kl02_bound_holds_two_sided(mdp: MDP, policy: Array, mixed_policy: Array, alpha: Any) -> Claims:
    """|eta - L| at the mixture is at most 2 epsilon gamma alpha^2 / ((1-gamma)(1-gamma(1-alpha)))."""
    mixture = mix(policy, mixed_policy, alpha)
    surrogate = trpo.surrogate(mdp, policy, mixture)
    loss = surrogate - cpi.mixture_bound_kl02(mdp, policy, mixed_policy, alpha=alpha)
    yield at_most(abs(eta(mdp, mixture) - surrogate), loss)


@law("cpi.mixture_bound_kl02")
def kl02_bound_is_attained() -> Claims:
    """On E2 the bound is the return, at every discount and every alpha."""
    for gamma in GAMMAS:
        for alpha in SHARES:
            case = extremal.mixture(gamma, alpha)
            bound = cpi.mixture_bound_kl02(case.mdp, case.policy, SECOND_ACTION, alpha=alpha)
            yield equal(bound, eta(case.mdp, case.new_policy))


@law("cpi.mixture_bound_kl02")
def kl02_bound_is_above_the_simple_one(mdp: MDP, policy: Array, mixed_policy: Array, alpha: Any) -> Claims:
    """It is never below TRPO's eq. (6)."""
    simple = cpi.mixture_bound(mdp, policy, mixed_policy, alpha=alpha)
    yield at_most(simple, cpi.mixture_bound_kl02(mdp, policy, mixed_policy, alpha=alpha))


@law("cpi.mixture_bound_kl02", derivation=True)
def kl02_bound_counts_the_steps_before_the_first_deviation(
    mdp: MDP, policy: Array, mixed_policy: Array, alpha: Any
) -> Claims:
    """The loss is 2 alpha epsilon sum_t gamma^t (1 - (1-alpha)^t): step t differs only after a deviation.

    Partial sums miss it by gamma^n/(1-gamma) - (gamma (1-alpha))^n / (1-gamma(1-alpha)).
    """
    gamma, steps, values = mdp.discount, 4, value.v(mdp, policy)
    epsilon = numbers.largest(abs(expectation_v(mdp, mixed_policy, values) - values))
    kept = gamma * (1 - alpha)
    series = sum(gamma**t - kept**t for t in range(steps)) + gamma**steps / (1 - gamma) - kept**steps / (1 - kept)
    surrogate = trpo.surrogate(mdp, policy, mix(policy, mixed_policy, alpha))
    bound = cpi.mixture_bound_kl02(mdp, policy, mixed_policy, alpha=alpha)
    yield equal(bound, surrogate - 2 * alpha * epsilon * series)


@law("cpi.step_size")
def step_guarantees_its_improvement(mdp: MDP, policy: Array, mixed_policy: Array) -> Claims:
    """eta grows by at least A^2 / (8 R (1-gamma)), where A and R are as in the formula (the corollary)."""
    alpha = cpi.step_size(mdp, policy, mixed_policy)
    gain = _policy_advantage(mdp, policy, mixed_policy)
    improvement = eta(mdp, mix(policy, mixed_policy, alpha)) - eta(mdp, policy)
    if gain > 0:
        yield at_most(gain**2 / (8 * _spread(mdp) * (1 - mdp.discount)), improvement)
    else:
        yield equal(alpha, 0)


@law("cpi.step_size", derivation=True)
def step_maximises_the_guarantee(mdp: MDP, policy: Array, mixed_policy: Array) -> Claims:
    """alpha/(1-gamma) (A - 2 alpha R/(1-gamma)), the guarantee for a step alpha, has slope zero there."""
    gain, below_one = _policy_advantage(mdp, policy, mixed_policy), 1 - mdp.discount
    if gain > 0:
        step = cpi.step_size(mdp, policy, mixed_policy)
        alpha = numbers.ray(step, numbers.rational(1))
        best = gain**2 / (8 * _spread(mdp))
        yield equal(alpha * (1 / below_one) * (gain - 2 * alpha * (_spread(mdp) / below_one)), best)


@law("cpi.step_size")
def step_is_free_of_the_unit_of_reward(mdp: MDP, policy: Array, mixed_policy: Array, scale: Any, shift: Any) -> Claims:
    """Rewards scaled by a positive number and shifted by a constant allow the same step."""
    changed = mdp.replace(reward=scale * mdp.reward + shift, terminal=None)
    yield equal(cpi.step_size(changed, policy, mixed_policy), cpi.step_size(mdp, policy, mixed_policy))


@law("cpi.step_size")
def step_is_at_most_a_quarter(mdp: MDP, policy: Array, mixed_policy: Array) -> Claims:
    """0 <= alpha <= (1-gamma)/4, which a bandit whose old action is the worst attains with the best one."""
    alpha = cpi.step_size(mdp, policy, mixed_policy)
    yield at_most(0, alpha)
    yield at_most(alpha, (1 - mdp.discount) / 4)
    case = extremal.worst_deterministic(0)
    yield equal(cpi.step_size(case.mdp, case.policy, case.new_policy), numbers.rational("1/4"))


def _policy_advantage(mdp: MDP, policy: Array, mixed_policy: Array) -> Any:
    """(1-gamma)^2 sum_s rho_pi(s) (T_pi' v_pi - v_pi)(s)."""
    values = value.v(mdp, policy)
    gains = expectation_v(mdp, mixed_policy, values) - values
    return (1 - mdp.discount) ** 2 * (discounted_visitation(mdp, policy) @ gains)


def _spread(mdp: MDP) -> Any:
    return mdp.reward.max() - mdp.reward.min()

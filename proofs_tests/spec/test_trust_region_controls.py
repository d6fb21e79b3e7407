"""Wrong formulas of trust regions, each refuted by an exact instance."""

from fractions import Fraction

from rlproof.spec import cpi, cpo, divergence, extremal, numbers, trpo
from rlproof.spec.mdp import discounted_visitation, eta

HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
SECOND = [[0, 1], [0, 1]]


def test_the_epsilon_of_a_mixture_is_not_over_the_mixture() -> None:
    """max |E A| over the mixture itself is alpha times as large, which E2 breaks at every alpha below one."""
    case = extremal.mixture(HALF, TENTH)
    surrogate = trpo.surrogate(*case[1:])
    loss = surrogate - cpi.mixture_bound(case.mdp, case.policy, SECOND, alpha=TENTH)
    over_mixture = numbers.largest(abs(trpo.expected_advantage(*case[1:])))
    over_mixed = numbers.largest(abs(trpo.expected_advantage(case.mdp, case.policy, SECOND)))
    assert abs(eta(case.mdp, case.new_policy) - surrogate) > loss * over_mixture / over_mixed


def test_the_epsilon_of_conservative_iteration_is_wrong_for_theorem_1() -> None:
    """On E1 the largest |E_pi~ A| is 2 alpha, far below max |A|: Theorem 1 with it is no bound."""
    case = extremal.total_variation(HALF, TENTH)
    surrogate = trpo.surrogate(*case[1:])
    smaller = numbers.largest(abs(trpo.expected_advantage(*case[1:])))
    assert smaller == numbers.rational(2 * TENTH)
    loss = (surrogate - trpo.tv_bound(*case[1:])) * smaller / trpo.epsilon(case.mdp, case.policy)
    assert abs(eta(case.mdp, case.new_policy) - surrogate) > loss


def test_a_step_by_the_advantage_that_is_not_normalised_goes_down() -> None:
    """With A too large by (1-gamma)^-2 the corollary's step lowers the return; the right one raises it.

    The new action gains one in the start state and leads to a state from which it loses 4 for ever.
    """
    case = extremal.mixture(Fraction(9, 10), 0)
    mdp = case.mdp.replace(reward=numbers.exact([[0, 1], [0, -4]]))
    step = cpi.step_size(mdp, case.policy, SECOND)
    too_long = step / (1 - mdp.discount) ** 2

    def mixed(alpha: object) -> object:
        second = numbers.exact(SECOND)
        return eta(mdp, case.policy + alpha * (second - case.policy))

    assert 0 < step < too_long <= 1
    assert mixed(too_long) < mixed(0) < mixed(step)


def test_the_constant_of_the_visits_bound_is_two() -> None:
    """All deviation in the first state of E3 uses the whole bound, so that any smaller constant breaks."""
    case = extremal.average_divergence(HALF, Fraction(1, 100))
    new = case.policy.copy()
    new[0] = case.new_policy[0]
    shift = abs(discounted_visitation(case.mdp, new) - discounted_visitation(case.mdp, case.policy)).sum()
    average = discounted_visitation(case.mdp, case.policy) @ divergence.tv(case.policy, new)
    for constant, holds in ((2, True), (Fraction(19, 10), False)):
        bound = numbers.rational(constant) * case.mdp.discount / (1 - case.mdp.discount) * average
        assert (shift <= bound) is holds
    assert shift == cpo.visitation_difference(case.mdp, case.policy, new)


def test_the_mean_divergence_is_no_bound() -> None:
    """E5: C times the mean KL divergence is less than what is lost; C times the maximum is more."""
    case = extremal.mean_divergence(5, Fraction(1, 10**6))
    mdp, old, new = case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy)
    assert case.mdp.discount < numbers.rational(Fraction(1, 17))
    lost = trpo.surrogate(mdp, old, new) - eta(mdp, new)
    mean = (1 - mdp.discount) * (discounted_visitation(mdp, old) @ divergence.kl(old, new))
    coefficient = trpo.penalty_coefficient(mdp, old)
    assert coefficient * mean < lost < coefficient * divergence.kl_max(old, new)

"""Wrong formulas of trust regions, each refuted by an exact instance."""

from fractions import Fraction
from itertools import product

import numpy as np

from rlproof.spec import cpi, cpo, divergence, extremal, mirror_descent, numbers, ppo, trpo, value, vpg
from rlproof.spec.decision_process import MDP
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


def test_the_self_normalised_vine_is_biased() -> None:
    """With two samples its mean over all samples is not E_pi Q; the plain weighted mean's is, and needs a baseline."""
    old, new, values = numbers.exact(["1/2", "1/2"]), numbers.exact(["3/4", "1/4"]), numbers.exact([1, 0])
    normalised = plain = shifted = numbers.rational(0)
    for first, second in product(range(2), repeat=2):
        chosen = np.array([first, second])
        ratios, chance = (new / old)[chosen], old[first] * old[second]
        normalised += chance * trpo.vine_sampled(ratios[None], values[chosen][None])[0]
        plain += chance * (ratios * values[chosen]).sum() / 2
        shifted += chance * (ratios * (values[chosen] + 1)).sum() / 2
    exact_value = trpo.vine(new[None], values[None])[0]
    assert plain == exact_value == shifted - 1
    assert normalised == numbers.rational(Fraction(5, 8)) != exact_value


def test_the_fisher_matrix_is_in_the_new_logits_at_the_old_ones() -> None:
    """The outer product of the mean score is zero, not F: the average is of the products."""
    policy, vector = numbers.exact([["1/4", "3/4"]]), numbers.exact([[1, 0]])
    product_ = trpo.fisher_vector_product(numbers.exact([1]), policy, vector, damping=0)
    scores = numbers.exact(np.eye(2, dtype=int)) - policy
    mean_score = policy[0] @ scores
    assert (mean_score == 0).all()
    assert (product_ == numbers.exact([["3/16", "-3/16"]])).all()


def test_conjugate_gradients_without_the_new_direction_are_too_slow() -> None:
    """Steepest descent, which drops the old direction, has not solved a 2 x 2 system after two steps."""
    matrix, gradient = numbers.exact([[2, 1], [1, 1]]), numbers.exact([1, 0])
    found = numbers.exact([0, 0])
    for _ in range(2):
        residual = gradient - matrix @ found
        found = found + (residual @ residual) / (residual @ matrix @ residual) * residual
    solution = numbers.solve(matrix, gradient)
    assert (found != solution).any()
    assert (trpo.conjugate_gradient(matrix, gradient, iterations=2) == solution).all()


def test_the_line_search_tests_the_divergence_and_not_its_model() -> None:
    """A step that uses up the quadratic model may be outside the ball: pi = 1/4 moved along its natural gradient.

    Its divergence is 0.145 where the model says 1/8; the search halves it.
    """
    policy = numbers.ball(["1/4", "3/4"])
    fisher, gradient = policy[0] * policy[1], numbers.ball([1])
    step = trpo.natural_gradient_step(numbers.stack([numbers.stack([fisher])]), gradient, delta="1/8")[0]
    gains, gaps = [], []
    for j in range(3):
        odds = (step / 2**j).exp() / 3
        new = numbers.stack([odds / (1 + odds), 1 / (1 + odds)])
        gains.append(new[0] - policy[0])
        gaps.append(divergence.kl(policy, new))
    assert gaps[0] > numbers.arb(1) / 8 > gaps[1]
    accepted = trpo.line_search(numbers.stack(gains), numbers.stack(gaps), delta="1/8", backtrack="1/2")
    assert accepted == numbers.arb(1) / 2
    assert trpo.line_search(-numbers.stack(gains), numbers.stack(gaps), delta="1/8", backtrack="1/2") == 0


def test_the_step_of_the_other_divergence_is_not_trpos() -> None:
    """Mirror descent moves probabilities by e^(A/tau), TRPO by lambda/(nu - A): at equal KL(old || new) it gains less.

    For pi uniform over three actions with advantages 1, 0, -1 and tau = 1.
    """
    old, advantages = numbers.ball([["1/3", "1/3", "1/3"]]), numbers.exact([[1, 0, -1]])
    new = mirror_descent.step(old, numbers.ball(advantages), temperature=1)
    radius = divergence.kl_max(old, new)
    one_state = MDP(numbers.exact([[[1], [1], [1]]]), advantages, numbers.exact([1]), Fraction(0))
    uniform = numbers.exact([["1/3", "1/3", "1/3"]])
    best = trpo.max_kl_step(one_state, uniform, delta=numbers.rational(float(radius)))
    gain = (numbers.ball(best) * numbers.ball(advantages)).sum()
    assert gain > (new * numbers.ball(advantages)).sum() + numbers.arb(1) / 1000


def test_the_average_region_is_not_the_maximum_in_disguise() -> None:
    """With two states visited alike, of which one alone has anything to gain, the average lets it go twice as far."""
    mdp = MDP(
        numbers.exact([[[1, 0]] * 2, [[0, 1]] * 2]), numbers.exact([[1, -1], [0, 0]]), numbers.exact(["1/2", "1/2"]), 0
    )
    old, delta = numbers.exact([["1/2", "1/2"]] * 2), numbers.rational("1/64")
    average = trpo.average_kl_step(mdp, old, delta=delta)
    wide = trpo.max_kl_step(mdp, old, delta=2 * delta)
    assert abs(average[0] - wide[0]).max() < numbers.rational(2) ** -40
    assert (average[1] == old[1]).all()
    assert average[0, 0] > trpo.max_kl_step(mdp, old, delta=delta)[0, 0]


def test_the_thresholds_of_the_step_size_are_not_those_of_the_penalty() -> None:
    """At 1.75 times the target PPO doubles its penalty, and the step stays; far above, it shrinks by 1.5."""
    target = numbers.rational(Fraction(1, 100))
    assert ppo.adaptive_kl(target * 7 / 4, beta=1, kl_target=target) == 2
    assert vpg.adaptive_stepsize(target * 7 / 4, step_size=1, kl_target=target) == 1
    assert vpg.adaptive_stepsize(target * 3, step_size=1, kl_target=target) == numbers.rational(Fraction(2, 3))


def test_the_natural_gradient_of_normalised_visits_is_larger() -> None:
    """With d in the place of rho in the Fisher matrix alone, the direction is A/(1 - gamma)."""
    case = extremal.total_variation(Fraction(9, 10), HALF)
    policy = numbers.exact([["1/4", "1/4", "1/2"]] * 2)
    visits, advantages = discounted_visitation(case.mdp, policy), value.advantage(case.mdp, policy)
    gradient = policy * trpo.surrogate_first_order(case.mdp, policy)
    below_one = 1 - case.mdp.discount
    for weights, direction in ((visits, advantages), (below_one * visits, advantages / below_one)):
        assert (trpo.fisher_vector_product(weights, policy, direction, damping=0) == gradient).all()
    assert (trpo.fisher_vector_product(below_one * visits, policy, advantages, damping=0) != gradient).any()

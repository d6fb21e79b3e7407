"""Wrong formulas about policies and divergences are refuted by exact instances."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.spec import divergence, imitation, numbers, policy
from rlproof.spec.numbers import ball, exact, log

FAIR, BIASED = ball([["1/2", "1/2"]]), ball([["1/4", "3/4"]])
SKEWED = ball([["1/8", "7/8"]])


@pytest.fixture(autouse=True)
def _precise() -> Iterator[None]:
    """Balls of 128 bits, far narrower than the 1e-20 that the tests below ask for."""
    with numbers.precision(128):
        yield


def moved(along: Any) -> Any:
    """The first coefficient of a sum of power series."""
    return along.sum(axis=-1)[0][1]


# --- discrete actions -----------------------------------------------------------------------------


def test_the_greedy_action_also_gets_its_share_of_the_random_ones() -> None:
    """1 - epsilon for the greedy action and epsilon / A, or epsilon / (A - 1), for the others is another policy."""
    ours = policy.epsilon_greedy(exact([[0, 1, 0]]), epsilon_random=Fraction(3, 10))
    assert list(ours[0]) == list(exact(["1/10", "8/10", "1/10"]))
    assert ours[0, 1] != 1 - numbers.rational("3/10")


def test_logits_tell_more_than_the_policy() -> None:
    """Different logits give one policy, so that logits of two learners cannot be compared."""
    logits, others = ball([[0, 1, 3]]), ball([[7, 8, 10]])
    assert all(abs(a - b) < 1e-20 for a, b in zip(policy.softmax(logits)[0], policy.softmax(others)[0], strict=True))


def test_the_fisher_information_of_softmax_has_no_inverse() -> None:
    """A solver must damp it or take its pseudo-inverse: its determinant is zero."""
    information = policy.fisher(ball([[0, 1, -1]]))[0]
    determinant = numbers.arb_mat(3, 3, list(information.flat)).det()
    assert abs(determinant) < 1e-20


def test_a_deterministic_policy_cannot_change_at_finite_kl() -> None:
    """KL(old || new) is infinite as soon as an action changes, while total variation stays 1."""
    old, new = (ball(exact(policy.deterministic(np.array([a]), number_of_actions=2))) for a in (0, 1))
    assert divergence.kl(old, new)[0] == numbers.arb.pos_inf()
    assert divergence.tv(old, new)[0] == 1
    assert divergence.bretagnolle_huber(old, new)[0] == 1


# --- Gaussians ------------------------------------------------------------------------------------


def test_sigma_is_no_variance() -> None:
    """Read as a variance, sigma = 2 makes the entropy 1/2 log 2 too small and the score twice too large."""
    log_std = log(ball([[2]]))
    miss = policy.gaussian_entropy(log_std)[0] - policy.gaussian_entropy(log_std / 2)[0]
    assert abs(miss - numbers.arb(2).log() / 2) < 1e-20
    score = policy.gaussian_score(ball([[1]]), ball([[0]]), log_std)[0, 0, 0]
    assert abs(score - 0.25) < 1e-20


def test_the_entropy_of_a_density_may_be_negative() -> None:
    """The entropy bonus of a narrow Gaussian is a penalty: at sigma = 1/8 it is below -1/2."""
    assert policy.gaussian_entropy(log(ball([["1/8"]])))[0] < -0.5
    assert policy.full_gaussian_entropy(ball([[["1/8"]]]))[0] < -0.5


def test_squashing_without_the_slope_of_tanh_is_no_density() -> None:
    """At u = 2 the Gaussian density of u is not the density of tanh u: 1 - tanh^2 2 is 0.07."""
    arguments = ball([[2]]), ball([[0]]), ball([[0]])
    gap = policy.squashed_gaussian_log_prob(*arguments)[0] - policy.gaussian_log_prob(*arguments)[0]
    assert 2.65 < gap < 2.66


def test_the_score_in_log_sigma_is_not_that_in_sigma() -> None:
    """At a = mu + 2 sigma and sigma = 2 it is 3, and 3/2 in sigma itself."""
    _, in_log_std = policy.gaussian_score(ball([[4]]), ball([[0]]), log(ball([[2]])))
    assert abs(in_log_std[0, 0] - 3) < 1e-20


def test_a_covariance_is_not_its_factor() -> None:
    """A covariance matrix in place of its Cholesky factor is refused; a diagonal one is another density."""
    one, two = ball([[1]]), ball([[[4]]])
    wrong = policy.full_gaussian_log_prob(one, 0 * one, two)[0]
    right = policy.full_gaussian_log_prob(one, 0 * one, ball([[[2]]]))[0]
    assert abs(wrong - right) > 0.5


# --- divergences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "holds"), [(2, True), (Fraction(201, 100), False)])
def test_pinskers_constant_is_the_best(factor: Any, holds: bool) -> None:
    """KL >= 2 TV^2, but KL >= 2.01 TV^2 is wrong near a fair coin."""
    near = ball([["51/100", "49/100"]])
    gap = divergence.kl(FAIR, near)[0] - numbers.arb(numbers.rational(factor)) * divergence.tv(FAIR, near)[0] ** 2
    assert (gap > 0) is holds
    assert (gap < 0) is not holds


def test_neither_bound_on_tv_is_always_the_better() -> None:
    """Pinsker's bound is smaller for close policies and exceeds 1 for distant ones, which the other never does."""
    near, far = ball([["9/16", "7/16"]]), ball([["1/1024", "1023/1024"]])
    assert divergence.pinsker(FAIR, near)[0] < divergence.bretagnolle_huber(FAIR, near)[0]
    assert divergence.bretagnolle_huber(FAIR, far)[0] < 1 < divergence.pinsker(FAIR, far)[0]


def test_independent_draws_are_no_maximal_coupling() -> None:
    """Two independent draws of one policy differ half of the time; coupled ones never do."""
    halves = exact([["1/2", "1/2"]])
    assert 1 - np.trace(halves[:, :, None] * halves[:, None, :], axis1=1, axis2=2)[0] == numbers.rational("1/2")
    assert list(divergence.coupling(halves, halves)[0].flat) == list(exact(["1/2", 0, 0, "1/2"]))


def test_both_directions_of_kl_differ_in_third_order() -> None:
    """They agree to second order only."""
    curve = np.frompyfunc(lambda p, d: numbers.arb_series([p, d], prec=4), 2, 1)(BIASED, ball([[1, -1]]))
    forth, back = divergence.kl(BIASED, curve)[0], divergence.kl(curve, BIASED)[0]
    assert abs(forth[2] - back[2]) < 1e-20
    assert abs(forth[3] - back[3]) > 1


def test_k1_is_negative_on_some_batch() -> None:
    """Where the new policy favours the action drawn, k1 < 0 although KL > 0; k3 is not."""
    logs = [log(each[:, 1]) for each in (BIASED, FAIR)]
    assert divergence.k1(*logs)[0] < 0 < divergence.k3(*logs)[0]


def test_the_bias_of_k2_has_either_sign() -> None:
    """E_old[k2] - KL(old || new) is above 1/3 for one pair of policies and below -1/50 for another."""
    there, back = (
        (old * divergence.k2(log(new), log(old))).sum() - divergence.kl(old, new)[0]
        for old, new in ((BIASED, 1 - SKEWED), (SKEWED, FAIR))
    )
    assert there > numbers.arb(1) / 3
    assert back < -numbers.arb(1) / 50


def test_k1_and_k3_as_losses_do_not_move_the_sampling_policy_like_kl() -> None:
    """Slopes in the policy that drew the samples: KL(old || new) has log 3 more than k1's zero, and k3's is another."""
    ray = numbers.ray(BIASED, ball([[1, -1]]))
    wanted = divergence.kl(ray, FAIR)[0][1]
    slopes = {
        estimator: moved(BIASED * estimator(log(FAIR), log(ray)))
        for estimator in (divergence.k1, divergence.k2, divergence.k3)
    }
    assert abs(wanted + numbers.arb(3).log()) < 1e-20
    assert abs(slopes[divergence.k1]) < 1e-20
    assert abs(slopes[divergence.k2] - wanted) < 1e-20
    assert abs(slopes[divergence.k3] - wanted) > 0.1


def test_k2_as_a_loss_does_not_move_the_new_policy_like_kl() -> None:
    """Slopes in the new policy: k1 and k3 have KL's, k2 another."""
    ray = numbers.ray(FAIR, ball([[1, -1]]))
    wanted = divergence.kl(BIASED, ray)[0][1]
    for estimator, same in ((divergence.k1, True), (divergence.k2, False), (divergence.k3, True)):
        assert (abs(moved(BIASED * estimator(log(ray), log(BIASED))) - wanted) < 1e-20) is same


def test_squared_error_on_two_modes_imitates_neither() -> None:
    """Of targets -1 and 1 the best prediction is 0, which no target ever is."""
    targets = exact([[-1], [1]])
    errors = {at: imitation.mse(targets, exact([[at], [at]])) for at in (-1, 0, 1)}
    assert errors == {-1: 2, 0: 1, 1: 2}

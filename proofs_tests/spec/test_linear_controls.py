"""Negative controls: formulas that are nearly right are refuted by exact instances; stability is decided exactly."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rlproof.laws._linear import second_moments
from rlproof.oracle.cases import exactly
from rlproof.oracle.law import to_ball
from rlproof.spec import continuous_process as given
from rlproof.spec import ddpg, dpg, lqr, lqr_riccati, numbers, value
from rlproof.spec.decision_process import MDP
from rlproof.spec.linear_policy import policy_cost, reward
from rlproof.spec.linear_system import is_semidefinite, is_stable

from ._linear import COVARIANCE, GAIN, JACOBIAN, MEANS, process, rational, scalar

K, SIGMA = numbers.exact(GAIN), numbers.exact(COVARIANCE)
HALF = numbers.exact([["1/2"]])
ONE = numbers.exact([[1]])


def test_noise_enters_from_the_first_step_on() -> None:
    """The moment with 1 / (1 - gamma) on the noise, in place of gamma / (1 - gamma), is refuted at rest."""
    system = scalar(w=1, mean=0)
    assert lqr.visitation_moment(system, 0 * HALF, 0 * HALF) == 1  # gamma / (1 - gamma)
    assert second_moments(system, 0 * HALF, 0 * HALF, 2) == [0, 1, 1]


def test_the_moment_is_no_covariance() -> None:
    """Without the mean, eta of a system that starts off the origin is wrong."""
    system = rational()
    moment = lqr.visitation_moment(system, K, SIGMA)
    central = lqr.visitation_moment(system._replace(initial_mean=0 * system.initial_mean), K, SIGMA)
    cost = (policy_cost(system, K) * moment).sum() - (policy_cost(system, K) * central).sum()
    assert cost > 0


def test_the_cross_cost_counts_twice() -> None:
    """r(s, a) with one cross term is refuted: at s = a = 1 with q = r = 0, n = 1, the cost is 2."""
    assert reward(scalar(q=0, n=1, r=0), ONE, ONE) == -2
    assert lqr.value_matrix(scalar(q=0, n=1, r=0, gamma=0), ONE) == 2


def test_the_cross_cost_makes_the_form_symmetric() -> None:
    """Q + 2 N K + K^T R K, which gives the same costs, is not symmetric: not the P that the equations compute with."""
    system = rational()
    lopsided = system.state_cost + 2 * system.cross_cost @ K + K.T @ system.action_cost @ K
    assert not np.array_equal(lopsided, lopsided.T)
    assert np.array_equal((lopsided + lopsided.T) / 2, policy_cost(system, K))


def test_the_normalised_gradient_is_not_that_of_eta() -> None:
    """With visits that sum to one the gradient is (1 - gamma) times too small."""
    system, step = rational(), numbers.exact([[1, 0]])
    slope = lqr.eta(system, numbers.ray(K, step), SIGMA)[1]
    assert slope == lqr.policy_gradient(system, K, SIGMA)[0, 0]
    assert slope != (1 - system.discount) * lqr.policy_gradient(system, K, SIGMA)[0, 0]


def test_the_surrogate_is_no_lower_bound() -> None:
    """A large step whose surrogate promises more than it keeps: TRPO's penalty is infinite here, not zero."""
    system = scalar(a="1/2", q=1, r="1/16", gamma="1/2", w=1)
    promised, kept = [], []
    for gain in (numbers.exact([[g]]) for g in ("-1/2", "-1/4", "1/2", "3/4")):
        promised.append(lqr.surrogate(system, HALF, HALF, gain, HALF))
        kept.append(lqr.eta(system, gain, HALF))
    assert any(p > k for p, k in zip(promised, kept, strict=True))


def test_advantages_are_unbounded() -> None:
    """No epsilon = max |A| exists: the advantage grows with the square of the state."""
    system, zero = rational(), 0 * SIGMA
    states = numbers.exact([[1, 1], [1000, 1000]])
    near, far = lqr.advantage(system, K, zero, states, states @ K.T + states[:, :1])
    assert far == 1000**2 * near


def test_the_natural_gradient_has_another_direction() -> None:
    """It is no multiple of the gradient where the visits are not isotropic."""
    system = rational()
    (a, b), (c, d) = lqr.policy_gradient(system, K, SIGMA)[0], lqr.natural_gradient(system, K, SIGMA)[0]
    assert a * d != b * c


def test_exploration_must_stop_in_the_deterministic_gradient() -> None:
    """Visits of the exploring policy in the deterministic policy's gradient are refuted."""
    stochastic, limit = lqr.policy_gradient(rational(), K, SIGMA), lqr.deterministic_policy_gradient(rational(), K)
    assert np.all(stochastic != limit)
    assert np.array_equal(stochastic - limit, dpg.limit_of_spg(rational(), K, SIGMA))


def test_the_single_state_gradient_is_biased() -> None:
    """At discount above zero the slide's gradient misses the weight rho(s) and every other state."""
    balls = to_ball(exactly(process()))
    means, jacobian = numbers.ball(MEANS), numbers.ball(JACOBIAN)
    whole = dpg.theorem(balls, means, jacobian)
    slide = dpg.single_state(balls, means, jacobian)[0]
    visits = given.visitation(balls, means)
    assert np.all(numbers.holds(whole != slide))
    assert visits[0] > 1
    assert whole[1] != visits[0] * slide[1]  # the second parameter acts in the other state as well


def test_a_truncated_step_keeps_its_bootstrap() -> None:
    """A time limit taken for a termination biases the mean target of a state that goes on."""
    mdp = MDP([[[1]]], [[1]], [1], "1/2")
    q = value.q(mdp, [0])
    kept = ddpg.target(mdp.reward[0], value.v(mdp, [0]), np.array([False]), gamma=mdp.discount)
    cut = ddpg.target(mdp.reward[0], value.v(mdp, [0]), np.array([True]), gamma=mdp.discount)
    assert kept == q[0]
    assert cut == q[0] / 2


def test_the_soft_update_is_not_the_decay() -> None:
    """tau = 1/4 moves the target network by a quarter, not by three quarters."""
    assert ddpg.soft_update(ONE[0], 0 * ONE[0], tau="1/4") == numbers.rational("1/4")


@pytest.mark.parametrize(
    ("matrix", "discount", "stable"),
    [
        ([[2, 0], [0, 0]], "1/4", False),
        ([[2, 0], [0, 0]], "249/1000", True),
        ([[0, 2], [-2, 0]], "1/4", False),  # a pair of complex eigenvalues, +-2i
        ([[0, 2], [-2, 0]], "249/1000", True),
        ([[1, 1000], [0, 1]], "999/1000", True),  # a Jordan block: a large norm, but a spectral radius of one
        ([[0, 1000], [0, 0]], "999/1000", True),
        ([[-2, 0], [0, 1]], "1/4", False),
        ([[3, 0], [0, "1/3"]], "1/2", False),  # eigenvalues whose product is one: I - gamma F (x) F is regular
        ([[4, 0], [0, "1/2"]], "1/2", False),  # and one where it is singular, since gamma * 4 * 1/2 = 1
    ],
)
def test_stability_is_decided_exactly(matrix: Any, discount: str, stable: bool) -> None:
    """gamma rho(F)^2 < 1 to the last digit, in rationals, in floats (as the rationals that they are) and in balls."""
    system = rational(dynamics=numbers.exact(matrix), control=numbers.exact([[0], [0]]), discount=discount)
    assert is_stable(system, K) is stable
    floats = system._replace(dynamics=numbers.float64(matrix), discount=float(Fraction(discount)))
    assert is_stable(floats._replace(control=np.zeros((2, 1))), GAIN) is stable


def test_an_unstable_system_is_stabilised_by_its_gain() -> None:
    """A = 2 at discount 9/10 is unstable by itself; with K = -2 the state is gone after one step."""
    system = scalar(a=2, gamma="9/10", r=1)
    assert not is_stable(system, 0 * ONE)
    assert lqr.value_matrix(system, -2 * ONE) == 1 + 4


def test_the_golden_ratio_is_an_optimal_value() -> None:
    """p = 1 + p - p^2 / (1 + p), at gamma = 1/4 and a = b = 2, unstable without control: certified to 30 digits."""
    system = to_ball(scalar(a=2, b=2, gamma="1/4"))
    with numbers.precision(128):
        (found,), ((gain,),) = lqr.optimal(system)[0], lqr.optimal_gain(system)
        golden = (1 + numbers.arb(5).sqrt()) / 2
        assert found.contains(golden.mid())
        assert gain.contains((-golden / (1 + golden)).mid())
        assert max(found.rad(), gain.rad()) < numbers.arb(10) ** -30


@pytest.mark.parametrize("scale", [Fraction(1, 100), 1, 100])
@pytest.mark.parametrize("offset", [Fraction(1, 8), Fraction(-1, 8), Fraction(1, 1024)])
def test_an_iteration_stopped_early_is_enclosed_all_the_same(
    scale: Any, offset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The radius comes from the certificate, not from trust in Newton's method: whatever gain it is asked about."""
    system = to_ball(scalar(a=2, b=2, q=scale, r=scale, gamma="1/4"))
    golden = (1 + numbers.arb(5).sqrt()) / 2
    near = numbers.ball([[golden / -(1 + golden) + numbers.arb(numbers.rational(offset))]])
    monkeypatch.setattr(lqr_riccati, "_solve", lambda _: (system, near))
    ((found,),), ((gain,),) = lqr.optimal(system), lqr.optimal_gain(system)
    assert found.contains((numbers.arb(numbers.rational(scale)) * golden).mid())
    assert gain.contains((-golden / (1 + golden)).mid())
    assert gain.rad() > abs(numbers.arb(numbers.rational(offset)))


@pytest.mark.parametrize(
    ("matrix", "positive"),
    [
        ([[0, 0], [0, 0]], True),
        ([[1, 1], [1, 1]], True),
        ([[0, 0], [0, 1]], True),
        ([[0, 1], [1, 1]], False),
        ([[1, 2], [2, 1]], False),
        ([[-1, 0], [0, 1]], False),
        ([[1, 1, 0], [1, 1, 1], [0, 1, 5]], False),  # the second pivot is zero, its row is not
    ],
)
def test_semidefinite_matrices_are_told_apart(matrix: Any, positive: bool) -> None:
    """Also where a pivot is zero."""
    assert is_semidefinite(numbers.exact(matrix)) is positive

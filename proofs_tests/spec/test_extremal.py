"""The extremal instances are as tight as they say, and tell wrong constants from right ones as random data cannot."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis.errors import NoSuchExample

from rlproof.oracle.claims import decide
from rlproof.oracle.published import printed
from rlproof.oracle.strategies import arguments
from rlproof.spec import divergence, extremal, numbers, trpo, value
from rlproof.spec.extremal import Instance
from rlproof.spec.mdp import discounted_visitation, eta, policy_reward

GAMMAS = [Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)]
ALPHAS = [Fraction(1, 100), Fraction(1, 10), Fraction(1, 2)]
CORNERS = list(product(GAMMAS, ALPHAS))


def shortfall(case: Instance) -> Any:
    """L - eta of the new policy, which the bounds limit on both sides."""
    return trpo.surrogate(*case[1:]) - eta(case.mdp, case.new_policy)


def in_balls(case: Instance) -> Instance:
    """The same instance, for equations with logarithms."""
    return Instance(case.name, case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy))


def kl_loss(case: Instance) -> Any:
    """C max KL as a ball, for an exact instance."""
    balls = in_balls(case)
    return trpo.penalty_coefficient(case.mdp, case.policy) * divergence.kl_max(balls.policy, balls.new_policy)


@pytest.mark.parametrize("case", list(extremal.instances()), ids=lambda case: f"{case.name} gamma={case.mdp.discount}")
def test_the_reward_is_the_advantage_and_the_values_are_zero(case: Instance) -> None:
    """So each instance says what its docstring says, without solving anything."""
    assert case.mdp.system == "exact"
    if case.name != "E6 worst deterministic":
        assert (value.v(case.mdp, case.policy) == 0).all()
        assert (value.advantage(case.mdp, case.policy) == case.mdp.reward).all()
    assert (case.policy.sum(axis=1) == 1).all()
    assert (case.new_policy.sum(axis=1) == 1).all()
    assert (case.policy != case.new_policy).any()


@pytest.mark.parametrize(("gamma", "alpha"), CORNERS)
def test_e1_attains_the_refined_bound(gamma: Fraction, alpha: Fraction) -> None:
    """L - eta is the loss of the refined bound, with ==; of Theorem 1's it is (1-gamma)/(1-gamma(1-alpha))."""
    case = extremal.total_variation(gamma, alpha)
    assert divergence.tv_max(case.policy, case.new_policy) == numbers.rational(alpha)
    assert eta(case.mdp, case.new_policy) == trpo.tv_bound_refined(*case[1:])
    assert trpo.epsilon(case.mdp, case.policy) == 1
    simple = trpo.surrogate(*case[1:]) - trpo.tv_bound(*case[1:])
    assert shortfall(case) / simple == numbers.rational((1 - gamma) / (1 - gamma * (1 - alpha)))


@pytest.mark.parametrize(("gamma", "alpha"), [*CORNERS, (Fraction(9, 10), Fraction(3, 4)), (Fraction(9, 10), 1)])
def test_e2_attains_the_bound_for_mixtures(gamma: Fraction, alpha: Fraction) -> None:
    """L - eta = 2 eps gamma alpha^2 / ((1-gamma)(1-gamma(1-alpha))), eps = 1 the largest |E_pi' A|, with ==."""
    case = extremal.mixture(gamma, alpha)
    mixed_in = numbers.exact([[0, 1]] * 2)
    epsilon = numbers.largest(abs(trpo.expected_advantage(case.mdp, case.policy, mixed_in)))
    assert epsilon == 1
    assert ((1 - numbers.rational(alpha)) * case.policy + numbers.rational(alpha) * mixed_in == case.new_policy).all()
    assert shortfall(case) == numbers.rational(2 * gamma * alpha**2 / ((1 - gamma) * (1 - gamma * (1 - alpha))))


@pytest.mark.parametrize("gamma", GAMMAS)
def test_e3_nears_the_bound_on_the_average_divergence(gamma: Fraction) -> None:
    """The ratio to 2 gamma eps/(1-gamma) sum_s rho_s TV_s, eps = max |E_pi~ A|, is 1/(1 + 2 d gamma/(1-gamma)).

    By hand: the visits are 1 and gamma/(1-gamma), their deviations 1/2 and d, and eps is 1.
    """
    for deviation in (Fraction(1, 100), Fraction(1, 10**6)):
        case = extremal.average_divergence(gamma, deviation)
        gaps = divergence.tv(case.policy, case.new_policy)
        epsilon = numbers.largest(abs(trpo.expected_advantage(*case[1:])))
        visits = discounted_visitation(case.mdp, case.policy)
        bound = 2 * case.mdp.discount * epsilon / (1 - case.mdp.discount) * (visits @ gaps)
        assert epsilon == 1
        ratio = 1 / (1 + 2 * deviation * gamma / (1 - gamma))
        assert abs(shortfall(case)) / bound == numbers.rational(ratio)


@pytest.mark.parametrize(("gamma", "width"), [(Fraction(1, 10), 8), (Fraction(1, 2), 16), (Fraction(9, 10), 60)])
def test_e4_nears_its_share_of_the_divergence_bound(gamma: Fraction, width: int) -> None:
    """The share of C max KL tends to sqrt((1-gamma)/(1+gamma))/2; alpha = 1/1000 is within a thousandth of it.

    To second order in alpha the share is even; the walls are seen after `width` steps, which weigh gamma^width.
    """
    case = extremal.random_walk(gamma, Fraction(1, 1000), width)
    share = abs(shortfall(case)) / kl_loss(case)
    discount = numbers.arb(numbers.rational(gamma))
    limit = ((1 - discount) / (1 + discount)).sqrt() / 2
    assert abs(share - limit) <= numbers.arb(numbers.rational("1/1000")) + 2 * discount**width
    assert share <= 1


@pytest.mark.parametrize("root", [1, 4, 5, 8, 20])
def test_e5_refutes_the_mean_divergence_from_root_five_on(root: int) -> None:
    """(L - eta) / (C mean KL) nears root / 4, while the maximum of the divergence is a bound at every root."""
    case = extremal.mean_divergence(root, Fraction(1, 10**6))
    balls = in_balls(case)
    gamma = balls.mdp.discount
    mean = (1 - gamma) * (discounted_visitation(balls.mdp, balls.policy) @ divergence.kl(*balls[2:]))
    ratio = abs(shortfall(case)) / (trpo.penalty_coefficient(case.mdp, case.policy) * mean)
    assert abs(ratio - numbers.ball(Fraction(root, 4)).item()) <= numbers.ball("1/1000").item()
    assert bool(ratio > 1) == (root >= 5)
    assert abs(shortfall(case)) <= kl_loss(case)


@pytest.mark.parametrize("gamma", ["1/5", "1/2", "9/10", "99/100"])
def test_e6_is_a_fixed_point_although_it_is_the_worst_policy(gamma: str) -> None:
    """From gamma = 1/5 on Algorithm 1 returns what it was given, and no deterministic policy is worse."""
    case = extremal.worst_deterministic(Fraction(gamma))
    assert (trpo.algorithm1(case.mdp, case.policy) == case.policy).all()
    every = [np.array(actions) for actions in product(range(2), repeat=2)]
    assert min(eta(case.mdp, actions) for actions in every) == eta(case.mdp, case.policy)
    assert max(eta(case.mdp, actions) for actions in every) == eta(case.mdp, case.new_policy)


@pytest.mark.parametrize("gamma", ["19/100", "1/10"])
def test_e6_moves_below_one_fifth(gamma: str) -> None:
    """Below the threshold that the docstring names, the same policy is no fixed point."""
    case = extremal.worst_deterministic(Fraction(gamma))
    moved = trpo.algorithm1(case.mdp, case.policy)
    assert eta(case.mdp, moved) > eta(case.mdp, case.policy)


Loss = Callable[[Instance], Any]


def with_constant(constant: int) -> Loss:
    """Theorem 1's loss with another constant in the place of 4."""

    def loss(case: Instance) -> Any:
        gamma, alpha = case.mdp.discount, divergence.tv_max(case.policy, case.new_policy)
        return constant * trpo.epsilon(case.mdp, case.policy) * gamma / (1 - gamma) ** 2 * alpha**2

    return loss


def with_one_horizon(case: Instance) -> Any:
    """1 - gamma in the place of its square."""
    return with_constant(4)(case) * (1 - case.mdp.discount)


def with_gamma_squared(case: Instance) -> Any:
    """gamma^2 in the place of gamma."""
    return with_constant(4)(case) * case.mdp.discount


def with_expected_advantage(case: Instance) -> Any:
    """eps = max_s |E_pi~ A| in the place of max_s,a |A|."""
    epsilon = numbers.largest(abs(trpo.expected_advantage(*case[1:])))
    gamma, alpha = case.mdp.discount, divergence.tv_max(case.policy, case.new_policy)
    return 4 * epsilon * gamma / (1 - gamma) ** 2 * alpha**2


def with_an_eighth_of_c(case: Instance) -> Any:
    """C/8 in the place of C, in the bound by divergence: a ball, to be exceeded for certain."""
    return kl_loss(case) / 8


FAMILY = [
    *extremal.instances(),
    *(family(gamma, Fraction(1, 1000)) for family in (extremal.total_variation, extremal.mixture) for gamma in GAMMAS),
    extremal.random_walk(Fraction(1, 10), Fraction(1, 100), 4),
]
"""The shipped instances, smaller steps, and a walk at a small discount."""

PLANTED: list[tuple[str, Loss, tuple[str, ...]]] = [
    ("constant 3 for 4", with_constant(3), ("E1",)),
    ("constant 2 for 4", with_constant(2), ("E1",)),
    ("constant 1 for 4", with_constant(1), ("E1", "E2")),
    ("1 - gamma for its square", with_one_horizon, ("E1", "E2")),
    ("gamma^2 for gamma", with_gamma_squared, ("E1",)),
    ("expected for largest advantage", with_expected_advantage, ("E1", "E2")),
    ("an eighth of C", with_an_eighth_of_c, ("E4",)),
]
"""A wrong loss, and the families of instances that refute it."""


def refuted_by(loss: Loss, cases: list[Instance]) -> list[Instance]:
    """The instances on which |L - eta| exceeds the loss for certain; lost support makes a divergence infinite."""
    return [case for case in cases if not _is_infinite(bound := loss(case)) and bool(abs(shortfall(case)) > bound)]


def _is_infinite(bound: Any) -> bool:
    return isinstance(bound, numbers.arb) and not bound.is_finite()


@pytest.mark.parametrize(("loss", "families"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED])
def test_the_extremal_instances_refute_a_planted_error(loss: Loss, families: tuple[str, ...]) -> None:
    """The families that are named exceed the wrong loss, in exact arithmetic or for certain."""
    refuting = refuted_by(loss, FAMILY)
    assert set(families) <= {case.name[:2] for case in refuting}


@pytest.mark.parametrize("loss", [with_constant(4), kl_loss], ids=["total variation", "divergence"])
def test_the_true_bounds_are_not_refuted(loss: Loss) -> None:
    """Negative control of the table: without a planted error the same instances refute nothing."""
    assert refuted_by(loss, FAMILY) == []


def test_the_loss_that_is_planted_in_is_that_of_the_specification() -> None:
    """With the constant 4 it is L minus trpo.tv_bound, with ==, and with C that of trpo.kl_bound."""
    for case in FAMILY:
        assert with_constant(4)(case) == trpo.surrogate(*case[1:]) - trpo.tv_bound(*case[1:])
    walk = extremal.random_walk(Fraction(1, 2), Fraction(1, 10), 4)
    balls = in_balls(walk)
    assert kl_loss(walk).overlaps(trpo.surrogate(*balls[1:]) - trpo.kl_bound(*balls[1:]))


def test_random_processes_do_not_refute_the_constant_three() -> None:
    """Negative control: 400 random processes with random policies let the wrong constant pass.

    That is why the extremal instances are needed. If this test fails, random search has become sharp enough.
    """
    counted = []

    @settings(max_examples=400, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(arguments(("mdp", "policy", "new_policy")))
    def run(drawn: dict[str, Any]) -> None:
        case = Instance("random", **drawn)
        counted.append(shortfall(case) != 0)
        assert refuted_by(with_constant(3), [case]) == []

    run()
    assert len(counted) == 400
    assert sum(counted) > 50  # the cases say something: L and eta differ


def test_random_processes_do_refute_a_grosser_error() -> None:
    """The same search is no straw man: it finds that the loss may not be left out."""
    names = arguments(("mdp", "policy", "new_policy"))
    budget = settings(max_examples=400, derandomize=True, database=None, deadline=None)
    found = find(names, lambda drawn: bool(refuted_by(lambda _: 0, [Instance("random", **drawn)])), settings=budget)
    assert shortfall(Instance("random", **found)) != 0
    with pytest.raises(NoSuchExample):
        find(names, lambda drawn: bool(refuted_by(with_constant(4), [Instance("r", **drawn)])), settings=budget)


def test_the_share_on_the_widest_random_walk() -> None:
    """E4 at discount .999 loses .0111830 of C max KL; v = 0 and A = r are not solved for.

    They hold as rewards have mean zero under the old policy; L - eta is then what other visits pay.
    """
    case = in_balls(extremal.random_walk(Fraction(999, 1000), Fraction(1, 10**4), 300))
    process, old, new = case[1:]
    assert all(entry == 0 for entry in policy_reward(process, old))
    visits, new_visits = (discounted_visitation(process, policy) for policy in (old, new))
    lost = (visits - new_visits) @ policy_reward(process, new)
    coefficient = 4 * process.discount / (1 - process.discount) ** 2
    share = abs(lost) / (coefficient * divergence.kl_max(old, new))
    assert decide(printed(share, ".0111830")).holds is True

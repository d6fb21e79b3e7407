"""Numbers of our own derivation that have an independent definition: how tight the bounds are on extremal instances."""

from collections.abc import Iterator
from fractions import Fraction

from rlproof.oracle.claims import Claim, equal
from rlproof.oracle.published import printed, published
from rlproof.spec import cpi, extremal, numbers, trpo
from rlproof.spec.mdp import eta

SOURCE = "derived by hand for this project: limits of the extremal instances in closed form"


@published("trpo.tv_bound_refined", "cpi.mixture_bound_kl02", source=SOURCE)
def the_two_bounds_that_are_attained() -> Iterator[Claim]:
    """At discount 1/2 and alpha = 1/10 the refined Theorem 1 loses 4/55 on E1, the bound for mixtures 2/55 on E2."""
    case = extremal.total_variation(Fraction(1, 2), Fraction(1, 10))
    lost = trpo.surrogate(*case[1:]) - eta(case.mdp, case.new_policy)
    yield equal(lost, numbers.rational("4/55"))
    yield equal(trpo.surrogate(*case[1:]) - trpo.tv_bound_refined(*case[1:]), lost)
    yield printed(lost, ".0727")
    case = extremal.mixture(Fraction(1, 2), Fraction(1, 10))
    mixed = trpo.surrogate(*case[1:]) - eta(case.mdp, case.new_policy)
    bound = cpi.mixture_bound_kl02(case.mdp, case.policy, [[0, 1], [0, 1]], alpha="1/10")
    yield equal(mixed, numbers.rational("2/55"))
    yield equal(trpo.surrogate(*case[1:]) - bound, mixed)


@published("trpo.kl_bound", source=SOURCE)
def the_share_of_the_divergence_bound_on_a_random_walk() -> Iterator[Claim]:
    """E4 at alpha = 1e-4, between walls so far that they do not show: the loss as a share of C max KL.

    As alpha vanishes it tends to sqrt((1-gamma)/(1+gamma))/2. A wall at distance w weighs
    ((1 - sqrt(1-gamma^2))/gamma)^w. Discount .999, with 601 states, is in the test of the extremal instances.
    """
    for gamma, width, share in (("1/2", 14, ".2886751"), ("9/10", 40, ".1147079"), ("99/100", 110, ".0354440")):
        case = extremal.random_walk(Fraction(gamma), Fraction(1, 10**4), width)
        mdp, old, new = case.mdp.to("ball"), numbers.ball(case.policy), numbers.ball(case.new_policy)
        surrogate = trpo.surrogate(mdp, old, new)
        yield printed(abs(eta(mdp, new) - surrogate) / (surrogate - trpo.kl_bound(mdp, old, new)), share)

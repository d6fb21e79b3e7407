"""Total variation, KL and its estimator, over all distributions on two and three actions.

The logarithm and the exponential are functions of which z3 knows one inequality each, a hypothesis of the fact.
"""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import divergence
from rlproof.spec.numbers import exp, largest, log

from .array import SmtArray, assume, fraction, implies, probabilities, reals
from .proving import proves
from .sizes import NAMED

SIZES = (2, 3)
TV = "Schulman et al. 2015 (TRPO), section 3"
TANGENT = "2 and 3 actions; the logarithm is known by log x <= x - 1 alone, at the ratios q/p"


@proves(
    "divergence.tv",
    formula="0 <= D(p,q) <= 1; D(p,q) = D(q,p); D(p,q) = 0 ⇔ p = q; D(p,r) <= D(p,q) + D(q,r); 2 and 3 actions",
    source=TV + ", which takes it for known",
    differs=NAMED,
)
def tv_is_a_metric_within_the_unit_interval() -> Iterator[Any]:
    """Total variation is a metric on distributions, and at most one."""
    for size in SIZES:
        p, q, r = (probabilities(name, size) for name in "pqr")
        distance = divergence.tv(p, q)
        yield distance >= 0
        yield distance <= 1
        yield distance == divergence.tv(q, p)
        yield implies(distance == 0, p == q)
        yield divergence.tv(p, p) == 0
        yield divergence.tv(p, r) <= distance + divergence.tv(q, r)


@proves(
    "divergence.tv",
    formula="|E_p[f] - E_q[f]| <= D(p,q) (max f - min f), 2 and 3 actions",
    source="Levin & Peres 2017, proposition 4.5",
    differs="2 and 3 actions; the span of f in the place of 2 max |f|, which it is below",
)
def tv_bounds_expectations() -> Iterator[Any]:
    """Expectations under two distributions differ by their total variation times the span, at most."""
    for size in SIZES:
        p, d, f = probabilities("p", size), shift("d", size), reals("f", size)
        assume(p + d >= 0)
        span = largest(f) + largest(-f)
        yield abs(d @ f) <= divergence.tv(p, p + d) * span


@proves(
    "divergence.tv",
    formula="D(p, (1-α) p + α q) = α D(p,q), 2 and 3 actions",
    source="follows from " + TV,
    differs=NAMED,
)
def tv_scales_along_mixtures() -> Iterator[Any]:
    """Mixing in a share α of another distribution moves α of the distance."""
    for size in SIZES:
        p, d, alpha = probabilities("p", size), shift("d", size), fraction("alpha")
        assume(p + d >= 0)
        yield divergence.tv(p, p + alpha * d) == alpha * divergence.tv(p, p + d)


@proves(
    "divergence.kl",
    formula="log x <= x - 1 at q/p ⇒ D_KL(p‖q) >= 0 for q > 0, 2 and 3 actions",
    source="Gibbs; Kullback & Leibler 1951",
    differs=TANGENT,
)
def kl_is_not_negative() -> Iterator[Any]:
    """The divergence is not negative; actions that the old policy never takes count for nothing."""
    for size in SIZES:
        p, q = probabilities("p", size), probabilities("q", size)
        assume(q > 0)
        for old, new in zip(p, q, strict=True):
            assume(implies(old > 0, log(new) - log(old) <= new / old - 1))
        yield divergence.kl(p, q) >= 0


@proves(
    "divergence.k3",
    formula="e^x >= 1 + x at x = log r ⇒ (r - 1) - log r >= 0",
    source="Schulman 2020, Approximating KL Divergence",
    differs="the exponential is known by e^x >= 1 + x alone, which is log r <= r - 1",
)
def k3_is_not_negative() -> Iterator[Any]:
    """The estimator k3 is not negative, whatever the log-probabilities."""
    new, old = reals("log_pi", 2), reals("log_pi_old", 2)
    assume(exp(new - old) >= 1 + (new - old))
    yield divergence.k3(new, old) >= 0


@proves(
    "divergence.coupling",
    formula="Σ_b C(a,b) = p(a), Σ_a C(a,b) = q(b), C >= 0, Σ_a C(a,a) = 1 - D(p,q), 2 actions",
    source="Levin & Peres 2017, proposition 4.7; Schulman et al. 2015 (TRPO), appendix A, definition 1",
    differs=NAMED,
)
def coupling_is_maximal() -> Iterator[Any]:
    """The coupling has both marginals and its two actions differ with chance D_TV, for equal rows as well."""
    p, q = probabilities("p", 2), probabilities("q", 2)
    joint = divergence.coupling(p, q)
    yield joint >= 0
    yield joint.sum(axis=1) == p
    yield joint.sum(axis=0) == q
    yield joint[0, 0] + joint[1, 1] == 1 - divergence.tv(p, q)


def shift(name: str, size: int) -> SmtArray:
    """Make a difference of two distributions: numbers that sum to zero."""
    free = reals(name, size - 1)
    return SmtArray([*free.value, (-free.sum()).value.item()])

"""The inner problem of TRPO's Algorithm 1, in one state of three actions: its optimality conditions and its dual.

The advantages are written as A(a) = ν - λ p(a)/q(a), which is q(a) = λ p(a)/(ν - A(a)) solved for A: p and q any
distributions, λ and ν any numbers, are symbols.
"""

from collections.abc import Iterator
from typing import Any

from rlproof.spec import divergence
from rlproof.spec.trpo_algorithm1 import _dual_value

from .array import SymbolicArray, symbols
from .proving import proves

SOURCE = "Lagrange's conditions for Schulman et al. 2015 (TRPO), algorithm 1"
DIFFERS = "the paper leaves the inner problem to the reader; 3 actions, all supported"


@proves(
    "trpo.algorithm1",
    "divergence.kl",
    formula="q(a) = λ p(a)/(ν - A(a)) ⇒ ∂/∂q(a) [q·A - λ KL(p‖q)] = ν for every a, λ Σ p/(ν - A) = 1",
    source=SOURCE,
    differs=DIFFERS,
)
def step_is_stationary() -> Iterator[Any]:
    """At the step all actions have the same slope, so that no shift of probability gains to first order."""
    p, q, level, multiplier = symbols(p=(3,), q=(3,), nu=(), lam=())
    advantages = level - multiplier * p / q
    divergences = divergence.kl(p, q)  # q free: its rows need not sum to one to be differentiated
    for action in range(3):
        yield advantages[action] - multiplier * divergences.derivative(q[action]) == level
    yield multiplier * (p / (level - advantages)).sum() == q.sum()


@proves(
    "trpo.algorithm1_gap",
    "divergence.kl",
    formula="q(a) = λ p(a)/(ν - A(a)) ⇒ q·A - λ KL(p‖q) = ν - λ + λ Σ p log(λ/(ν - A))",
    source=SOURCE,
    differs=DIFFERS,
)
def dual_value_is_attained_by_the_step() -> Iterator[Any]:
    """The bound that certifies a step is what the step of the optimality conditions attains."""
    p, q, level, multiplier = distributions_and_multipliers()
    advantages = level - multiplier * p / q
    attained = (q * advantages).sum() - multiplier * divergence.kl(p, q)
    yield _dual_value(p, advantages, multiplier, level) == attained


def distributions_and_multipliers() -> tuple[SymbolicArray, SymbolicArray, SymbolicArray, SymbolicArray]:
    """Make two distributions over three actions, a level and a multiplier."""
    p, q, level, multiplier = symbols(p=(2,), q=(2,), nu=(), lam=())
    return p.stack([*p, 1 - p.sum()]), q.stack([*q, 1 - q.sum()]), level, multiplier

"""Softmax policies of three actions, in every order of their logits.

The logits are logarithms of s, s + u, s + u + w with positive s, u, w, in each of the six orders: then `spec` finds the
largest by itself, and any three different logits are of this form. Slopes in a logit are x ∂/∂x of x = e^φ.
"""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np

from rlproof.spec import divergence, policy
from rlproof.spec.numbers import log

from .array import SymbolicArray, symbols
from .proving import proves

ORDERS = "3 actions, every order of different logits"
ACTIONS = np.arange(3)


@proves(
    "policy.log_prob",
    "policy.score",
    formula="∂ log π(a)/∂φ_b = 1[a = b] - π(b)",
    source="Sutton & Barto 2018, eq. (13.9)",
    differs=ORDERS,
)
def score_is_the_derivative_of_the_log_probability() -> Iterator[Any]:
    """The score is the gradient of the log-probability in the logits."""
    for logits, _, slope in settings():
        log_probs, scores = policy.log_softmax(logits), policy.score(ACTIONS, rows(logits))
        yield policy.log_prob(ACTIONS, rows(logits)) == log_probs
        for action in ACTIONS:
            yield slope(log_probs, action) == scores[:, action]


@proves(
    "policy.fisher",
    "policy.score",
    "policy.softmax",
    formula="E[∇ log π] = 0, E[∇ log π ∇ log πᵀ] = diag π - π πᵀ = F = ∂π/∂φ",
    source="Kakade 2002; Schulman et al. 2015 (TRPO), appendix C",
    differs=ORDERS,
)
def fisher_is_the_mean_square_of_the_score() -> Iterator[Any]:
    """The score has mean zero; its mean square is the Fisher matrix, which is the Jacobian of the softmax."""
    for logits, _, slope in settings():
        probabilities, scores = policy.softmax(logits), policy.score(ACTIONS, rows(logits))
        information = policy.fisher(logits)
        yield probabilities.sum() == 1
        yield probabilities @ scores == 0
        yield (probabilities[:, None] * scores).T @ scores == information
        for action in ACTIONS:
            yield slope(probabilities, action) == information[:, action]


@proves(
    "divergence.kl",
    "divergence.kl_logits_gradient",
    "policy.fisher",
    formula="∂/∂φ_b KL(p ‖ softmax φ) = π(b) - p(b), of which the slope is F",
    source="Bishop 2006, eq. (4.109); Schulman et al. 2015 (TRPO), appendix C",
    differs=ORDERS,
)
def kl_has_gradient_new_minus_old_and_curvature_fisher() -> Iterator[Any]:
    """The divergence from any old distribution has this gradient, zero where both agree, and Fisher's curvature."""
    for logits, old, slope in settings():
        divergences = divergence.kl(old, policy.softmax(logits))
        gradient, information = divergence.kl_logits_gradient(old, logits), policy.fisher(logits)
        for action in ACTIONS:
            yield slope(divergences, action) == gradient[action]
            yield slope(gradient, action) == information[:, action]


@proves(
    "divergence.k3",
    "divergence.k1",
    "divergence.kl",
    formula="E_{a~p}[k3] = E_{a~p}[k1] = KL(p ‖ q)",
    source="Schulman 2020, Approximating KL Divergence",
    differs="3 actions",
)
def k1_and_k3_are_unbiased() -> Iterator[Any]:
    """Under the old policy both estimators have the divergence as mean."""
    p, q = symbols(p=(2,), q=(2,))
    old, new = (rest.stack([*rest, 1 - rest.sum()]) for rest in (p, q))
    for estimator in (divergence.k1, divergence.k3):
        yield old @ estimator(log(new), log(old)) == divergence.kl(old, new)


@proves(
    "divergence.pinsker",
    "divergence.kl",
    "divergence.tv",
    formula="∂/∂q [KL(p‖q) - 2 D_TV(p,q)²] = (q-p)(1-2q)²/(q(1-q)), zero at q = p",
    source="Pinsker 1964, with the constant of Csiszar 1967",
    differs="2 actions; by its slope, which has the sign of q - p, so that the difference is least, zero, at q = p",
)
def binary_pinsker() -> Iterator[Any]:
    """With two actions the divergence exceeds twice the squared total variation: their difference falls, then rises."""
    p, more = symbols(p=(), more=())
    for sign in (1, -1):
        q = p + sign * more
        old, new = (p.stack([first, 1 - first]) for first in (p, q))
        excess = divergence.kl(old, new) - 2 * divergence.tv(old, new) ** 2
        yield sign * excess.derivative(more) == (q - p) * (1 - 2 * q) ** 2 / (q * (1 - q))
    yield divergence.kl(old, old) == 0


def settings() -> Iterator[tuple[SymbolicArray, SymbolicArray, Any]]:
    """Make logits in every order, another distribution, and the slope of anything in one of the logits."""
    s, u, w, p = symbols(s=(), u=(), w=(), p=(2,))
    weights, slopes = [s, s + u, s + u + w], [(s, u), (u, w), (w, None)]
    for order in permutations(range(3)):

        def slope(numbers: SymbolicArray, action: int, order: tuple[int, ...] = order) -> SymbolicArray:
            """x ∂/∂x of x = s: ∂/∂s - ∂/∂u; of x = s + u: ∂/∂u - ∂/∂w; of x = s + u + w: ∂/∂w."""
            up, down = slopes[order[action]]
            change = numbers.derivative(up) - (0 if down is None else numbers.derivative(down))
            return weights[order[action]] * change

        yield log(s.stack([weights[i] for i in order])), p.stack([*p, 1 - p.sum()]), slope


def rows(logits: SymbolicArray) -> SymbolicArray:
    """Repeat the logits, one row for each action."""
    return logits.stack([logits] * 3)

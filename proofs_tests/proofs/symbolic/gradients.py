"""Policy gradients, on the fully symbolic process: derivatives of `spec`'s own return."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rlproof.spec import npg, pg, value
from rlproof.spec.mdp import discounted_visitation, eta

from .array import SymbolicArray
from .process import SIZE, setting
from .proving import proves

LOGITS = SIZE + "; with two actions the slope in a logit is π(0|s) π(1|s) times that in π(0|s)"


@proves(
    "pg.theorem",
    "mdp.eta",
    formula="∂η/∂θ_k = Σ_s ρ_π(s) Σ_a q_π(s,a) ∂π(a|s)/∂θ_k",
    source="Sutton et al. 2000, theorem 1; Sutton & Barto 2018, eq. (13.5)",
    differs=SIZE + "; θ are the probabilities of the first action, on which every policy depends smoothly",
)
def policy_gradient_theorem() -> Iterator[Any]:
    """The derivative of the return needs no derivative of the visits."""
    mdp, policy, _, parameters, *_ = setting()
    jacobian = np.eye(2, dtype=int)[:, None, :] * np.array([1, -1])[None, :, None]
    slopes = pg.theorem(mdp, policy, SymbolicArray(jacobian))
    for state in range(2):
        yield slopes[state] == eta(mdp, policy).derivative(parameters[state])


@proves(
    "pg.softmax_closed_form",
    "mdp.eta",
    formula="∂η/∂φ_sa = ρ_π(s) π(a|s) A_π(s,a)",
    source="Agarwal et al. 2021, section 5 (softmax)",
    differs=LOGITS,
)
def softmax_gradient_has_a_closed_form() -> Iterator[Any]:
    """In softmax logits the gradient is visits times probabilities times advantages."""
    mdp, policy, _, parameters, *_ = setting()
    gradient = pg.softmax_closed_form(mdp, policy)
    for state in range(2):
        slope = eta(mdp, policy).derivative(parameters[state]) * policy[state, 0] * policy[state, 1]
        yield gradient[state, 0] == slope
        yield gradient[state, 1] == -slope


@proves(
    "pg.baseline",
    "pg.softmax_closed_form",
    formula="a baseline b(s) adds 0; the baseline q_π gives ∂η/∂φ",
    source="Williams 1992; Sutton & Barto 2018, eqs. (13.10), (13.11)",
    differs=SIZE,
)
def baseline_of_the_state_adds_nothing() -> Iterator[Any]:
    """A baseline that ignores the action leaves the gradient as it is."""
    mdp, policy, _, _, _, free = setting()
    constant = SymbolicArray(np.stack([free.value, free.value], axis=-1))
    yield pg.baseline(mdp, policy, constant) == 0
    yield pg.baseline(mdp, policy, value.q(mdp, policy)) == pg.softmax_closed_form(mdp, policy)


@proves(
    "npg.softmax",
    "pg.softmax_closed_form",
    formula="F x = ∂η/∂φ for x = A/(1-γ), F = Σ_s d_π(s) (diag π - π πᵀ)",
    source="Kakade 2002; Agarwal et al. 2021, section 5 (natural policy gradient)",
    differs=SIZE,
)
def natural_gradient_solves_the_fisher_system() -> Iterator[Any]:
    """The natural gradient times the Fisher matrix, with normalised visits, is the gradient."""
    mdp, policy, *_ = setting()
    natural, visits = npg.softmax(mdp, policy), (1 - mdp.discount) * discounted_visitation(mdp, policy)
    mean = (policy * natural).sum(axis=1)[:, None]
    yield visits[:, None] * policy * (natural - mean) == pg.softmax_closed_form(mdp, policy)

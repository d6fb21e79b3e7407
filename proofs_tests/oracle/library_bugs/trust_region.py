"""Reports about TRPO: what a line search accepts, and what it leaves behind."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import Entry

Array = Any
Function = Callable[[Array], Any]


def modular_rl_gain_only(
    loss: Function, theta: Array, full_step: Array, max_backtracks: int, backtrack: float, kl: Function, delta: float
) -> Array:
    """The loss is tested, the divergence is not."""
    del kl, delta
    before = loss(theta)
    for j in range(max_backtracks):
        new = theta + backtrack**j * full_step
        if before - loss(new) > 0:
            return new
    return theta


def gain_only_from_arrays(surrogate_gains: Array, divergences: Array, delta: float, backtrack: float) -> float:
    """The same from lists of what was tried, as the fraction accepted."""
    del divergences, delta
    for j, gain in enumerate(surrogate_gains):
        if gain > 0:
            return backtrack**j
    return 0.0


def gain_only_with_success(
    surrogate: Function, kl: Function, params: Array, fullstep: Array, max_kl: float, backtrack_coeff: float,
    max_backtracks: int,
) -> tuple[bool, Array]:  # fmt: skip
    """The same with whether a step was accepted."""
    assert kl(params) <= max_kl
    before = surrogate(params)
    for j in range(max_backtracks):
        new = params + backtrack_coeff**j * fullstep
        if surrogate(new) > before:
            return True, new
    return False, params


def tianshou_rejected_candidate_kept(
    surrogate: Function, kl: Function, parameters: Array, full_step: Array, delta: float, backtrack: float,
    max_backtracks: int,
) -> Array:  # fmt: skip
    """Where no candidate is acceptable, the last one stays."""
    before = surrogate(parameters)
    new = parameters
    for j in range(max_backtracks):
        new = parameters + backtrack**j * full_step
        if kl(new) <= delta and surrogate(new) > before:
            break
    return new


def rejected_candidate_kept_from_arrays(
    surrogate_gains: Array, divergences: Array, delta: float, backtrack: float
) -> float:
    """The same from lists of what was tried, as the fraction that stays."""
    share = 1.0
    for j in range(len(surrogate_gains)):
        share = backtrack**j
        if divergences[j] <= delta and surrogate_gains[j] > 0:
            break
    return share


def restored_parameters(
    surrogate: Function, kl: Function, parameters: Array, full_step: Array, delta: float, backtrack: float,
    max_backtracks: int,
) -> Array:  # fmt: skip
    """As the fix has it."""
    before = surrogate(parameters)
    for j in range(max_backtracks):
        new = parameters + backtrack**j * full_step
        if kl(new) <= delta and surrogate(new) > before:
            return new
    return parameters


def step_size_by_the_inverse(direction: Array, fvp: Function, max_kl: float) -> Array:
    """C-06: s / sqrt(0.5 s F s / delta) is s sqrt(2 delta / s F s)."""
    shs = 0.5 * direction @ fvp(direction)
    lagrange = np.sqrt(shs / max_kl)
    return direction / lagrange


def step_size_with_a_matrix(F: Array, g: Array, max_kl: float) -> Array:
    """C-06 once more, from the matrix and the gradient."""
    stepdir = np.linalg.solve(F, g)
    return stepdir / np.sqrt(0.5 * (stepdir * (F @ stepdir)).sum() / max_kl)


def step_size_without_the_two(fisher_matrix: Array, gradient: Array, delta: float) -> Array:
    """Half of the trust region: the two is forgotten."""
    direction = np.linalg.solve(fisher_matrix, gradient)
    curvature = gradient @ direction
    return np.sqrt(delta / curvature) * direction if curvature > 0 else 0 * gradient


ENTRIES = (
    Entry("TRPO-01", "joschu/modular_rl#29", "trpo.line_search", modular_rl_gain_only, "variant", "gain_only"),
    Entry("TRPO-01b", "joschu/modular_rl#29", "trpo.line_search", gain_only_from_arrays, "variant", "gain_only"),
    Entry(
        "TRPO-01c", "zhangchuheng123/Reinforcement-Implementation#1", "trpo.line_search", gain_only_with_success,
        "variant", "gain_only",
    ),
    Entry(
        "TRPO-02", "thu-ml/tianshou PR#1287", "trpo.line_search", tianshou_rejected_candidate_kept, "bug",
        "rejected_step_kept",
    ),
    Entry(
        "TRPO-02b", "thu-ml/tianshou PR#1287", "trpo.line_search", rejected_candidate_kept_from_arrays, "bug",
        "rejected_step_kept",
    ),
    Entry("C-TRPO-02", "thu-ml/tianshou PR#1287", "trpo.line_search", restored_parameters, "control"),
    Entry(
        "C-06", "ikostrikov/pytorch-trpo#21; mjacar/pytorch-trpo#20", "trpo.natural_gradient_step",
        step_size_by_the_inverse, "control",
    ),
    Entry(
        "C-06b", "ikostrikov/pytorch-trpo#21; mjacar/pytorch-trpo#20", "trpo.natural_gradient_step",
        step_size_with_a_matrix, "control",
    ),
    Entry(
        "C-06-not", "ikostrikov/pytorch-trpo#21", "trpo.natural_gradient_step", step_size_without_the_two, "bug",
        "without_the_two",
    ),
)  # fmt: skip

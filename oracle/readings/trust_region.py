"""Names for steps within a trust region: products with a matrix, search directions, functions along a line."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...spec import numbers, policy
from ...spec.numbers import rational
from ..arrays import to_numpy
from ..reading import Facts, Reading, Rule, reading, rule
from .value_learning import named

SEARCH = ("trpo.line_search",)
PRODUCT = ("trpo.fisher_vector_product",)
EDGES = (0.7, 0.35, 0.175, 0.0875)
"""Shares of the full step at which the functions along the line change: no power of a usual factor is near one."""


class Curve(NamedTuple):
    """A function of the parameters that depends on how far they are along the step: one number for each interval."""

    values: Any
    start: Any
    step: Any
    base: Any
    """What it is where the step begins."""


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def interval(share: float) -> int:
    """In which interval a share of the step lies."""
    return sum(share < edge for edge in EDGES)


def _product(data: Any, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    matrix = make(data)
    return lambda vector: matrix @ vector


def _along(data: Curve, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The curve as a function of parameters."""

    def function(parameters: Any) -> Any:
        offset = np.asarray(to_numpy(parameters), dtype=float) - np.asarray(data.start, dtype=float)
        share = float(offset @ np.asarray(data.step, dtype=float)) / float(data.step @ data.step)
        value = data.base if abs(share) < EDGES[-1] / 2**20 else data.base + data.values[interval(share)]
        return make(np.asarray(value)[()])

    return function


def _curve(name: str, sign: int, base: str | None) -> Callable[[Facts], Any]:
    def make(drawn: Facts) -> Any:
        start = sign * drawn[base] if base else 0 * drawn["kl_curve"][0]
        return Curve(sign * drawn[name], drawn["parameters"], drawn["full_step"], start)

    return make


def _values(word: str, sign: int) -> Callable[[Facts], Any]:
    return lambda arguments: sign * arguments[word].values


def _function(word: str, convention: str, fact: str, sign: int, base: str | None) -> Reading:
    needs = (fact, "parameters", "full_step", "kl_curve", *((base,) if base else ()))
    relative = "" if base else ", relative to where the step begins"
    return reading(
        word, convention, f"{word}(parameters){relative}", _curve(fact, sign, base), {fact: _values(word, sign)},
        needs=needs, among=SEARCH, passed=_along, style={"line": "functions"},
    )  # fmt: skip


def _trials(curve: str) -> Callable[[Facts], Any]:
    """The curve at every trial of the search."""

    def find(facts: Facts) -> Any:
        backtrack = facts["backtrack"]
        factor = float(numbers.float64(getattr(backtrack, "value", backtrack)))
        return facts[curve][np.array([interval(factor**j) for j in range(int(facts["trials"]))], dtype=int)]

    return find


def _direction(drawn: Facts) -> Any:
    return numbers.solve(drawn["fisher_matrix"], drawn["gradient"])


READINGS: tuple[Reading, ...] = (
    reading(
        "matvec", "own", "matvec(v): the matrix times v", _told("fisher_matrix"), {"fisher_matrix": _told("matvec")},
        needs=("fisher_matrix",), among=("fisher_matrix",), passed=_product,
    ),
    reading(
        "direction", "own", "direction: the inverse matrix times the gradient", _direction,
        {"direction": _told("direction")}, needs=("fisher_matrix", "gradient"), among=("fisher_matrix",),
    ),
    reading("residual_tol", "own", "residual_tol: zero", lambda _: rational(0), {}, needs=(), among=("fisher_matrix",)),
    _function("surrogate", "absolute", "gain_curve", 1, "base_objective"),
    _function("surrogate", "relative", "gain_curve", 1, None),
    _function("loss", "absolute", "gain_curve", -1, "base_objective"),
    _function("loss", "relative", "gain_curve", -1, None),
    _function("kl", "function", "kl_curve", 1, None),
    reading(
        "kl", "array", "kl[j]: divergence at trial j", _told("divergences"), {"divergences": _told("kl")},
        needs=("divergences",), among=SEARCH, style={"line": "arrays"},
    ),
    reading(
        "old_objective", "own", "the surrogate where the step begins", _told("base_objective"), {},
        needs=("base_objective",), among=SEARCH,
    ),
    reading(
        "old_loss", "own", "the loss where the step begins", lambda drawn: -drawn["base_objective"], {},
        needs=("base_objective",), among=SEARCH,
    ),
    reading(
        "max_backtracks", "trials", "max_backtracks: the number of trials", _told("max_backtracks"),
        {"trials": _told("max_backtracks")}, needs=("max_backtracks",), among=SEARCH,
    ),
    reading(
        "max_backtracks", "after the first", "max_backtracks: the number of trials after the first",
        _told("max_backtracks"), {"trials": lambda a: a["max_backtracks"] + 1}, needs=("max_backtracks",), among=SEARCH,
    ),
    named("parameters", "parameters", *SEARCH),
    named("full_step", "full_step", *SEARCH),
    named("kl_target", "delta", "trpo.line_search", "trpo.natural_gradient_step"),
    named("policy", "probabilities", *PRODUCT), named("tangent", "tangent", *PRODUCT),
    reading(
        "tangent", "flat", "tangent: the logits of all states in one list", lambda drawn: drawn["tangent"].reshape(-1),
        {"flat_tangent": _told("tangent")}, needs=("tangent",), among=PRODUCT,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule("surrogate_gains", ("gain_curve", "backtrack", "trials"), _trials("gain_curve")),
    rule("divergences", ("kl_curve", "backtrack", "trials"), _trials("kl_curve")),
    *(
        rule("trials", ("gain_curve",), lambda _, count=count: count, convention=f"{count}",
             limit="another number of trials")
        for count in (10, 15, 20, 100)
    ),
    *(
        rule(
            "backtrack", ("delta",), lambda f, tenths=tenths: (0 * f["delta"] + tenths) / 10, among=SEARCH,
            convention=f"0.{tenths}", limit="another factor",
        )
        for tenths in (5, 8, 9)
    ),
    rule("gradient", ("fisher_matrix", "direction"), lambda f: f["fisher_matrix"] @ f["direction"]),
    rule("probabilities", ("logits",), lambda f: policy.softmax(f["logits"]), among=PRODUCT),
    rule(
        "tangent", ("flat_tangent", "probabilities"),
        lambda f: f["flat_tangent"].reshape(*np.shape(f["probabilities"])), among=PRODUCT, beside=("flat_tangent",),
    ),
    *(
        rule(
            "state_weights", ("probabilities",), lambda f, mean=mean: _weights(f["probabilities"], mean=mean),
            among=PRODUCT, convention="mean" if mean else "sum", limit="weights of states",
        )
        for mean in (True, False)
    ),
    *(
        rule(
            "damping", (), lambda _, share=share: rational(share), among=PRODUCT,
            convention=share, limit="another damping",
        )
        for share in ("0", "1/10", "1/100", "1/1000")
    ),
    rule("iterations", ("gradient",), lambda f: len(f["gradient"]), convention="as many as parameters",
         among=("trpo.conjugate_gradient",), limit="fewer iterations"),
    rule("iterations", ("gradient",), lambda _: 10, convention="10", among=("trpo.conjugate_gradient",),
         limit="another number of iterations"),
)  # fmt: skip


def _weights(probabilities: Any, *, mean: bool) -> Any:
    ones = 0 * probabilities[:, 0] + 1
    return ones / len(ones) if mean else ones


SYNONYMS = {
    "matvec": (
        *("fvp", "Avp", "hvp", "f_Ax", "Ax", "avp", "fisher_vector_product", "mvp", "hessian_vector_product", "f_Avp"),
        *("fvp_fn", "hvp_fn", "Fvp", "Hx", "evaluate_Hv", "A_fn", "matvec_fn", "Avp_fn", "linear_operator", "f_Hx"),
        *("matrix_vector_dot_fn", "matrix_vector_product", "fisher_vector_product_fn", "fisher_product", "hvp_func"),
    ),
    "fisher_matrix": ("F", "A", "matrix", "fisher", "H", "fim", "fisher_information", "hessian"),
    "gradient": ("g", "b", "grad", "grads", "policy_gradient", "loss_grad", "pg", "flat_grad", "vector"),
    "iterations": (
        *("nsteps", "cg_iters", "n_steps", "max_iter", "max_iterations", "num_iterations", "cg_iterations", "n_iters"),
        *("num_steps", "iters", "maxiter", "cg_steps", "k", "n", "n_iterations", "num_iters"),
    ),
    "residual_tol": ("tol", "residual_tolerance", "tolerance", "residual_threshold"),
    "direction": (
        *("stepdir", "step_dir", "search_dir", "search_direction", "natural_gradient", "step_direction", "x"),
        *("nat_grad", "natural_grad", "s", "descent_direction", "x_hat"),
    ),
    "delta": (
        *("max_kl", "kl_target", "target_kl", "kl_limit", "trust_region", "kl_bound", "radius", "d"),
        *("max_constraint_value", "max_constraint", "max_kl_step", "max_kl_divergence", "kl_threshold"),
    ),
    "tangent": ("v", "vector", "p", "x", "direction", "vec", "logit_direction"),
    "damping": (
        *("cg_damping", "damping_coeff", "damping_coef", "xi", "reg", "damping_coefficient", "lambda_", "reg_coeff"),
        *("hvp_reg_coeff", "damping_factor", "fisher_damping"),
    ),
    "state_weights": ("weights", "d", "visitation", "rho", "state_distribution", "mu"),
    "probabilities": ("probs", "pi", "policy_probs"),
    "surrogate_gains": ("gains", "improvements", "improvement", "surrogate_improvements", "gain", "improve"),
    "surrogate": (
        *("surrogate_fn", "objective", "objective_fn", "surr", "surr_fn", "L", "get_surrogate", "surrogate_objective"),
        *("compute_surrogate", "evaluate_surrogate"),
    ),
    "loss": ("loss_fn", "f", "get_loss", "evaluate_loss", "surrogate_loss", "surr_loss", "compute_loss", "policy_loss"),
    "kl": ("kl_fn", "get_kl", "constraint", "kl_divergence", "constraint_fn", "mean_kl", "compute_kl", "kl_func"),
    "old_objective": ("old_surrogate", "surrogate_old", "surr_before", "old_value"),
    "old_loss": ("loss_before", "f0", "prev_loss", "loss_old", "surr_loss_old", "fval"),
    "parameters": (
        *("theta", "params", "x", "old_params", "flat_params", "x0", "theta_old", "prev_params", "old_theta"),
        *("params_old", "param", "current_params", "thetas"),
    ),
    "full_step": (
        *("fullstep", "step", "search_dir", "step_dir", "direction", "s", "descent_step", "search_direction"),
        *("full_step_dir", "max_step", "natural_step", "proposed_step", "npg_step"),
    ),
    "backtrack": (
        *("backtrack_coeff", "backtrack_ratio", "backtrack_coef", "alpha", "beta", "decay", "shrink", "step_frac"),
        *("backtrack_factor", "backtracking_factor", "line_search_coef", "shrinkage", "factor", "backtrack_rate"),
        *("line_search_shrinking_factor", "shrinking_factor", "shrink_factor", "line_search_decay"),
    ),
    "max_backtracks": (
        *("backtrack_iters", "max_iters", "n_backtracks", "num_backtracks", "max_backtrack", "line_search_steps"),
        *("backtrack_steps", "num_steps", "max_steps", "n_steps", "line_search_max_iter", "max_trials", "J"),
    ),
}

"""Deviations of line searches, conjugate gradients and natural-gradient steps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import numbers, ppo
from ...spec.numbers import rational
from ..contract import Outputs
from ..deviation import CONTESTED, DELIBERATE, Deviation, after, before, deviation, instead, joined
from ..reading import Facts

TRIALS = ("surrogate_gains", "divergences", "delta", "backtrack")


def _outputs(facts: Facts, share: Any, *, accepted: bool, trial: int) -> Outputs:
    """Every result of a line search that comes to this share of the step."""
    found: Outputs = {"line_search": share, "accepted": accepted, "trial": trial, "trials_made": trial}
    if "full_step" in facts:
        found["step"] = share * facts["full_step"]
    if "parameters" in facts and "full_step" in facts:
        found["new_parameters"] = facts["parameters"] + found["step"]
    return found


def _search(
    fits: Callable[[Facts, Any, Any, int], bool], *, first: int = 0, kept: Callable[[Facts], Any] | None = None
) -> Callable[[Facts], Outputs]:
    """A search that accepts by another rule, or keeps another candidate where it accepts none."""

    def run(facts: Facts) -> Outputs:
        gains, gaps, factor = facts["surrogate_gains"], facts["divergences"], facts["backtrack"]
        for trial in range(len(gains)):
            if fits(facts, gains[trial], gaps[trial], trial):
                return _outputs(facts, factor ** (trial + first), accepted=True, trial=trial)
        share = 0 * factor if kept is None else kept(facts)
        return _outputs(facts, share, accepted=False, trial=-1)

    return run


def _is(condition: Any) -> bool:
    return bool(numbers.holds(condition))


def _better(gain: Any) -> bool:
    return _is(gain > 0)


def _near(facts: Facts, gap: Any, times: Any = 1) -> bool:
    return not _is(gap - times * facts["delta"] > 0)


def _rule(name: str, says: str, run: Callable[[Facts], Outputs], **about: Any) -> Deviation:
    return deviation(name, says, instead(run), needs=TRIALS, **about)


def _both(facts: Facts, gain: Any, gap: Any, _: int) -> bool:
    return _better(gain) and _near(facts, gap)


def _last(facts: Facts) -> Any:
    return facts["backtrack"] ** (len(facts["surrogate_gains"]) - 1)


def _best(facts: Facts) -> Outputs:
    """The trial of the largest gain among those within the radius."""
    gains, gaps = facts["surrogate_gains"], facts["divergences"]
    within = [j for j in range(len(gains)) if _both(facts, gains[j], gaps[j], j)]
    best = None
    for j in within:
        if best is None or _is(gains[j] - gains[best] > 0):
            best = j
    if best is None:
        return _outputs(facts, 0 * facts["backtrack"], accepted=False, trial=-1)
    return _outputs(facts, facts["backtrack"] ** best, accepted=True, trial=best)


def _linear(facts: Facts) -> Outputs:
    """Steps shortened by equal parts."""
    gains, count = facts["surrogate_gains"], len(facts["surrogate_gains"])
    for j in range(count):
        if _both(facts, gains[j], facts["divergences"][j], j):
            return _outputs(facts, (0 * facts["backtrack"] + (count - j)) / count, accepted=True, trial=j)
    return _outputs(facts, 0 * facts["backtrack"], accepted=False, trial=-1)


def _quotient(numerator: Any, denominator: Any) -> Any:
    known = numbers.is_nonzero(denominator)
    return numbers.where(known, numerator, 0) / numbers.where(known, denominator, 1)


def _scaled(length: Callable[[Facts, Any], Any], along: Callable[[Facts, Any], Any] = lambda _, x: x) -> Any:
    """A step of another length, or along another direction."""

    def run(facts: Facts) -> Outputs:
        direction = numbers.solve(facts["fisher_matrix"], facts["gradient"])
        scale = length(facts, direction)
        return {"natural_gradient_step": scale * along(facts, direction), "scale": scale}

    return run


def _curvature(facts: Facts, direction: Any) -> Any:
    return facts["gradient"] @ direction


def _gradient_curvature(facts: Facts) -> Any:
    return facts["gradient"] @ (facts["fisher_matrix"] @ facts["gradient"])


def _step(name: str, says: str, run: Any, **about: Any) -> Deviation:
    return deviation(name, says, instead(run), needs=("fisher_matrix", "gradient", "delta"), **about)


def _damped(share: str) -> Callable[[Facts], Outputs]:
    """The same step with another matrix."""

    def run(facts: Facts) -> Outputs:
        matrix = facts["fisher_matrix"]
        matrix = matrix + (0 * matrix + np.eye(len(matrix), dtype=int)) * rational(share)
        return _scaled(lambda f, x: numbers.sqrt(_quotient(2 * f["delta"], _curvature(f, x))))(
            {**facts, "fisher_matrix": matrix}
        )

    return run


def _conjugate(
    facts: Facts,
    *,
    epsilon: Any = 0,
    polak: bool = False,
    steepest: bool = False,
    inverted: bool = False,
    sign: int = 1,
    plain: bool = False,
) -> Outputs:
    """Conjugate gradients with another quotient or direction."""
    matrix, residual = facts["fisher_matrix"], facts["gradient"]
    solution, direction, length = 0 * residual, residual, residual @ residual
    for _ in range(int(facts["iterations"])):
        curved = matrix @ direction
        step = _quotient(length, direction @ (direction if plain else curved) + epsilon)
        moved = residual - step * curved
        solution, before_ = solution + step * direction, length
        length = moved @ (moved - residual) if polak else moved @ moved
        residual = moved
        share = _quotient(before_, length) if inverted else _quotient(length, before_)
        direction = residual if steepest else residual + sign * share * direction
    return {"conjugate_gradient": solution}


def _residual(facts: Facts, solution: Any) -> Any:
    return facts["gradient"] - facts["fisher_matrix"] @ solution


def _from_the_first(facts: Facts) -> Any:
    betas = [ppo.adaptive_kl(gap, beta=facts["beta"], kl_target=facts["kl_target"]) for gap in facts["divergences"]]
    return numbers.stack(betas)


def _product(name: str, says: str, product: Callable[[Facts, Any], Any], **about: Any) -> Deviation:
    """Another matrix in place of the Fisher matrix."""

    def run(facts: Facts) -> Outputs:
        weighted = facts["state_weights"][:, None] * product(facts, facts["probabilities"])
        return {"fisher_vector_product": weighted + facts["damping"] * facts["tangent"]}

    return deviation(name, says, instead(run), needs=("state_weights", "probabilities", "tangent"), **about)


def _centred(facts: Facts, probabilities: Any) -> Any:
    tangent = facts["tangent"]
    return probabilities * (tangent - (probabilities * tangent).sum(axis=1)[:, None])


DEVIATIONS = {
    "trpo.line_search": (
        _rule("gain_only", "a trial is accepted for its gain alone: the divergence is not tested",
              _search(lambda _f, gain, _g, _j: _better(gain)), kind=CONTESTED,
              effect="steps leave the trust region wherever its quadratic model is wrong",
              seen=("joschu/modular_rl#29", "zhangchuheng123/Reinforcement-Implementation#1")),
        _rule("divergence_only", "a trial is accepted for its divergence alone: the gain is not tested",
              _search(lambda f, _gain, gap, _j: _near(f, gap)), effect="steps that make the surrogate worse are taken"),
        _rule("rejected_step_kept", "where no trial is accepted, the last one stays",
              _search(_both, kept=_last), effect="an untested update that violates the trust region",
              seen=("thu-ml/tianshou PR#1287",)),
        _rule("full_step_kept", "where no trial is accepted, the full step stays",
              _search(_both, kept=lambda f: 0 * f["backtrack"] + 1), effect="an update that violates the trust region"),
        _rule("next_step_kept", "where no trial is accepted, the step after the last trial is taken",
              _search(_both, kept=lambda f: f["backtrack"] * _last(f))),
        _rule("no_search", "the full step is taken, whatever it does",
              lambda f: _outputs(f, 0 * f["backtrack"] + 1, accepted=True, trial=0)),
        _rule("either_is_enough", "a trial is accepted for its gain or for its divergence",
              _search(lambda f, gain, gap, _j: _better(gain) or _near(f, gap))),
        _rule("zero_gain_accepted", "a trial without gain is accepted, too",
              _search(lambda f, gain, gap, _j: not _is(gain < 0) and _near(f, gap)), kind=CONTESTED),
        _rule("gain_negated", "a trial is accepted if the surrogate falls",
              _search(lambda f, gain, gap, _j: _is(gain < 0) and _near(f, gap)), effect="the policy gets worse"),
        _rule("strict_radius", "the divergence must be below the radius: on it is not enough",
              _search(lambda f, gain, gap, _j: _better(gain) and _is(gap - f["delta"] < 0)), kind=DELIBERATE),
        _rule("wider_radius", "the divergence may be 1.5 times the radius",
              _search(lambda f, gain, gap, _j: _better(gain) and _near(f, gap, rational("3/2"))),
              kind=DELIBERATE, seen=("openai/baselines baselines/trpo_mpi/trpo_mpi.py",)),
        _rule("wider_radius_and_zero_gain", "the divergence may be 1.5 times the radius, and the gain zero",
              _search(lambda f, gain, gap, _j: not _is(gain < 0) and _near(f, gap, rational("3/2"))),
              kind=DELIBERATE, seen=("openai/baselines baselines/trpo_mpi/trpo_mpi.py",)),
        _rule("twice_the_radius", "the divergence may be twice the radius",
              _search(lambda f, gain, gap, _j: _better(gain) and _near(f, gap, 2))),
        _rule("radius_inverted", "a trial is accepted if its divergence is beyond the radius",
              _search(lambda f, gain, gap, _j: _better(gain) and not _near(f, gap))),
        _rule("shortened_first", "the full step is not tried: the accepted trial is shortened once more",
              _search(_both, first=1)),
        _rule("best_trial", "of all trials within the radius the one of the largest gain is taken", _best,
              kind=DELIBERATE),
        _rule("shortened_by_equal_parts", "steps are shortened by equal parts, not by a factor", _linear),
        _rule("largest_step_only", "only the full step is tried",
              _search(lambda f, gain, gap, j: j == 0 and _both(f, gain, gap, j))),
    ),
    "trpo.natural_gradient_step": (
        _step("without_the_two", "the length is sqrt(delta / x F x): the factor 2 is missing",
              _scaled(lambda f, x: numbers.sqrt(_quotient(f["delta"], _curvature(f, x)))),
              effect="the step uses half of the trust region"),
        _step("half_for_two", "the length is sqrt(delta / (2 x F x)): half stands for 2",
              _scaled(lambda f, x: numbers.sqrt(_quotient(f["delta"], 2 * _curvature(f, x))))),
        _step("no_root", "the length is 2 delta / x F x, without the root",
              _scaled(lambda f, x: _quotient(2 * f["delta"], _curvature(f, x)))),
        _step("length_inverted", "the direction is multiplied by sqrt(x F x / (2 delta)), not divided by it",
              _scaled(lambda f, x: numbers.sqrt(_quotient(_curvature(f, x), 2 * f["delta"])))),
        _step("not_scaled", "the natural direction itself is taken", _scaled(lambda f, _: 0 * f["delta"] + 1)),
        _step("gradient_as_direction", "the gradient itself is the direction, scaled by its own curvature",
              _scaled(lambda f, _: numbers.sqrt(_quotient(2 * f["delta"], _gradient_curvature(f))),
                      lambda f, _: f["gradient"])),
        _step("gradient_curvature", "the length is that for g F g instead of x F x",
              _scaled(lambda f, _: numbers.sqrt(_quotient(2 * f["delta"], _gradient_curvature(f))))),
        _step("gradient_for_direction", "the length is right, the direction is the gradient",
              _scaled(lambda f, x: numbers.sqrt(_quotient(2 * f["delta"], _curvature(f, x))),
                      lambda f, _: f["gradient"])),
        _step("squared_norm_for_curvature", "the length is that for x x: the matrix is left out of the curvature",
              _scaled(lambda f, x: numbers.sqrt(_quotient(2 * f["delta"], x @ x)))),
        _step("matrix_for_inverse", "the direction is F g: the matrix is not inverted",
              _scaled(lambda f, _: numbers.sqrt(_quotient(2 * f["delta"], _gradient_curvature(f))),
                      lambda f, _: f["fisher_matrix"] @ f["gradient"])),
        _step("squared_gradient_for_curvature", "the length is that for g g: the matrix is left out of the curvature",
              _scaled(lambda f, _: numbers.sqrt(_quotient(2 * f["delta"], f["gradient"] @ f["gradient"])))),
        *(
            _step("matrix_damped", "a multiple of the identity is added to the Fisher matrix", _damped(share),
                  kind=DELIBERATE, spelling=share, effect="steps are shorter, and turned towards the gradient")
            for share in ("1/10", "1/100", "1/1000", "1/100000", "1/100000000")
        ),
        *(
            _step("epsilon_in_the_denominator", f"{small} is added to the curvature",
                  _scaled(lambda f, x, e=small: numbers.sqrt(2 * f["delta"] / (_curvature(f, x) + rational(e)))),
                  kind=DELIBERATE, spelling=small)
            for small in ("1e-8", "1e-6", "1e-10", "1e-5")
        ),
        _step("descent", "the step goes against the gradient",
              _scaled(lambda f, x: -numbers.sqrt(_quotient(2 * f["delta"], _curvature(f, x))))),
    ),
    "trpo.conjugate_gradient": (
        deviation("epsilon_in_the_denominator", "1e-8 is added to the curvature",
                  instead(lambda f: _conjugate(f, epsilon=rational("1/100000000"))), kind=DELIBERATE,
                  seen=("openai/spinningup spinup/algos/tf1/trpo/trpo.py",)),
        deviation("directions_not_conjugate", "every direction is the residual: steepest descent",
                  instead(lambda f: _conjugate(f, steepest=True)), effect="it does not end after n iterations"),
        deviation("quotient_negated", "the last direction is subtracted, not added",
                  instead(lambda f: _conjugate(f, sign=-1)), effect="directions are not conjugate"),
        deviation("curvature_without_the_matrix", "the length of a step is r r / p p: the matrix is left out",
                  instead(lambda f: _conjugate(f, plain=True))),
        deviation("polak_ribiere", "the quotient of Polak and Ribiere with its numerator as the next length",
                  instead(lambda f: _conjugate(f, polak=True))),
        deviation("quotient_inverted", "directions are combined with the inverse quotient: old length over new",
                  instead(lambda f: _conjugate(f, inverted=True))),
        deviation("one_iteration_less", "one iteration too few",
                  before(lambda f: {"iterations": max(int(f["iterations"]) - 1, 0)}), needs=("iterations",)),
        deviation("one_iteration_more", "one iteration too many",
                  before(lambda f: {"iterations": int(f["iterations"]) + 1}), needs=("iterations",)),
        deviation("starts_at_the_gradient", "the first estimate is the gradient, though the residual is that of zero",
                  after(lambda f, o: {"conjugate_gradient": o["conjugate_gradient"] + f["gradient"]}),
                  needs=("gradient",)),
        deviation("gradient_itself", "the gradient is returned",
                  instead(lambda f: {"conjugate_gradient": f["gradient"]}), needs=("gradient",)),
        deviation("last_residual", "the residual is returned, not the solution",
                  after(lambda f, o: {"conjugate_gradient": _residual(f, o["conjugate_gradient"])}),
                  needs=("gradient", "fisher_matrix")),
    ),
    "trpo.fisher_vector_product": (
        deviation("damping_missing", "there is no damping", before(lambda f: {"damping": 0 * f["damping"]}),
                  needs=("damping",)),
        deviation("damping_weighted", "the damping is weighted by the states",
                  after(lambda f, o: {"fisher_vector_product": o["fisher_vector_product"]
                                      + (f["state_weights"][:, None] - 1) * f["damping"] * f["tangent"]}),
                  needs=("damping", "state_weights")),
        deviation("both_arguments_live", "both arguments of the divergence move: its Hessian is zero",
                  instead(lambda f: {"fisher_vector_product": f["damping"] * f["tangent"]}), needs=("damping",),
                  effect="the step is a gradient step: the metric is the damping"),
        deviation("state_weights_ignored", "states are not weighted",
                  before(lambda f: {"state_weights": 0 * f["state_weights"] + 1}), needs=("state_weights",)),
        deviation("states_weighted_equally", "the mean over states is taken",
                  before(lambda f: {"state_weights": (0 * f["state_weights"] + 1) / len(f["state_weights"])}),
                  needs=("state_weights",)),
        _product("not_centred", "the mean is not subtracted: diag(pi) stands for diag(pi) - pi pi^T",
                 lambda f, p: p * f["tangent"]),
        _product("centred_without_weights", "the plain mean over actions is subtracted",
                 lambda f, p: p * (f["tangent"] - f["tangent"].sum(axis=1)[:, None] / f["tangent"].shape[1])),
        _product("outer_product_added", "diag(pi) + pi pi^T stands for diag(pi) - pi pi^T",
                 lambda f, p: 2 * p * f["tangent"] - _centred(f, p)),
        _product("outer_product_only", "pi pi^T alone",
                 lambda f, p: p * f["tangent"] - _centred(f, p)),
        _product("not_weighted_by_probabilities", "the centred tangent is not multiplied by the probabilities",
                 lambda f, p: f["tangent"] - (p * f["tangent"]).sum(axis=1)[:, None]),
        _product("half_of_the_hessian", "the second-order term itself, half of the Hessian",
                 lambda f, p: _centred(f, p) / 2),
    ),
    "ppo.adaptive_kl_trace": (
        deviation("always_from_the_first_coefficient", "every update starts from the first coefficient",
                  instead(lambda f: {"adaptive_kl_trace": _from_the_first(f)}), needs=("beta", "kl_target"),
                  effect="the coefficient never leaves half to twice of what it was"),
        deviation("before_the_update", "the coefficient before each update is returned, not after it",
                  after(lambda f, o: {"adaptive_kl_trace": joined([f["beta"]], o["adaptive_kl_trace"][:-1])}),
                  needs=("beta",)),
        deviation("never_updated", "the coefficient stays as it is",
                  after(lambda f, o: {"adaptive_kl_trace": 0 * o["adaptive_kl_trace"] + f["beta"]}), needs=("beta",)),
    ),
}  # fmt: skip

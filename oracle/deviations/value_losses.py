"""Deviations of losses of a value function, with and without clipping."""

from collections.abc import Callable
from typing import Any

from ...spec.numbers import largest, maximum, minimum, sqrt, where
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, before, deviation
from ..reading import Facts
from .ratios import normalised
from .surrogates import instead, mean

CLIPPED = ("ppo.clipped_value_loss", "ppo.min_clipped_value_loss")


def _square(array: Any) -> Any:
    return array * array


def _clip(array: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(array, low), high)


def _near_old(facts: Facts) -> Any:
    """V, clipped around the old values."""
    return _clip(
        facts["values"], facts["old_values"] - facts["clip_epsilon"], facts["old_values"] + facts["clip_epsilon"]
    )


def _huber(errors: Any) -> Any:
    size = abs(errors)
    return where(size > 1, size - 1 + 1 / (0 * size + 2), _square(errors) / 2)


def _error(facts: Facts) -> Any:
    return facts["values"] - facts["returns"]


def _clipped_error(facts: Facts) -> Any:
    return _near_old(facts) - facts["returns"]


def _losses(name: str, entries: tuple[tuple[Any, ...], ...]) -> tuple[Deviation, ...]:
    """Deviations of a loss from (id, what it says, loss, needs, kind, effect, seen, spelling)."""
    found = []
    for identifier, says, loss, *rest in entries:
        usual: tuple[Any, ...] = ((), BUG, "", (), "")
        needs, kind, effect, seen, spelling = (*rest, *usual[len(rest) :])
        found.append(
            deviation(identifier, says, instead(lambda f, find=loss: {name: find(f)}), needs=needs, kind=kind,
                      effect=effect, seen=seen, spelling=spelling)
        )  # fmt: skip
    return tuple(found)


OF_ERRORS: tuple[tuple[Any, ...], ...] = (
    ("absolute_error", "the error is not squared", lambda f: mean(abs(_error(f)))),
    ("signed_error", "the error is not squared and has a sign", lambda f: mean(_error(f))),
    ("root_of_the_mean", "the root of the mean square", lambda f: sqrt(mean(_square(_error(f)))), (), CONTESTED),
    ("square_of_the_mean_error", "the mean error is squared, not the errors: they cancel",
     lambda f: _square(mean(_error(f)))),
    ("huber_loss", "Huber's loss: the square within one, linear beyond", lambda f: mean(_huber(_error(f))), (),
     DELIBERATE, "large errors have a bounded gradient"),
    ("huber_loss", "Huber's loss: the square within one, linear beyond", lambda f: 2 * mean(_huber(_error(f))), (),
     DELIBERATE, "large errors have a bounded gradient", (), "doubled"),
    ("variance_of_the_error", "the mean error is subtracted before squaring: a constant bias costs nothing",
     lambda f: mean(_square(_error(f) - mean(_error(f))))),
    ("largest_error", "the largest squared error, not the mean", lambda f: largest(_square(_error(f)))),
    ("returns_plus_values", "the values are added to the returns, not subtracted",
     lambda f: mean(_square(f["values"] + f["returns"]))),
    ("weighted_by_the_advantage", "the values stand for the error", lambda f: mean(_square(f["values"]))),
)  # fmt: skip
"""Losses of an error that is not simply squared and averaged."""


def _clipped_entries(
    choose: Callable[[Any, Any], Any], other: Callable[[Any, Any], Any]
) -> tuple[tuple[Any, ...], ...]:
    """Deviations of a clipped loss that takes the larger (or smaller) square."""

    def by(band: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
        return lambda f: mean(choose(_square(_error(f)), _square(band(f) - f["returns"])))

    def bounds(low: Callable[[Facts], Any], high: Callable[[Facts], Any]) -> Callable[[Facts], Any]:
        return by(lambda f: _clip(f["values"], low(f), high(f)))

    epsilon = "clip_epsilon"
    return (
        ("minimum_for_maximum", "the other of the two squared errors is taken (the smaller for the larger)",
         lambda f: mean(other(_square(_error(f)), _square(_clipped_error(f)))), (), CONTESTED,
         "nothing pulls a value back that has left the band", ("implementation-matters/code-for-paper#1",)),
        ("square_of_the_larger_error", "the larger of the signed errors is squared, not the larger square taken",
         lambda f: mean(_square(choose(_error(f), _clipped_error(f)))), (), BUG,
         "where both errors are negative, the smaller one counts", ("implementation-matters/code-for-paper#1",)),
        ("square_of_the_larger_error", "the larger of the signed errors is squared, not the larger square taken",
         lambda f: mean(_square(choose(-_error(f), -_clipped_error(f)))), (), BUG,
         "where both errors are negative, the smaller one counts", ("implementation-matters/code-for-paper#1",),
         "of the target less the value"),
        ("clipped_error_alone", "the error of the clipped value alone",
         lambda f: mean(_square(_clipped_error(f))), (), BUG, "values that left the band have no gradient"),
        ("unclipped_error_alone", "the error of the value alone, without any clip", lambda f: mean(_square(_error(f)))),
        ("both_errors_added", "both squared errors are added",
         lambda f: mean(_square(_error(f)) + _square(_clipped_error(f)))),
        ("maximum_of_the_means", "both squared errors are averaged before one is taken",
         lambda f: choose(mean(_square(_error(f))), mean(_square(_clipped_error(f))))),
        ("absolute_error", "the errors are not squared", lambda f: mean(choose(abs(_error(f)),
         abs(_clipped_error(f))))),
        ("value_clipped_around_zero", "the value itself is clipped to [-epsilon, epsilon]",
         bounds(lambda f: -f[epsilon], lambda f: f[epsilon])),
        ("change_not_added_back", "the clipped change of the value stands for the value",
         by(lambda f: _clip(f["values"] - f["old_values"], -f[epsilon], f[epsilon]))),
        ("value_clipped_around_the_return", "the value is clipped around the return",
         bounds(lambda f: f["returns"] - f[epsilon], lambda f: f["returns"] + f[epsilon])),
        ("value_clipped_by_a_ratio", "the value is clipped to old values times 1 +- epsilon",
         bounds(lambda f: f["old_values"] * (1 - f[epsilon]), lambda f: f["old_values"] * (1 + f[epsilon]))),
        ("change_clipped_to_the_ratios_band", "the change of the value is clipped to [1 - epsilon, 1 + epsilon]",
         by(lambda f: f["old_values"] + _clip(f["values"] - f["old_values"], 1 - f[epsilon], 1 + f[epsilon]))),
        ("change_clipped_from_above_only", "the change of the value is clipped from above alone",
         by(lambda f: minimum(f["values"], f["old_values"] + f[epsilon]))),
        ("change_clipped_from_below_only", "the change of the value is clipped from below alone",
         by(lambda f: maximum(f["values"], f["old_values"] - f[epsilon]))),
        ("change_of_the_wrong_sign", "the clipped change is subtracted from the old value",
         by(lambda f: f["old_values"] - _clip(f["values"] - f["old_values"], -f[epsilon], f[epsilon]))),
        ("change_added_to_the_value", "the clipped change is added to the new value, not to the old one",
         by(lambda f: f["values"] + _clip(f["values"] - f["old_values"], -f[epsilon], f[epsilon]))),
        ("error_clipped", "the error is clipped, not the change of the value",
         lambda f: mean(choose(_square(_error(f)), _square(_clip(_error(f), -f[epsilon], f[epsilon]))))),
        ("error_clipped", "the error is clipped, not the change of the value",
         lambda f: mean(_square(_clip(_error(f), -f[epsilon], f[epsilon]))), (), BUG, "", (), "alone"),
        ("square_truncated", "the squared error is cut off at epsilon", lambda f: mean(
            minimum(_square(_error(f)), f[epsilon])), (), DELIBERATE, "large errors have no gradient",
         ("RLlib vf_clip_param", "ray-project/ray#10430")),
    )  # fmt: skip


def _scaled(facts: Facts, word: str) -> Any:
    return facts[word] * facts["value_std"] + facts["value_mean"]


def _scales(equation: str) -> tuple[Deviation, ...]:
    """Arrays that are not on the scale of the others, and old values that are not old."""
    words = ("values", "old_values", "returns") if equation in CLIPPED else ("values", "returns")
    found = [
        deviation(f"{word}_on_another_scale", f"{word} are denormalised, the others are not",
                  before(lambda f, w=word: {w: _scaled(f, w)}), needs=(word, "value_mean", "value_std"),
                  effect="the loss explodes", seen=("instadeepai/Mava#811", "instadeepai/Mava PR#805"))
        for word in words
    ]  # fmt: skip
    if equation in CLIPPED:
        found.append(
            deviation("old_values_recomputed", "the old values are the present ones: the clip does nothing",
                      before(lambda f: {"old_values": f["values"]}), needs=("values", "old_values"),
                      seen=("tensorflow/agents#352",))
        )  # fmt: skip
    return tuple(found)


_TRUNCATED = (
    ("error_truncated", "the error is cut off at the limit, not its square",
     lambda f: mean(_square(_clip(_error(f), -f["loss_limit"], f["loss_limit"])))),
    ("square_limited_by_the_square", "the limit is squared: the error is cut off, not its square",
     lambda f: mean(minimum(_square(_error(f)), _square(f["loss_limit"])))),
    ("maximum_for_minimum", "the larger of the square and the limit",
     lambda f: mean(maximum(_square(_error(f)), f["loss_limit"]))),
    ("no_limit", "nothing is cut off", lambda f: mean(_square(_error(f)))),
    ("mean_truncated", "the mean is cut off, not each square",
     lambda f: minimum(mean(_square(_error(f))), f["loss_limit"])),
    ("excess_dropped", "squares beyond the limit count as zero",
     lambda f: mean(where(_square(_error(f)) > f["loss_limit"], 0, _square(_error(f))))),
    ("half_before_the_limit", "half of the square is cut off at the limit",
     lambda f: mean(minimum(_square(_error(f)) / 2, f["loss_limit"])), (), DELIBERATE),
    ("absolute_error", "the error is not squared", lambda f: mean(minimum(abs(_error(f)), f["loss_limit"]))),
)  # fmt: skip

_STANDARDISED = tuple(
    deviation("returns_normalised_inside", "the returns are normalised inside the loss, the values are not",
              before(lambda f, d=ddof, e=epsilon: {"returns": normalised("returns", d, e)(f)}), needs=("returns",),
              effect="the returns of each batch are on another scale", spelling=f"ddof {ddof}, epsilon {epsilon:g}")
    for ddof in (0, 1)
    for epsilon in (1e-8, 1e-5, 1e-6, 0.0)
)  # fmt: skip

DEVIATIONS = {
    "ppo.value_loss": (*_losses("value_loss", OF_ERRORS), *_scales("ppo.value_loss"), *_STANDARDISED),
    "ppo.clipped_value_loss": (
        *_losses("clipped_value_loss", _clipped_entries(maximum, minimum)),
        *_scales("ppo.clipped_value_loss"),
        *_STANDARDISED,
    ),
    "ppo.min_clipped_value_loss": (
        *_scales("ppo.min_clipped_value_loss"),
        *_losses("min_clipped_value_loss", _clipped_entries(minimum, maximum)),
    ),
    "ppo.truncated_value_loss": _losses("truncated_value_loss", _TRUNCATED),
}

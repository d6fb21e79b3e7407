"""Deviations of rules between updates: adaptive coefficients, early stopping; other estimates of a divergence."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import divergence
from ...spec.numbers import exp, is_positive, maximum, minimum, rational, stack
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, before, deviation, instead
from ..reading import Facts
from .surrogates import mean

Rule = Callable[[Facts, Any, Any], Any]
"""The next coefficient from the facts, the divergence and the present coefficient."""


def thresholds(up: Any, down: Any, grows: Any, shrinks: Any, *, strict: bool = True) -> Rule:
    """Multiply above `up` times the target, and below `down` times; a factor of one keeps the coefficient."""

    def rule(facts: Facts, d: Any, value: Any) -> Any:
        target = facts["kl_target"]
        above, below = d - rational(up) * target, rational(down) * target - d
        if is_positive(above) or (not strict and not is_positive(-above)):
            return rational(grows) * value
        if is_positive(below) or (not strict and not is_positive(-below)):
            return rational(shrinks) * value
        return 1 * value

    return rule


def _proportional_alone(facts: Facts, d: Any, value: Any) -> Any:
    """The same with a built-in quotient of steps and horizon, a tenth."""
    error = minimum(maximum(d / facts["kl_target"] - 1, rational("-1/5")), rational("1/5"))
    return value * (1 + rational("1/10") * error)


def _proportional(facts: Facts, d: Any, value: Any) -> Any:
    """Ziegler et al. 2019: the coefficient grows by the clipped relative error, in proportion to the steps made."""
    error = minimum(maximum(d / facts["kl_target"] - 1, rational("-1/5")), rational("1/5"))
    return value * (1 + error * facts["steps_made"] / facts["kl_horizon"])


RULES: dict[str, tuple[str, Rule, str, tuple[str, ...]]] = {
    "reversed": ("the coefficient shrinks where it should grow, and the other way round",
                 thresholds("3/2", "2/3", "1/2", 2), BUG, ()),
    "factor_of_one_and_a_half": ("the factor is 1.5, not 2", thresholds("3/2", "2/3", "3/2", "2/3"), BUG, ()),
    "threshold_of_two": ("the thresholds are 2 and 1/2, not 1.5", thresholds(2, "1/2", 2, "1/2"), BUG, ()),
    "threshold_and_factor_exchanged": ("the thresholds are 2 and 1/2, the factor is 1.5: the other way round",
                                       thresholds(2, "1/2", "3/2", "2/3"), CONTESTED, ()),
    "threshold_of_one": ("there is no band: the coefficient changes at the target itself",
                         thresholds(1, 1, 2, "1/2"), BUG, ()),
    "threshold_of_1.3": ("the thresholds are 1.3, not 1.5", thresholds("13/10", "10/13", 2, "1/2"), BUG, ()),
    "lower_threshold_multiplied": ("the lower threshold is 1.5 times the target, not the target over 1.5",
                                   thresholds("3/2", "3/2", 2, "1/2"), BUG, ()),
    "lower_threshold_of_one_half": ("the lower threshold is half the target", thresholds("3/2", "1/2", 2, "1/2"),
                                    BUG, ()),
    "never_shrinks": ("the coefficient never shrinks", thresholds("3/2", 0, 2, 1), BUG, ()),
    "never_grows": ("the coefficient never grows", thresholds(10**9, "2/3", 1, "1/2"), BUG, ()),
    "boundaries_change": ("the coefficient changes at the thresholds themselves, too",
                          thresholds("3/2", "2/3", 2, "1/2", strict=False), CONTESTED, ()),
    "grows_by_two_shrinks_by_one_and_a_half": ("it grows by 2 and shrinks by 1.5",
                                               thresholds("3/2", "2/3", 2, "2/3"), BUG, ()),
    "grows_by_one_and_a_half_shrinks_by_two": ("it grows by 1.5 and shrinks by 2",
                                               thresholds("3/2", "2/3", "3/2", "1/2"), BUG, ()),
    "thresholds_of_two_grows_by_one_and_a_half_shrinks_by_two": (
        "the thresholds are 2 and 1/2; it grows by 1.5 and shrinks by 2", thresholds(2, "1/2", "3/2", "1/2"), CONTESTED,
        ("RLlib update_kl",)),
    "never_changes": ("the coefficient never changes", lambda _, __, value: 1 * value, BUG, ()),
}  # fmt: skip
STEPS: dict[str, tuple[str, Rule, str, tuple[str, ...]]] = {
    "reversed": ("the step grows where it should shrink, and the other way round",
                 thresholds(2, "1/2", "3/2", "2/3"), BUG, ()),
    "factor_of_two": ("the factor is 2, not 1.5", thresholds(2, "1/2", "1/2", 2), BUG, ()),
    "threshold_of_one_and_a_half": ("the thresholds are 1.5, not 2", thresholds("3/2", "2/3", "2/3", "3/2"), BUG, ()),
    "threshold_and_factor_exchanged": ("the thresholds are 1.5 and the factor is 2: the other way round",
                                       thresholds("3/2", "2/3", "1/2", 2), CONTESTED, ()),
    "threshold_of_one": ("there is no band: the step changes at the target itself",
                         thresholds(1, 1, "2/3", "3/2"), BUG, ()),
    "lower_threshold_multiplied": ("the lower threshold is twice the target, not half of it",
                                   thresholds(2, 2, "2/3", "3/2"), BUG, ()),
    "never_shrinks": ("the step never shrinks", thresholds(10**9, "1/2", 1, "3/2"), BUG, ()),
    "never_grows": ("the step never grows", thresholds(2, 0, "2/3", 1), BUG, ()),
    "boundaries_change": ("the step changes at the thresholds themselves, too",
                          thresholds(2, "1/2", "2/3", "3/2", strict=False), CONTESTED, ()),
    "never_changes": ("the step never changes", lambda _, __, value: 1 * value, BUG, ()),
}  # fmt: skip


def _within_limits(facts: Facts, d: Any, value: Any) -> Any:
    """rsl_rl: the step stays within [1e-5, 1e-2] where it changes, and does not grow where nothing diverged."""
    if is_positive(d - 2 * facts["kl_target"]):
        return maximum(value / rational("3/2"), rational("1/100000"))
    if is_positive(facts["kl_target"] / 2 - d) and is_positive(d):
        return minimum(rational("3/2") * value, rational("1/100"))
    return 1 * value


STEPS["step_kept_within_limits"] = (
    "the step is kept between 1e-5 and 1e-2 where it changes, and does not grow at a divergence of zero",
    _within_limits, DELIBERATE, ("leggedrobotics/rsl_rl",),
)  # fmt: skip
OTHER = ("another_divergence", "the controller is fed another divergence than the one that it is to keep on target")
CONTROLLED = "the divergence from the reference never reaches its target"


def _one(name: str, value: str, rules: dict[str, Any]) -> Iterator[Deviation]:
    """Deviations of one update."""
    for identifier, (says, rule, kind, seen) in rules.items():
        yield deviation(
            identifier, says, instead(lambda f, r=rule: {name: r(f, f["divergence"], f[value])}),
            needs=("divergence", value, "kl_target"), kind=kind, seen=seen,
        )  # fmt: skip


def _trace(
    rule: Rule, *, limits: tuple[Any, Any] | None = None, memory: bool = True
) -> Callable[[Facts], dict[str, Any]]:
    """The coefficient after each of several updates."""

    def run(facts: Facts) -> dict[str, Any]:
        value, found = facts["beta"], []
        for d in facts["divergences"]:
            following = rule(facts, d, value)
            if limits is not None:
                following = minimum(maximum(following, rational(limits[0])), rational(limits[1]))
            found.append(following)
            value = following if memory else value
        return {"adaptive_kl_trace": stack(found)}

    return run


def _traces() -> Iterator[Deviation]:
    needs = ("divergences", "beta", "kl_target")
    for identifier, (says, rule, kind, seen) in RULES.items():
        yield deviation(identifier, says, instead(_trace(rule)), needs=needs, kind=kind, seen=seen)
    right = thresholds("3/2", "2/3", 2, "1/2")
    yield deviation("without_memory", "every update starts from the first coefficient",
                    instead(_trace(right, memory=False)), needs=needs)  # fmt: skip
    yield deviation(
        "before_the_update", "the coefficient is that before each update, not after",
        instead(lambda f: {"adaptive_kl_trace": stack([f["beta"], *_trace(right)(f)["adaptive_kl_trace"]][:-1])}),
        needs=needs,
    )  # fmt: skip
    yield deviation("cumulative_divergence", "the sum of all divergences so far is compared with the target",
                    before(lambda f: {"divergences": _running_sum(f["divergences"])}), needs=needs)  # fmt: skip
    yield deviation("mean_divergence_so_far", "the mean of all divergences so far is compared with the target",
                    before(lambda f: {"divergences": _running_mean(f["divergences"])}), needs=needs)  # fmt: skip
    for low, high in (("1/10000", 10), ("1/1000000", 1000000), ("1/1000", 1000), ("1/32", 32), ("1/100", 100)):
        yield deviation("coefficient_clipped", f"the coefficient is kept between {low} and {high}",
                        instead(_trace(right, limits=(low, high))), needs=needs, kind=DELIBERATE,
                        spelling=f"{low} {high}")  # fmt: skip
    yield deviation(*OTHER, before(lambda f: {"divergences": f["other_divergences"]}),
                    needs=(*needs, "other_divergences"), effect=CONTROLLED, seen=("CarperAI/trlx PR#361",))  # fmt: skip
    yield deviation("proportional_controller", "the coefficient grows in proportion to the clipped relative error",
                    instead(_trace(_proportional)), needs=(*needs, "steps_made", "kl_horizon"), kind=DELIBERATE,
                    seen=("Ziegler et al. 2019",))  # fmt: skip


def _running_sum(array: Any) -> Any:
    return stack([array[: t + 1].sum() for t in range(len(array))])


def _running_mean(array: Any) -> Any:
    return stack([array[: t + 1].sum() / (t + 1) for t in range(len(array))])


def _stops(name: str, says: str, exceeds: Callable[[Facts], Any], *, later: int = 0, kind: str = BUG) -> Deviation:
    """Another moment at which updates stop."""

    def find(facts: Facts) -> dict[str, Any]:
        flags = np.asarray(exceeds(facts), dtype=bool)
        last = len(facts["divergences"])
        return {"early_stop": min(int(flags.argmax()) + later, last) if flags.any() else last}

    return deviation(name, says, instead(find), needs=("divergences", "kl_target"), kind=kind)


def _over(facts: Facts, multiple: str = "3/2") -> Any:
    return facts["divergences"] - rational(multiple) * facts["kl_target"]


def _limit(facts: Facts) -> Any:
    return is_positive(_over(facts))


def _lasting(facts: Facts) -> Any:
    return np.logical_and.accumulate(_limit(facts)[::-1])[::-1]


_EARLY_STOP = (
    _stops("threshold_of_one", "the limit is the target itself, not 1.5 times it",
           lambda f: is_positive(_over(f, "1")), kind=DELIBERATE),
    _stops("threshold_of_two", "the limit is twice the target", lambda f: is_positive(_over(f, "2"))),
    _stops("threshold_divided", "the limit is the target over 1.5", lambda f: is_positive(_over(f, "2/3"))),
    _stops("after_the_update", "the update at which the limit is exceeded is still made", _limit, later=1,
           kind=DELIBERATE),
    _stops("after_the_update_at_the_target", "the limit is the target itself, and the update that exceeds it is made",
           lambda f: is_positive(_over(f, "1")), later=1, kind=DELIBERATE),
    _stops("stops_at_the_limit", "updates stop at the limit itself, not only beyond it",
           lambda f: ~is_positive(-_over(f)), kind=CONTESTED),
    _stops("never_stops", "updates never stop", lambda f: is_positive(0 * _over(f))),
    _stops("stops_below", "updates stop where the divergence is below the limit", lambda f: is_positive(-_over(f))),
    _stops("magnitude_of_the_divergence", "the magnitude of the estimate is compared with the limit",
           lambda f: is_positive(abs(f["divergences"]) - rational("3/2") * f["kl_target"])),
    _stops("mean_divergence_so_far", "the mean of the divergences so far is compared with the limit",
           lambda f: is_positive(_running_mean(f["divergences"]) - rational("3/2") * f["kl_target"])),
    _stops("stops_when_it_stays_above", "updates stop where the divergence stays above the limit", _lasting),
    deviation("updates_within_the_limit_counted",
              "all updates within the limit are counted, also those after the first "
              "excess", instead(lambda f: {"early_stop": int((~_limit(f)).sum())}), needs=("divergences", "kl_target")),
)  # fmt: skip

LOGS = ("log_probs", "old_log_probs")
ESTIMATES: dict[str, tuple[str, Callable[[Any, Any], Any], str]] = {
    "k1": ("the log-ratio itself, which may be negative", divergence.k1, DELIBERATE),
    "k2": ("half of the squared log-ratio, which is biased", divergence.k2, DELIBERATE),
    "k3": ("the ratio less one less its logarithm, never negative", divergence.k3, DELIBERATE),
    "k1_reversed": ("the log-ratio with the other sign: of KL(new || old)", lambda new, old: new - old, BUG),
    "k3_reversed": ("k3 of the inverse ratio: for samples of the new policy", lambda new, old: divergence.k3(old,
                    new), BUG),
    "k3_of_the_wrong_sign": ("the logarithm is added, not subtracted",
                             lambda new, old: divergence.k3(new, old) + 2 * (new - old), BUG),
    "k3_without_the_one": ("the one is not subtracted",
                           lambda new, old: divergence.k3(new, old) + 1, BUG),
    "ratio_less_one": ("the ratio less one, without its logarithm",
                       lambda new, old: divergence.k3(new, old) + (new - old), BUG),
    "squared_log_ratio": ("the squared log-ratio, without the half", lambda new, old: 2 * divergence.k2(new, old), BUG),
    "negative_estimates_clamped": ("negative log-ratios old - new count as zero",
                                   lambda new, old: maximum(old - new, 0), CONTESTED),
    "magnitude_of_the_log_ratio": ("the magnitude of the log-ratio", lambda new, old: abs(new - old), BUG),
    "weighted_log_ratio": ("the ratio times its logarithm: of KL(new || old)",
                           lambda new, old: (divergence.k3(new, old) + 1 + new - old) * (new - old), CONTESTED),
    "log_ratio_weighted_by_the_probability": ("the log-ratio is weighted by the old probability",
                                              lambda new, old: exp(old) * (old - new), BUG),
}  # fmt: skip


def _estimates(name: str, own: str, *, averaged: bool) -> tuple[Deviation, ...]:
    """Other estimates in the place of this one."""
    return tuple(
        deviation(
            identifier, says,
            instead(lambda f, e=estimate: {name: _averaged(e(f["log_probs"], f["old_log_probs"]), averaged=averaged)}),
            needs=LOGS, kind=kind,
            seen=("DLR-RM/stable-baselines3#417", "openai/spinningup#137") if identifier == "k1" else (),
        )
        for identifier, (says, estimate, kind) in ESTIMATES.items()
        if identifier != own
    )  # fmt: skip


def _averaged(terms: Any, *, averaged: bool) -> Any:
    return mean(terms) if averaged else terms


_ADAPTIVE = (
    *_one("adaptive_kl", "beta", RULES),
    deviation("proportional_controller", "the coefficient grows in proportion to the clipped relative error",
              instead(lambda f: {"adaptive_kl": _proportional(f, f["divergence"], f["beta"])}),
              needs=("divergence", "beta", "kl_target", "steps_made", "kl_horizon"), kind=DELIBERATE,
              seen=("Ziegler et al. 2019",)),
    deviation("proportional_controller", "the coefficient grows in proportion to the clipped relative error",
              instead(lambda f: {"adaptive_kl": _proportional_alone(f, f["divergence"], f["beta"])}),
              needs=("divergence", "beta", "kl_target"), kind=DELIBERATE, seen=("Ziegler et al. 2019",),
              spelling="a tenth"),
    deviation(*OTHER, before(lambda f: {"divergence": f["other_divergence"]}),
              needs=("divergence", "other_divergence"), effect=CONTROLLED, seen=("CarperAI/trlx PR#361",)),
)  # fmt: skip

DEVIATIONS = {
    "ppo.adaptive_kl": _ADAPTIVE,
    "ppo.adaptive_kl_trace": tuple(_traces()),
    "vpg.adaptive_stepsize": tuple(_one("adaptive_stepsize", "step_size", STEPS)),
    "ppo.early_stop": _EARLY_STOP,
    "divergence.k1": _estimates("k1", "k1", averaged=False),
    "divergence.k2": (
        *_estimates("k2", "k2", averaged=False),
        deviation(
            "square_of_the_mean_log_ratio",
            "the mean log-ratio is squared, not each log-ratio: they cancel",
            instead(lambda f: {"k2": 0 * f["log_probs"] + mean(f["log_probs"] - f["old_log_probs"]) ** 2 / 2}),
            needs=LOGS,
        ),
    ),
    "divergence.k3": _estimates("k3", "k3", averaged=False),
    "ppo.approx_kl": _estimates("approx_kl", "k1", averaged=True),
    "ppo.approx_kl_nonnegative": _estimates("approx_kl_nonnegative", "k3", averaged=True),
}

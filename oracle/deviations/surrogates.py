"""Deviations of surrogate objectives: bands, minima and maxima, the order of means and products."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ...spec import ppo
from ...spec.numbers import exp, is_nonzero, is_positive, log, maximum, minimum, rational, where
from ..contract import Compute, Outputs, counted
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, deviation
from ..deviation import instead as replaced
from ..reading import Facts

Band = Callable[[Any], tuple[Any, Any]]


class Surrogate(NamedTuple):
    """Terms that stand for those of the clipped objective, before the mean."""

    id: str
    says: str
    terms: Callable[[Any, Any, Any], Any]
    """From ratios, advantages and epsilon."""
    effect: str = ""
    seen: tuple[str, ...] = ()
    kind: str = BUG
    spelling: str = ""


def mean(terms: Any) -> Any:
    """The mean over all entries."""
    return terms.sum() / terms.size


def instead(formula: Callable[[Facts], Outputs]) -> Callable[[Compute], Compute]:
    """Another formula, of the entries that count alone."""
    return replaced(lambda facts: formula(counted(facts) if "valid" in facts else facts))


def _clip(array: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(array, low), high)


def _clipped_to(band: Band) -> Callable[[Any, Any, Any], Any]:
    def terms(r: Any, a: Any, e: Any) -> Any:
        return minimum(r * a, _clip(r, *band(e)) * a)

    return terms


def _usual(r: Any, a: Any, e: Any) -> Any:
    return minimum(r * a, _clip(r, 1 - e, 1 + e) * a)


def _all(value: Any, like: Any) -> Any:
    return value + 0 * like


BANDS: dict[str, tuple[str, Band, tuple[str, ...]]] = {
    "band_from_epsilon": ("[epsilon, 1 + epsilon]", lambda e: (e, 1 + e), ("ChenmienTan/RL2 PR#21",)),
    "band_around_zero": ("[-epsilon, epsilon]", lambda e: (-e, e), ()),
    "band_is_its_lower_end": ("[1 - epsilon, 1 - epsilon]", lambda e: (1 - e, 1 - e), ()),
    "band_is_its_upper_end": ("[1 + epsilon, 1 + epsilon]", lambda e: (1 + e, 1 + e), ()),
    "band_from_zero": ("[0, 1 + epsilon]", lambda e: (0 * e, 1 + e), ()),
    "band_to_epsilon": ("[1 - epsilon, epsilon]", lambda e: (1 - e, e), ()),
    "band_from_one": ("[1, 1 + epsilon]", lambda e: (1 + 0 * e, 1 + e), ()),
    "band_to_one": ("[1 - epsilon, 1]", lambda e: (1 - e, 1 + 0 * e), ()),
    "band_of_inverses": ("[1 / (1 + epsilon), 1 + epsilon]", lambda e: (1 / (1 + e), 1 + e), ()),
    "band_of_half_the_width": ("[1 - epsilon / 2, 1 + epsilon / 2]", lambda e: (1 - e / 2, 1 + e / 2), ()),
    "band_of_twice_the_width": ("[1 - 2 epsilon, 1 + 2 epsilon]", lambda e: (1 - 2 * e, 1 + 2 * e), ()),
    "band_of_squares": ("[(1 - epsilon)^2, (1 + epsilon)^2]", lambda e: ((1 - e) * (1 - e), (1 + e) * (1 + e)), ()),
}
"""Bands to which the ratio is clipped by mistake."""

CLIPPED = (
    *(
        Surrogate(name, f"the ratio is clipped to {band}", _clipped_to(ends), "", seen)
        for name, (band, ends, seen) in BANDS.items()
    ),
    *(
        Surrogate(
            "clip_epsilon_built_in", f"the ratio is clipped to 1 +- {epsilon}, whatever epsilon is",
            lambda r, a, e, epsilon=epsilon: _usual(r, a, 0 * e + rational(epsilon)), spelling=str(epsilon),
        )
        for epsilon in (0.2, 0.1, 0.3)
    ),
    Surrogate("band_open_below", "the ratio is clipped from above alone",
              lambda r, a, e: minimum(r * a, minimum(r, 1 + e) * a)),
    Surrogate("band_open_above", "the ratio is clipped from below alone",
              lambda r, a, e: minimum(r * a, maximum(r, 1 - e) * a)),
    Surrogate("band_of_log_ratios", "the log-ratio is clipped to [-epsilon, epsilon]",
              lambda r, a, e: minimum(r * a, exp(_clip(log(r), -e, e)) * a)),
    Surrogate("maximum_for_minimum", "the larger of the two products, where it should be the smaller",
              lambda r, a, e: maximum(r * a, _clip(r, 1 - e, 1 + e) * a),
              "ratios outside the band are rewarded"),
    Surrogate("no_minimum", "the clipped product alone, without the minimum",
              lambda r, a, e: _clip(r, 1 - e, 1 + e) * a,
              "where the ratio left the band in the wrong direction, nothing pulls it back"),
    Surrogate("no_clip", "nothing is clipped", lambda r, a, _: r * a, "the policy may move arbitrarily far"),
    Surrogate("product_clipped", "the product is clipped, not the ratio",
              lambda r, a, e: minimum(r * a, _clip(r * a, 1 - e, 1 + e))),
    Surrogate("product_clipped", "the product is clipped, not the ratio",
              lambda r, a, e: _clip(r * a, 1 - e, 1 + e), spelling="alone"),
    Surrogate("product_clipped_by_multiples", "the product is clipped to [(1 - epsilon) A, (1 + epsilon) A], which is "
              "upside down for negative advantages",
              lambda r, a, e: minimum(r * a, minimum(maximum(r * a, (1 - e) * a), (1 + e) * a))),
    Surrogate("minimum_before_the_product", "the smaller ratio is multiplied, where it should be the smaller product",
              lambda r, a, e: minimum(r, _clip(r, 1 - e, 1 + e)) * a, "wrong for negative advantages"),
    Surrogate("sides_exchanged", "the limit of positive advantages is that of negative ones, and the other way round",
              lambda r, a, e: minimum(r * a, where(is_positive(a), (1 - e) * a, (1 + e) * a))),
    Surrogate("ratio_limited_from_above_for_all",
              "where the advantage is negative, the ratio is limited to 1 - epsilon from above, not from below",
              lambda r, a, e: where(is_positive(a), minimum(r, 1 + e), minimum(r, 1 - e)) * a,
              "a bad action that became likelier is not pushed back"),
    Surrogate("upper_limit_for_all_advantages", "the limit is (1 + epsilon) A for negative advantages, too",
              lambda r, a, e: minimum(r * a, (1 + e) * a)),
    Surrogate("lower_limit_for_all_advantages", "the limit is (1 - epsilon) A for positive advantages, too",
              lambda r, a, e: minimum(r * a, (1 - e) * a)),
    Surrogate("clipped_for_positive_advantages_only", "nothing is clipped where the advantage is negative",
              lambda r, a, e: where(is_positive(a), _usual(r, a, e), r * a)),
    Surrogate("clipped_for_negative_advantages_only", "nothing is clipped where the advantage is positive",
              lambda r, a, e: where(is_positive(-a), _usual(r, a, e), r * a)),
    Surrogate("minimum_of_magnitudes", "the minimum is taken of magnitudes, and the sign of the advantage put back",
              lambda r, a, e: where(is_positive(-a), maximum(r * a, _clip(r, 1 - e, 1 + e) * a), _usual(r, a, e)),
              "negative advantages lose their pessimism", ("ray-project/ray#37334 (a proposal)",)),
    Surrogate("advantages_averaged", "the advantages are averaged before the product",
              lambda r, a, e: minimum(r * mean(a), _all(mean(_clip(r, 1 - e, 1 + e) * a), r)),
              seen=("Omegastick/pytorch-cpp-rl#14",), spelling="of the first product"),
    Surrogate("advantages_averaged", "the advantages are averaged before the product",
              lambda r, a, e: minimum(r * a, _clip(r, 1 - e, 1 + e) * mean(a)), spelling="of the second product"),
    Surrogate("minimum_of_the_means", "both products are averaged before the minimum",
              lambda r, a, e: _all(minimum(mean(r * a), mean(_clip(r, 1 - e, 1 + e) * a)), r)),
    Surrogate("means_multiplied", "the mean ratio is multiplied by the mean advantage",
              lambda r, a, e: _all(mean(_clip(r, 1 - e, 1 + e)) * mean(a), r)),
    Surrogate("ratio_less_one", "the ratio less one stands for the ratio", lambda r, a, e: _usual(r, a, e) - a),
    Surrogate("both_products_added", "both products are added", lambda r, a, e: r * a + _clip(r, 1 - e, 1 + e) * a),
    *(
        Surrogate("dual_clip", f"negative terms are bounded by {bound} A as well",
                  lambda r, a, e, c=bound: where(is_positive(-a), maximum(_usual(r, a, e), c * a), _usual(r, a, e)),
                  kind=DELIBERATE, spelling=str(bound))
        for bound in (3, 2, 5)
    ),
)  # fmt: skip


def clipped(
    around: Callable[[Facts, Any], Outputs], mistakes: tuple[Surrogate, ...] = CLIPPED
) -> tuple[Deviation, ...]:
    """The deviations of an objective of which the clipped surrogate is a part, given how it is made from that part."""
    return tuple(
        deviation(
            entry.id, entry.says,
            instead(lambda f, m=entry: around(f, mean(m.terms(f["ratios"], f["advantages"], f["clip_epsilon"])))),
            needs=("ratios", "advantages", "clip_epsilon"), effect=entry.effect, seen=entry.seen, kind=entry.kind,
            spelling=entry.spelling,
        )
        for entry in mistakes
    )  # fmt: skip


def _slopes(
    name: str, says: str, find: Callable[[Any, Any, Any], Any], kind: str = BUG, spelling: str = ""
) -> Deviation:
    """A wrong slope of the terms."""
    return deviation(
        name,
        says,
        instead(lambda f: {"clip_gradient": find(f["ratios"], f["advantages"], f["clip_epsilon"])}),
        needs=("ratios", "advantages", "clip_epsilon"),
        kind=kind,
        spelling=spelling,
    )


def _right_slope(r: Any, a: Any, e: Any) -> Any:
    return ppo.clip_gradient(r, a, clip_epsilon=e)


def _outside(r: Any, e: Any) -> Any:
    return is_positive(r - (1 + e)) | is_positive((1 - e) - r)


def _dual(name: str, says: str, terms: Callable[..., Any], **more: Any) -> Deviation:
    """Wrong terms of the dual clip, from ratios, advantages, epsilon and the bound."""
    return deviation(
        name, says,
        instead(lambda f: {"dual_clip_objective": mean(
            terms(f["ratios"], f["advantages"], f["clip_epsilon"], f["dual_clip"])
        )}),
        needs=("ratios", "advantages", "clip_epsilon", "dual_clip"), **more,
    )  # fmt: skip


_SLOPE_DEVIATIONS = (
    _slopes("zero_outside_the_band", "the slope is zero wherever the ratio is outside the band",
            lambda r, a, e: where(_outside(r, e), 0, a)),
    _slopes("zero_outside_the_band", "the slope is zero wherever the ratio is outside the band, or at its ends",
            lambda r, a, e: where(is_positive((1 + e) - r) & is_positive(r - (1 - e)), a, 0), spelling="ends"),
    _slopes("never_zero", "the slope is the advantage everywhere", lambda _, a, e: a + 0 * e),
    _slopes("sides_exchanged", "the slope is zero where the minimum does not clip, and the advantage where it does",
            lambda r, a, e: where(_outside(r, e), a - _right_slope(r, a, e), a)),
    _slopes("zero_above_only", "the slope vanishes above the band alone",
            lambda r, a, e: where(is_positive(a) & is_positive(r - (1 + e)), 0, a)),
    _slopes("zero_below_only", "the slope vanishes below the band alone",
            lambda r, a, e: where(is_positive(-a) & is_positive((1 - e) - r), 0, a)),
    _slopes("zero_above_for_all", "the slope vanishes above the band for all advantages, and never below",
            lambda r, a, e: where(is_positive(r - (1 + e)), 0, a)),
    _slopes("slope_in_the_log_probability", "the slope is that in the log probability: it has the ratio as a factor",
            lambda r, a, e: r * _right_slope(r, a, e), DELIBERATE),
    _slopes("slope_is_one", "the advantage is missing from the slope",
            lambda r, a, e: where(_outside(r, e) & ~is_nonzero(_right_slope(r, a, e)), 0, 1 + 0 * a)),
)  # fmt: skip

_DUAL_DEVIATIONS = (
    _dual("dual_clip_everywhere", "the second bound holds for positive advantages as well",
          lambda r, a, e, c: maximum(_usual(r, a, e), c * a),
          effect="with a positive advantage the objective is the constant c A, without gradient",
          seen=("thu-ml/tianshou#433", "thu-ml/tianshou PR#435")),
    _dual("no_dual_clip", "the second bound is missing", lambda r, a, e, _: _usual(r, a, e)),
    _dual("dual_clip_for_positive_advantages",
          "the second bound holds for positive advantages instead of negative ones",
          lambda r, a, e, c: where(is_positive(a), maximum(_usual(r, a, e), c * a), _usual(r, a, e))),
    _dual("dual_clip_is_a_minimum", "the second bound is a minimum",
          lambda r, a, e, c: where(is_positive(-a), minimum(_usual(r, a, e), c * a), _usual(r, a, e))),
    _dual("dual_clip_without_advantage", "the second bound is c, not c A",
          lambda r, a, e, c: where(is_positive(-a), maximum(_usual(r, a, e), c + 0 * a), _usual(r, a, e))),
    _dual("dual_clip_without_advantage", "the second bound is -c, not c A",
          lambda r, a, e, c: where(is_positive(-a), maximum(_usual(r, a, e), -c + 0 * a), _usual(r, a, e)),
          spelling="negative"),
    _dual("maximum_for_minimum", "the larger of the two products, where it should be the smaller",
          lambda r, a, e, c: where(is_positive(-a), maximum(maximum(r * a, _clip(r, 1 - e, 1 + e) * a), c * a),
                                   maximum(r * a, _clip(r, 1 - e, 1 + e) * a))),
)  # fmt: skip

_WEIGHTED_LOG_PROBS = tuple(
    deviation(
        "clipped_ratio_weighs_the_log_prob",
        "the clipped ratio is a weight of the log probability, and no gradient flows through it (CISPO)",
        instead(lambda f, w=weight: {
            "clip_objective": mean(w(f["ratios"], f["clip_epsilon"]) * f["advantages"] * f["log_probs"])
        }),
        needs=("ratios", "advantages", "clip_epsilon", "log_probs"), kind=DELIBERATE, spelling=spelling,
        effect="steps whose ratio left the band still have a gradient", seen=("MiniMax-M1 (2025), eq. (4)",),
    )
    for spelling, weight in (
        ("", lambda r, e: _clip(r, 1 - e, 1 + e)), ("above", lambda r, e: minimum(r, 1 + e)), ("none", lambda r, _: r),
    )
)  # fmt: skip

_CPI_DEVIATIONS = (
    deviation("means_multiplied", "the mean ratio is multiplied by the mean advantage",
              instead(lambda f: {"cpi_objective": mean(f["ratios"]) * mean(f["advantages"])}),
              needs=("ratios", "advantages")),
    deviation("ratio_less_one", "the ratio less one stands for the ratio: the mean advantage is subtracted",
              instead(lambda f: {"cpi_objective": mean((f["ratios"] - 1) * f["advantages"])}),
              needs=("ratios", "advantages"), effect="the same gradient", kind=CONTESTED),
    deviation("ratios_truncated", "ratios above one count as one",
              instead(lambda f: {"cpi_objective": mean(minimum(f["ratios"], 1) * f["advantages"])}),
              needs=("ratios", "advantages"), kind=DELIBERATE),
    deviation("self_normalised", "the mean is divided by the mean ratio",
              instead(lambda f: {"cpi_objective": (f["ratios"] * f["advantages"]).sum() / f["ratios"].sum()}),
              needs=("ratios", "advantages"), effect="biased, of less variance", kind=DELIBERATE),
    deviation("log_probability_for_ratio", "the log probability stands for the ratio: the policy gradient's objective",
              instead(lambda f: {"cpi_objective": mean(f["log_probs"] * f["advantages"])}),
              needs=("log_probs", "advantages"), effect="nothing corrects for the policy that acted"),
)  # fmt: skip

DEVIATIONS = {
    "ppo.clip_objective": (*clipped(lambda _, surrogate: {"clip_objective": surrogate}), *_WEIGHTED_LOG_PROBS),
    "ppo.clip_objective_g": clipped(lambda _, surrogate: {"clip_objective_g": surrogate}),
    "ppo.dual_clip_objective": (
        *_DUAL_DEVIATIONS,
        *clipped(
            lambda _, surrogate: {"dual_clip_objective": surrogate}, tuple(e for e in CLIPPED if e.id == "no_clip")
        ),
    ),
    "ppo.clip_gradient": _SLOPE_DEVIATIONS,
    "ppo.cpi_objective": _CPI_DEVIATIONS,
}

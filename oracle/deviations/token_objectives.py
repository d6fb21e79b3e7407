"""Deviations of objectives and ratios of token sequences: each exchanges the ratio, the clipped term or the penalty."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import numbers
from ...spec.numbers import exp, maximum, minimum, where
from ..contract import Contract
from ..contracts.tokens import Part, geometric_ratio, log_ratios, masked, ratio_of_sequences, ratio_of_tokens
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, before, deviation
from ..reading import Facts
from .token_means import exchanged, per_count


def _lengths(mask: Any) -> Any:
    return mask.sum(axis=1)


def _sum_of_ratios(facts: Facts) -> Any:
    return masked(ratio_of_tokens(facts), facts["token_mask"]).sum(axis=1)


def _mean_of_ratios(facts: Facts) -> Any:
    return _sum_of_ratios(facts) / np.maximum(_lengths(facts["token_mask"]), 1)


def _over_the_width(facts: Facts) -> Any:
    return exp(masked(log_ratios(facts), facts["token_mask"]).sum(axis=1) / facts["token_mask"].shape[1])


def _with_padding(facts: Facts) -> Any:
    return exp(log_ratios(facts).sum(axis=1))


def _with_padding_in_the_sum(facts: Facts) -> Any:
    return exp(per_count(log_ratios(facts).sum(axis=1), _lengths(facts["token_mask"])))


def _of_the_mean_ratio(facts: Facts) -> Any:
    return per_count(_sum_of_ratios(facts), _lengths(facts["token_mask"]))


def _geometric_undefined(facts: Facts) -> Any:
    return exp(per_count(masked(log_ratios(facts), facts["token_mask"]).sum(axis=1), _lengths(facts["token_mask"])))


def _swapped(facts: Facts) -> Facts:
    return {
        "token_log_probs": facts["old_token_log_probs"],
        "old_token_log_probs": facts["token_log_probs"],
    }


RATIOS: tuple[tuple[str, str, Part, str, str], ...] = (
    ("ratio_of_each_token", "each token has a ratio of its own", ratio_of_tokens, DELIBERATE, ""),
    (
        "product_ratio", "the ratio of a sequence is the product of its tokens', not their geometric mean",
        ratio_of_sequences, CONTESTED, "",
    ),
    (
        "geometric_mean_ratio", "the ratio of a sequence is the geometric mean of its tokens', not their product",
        geometric_ratio, DELIBERATE, "",
    ),
    (
        "geometric_mean_ratio", "the ratio of a sequence is the geometric mean of its tokens', not their product",
        _geometric_undefined, DELIBERATE, "NaN without tokens",
    ),
    ("sum_of_ratios", "the ratio of a sequence is the sum of its tokens'", _sum_of_ratios, BUG, ""),
    ("mean_of_ratios", "the ratio of a sequence is the arithmetic mean of its tokens'", _mean_of_ratios, BUG, ""),
    (
        "mean_of_ratios", "the ratio of a sequence is the arithmetic mean of its tokens'", _of_the_mean_ratio, BUG,
        "NaN without tokens",
    ),
    (
        "ratio_divided_by_the_width", "the log-ratio is divided by the number of all places, padding as well",
        _over_the_width, BUG, "",
    ),
    ("padding_in_the_ratio", "the log-ratios of padding are in the sum", _with_padding, BUG, ""),
    ("padding_in_the_ratio", "the log-ratios of padding are in the sum", _with_padding_in_the_sum, BUG, "of a mean"),
    ("log_ratio_as_ratio", "the log-ratio stands for the ratio", log_ratios, BUG, ""),
    (
        "log_ratio_as_ratio", "the log-ratio stands for the ratio",
        lambda f: masked(log_ratios(f), f["token_mask"]).sum(axis=1), BUG, "of a sequence",
    ),
    (
        "log_ratio_as_ratio", "the log-ratio stands for the ratio",
        lambda f: masked(log_ratios(f), f["token_mask"]).sum(axis=1) / np.maximum(_lengths(f["token_mask"]), 1), BUG,
        "of a mean",
    ),
    (
        "probability_as_ratio", "the new probability stands for the ratio, without the old one",
        lambda f: exp(f["token_log_probs"]), BUG, "",
    ),
    (
        "one_plus_log_ratio", "the ratio is approximated by one plus its logarithm", lambda f: 1 + log_ratios(f), BUG,
        "",
    ),
)  # fmt: skip
_RATIO_SEEN = {
    "sum_of_ratios": ("unslothai/unsloth-zoo PR#870",),
    "product_ratio": ("huggingface/trl#5814",),
    "geometric_mean_ratio": ("huggingface/trl PR#5815",),
}
_RATIO_EFFECT = {
    "sum_of_ratios": "the weight of a sequence grows with its length, and is its length at the old policy",
    "product_ratio": "the ratio leaves the band the sooner the longer the sequence",
    "ratio_divided_by_the_width": "ratios come closer to one by padding",
    "mean_of_ratios": "neither an importance weight nor GSPO's ratio, though near it for small steps",
}


def ratios(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Other ratios: on another level, the wrong way round, not exponentiated."""
    if "old_token_log_probs" not in contract.parameters:
        return
    for label, says, part, kind, spelling in RATIOS:
        yield deviation(
            label, says, exchanged("ratio", part), kind=kind, spelling=spelling, effect=_RATIO_EFFECT.get(label, ""),
            seen=_RATIO_SEEN.get(label, ()),
        )  # fmt: skip
    yield deviation(
        "ratio_inverted", "the ratio is that of the old policy to the new",
        exchanged("ratio", lambda f: _default(contract)({**f, **_swapped(f)})),
        effect="what is better than expected becomes less likely",
    )  # fmt: skip


def _default(contract: Contract) -> Part:
    name = contract.equation.name
    of_sequence = {"sequence_importance_ratio": ratio_of_sequences, "sequence_ratio": geometric_ratio}
    return of_sequence.get(name, geometric_ratio if name == "gspo_objective" else ratio_of_tokens)


def _within(ratios: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(ratios, low), high)


Clip = Callable[[Any, Any, Any, Any], Any]

CLIPS: tuple[tuple[str, str, Clip, str, tuple[str, ...]], ...] = (
    ("not_clipped", "the ratio is not clipped", lambda r, a, *_: r * a, BUG, ()),
    (
        "only_the_clipped_term", "the clipped term stands alone, without the minimum",
        lambda r, a, low, high: _within(r, 1 - low, 1 + high) * a, BUG, (),
    ),
    (
        "larger_of_the_terms", "the larger of the two terms is taken",
        lambda r, a, low, high: maximum(r * a, _within(r, 1 - low, 1 + high) * a), BUG, (),
    ),
    (
        "band_from_epsilon", "the band begins at epsilon, not at one minus epsilon",
        lambda r, a, low, high: minimum(r * a, _within(r, low, 1 + high) * a), BUG, ("ChenmienTan/RL2 PR#21",),
    ),
    (
        "band_without_a_lower_end", "the ratio is clipped above alone",
        lambda r, a, _, high: minimum(r * a, minimum(r, 1 + high) * a), BUG, (),
    ),
    (
        "band_without_an_upper_end", "the ratio is clipped below alone",
        lambda r, a, low, _: minimum(r * a, maximum(r, 1 - low) * a), BUG, (),
    ),
    (
        "ends_exchanged", "the lower and the upper end of the band are exchanged",
        lambda r, a, low, high: minimum(r * a, _within(r, 1 - high, 1 + low) * a), BUG, (),
    ),
    (
        "both_ends_the_lower", "the lower epsilon stands for both ends of the band",
        lambda r, a, low, _: minimum(r * a, _within(r, 1 - low, 1 + low) * a), BUG, (),
    ),
    (
        "both_ends_the_higher", "the higher epsilon stands for both ends of the band",
        lambda r, a, _, high: minimum(r * a, _within(r, 1 - high, 1 + high) * a), BUG, (),
    ),
    (
        "dual_clip", "terms of a negative advantage are bounded by three times it",
        lambda r, a, low, high: where(
            numbers.is_positive(-a),
            maximum(minimum(r * a, _within(r, 1 - low, 1 + high) * a), 3 * a),
            minimum(r * a, _within(r, 1 - low, 1 + high) * a),
        ), DELIBERATE, ("volcengine/verl",),
    ),
    (
        "term_clipped", "the term, not the ratio, is clipped",
        lambda r, a, low, high: minimum(r * a, _within(r * a, 1 - low, 1 + high)), BUG, (),
    ),
    (
        "absolute_advantage", "the minimum is taken before the advantage's sign",
        lambda r, a, low, high: minimum(r, _within(r, 1 - low, 1 + high)) * a, BUG, (),
    ),
    (
        "truncated_ratio", "the ratio is bounded above, and not by the minimum of two terms",
        lambda r, a, _, high: minimum(r, 1 + high) * a, DELIBERATE, (),
    ),
)  # fmt: skip


def clips(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Other bands, and other ways to clip."""
    if not contract.equation.id.startswith("tokens.") or not {"clip_epsilon", "clip_low"} & set(contract.parameters):
        return
    for label, says, part, kind, seen in CLIPS:
        if label not in {"ends_exchanged", "both_ends_the_lower", "both_ends_the_higher"} or (
            "clip_low" in contract.parameters
        ):
            yield deviation(label, says, exchanged("clip", part), kind=kind, seen=seen)


def _difference(facts: Facts) -> Any:
    """log pi - log pi_ref."""
    return facts["token_log_probs"] - facts["reference_token_log_probs"]


def _k3(difference: Any) -> Any:
    return exp(difference) - difference - 1


PENALTIES: tuple[tuple[str, str, Callable[[Facts], Any], str], ...] = (
    ("penalty_k1", "the penalty is the estimate k1, the log-ratio", _difference, DELIBERATE),
    (
        "penalty_k2", "the penalty is the estimate k2, half of the squared log-ratio",
        lambda f: _difference(f) * _difference(f) / 2, DELIBERATE,
    ),
    ("penalty_k3", "the penalty is the estimate k3", lambda f: _k3(-_difference(f)), DELIBERATE),
    (
        "penalty_of_the_other_direction", "the penalty is the estimate k3 with both policies exchanged",
        lambda f: _k3(_difference(f)), BUG,
    ),
    ("penalty_absolute", "the penalty is the absolute log-ratio", lambda f: abs(_difference(f)), DELIBERATE),
    (
        "penalty_squared", "the penalty is the squared log-ratio, not half of it",
        lambda f: _difference(f) * _difference(f), BUG,
    ),
    (
        "penalty_k3_bounded", "the estimate k3 is bounded by ten",
        lambda f: minimum(_k3(-_difference(f)), 10), DELIBERATE,
    ),
    (
        "penalty_ratio", "the penalty is the ratio to the reference less one, without the logarithm",
        lambda f: exp(-_difference(f)) - 1, BUG,
    ),
)  # fmt: skip


def penalties(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Other penalties for leaving the reference, with a wrong sign, or none."""
    if not contract.equation.id.startswith("tokens.") or "token_mask" not in contract.parameters:
        return
    if not {"beta", "reference_token_log_probs"} <= facts:
        return
    needs = ("beta", "reference_token_log_probs")
    yield deviation(
        "penalty_rewarded", "the penalty is added where it should be subtracted",
        before(lambda f: {"beta": -f["beta"], "parts": {**f.get("parts", {})}}), needs=needs,
        effect="the policy is driven away from the reference, and collapses",
        seen=("Unakar/Logic-RL#58", "mll-lab-nu/RAGEN#58", "qiancheng0/ToolRL#52"),
    )  # fmt: skip
    yield deviation(
        "no_penalty", "there is no penalty for leaving the reference",
        exchanged("penalty", lambda f: 0 * _difference(f)), needs=needs,
    )  # fmt: skip
    yield deviation("beta_is_one", "beta is not applied", before(lambda f: {"beta": 0 * f["beta"] + 1}), needs=needs)
    for label, says, part, kind in PENALTIES:
        yield deviation(
            label, says, exchanged("penalty", lambda f, p=part: f["beta"] * p(f)), needs=needs, kind=kind,
        )  # fmt: skip
    if "old_token_log_probs" in facts:
        yield deviation(
            "penalty_to_the_old_policy", "the penalty is for leaving the old policy, not the reference",
            exchanged("penalty", lambda f: f["beta"] * _k3(f["old_token_log_probs"] - f["token_log_probs"])),
            needs=needs,
        )  # fmt: skip


FAMILIES = (ratios, clips, penalties)

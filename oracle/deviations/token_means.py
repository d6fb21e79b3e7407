"""Deviations of means over tokens, and of masks: other weights, other divisors, padding that counts."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec import numbers
from ..contract import Contract
from ..contracts.tokens import Part, masked
from ..deviation import BUG, DELIBERATE, Deviation, before, deviation
from ..reading import Facts

BITS = 256
"""Precision of a quotient that is NaN, in which rationals have no part."""
MEANS = ("token_mean", "sequence_mean", "sequence_sum_constant")


def exchanged(name: str, part: Part) -> Callable[[Any], Any]:
    """A change of one part of an equation."""
    return before(lambda f: {"parts": {**f.get("parts", {}), name: part}})


def per_count(sums: Any, counts: Any) -> Any:
    """Divide by a number of tokens; zero by zero is NaN, for which rationals have no place."""
    if (np.asarray(counts) > 0).all():
        return sums / counts
    if numbers.system_of(sums) != "exact":
        return sums / np.asarray(counts)
    with numbers.precision(BITS):
        return numbers.ball(sums) / np.asarray(counts)


def _sums(terms: Any, mask: Any) -> Any:
    return masked(terms, mask).sum(axis=1)


def _lengths(mask: Any) -> Any:
    return mask.sum(axis=1)


def _of_all_places(terms: Any, mask: Any, _: Facts) -> Any:
    return masked(terms, mask).sum() / int(mask.size)


def _longest(terms: Any, mask: Any, _: Facts) -> Any:
    return _sums(terms, mask).sum() / (len(mask) * int(_lengths(mask).max()))


Aggregate = Callable[[Any, Any, Facts], Any]

AGGREGATES: tuple[tuple[str, str, Aggregate, str, str], ...] = (
    (
        "token_mean", "one mean over all tokens, in which long sequences weigh more",
        lambda x, m, _: masked(x, m).sum() / int(m.sum()), DELIBERATE, "",
    ),
    (
        "mean_of_sequence_means", "the mean over sequences of the mean over tokens",
        lambda x, m, _: (_sums(x, m) / np.maximum(_lengths(m), 1)).sum() / len(m), DELIBERATE, "",
    ),
    (
        "mean_of_sequence_means", "the mean over sequences of the mean over tokens",
        lambda x, m, _: per_count(_sums(x, m), _lengths(m)).sum() / len(m), DELIBERATE, "NaN without tokens",
    ),
    (
        "mean_of_sequence_means", "the mean over sequences of the mean over tokens",
        lambda x, m, _: (_sums(x, m) / np.maximum(_lengths(m), 1)).sum() / int(m.any(axis=1).sum()), DELIBERATE,
        "over sequences with tokens",
    ),
    (
        "mean_of_sequence_sums", "the mean over sequences of the sum over tokens",
        lambda x, m, _: _sums(x, m).sum() / len(m), DELIBERATE, "",
    ),
    (
        "sum_over_all_tokens", "the sum over all tokens, not divided by their number",
        lambda x, m, _: masked(x, m).sum(), BUG, "",
    ),
    (
        "sum_of_sequence_means", "the sum over sequences of the mean over tokens",
        lambda x, m, _: (_sums(x, m) / np.maximum(_lengths(m), 1)).sum(), BUG, "",
    ),
    (
        "divided_by_all_places", "the sum over the tokens that count is divided by the number of all places",
        _of_all_places, BUG, "",
    ),
    (
        "divided_by_the_longest", "each sequence's sum is divided by the length of the longest", _longest, BUG, "",
    ),
    (
        "padding_in_the_sum", "the sum runs over all places, and is divided by the number of tokens that count",
        lambda x, m, _: x.sum() / int(m.sum()), BUG, "",
    ),
    (
        "padding_in_the_sum", "each sequence's sum runs over all places, and is divided by its number of tokens",
        lambda x, m, _: per_count(x.sum(axis=1), _lengths(m)).sum() / len(m), BUG, "of each sequence",
    ),
    (
        "token_mask_ignored", "the mean runs over all places, padding as well",
        lambda x, m, _: x.sum() / int(m.size), BUG, "mean",
    ),
)  # fmt: skip

_AGGREGATION_EFFECT = {
    "token_mean": "a token of a long sequence weighs as much as one of a short: lengths enter the objective",
    "mean_of_sequence_means": "a token of a long sequence weighs less than one of a short",
    "mean_of_sequence_sums": "the size of the gradient grows with the length of responses",
    "divided_by_all_places": "padding dilutes the loss",
    "padding_in_the_sum": "padding enters the loss",
    "token_mask_ignored": "padding enters the loss",
}
_AGGREGATION_SEEN = {
    "token_mean": ("huggingface/trl PR#2881", "huggingface/trl#2995", "huggingface/trl PR#3138"),
    "mean_of_sequence_means": ("huggingface/trl PR#2881", "huggingface/trl#3187"),
    "divided_by_all_places": ("huggingface/trl PR#6439", "areal-project/AReaL PR#1346"),
    "token_mask_ignored": ("areal-project/AReaL PR#1346",),
}


def aggregations(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Other means over tokens and sequences."""
    name = contract.equation.name
    if not contract.equation.id.startswith("tokens.") or "token_mask" not in contract.parameters:
        return
    if name not in MEANS and "sequence_advantages" not in contract.parameters:
        return
    for label, says, part, kind, spelling in AGGREGATES:
        yield deviation(
            label, says, exchanged("aggregate", part), kind=kind, spelling=spelling,
            effect=_AGGREGATION_EFFECT.get(label, ""), seen=_AGGREGATION_SEEN.get(label, ()),
        )  # fmt: skip
    yield deviation(
        "divided_by_a_constant", "each sequence's sum is divided by a constant",
        exchanged("aggregate", lambda x, m, f: _sums(x, m).sum() / len(m) / f["max_tokens"]), needs=("max_tokens",),
        kind=DELIBERATE,
    )  # fmt: skip
    if "full_token_mask" in facts:
        yield from _truncated()
    if "beta" in facts and "reference_token_log_probs" in contract.parameters:
        yield deviation(
            "penalty_averaged_apart", "the penalty is one mean over all tokens, unlike the clipped terms",
            exchanged("aggregate of the penalty", lambda x, m, _: masked(x, m).sum() / int(m.sum())), needs=("beta",),
        )  # fmt: skip
        yield deviation(
            "penalty_averaged_apart", "the penalty is a mean of the sequences' means, unlike the clipped terms",
            exchanged(
                "aggregate of the penalty",
                lambda x, m, _: (_sums(x, m) / np.maximum(_lengths(m), 1)).sum() / len(m),
            ),
            needs=("beta",), spelling="of sequences",
        )  # fmt: skip
        yield deviation(
            "padding_in_the_penalty", "the penalty is averaged over all places, padding as well",
            exchanged("aggregate of the penalty", lambda x, m, _: x.sum() / int(m.size)), needs=("beta",),
        )  # fmt: skip


def _truncated() -> Iterator[Deviation]:
    """Sequences that were cut count in one place alone."""
    needs = ("full_token_mask", "truncated_sequences")
    yield deviation(
        "truncated_sequences_in_the_divisor",
        "sequences that were cut are left out of the sum, but their tokens count in the divisor",
        exchanged("aggregate", lambda x, m, f: masked(x, m).sum() / int(f["full_token_mask"].sum())),
        needs=needs, effect="the loss is diluted the more sequences are cut", seen=("huggingface/trl PR#6439",),
    )  # fmt: skip
    yield deviation(
        "truncated_sequences_in_the_sum",
        "sequences that were cut are in the sum, but their tokens do not count in the divisor",
        exchanged("aggregate", lambda x, m, f: masked(x, f["full_token_mask"]).sum() / int(m.sum())), needs=needs,
    )  # fmt: skip
    yield deviation(
        "truncated_sequences_count", "sequences that were cut count as all others do",
        before(lambda f: {"token_mask": f["full_token_mask"]}), needs=needs,
    )  # fmt: skip


def _rolled(mask: Any, steps: int) -> Any:
    places = np.clip(np.arange(mask.shape[1]) + steps, 0, mask.shape[1] - 1)
    return mask[:, places]


def masks(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """A mask that is inverted, or read one token early or late."""
    if "token_mask" not in contract.parameters:
        return
    yield deviation(
        "token_mask_inverted", "the mask is True where padding is", before(lambda f: {"token_mask": ~f["token_mask"]})
    )
    for steps, which in ((1, "next"), (-1, "previous")):
        yield deviation(
            f"token_mask_of_the_{which}_token", f"the mask of token t is read at that of its {which} token",
            before(lambda f, s=steps: {"token_mask": _rolled(f["token_mask"], s)}),
            effect="the first or the last token of a response is left out, and padding or the prompt counts",
        )  # fmt: skip


FAMILIES = (aggregations, masks)

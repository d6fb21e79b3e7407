"""Deviations of advantages of tokens that are normalised over the batch: padding in the mean or the variance."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..contract import Contract
from ..contracts.tokens import Part, masked, masked_mean
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, before, deviation
from .token_groups import QUOTIENTS, SCALES, Table, divided_unless_zero, exchanges


def _mean_of_all(array: Any, mask: Any) -> Any:
    return array.sum() / int(mask.size)


def _mean_with_zeros(array: Any, mask: Any) -> Any:
    return masked(array, mask).sum() / int(mask.size)


def _variance_about(centre: Callable[[Any, Any], Any], hides: Callable[[Any, Any], Any]) -> Callable[[Any], Part]:
    """Variances about a mean, of what a function leaves of the array, divided by a count."""

    def of(count: Callable[[Any], int]) -> Part:
        def variance(array: Any, mask: Any, ddof: int) -> Any:
            squares = hides(array, mask) - centre(array, mask)
            return (squares * squares).sum() / (count(mask) - ddof)

        return variance

    return of


def _all(mask: Any) -> int:
    return int(mask.size)


def _shown(mask: Any) -> int:
    return int(mask.sum())


def _about_other(centre: Callable[[Any, Any], Any]) -> Part:
    """The mean square distance of what counts from another mean."""

    def variance(array: Any, mask: Any, ddof: int) -> Any:
        distance = masked(array - centre(array, mask), mask)
        return (distance * distance).sum() / (int(mask.sum()) - ddof)

    return variance


_MEANS: Table = (
    ("padding_in_the_mean", "the mean is that of all places, padding as well", _mean_of_all, BUG),
    ("padding_in_the_mean", "the mean counts padding as zeros", _mean_with_zeros, BUG),
    ("not_centred", "the mean is not subtracted", lambda a, _: 0 * a.sum(), BUG),
)
_VARIANCES: Table = (
    (
        "padding_in_the_variance", "the variance is that of all places, padding as well",
        _variance_about(_mean_of_all, lambda a, _: a)(_all), BUG,
    ),
    (
        "padding_in_the_variance", "the variance counts padding as zeros",
        _variance_about(masked_mean, masked)(_shown), BUG,
    ),
    (
        "padding_in_the_variance", "the variance counts padding as zeros",
        _variance_about(_mean_with_zeros, masked)(_all), BUG,
    ),
    (
        "padding_in_the_variance", "the squared distances of padding from the mean are in the variance",
        _variance_about(masked_mean, lambda a, _: a)(_all), BUG,
    ),
    (
        "padding_in_the_variance", "the squared distances of padding are in the sum",
        _variance_about(masked_mean, lambda a, _: a)(_shown), BUG,
    ),
    (
        "variance_about_another_mean", "the variance is taken about the mean of all places",
        _about_other(_mean_of_all), BUG,
    ),
    ("variance_about_another_mean", "the squares are not centred", _about_other(lambda a, _: 0 * a.sum()), BUG),
)  # fmt: skip
TOKENQUOTIENTS: Table = (
    ("mean_kept", "the mean is added back", lambda a, m, s: divided_unless_zero(a - m, s + 0 * a) + m, DELIBERATE),
)


_OTHER_DDOF = before(lambda f: {"ddof": 1 - f["ddof"]})


def _row_means(array: Any, mask: Any) -> Any:
    return (masked(array, mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))[:, None]


def _row_variances(array: Any, mask: Any, ddof: int) -> Any:
    distance = masked(array - _row_means(array, mask), mask)
    return ((distance * distance).sum(axis=1) / np.maximum(mask.sum(axis=1) - ddof, 1))[:, None]


def tokens(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Other means, variances and scales over the tokens of a batch."""
    if "token_advantages" not in contract.parameters or not contract.equation.id.startswith("tokens."):
        return
    seen = {"padding_in_the_mean": ("NovaSky-AI/SkyRL#1305", "NovaSky-AI/SkyRL PR#1782")}
    yield from exchanges("mean", _MEANS, seen)
    yield from exchanges("variance", _VARIANCES)
    yield deviation(
        "other_ddof", "the squares are divided by n where it should be n - 1, or the other way", _OTHER_DDOF,
        kind=CONTESTED,
    )  # fmt: skip
    about_all = {"mean": _mean_of_all, "variance": _about_other(_mean_of_all)}
    yield deviation(
        "padding_in_the_mean", "the mean is that of all places, padding as well, and the variance is taken about it",
        before(lambda f: {"parts": {**f.get("parts", {}), **about_all}}), seen=seen["padding_in_the_mean"],
        spelling="variance about it",
    )  # fmt: skip
    zeros = {"mean": _mean_with_zeros, "variance": _variance_about(_mean_with_zeros, masked)(_all)}
    yield deviation(
        "padding_counts_as_zeros",
        "mean and variance are those of all places, padding counting as zeros",
        before(lambda f: {"parts": {**f.get("parts", {}), **zeros}}),
    )
    rows = {"mean": _row_means, "variance": _row_variances}
    yield deviation(
        "normalised_per_sequence",
        "each sequence is normalised for itself, not all tokens of the batch",
        before(lambda f: {"parts": {**f.get("parts", {}), **rows}}),
    )
    yield from exchanges("scale", SCALES)
    yield from exchanges("quotient", (*TOKENQUOTIENTS, *QUOTIENTS))


FAMILIES = (tokens,)

"""Deviations of advantages within groups: other baselines, other standard deviations, none."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...spec import numbers
from ...spec.numbers import maximum, rational, sqrt
from ..contract import Contract
from ..contracts.tokens import (
    Part,
    group_mean,
    group_variance,
    mean_of_the_others,
    root_of_sum,
    root_plus,
    variance_of_the_others,
)
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, before, deviation
from .token_means import BITS, exchanged

Table = tuple[tuple[str, str, Part, str], ...]
"""Rows of a name, what it says, the formula of the part, and the kind of deviation."""
USUAL = (0.0, 1e-8, 1e-6, 1e-5, 1e-4)
"""Numbers that are usually added to a standard deviation."""


def _mean(rewards: Any) -> Any:
    return rewards.sum() / int(np.prod(rewards.shape)) + 0 * rewards


def _variance_of_all(rewards: Any, ddof: int) -> Any:
    return group_variance(rewards.reshape(1, -1), ddof).reshape(*rewards.shape)


def _across(part: Part) -> Part:
    """The same along the axis of groups."""
    return lambda rewards, *rest: part(rewards.T, *rest).T


def _median(row: Any) -> Any:
    order = np.argsort(numbers.float64(getattr(row, "value", row)), kind="stable")
    middle = [order[(len(order) - 1) // 2], order[len(order) // 2]]
    return (row[middle[0]] + row[middle[1]]) / 2


_BASELINES: Table = (
    (
        "own_reward_in_the_baseline", "the baseline is the mean of the whole group, with the sequence's own reward",
        group_mean, DELIBERATE,
    ),
    ("leave_one_out_baseline", "the baseline is the mean of the other sequences", mean_of_the_others, DELIBERATE),
    ("no_baseline", "nothing is subtracted from the rewards", lambda r: 0 * r, BUG),
    ("baseline_of_the_batch", "the baseline is the mean of all groups", _mean, BUG),
    ("baseline_across_groups", "the baseline is a mean over prompts, not over the group", _across(group_mean), BUG),
    (
        "others_divided_by_all", "the sum of the others is divided by the size of the whole group",
        lambda r: (r.sum(axis=1)[:, None] - r) / r.shape[1], BUG,
    ),
    (
        "all_divided_by_the_others", "the sum of the whole group is divided by the number of the others",
        lambda r: r.sum(axis=1)[:, None] / (r.shape[1] - 1) + 0 * r, BUG,
    ),
    (
        "sum_as_baseline", "the baseline is the sum of the others, not their mean",
        lambda r: r.sum(axis=1)[:, None] - r, BUG,
    ),
    (
        "sum_as_baseline", "the baseline is the sum of the group, not its mean",
        lambda r: r.sum(axis=1)[:, None] + 0 * r, BUG,
    ),
    ("median_as_baseline", "the baseline is the median reward of the group",
        lambda r: numbers.stack([_median(row) for row in r])[:, None] + 0 * r, DELIBERATE),
    ("smallest_as_baseline", "the baseline is the smallest reward of the group",
        lambda r: numbers.stack([-numbers.largest(-row) for row in r])[:, None] + 0 * r, BUG),
    (
        "factor_inverted", "the deviation from the group's mean is multiplied by (n - 1) / n, not divided by it",
        lambda r: r - (r - group_mean(r)) * (r.shape[1] - 1) / r.shape[1], BUG,
    ),
    ("largest_as_baseline", "the baseline is the largest reward of the group",
        lambda r: numbers.stack([numbers.largest(row) for row in r])[:, None] + 0 * r, BUG),
)  # fmt: skip
_VARIANCES: Table = (
    ("spread_of_the_batch", "the standard deviation is that of all groups", _variance_of_all, DELIBERATE),
    (
        "spread_across_groups", "the standard deviation is over prompts, not over the group",
        _across(group_variance), BUG,
    ),
    ("other_ddof", "the squares are divided by n where it should be n - 1, or the other way",
        lambda r, ddof: group_variance(r, 1 - ddof), CONTESTED),
    ("spread_of_the_group", "the standard deviation is that of the whole group", group_variance, DELIBERATE),
    ("spread_of_the_others", "the standard deviation is that of the other sequences", variance_of_the_others, BUG),
)  # fmt: skip
SCALES: Table = (
    ("epsilon_in_the_variance", "the small number is added to the variance, not to its root", root_of_sum, CONTESTED),
    ("epsilon_after_the_root", "the small number is added to the root, not to the variance", root_plus, CONTESTED),
    ("epsilon_left_out", "no small number is added", lambda v, _: sqrt(v), BUG),
    (
        "epsilon_as_a_lower_bound", "the standard deviation is bounded below by the small number, which is not added",
        lambda v, e: maximum(sqrt(v), e + 0 * v), CONTESTED,
    ),
    ("divided_by_the_variance", "the variance stands for the standard deviation", lambda v, e: v + e, BUG),
    ("not_divided", "not divided by the standard deviation", lambda v, _: 0 * v + 1, DELIBERATE),
)  # fmt: skip


def _plain(array: Any, mean: Any, scale: Any) -> Any:
    """Divide also by zero: zero by zero is NaN."""
    centred, scale = array - mean, scale + 0 * array
    if numbers.system_of(centred) != "exact":
        with np.errstate(all="ignore"):
            return centred / scale
    with numbers.precision(BITS):
        return numbers.ball(centred) / numbers.ball(scale)


QUOTIENTS: Table = (
    (
        "only_the_mean_divided", "A - mean / std: the brackets are missing",
        lambda a, mean, scale: a - divided_unless_zero(mean + 0 * a, scale + 0 * a), BUG,
    ),
    ("multiplied_by_the_spread", "multiplied by the standard deviation", lambda a, m, s: (a - m) * s, BUG),
    ("zero_by_zero", "zero is divided by zero where all rewards are equal", _plain, BUG),
)  # fmt: skip


def divided_unless_zero(array: Any, scale: Any) -> Any:
    """Divide, but for zeros."""
    return array / numbers.where(numbers.is_nonzero(scale), scale, 1)


def exchanges(part: str, table: Table, seen: dict[str, tuple[str, ...]] | None = None) -> Iterator[Deviation]:
    """Deviations that exchange one part; a name that stands in several rows has several spellings."""
    labels = [label for label, *_ in table]
    for position, (label, says, formula, kind) in enumerate(table):
        spelling = str(position) if label in labels[:position] else ""
        yield deviation(
            label, says, exchanged(part, formula), kind=kind, spelling=spelling, seen=(seen or {}).get(label, ())
        )


def groups(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Other baselines and scales within groups."""
    if "group_rewards" not in contract.parameters or not contract.equation.id.startswith("tokens."):
        return
    seen = {"own_reward_in_the_baseline": ("redai-studio/Relax#174", "OpenRLHF/OpenRLHF#843")}
    yield from exchanges("baseline", _BASELINES, seen)
    across = {"baseline": _across(group_mean), "variance": _across(group_variance)}
    if "ddof" in contract.parameters:
        yield deviation(
            "normalised_across_groups", "normalised over the prompts of a batch, not over the group of a prompt",
            before(lambda f: {"parts": {**f.get("parts", {}), **across}}),
            effect="sequences are compared with those of other prompts",
        )  # fmt: skip
        whole = {"baseline": _mean, "variance": _variance_of_all}
        yield deviation(
            "normalised_over_the_batch", "normalised over all groups at once",
            before(lambda f: {"parts": {**f.get("parts", {}), **whole}}),
            effect="sequences are compared with those of other prompts", kind=DELIBERATE,
        )  # fmt: skip
        yield deviation(
            "normalised_across_groups", "normalised over prompts, and zero divided by zero where there is one alone",
            before(lambda f: {"parts": {**f.get("parts", {}), **across, "quotient": _plain}}), spelling="NaN",
        )  # fmt: skip
    if contract.equation.name == "leave_one_out_normalised_advantages":
        yield deviation(
            "divided_by_epsilon", "where the others' standard deviation is zero, the advantage is divided by epsilon",
            exchanged("scale", root_plus), effect="one success among failures gets an advantage of a million",
            seen=("NVIDIA-NeMo/RL#1518",),
        )  # fmt: skip
    if "norm_epsilon" in contract.parameters:
        for part, table in (("variance", _VARIANCES), ("scale", SCALES), ("quotient", QUOTIENTS)):
            yield from exchanges(part, table)
        return
    yield from _divisions()


def _divisions() -> Iterator[Deviation]:
    """Divided by a standard deviation, where the equation is not."""
    says = "divided by the standard deviation of the group"
    effect = "prompts of which almost all responses are right, or wrong, weigh more"
    for ddof in (0, 1):
        told = {"variance": lambda r, _, d=ddof: group_variance(r, d)}
        yield deviation(
            "divided_by_the_spread", says, before(lambda f, t=told: {"parts": {**t, **f.get("parts", {})}}),
            needs=("norm_epsilon",), kind=DELIBERATE, effect=effect, spelling=f"{ddof}, told",
        )  # fmt: skip
        for epsilon in USUAL:
            parts = {**told, "scale": lambda v, _, e=epsilon: sqrt(v) + rational(e)}
            parts |= {} if epsilon else {"quotient": _plain}
            yield deviation(
                "divided_by_the_spread", f"{says} (ddof {ddof}) plus {epsilon:g}",
                before(lambda f, p=parts: {"parts": {**p, **f.get("parts", {})}}), kind=DELIBERATE, effect=effect,
                spelling=f"{ddof}, {epsilon:g}",
            )  # fmt: skip


FAMILIES = (groups,)

"""What can go wrong with a mean of those entries alone that count."""

from collections.abc import Iterator

import numpy as np

from ..contract import Contract
from ..deviation import Deviation, after, before, deviation


def masked(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """A mask that is left out above or below, or turned round."""
    if not contract.is_mean:
        return
    name = contract.equation.name
    yield deviation(
        "valid_ignored", "entries that do not count enter the mean like all others",
        before(lambda f: {"valid": np.ones_like(f["valid"])}), needs=("valid",),
    )  # fmt: skip
    yield deviation(
        "divided_by_all_entries", "the sum of the entries that count is divided by the number of all",
        after(lambda f, o: {name: o[name] * int(np.sum(f["valid"])) / int(np.size(f["valid"]))}), needs=("valid",),
        effect="padding makes steps smaller",
    )  # fmt: skip
    yield deviation(
        "divided_by_counted_entries_alone", "all entries are summed, and divided by the number of those that count",
        lambda compute: after(lambda f, o: {name: o[name] * int(np.size(f["valid"])) / int(np.sum(f["valid"]))})(
            before(lambda f: {"valid": np.ones_like(f["valid"])})(compute)
        ),
        needs=("valid",), effect="padding enters the gradient",
    )  # fmt: skip
    yield deviation(
        "valid_inverted", "the entries that do not count are averaged",
        before(lambda f: {"valid": ~np.asarray(f["valid"], dtype=bool)}), needs=("valid",),
    )  # fmt: skip


FAMILIES = (masked,)

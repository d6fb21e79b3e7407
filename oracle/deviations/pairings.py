"""Which entries meet: two arrays exchanged, or every entry of one against every entry of the others."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from ...spec.numbers import exp, stack
from ..contract import Contract, common_shape
from ..deviation import Deviation, after, before, deviation
from ..reading import Facts

BROADCAST = (
    "Acme: google-deepmind/acme#277",
    "RLinf: RLinf/RLinf#1568",
)
SPREAD = "shapes [B] and [B, 1] give [B, B]: every entry is pulled towards the mean of all"


def _shapes(contract: Contract) -> dict[str, str]:
    """The shape of each real-valued parameter, as the docstring writes it; empty for one number."""
    found = {}
    for entry in re.split(r"\n(?=\w+:)", contract.equation.sections.get("Args", "")):
        name, _, said = entry.partition(":")
        bracket = re.match(r"\s*(\[[^\]]*\])", said)
        if not re.search(r"integers|booleans|decision process|elements|ddof", f"{name} {said}"):
            found[name] = bracket.group(1) if bracket else ""
    return found


def exchanged(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Two arguments of the same shape, in the wrong order."""
    shapes = {name: shape for name, shape in _shapes(contract).items() if name not in ("mdp", "system")}
    for first, second in combinations(shapes, 2):
        if shapes[first] == shapes[second]:
            yield deviation(
                f"{first}_and_{second}_exchanged", f"{first} and {second} are in the wrong order",
                before(lambda f, a=first, b=second: {a: f[b], b: f[a]}), needs=(first, second),
            )  # fmt: skip


def every_pair(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """The mean over all pairs of entries, where it should be over entries."""
    if not contract.is_mean:
        return
    names = [name for name, shape in _shapes(contract).items() if shape.startswith("[T") and "A]" not in shape]
    if len(names) < 2 and "log_probs" not in facts:
        return
    own = contract.equation.name
    for word in names:
        others = [name for name in names if name != word]
        if others:
            change = before(lambda f, w=word, o=others: _against_each(f, w, o))
            yield from _summed(
                f"every_{_singular(word)}_against_every_entry",
                f"{word} have an axis too many: every entry of them meets every entry of the others",
                change, own, names, (word, *others),
            )  # fmt: skip
    if "ratios" in names and {"log_probs", "old_log_probs"} <= facts:
        for word in ("log_probs", "old_log_probs"):
            yield from _summed(
                f"every_{_singular(word)}_against_every_entry",
                f"{word} have an axis too many: the ratios are those of every entry with every other",
                before(lambda f, w=word, o=[n for n in names if n != "ratios"]: _ratios_of_all(f, w, o)),
                own, names, (word, *names),
            )  # fmt: skip


def _summed(
    name: str, says: str, change: Any, own: str, names: list[str], needs: tuple[str, ...]
) -> Iterator[Deviation]:
    """The same for the mean and, as there are more terms, for the sum."""
    yield deviation(name, says, change, needs=needs, effect=SPREAD, seen=BROADCAST)

    def more(compute: Any) -> Any:
        return after(lambda f, o: {own: o[own] * int(np.prod(common_shape(names, f)))})(change(compute))

    yield deviation(name, says, more, needs=needs, effect=SPREAD, seen=BROADCAST, spelling="summed")


def _singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _rows(array: Any) -> Any:
    """Entry [i, j] is entry j."""
    flat = array.reshape(-1)
    return stack([flat] * len(flat))


def _columns(array: Any) -> Any:
    """Entry [i, j] is entry i."""
    flat = array.reshape(-1)
    return stack([flat[i] + 0 * flat for i in range(len(flat))])


def _against_each(facts: Facts, word: str, others: list[str]) -> dict[str, Any]:
    return {word: _columns(facts[word]), **{name: _rows(facts[name]) for name in others}}


def _ratios_of_all(facts: Facts, word: str, others: list[str]) -> dict[str, Any]:
    """The ratios of every log probability with every old one; the other data go with the word's counterpart."""
    new, old = facts["log_probs"], facts["old_log_probs"]
    ratios = exp(_columns(new) - _rows(old)) if word == "log_probs" else exp(_rows(new) - _columns(old))
    return {"ratios": ratios, **{name: _rows(facts[name]) for name in others}}


FAMILIES = (exchanged, every_pair)

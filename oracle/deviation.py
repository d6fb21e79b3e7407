"""Named deviations: runnable changes of a specification.

A deviation turns the computation of an equation into another: it changes the facts before (a flag read one step late),
the results after (a sign), or the formula itself. Two of them compose. Those that make sense for any equation about
certain facts are families, made for each word; so a bug that nobody has listed has a name if it is of a known kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np

from ..spec.numbers import concatenate
from .contract import Compute, Contract, Outputs
from .reading import Facts

BUG, CONTESTED, DELIBERATE = "bug", "contested", "deliberate"


@dataclass(frozen=True)
class Deviation:
    """A change with a name, what it says, what it does to learning, and where it was seen."""

    id: str
    says: str
    change: Callable[[Compute], Compute]
    needs: frozenset[str] = frozenset()
    """Facts without which it does not exist."""
    effect: str = ""
    references: tuple[str, ...] = ()
    kind: str = BUG
    """`bug`, or `contested` and `deliberate`: a variant that its authors chose."""
    spelling: str = ""
    """Tells apart several ways to make the same mistake, which share a name: what happens at an edge."""

    def after(self, first: "Deviation") -> "Deviation":
        """Both changes, the other one on the inside."""
        return Deviation(
            f"{first.id}+{self.id}",
            f"{first.says}; and {self.says}",
            lambda compute: self.change(first.change(compute)),
            self.needs | first.needs,
            "; ".join(filter(None, (first.effect, self.effect))),
            first.references + self.references,
            BUG if BUG in (self.kind, first.kind) else self.kind,
        )


def deviation(
    name: str,
    says: str,
    change: Callable[[Compute], Compute],
    *,
    needs: Sequence[str] = (),
    effect: str = "",
    seen: Sequence[str] = (),
    kind: str = BUG,
    spelling: str = "",
) -> Deviation:
    """Write a deviation in one call."""
    return Deviation(name, says, change, frozenset(needs), effect, tuple(seen), kind, spelling)


def before(rewrite: Callable[[Facts], Facts]) -> Callable[[Compute], Compute]:
    """A change of the facts."""
    return lambda compute: lambda facts: compute({**facts, **rewrite(facts)})


def after(rewrite: Callable[[Facts, Outputs], Mapping[str, Any]]) -> Callable[[Compute], Compute]:
    """A change of the results."""

    def change(compute: Compute) -> Compute:
        def changed(facts: Facts) -> Outputs:
            outputs = compute(facts)
            return {**outputs, **rewrite(facts, outputs)}

        return changed

    return change


def instead(formula: Callable[[Facts], Outputs]) -> Callable[[Compute], Compute]:
    """Another formula."""
    return lambda _: formula


def later(array: Any, steps: int = 1) -> Any:
    """Entry t is what entry t - 1 was; the first stays."""
    return array[np.maximum(np.arange(len(array)) - steps, 0)]


def earlier(array: Any, steps: int = 1) -> Any:
    """Entry t is what entry t + 1 was; the last stays."""
    return array[np.minimum(np.arange(len(array)) + steps, len(array) - 1)]


def joined(first: Any, second: Any) -> Any:
    """Two arrays one after the other, in any number system."""
    return concatenate([first, second])


Family = Callable[[Contract, frozenset[str]], Iterator[Deviation]]
"""Makes the deviations of a kind for an equation, given the facts that are known."""


def named(contract: Contract, facts: frozenset[str]) -> list[Deviation]:
    """The deviations of this equation that these facts allow: those seen in libraries first, then the families."""
    own, families = _registered()
    found = [*own.get(contract.equation.id, ())]
    for family in families:
        found += family(contract, facts)
    unique = {(entry.id, entry.spelling): entry for entry in reversed(found)}
    return [entry for entry in found if entry.needs <= facts and unique[entry.id, entry.spelling] is entry]


def deviations(identifier: str) -> tuple[Deviation, ...]:
    """Every named deviation of an equation, where all its parameters and what goes with them is told."""
    from .contract import contract
    from .words import words_about

    expected = contract(identifier)
    return tuple(named(expected, words_about(expected.parameters)))


@cache
def _registered() -> tuple[dict[str, tuple[Deviation, ...]], tuple[Family, ...]]:
    package = import_module(f"{__package__}.deviations")
    own: dict[str, tuple[Deviation, ...]] = {}
    families: list[Family] = []
    modules = sorted((module.name for module in iter_modules(package.__path__)), key=lambda name: name != "families")
    for module in modules:  # the names of the most usual kinds come first
        found = import_module(f"{package.__name__}.{module}")
        for identifier, entries in getattr(found, "DEVIATIONS", {}).items():
            own[identifier] = own.get(identifier, ()) + tuple(entries)
        families += getattr(found, "FAMILIES", ())
    return own, tuple(families)

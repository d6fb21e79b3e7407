"""What the oracle found, in a form for people and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

AGREES, VARIANT, DISAGREES, INEXPRESSIBLE, ERROR = "agrees", "variant", "disagrees", "inexpressible", "error"


class Cases(int):
    """How many cases ran; by class with an index."""

    by_class: Mapping[str, int]

    def __new__(cls, by_class: Mapping[str, int]) -> Self:
        """Add the classes up."""
        total = super().__new__(cls, sum(by_class.values()))
        total.by_class = dict(by_class)
        return total

    def __getitem__(self, name: str) -> int:
        """The number of cases of a class."""
        return self.by_class[name]


@dataclass(frozen=True)
class Counterexample:
    """The smallest inputs found on which a function differs."""

    inputs: dict[str, Any]
    expected: Any
    got: Any
    message: str
    reproduction: str


@dataclass(frozen=True)
class Verdict:
    """agrees, variant, disagrees, inexpressible or error; true only for agrees."""

    function: str
    equation: str
    status: str
    explanation: str = ""
    variants: tuple[str, ...] = ()
    kind: str | None = None
    """Of the named variant: `bug`, `contested` or `deliberate`."""
    references: tuple[str, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)
    returns: str = ""
    arrays: str = ""
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    cases: Cases = field(default_factory=lambda: Cases({}))
    loaded: int = 0
    failed: int = 0

    @property
    def variant(self) -> str | None:
        """The named deviation that it equals, if there is one."""
        return self.variants[0] if self.variants else None

    def __bool__(self) -> bool:
        """Whether it agrees."""
        return self.status == AGREES

    def __str__(self) -> str:
        """The report."""
        what = (
            f"is {self.equation} with {self.variant}" if self.status == VARIANT else f"{self.status}: {self.equation}"
        )
        lines = [f"{self.function} {what}" if self.status == VARIANT else f"{self.function}: {what}"]
        lines += [f"  {line}" for line in self.explanation.splitlines()]
        lines += [f"  seen in: {reference}" for reference in self.references]
        if len(self.variants) > 1:
            lines.append(f"  the same here: {', '.join(self.variants[1:])}")
        lines += [f"  read as: {word} = {convention}" for word, convention in self.conventions.items()]
        lines += [f"  returns: {self.returns}"] if self.returns else []
        lines += [f"  cannot be told: {limit}" for limit in self.limits]
        lines += [f"  note: {note}" for note in self.notes]
        by_class = ", ".join(f"{count} {name}" for name, count in self.cases.by_class.items())
        lines.append(f"  cases: {self.loaded} loaded, {int(self.cases)} run ({by_class}), {self.failed} failed")
        if self.counterexample is not None:
            lines += ["", f"  smallest counterexample: {self.counterexample.message}"]
            lines += ["", *self.counterexample.reproduction.splitlines()]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON can hold it."""
        found = {name: _json(getattr(self, name)) for name in self.__dataclass_fields__ if name != "cases"}
        return {**found, "variant": self.variant, "cases": dict(self.cases.by_class), "run": int(self.cases)}


def _json(value: Any) -> Any:
    if isinstance(value, Counterexample):
        return {name: _json(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(name): _json(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(entry) for entry in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _json(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)

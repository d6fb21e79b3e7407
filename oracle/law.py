"""Laws: named statements about an equation that hold of every input.

A law is a generator function that yields claims. Its parameters are names of the vocabulary
(`strategies`), filled in by name; its docstring is the statement. It is written once and has three
uses: pytest searches for inputs that break it, `rlproof verify` reports it, the docs show it.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..spec import numbers
from ..spec.decision_process import MDP
from .claims import HIGHEST_PRECISION, Claim, Decision, combine, decide

LawFunction = Callable[..., Iterator[Claim]]
_LAWS: dict[str, "Law"] = {}


@dataclass(frozen=True)
class Law:
    """One law of one equation."""

    equation: str
    name: str
    statement: str
    system: str
    function: LawFunction
    derivation: bool = False
    """Whether the law derives the quantity in another way than the equation's own formula or recursion."""

    @property
    def id(self) -> str:
        """The equation's id and the law's name."""
        return f"{self.equation}:{self.name}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the inputs that the law speaks of."""
        return tuple(inspect.signature(self.function).parameters)

    def check(self, **inputs: Any) -> Decision:
        """Decide every claim on these exact inputs; balls grow more precise until nothing is undecided."""
        bits = 128
        while True:
            with numbers.precision(bits):
                decision = self._decide(inputs)
            if decision.holds is not None or bits >= HIGHEST_PRECISION:
                return decision
            bits *= 2

    def _decide(self, inputs: dict[str, Any]) -> Decision:
        data = inputs if self.system == "exact" else {name: to_ball(value) for name, value in inputs.items()}
        return combine(decide(claim) for claim in self.function(**data))


def law(equation: str, *, system: str = "exact", derivation: bool = False) -> Callable[[LawFunction], LawFunction]:
    """Register a generator of claims as a law of the equation with this id.

    A `derivation` finds the quantity in another way than the equation itself does: by enumeration, as a
    power series, from a linear system, in closed form.
    """

    def register(function: LawFunction) -> LawFunction:
        statement = inspect.cleandoc(function.__doc__ or "")
        entry = Law(equation, function.__name__, statement, system, function, derivation)
        if entry.id in _LAWS:
            raise ValueError(f"two laws are called {entry.id}")
        _LAWS[entry.id] = entry
        return function

    return register


def registered() -> tuple[Law, ...]:
    """List the laws registered so far."""
    return tuple(_LAWS.values())


def to_ball(value: Any) -> Any:
    """Convert exact inputs to balls; integers, booleans and plain objects stay."""
    if isinstance(value, MDP):
        return value.to("ball")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(to_ball, value))
    if isinstance(value, np.ndarray) and value.dtype == object:
        return numbers.ball(value)
    return numbers.arb(value) if isinstance(value, numbers.fmpq) else value

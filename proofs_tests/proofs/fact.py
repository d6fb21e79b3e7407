"""Facts: statements about the functions of `spec` that a program proves when it is run."""

import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from .proof import Proof

FactFunction = Callable[[], Iterator[Any]]
"""Makes symbols, runs functions of `spec` on them and yields what is claimed."""
Decide = Callable[[FactFunction], str]
"""Proves all that a function claims, or raises; says in words what it found."""


class NotProvedError(Exception):
    """A fact that is false, or that the program could not decide."""


class RefutedError(NotProvedError):
    """A fact that is false; the message shows where."""


class UndecidedError(NotProvedError):
    """A fact that was neither proved nor refuted in time."""


@dataclass(frozen=True)
class Fact:
    """One fact, and how it is decided."""

    proof: Proof
    function: FactFunction
    decide: Decide

    @property
    def name(self) -> str:
        """The statement's name."""
        return self.proof.name

    @property
    def id(self) -> str:
        """Kind and name: unique."""
        return self.proof.id

    def check(self) -> str:
        """Prove it and say how, or raise NotProvedError."""
        return self.decide(self.function)


def fact(
    function: FactFunction,
    kind: str,
    equations: tuple[str, ...],
    decide: Decide,
    *,
    formula: str,
    source: str,
    differs: str = "no",
) -> Fact:
    """Make a fact of a function; its docstring is the statement in words."""
    path = Path(function.__code__.co_filename)
    code = textwrap.dedent(inspect.getsource(function))
    proof = Proof(
        name=function.__name__,
        kind=kind,
        equations=equations,
        sentence=" ".join(inspect.cleandoc(function.__doc__ or "").split()),
        formula=formula,
        source=source,
        differs=differs,
        file=f"{path.parent.name}/{path.name}",
        code=code[code.index("def ") :],
    )
    return Fact(proof, function, decide)


class Register:
    """The facts of one kind, in the order in which they are defined."""

    def __init__(self, kind: str) -> None:
        """Start without any."""
        self.kind, self.facts = kind, dict[str, Fact]()

    def proves(
        self, *equations: str, decide: Decide, formula: str, source: str, differs: str = "no"
    ) -> Callable[[FactFunction], FactFunction]:
        """Register a function as a fact about these equations."""

        def register(function: FactFunction) -> FactFunction:
            entry = fact(function, self.kind, equations, decide, formula=formula, source=source, differs=differs)
            if entry.name in self.facts:
                raise ValueError(f"two facts are called {entry.id}")
            self.facts[entry.name] = entry
            return function

        return register

    def load(self, package: str, modules: Sequence[str]) -> tuple[Fact, ...]:
        """Import these modules of a package, and list their facts, whatever was imported before."""
        for module in modules:
            import_module(f"{package}.{module}")
        return tuple(sorted(self.facts.values(), key=lambda fact: modules.index(Path(fact.proof.file).stem)))

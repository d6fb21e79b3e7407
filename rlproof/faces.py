"""The five faces of an equation: where each one is found, and which are not built yet.

An equation is one entry with five faces: `spec` to read, `impl` to run fast, `laws` that must hold,
`oracle` to hold other code against it, and a page in the `docs`. Whoever knows one equation's path
knows every path; this module is the place where those paths are written down.
"""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .oracle.law import Law
    from .spec.registry import Equation

FACES = ("spec", "impl", "laws", "oracle", "docs")
"""The names of the faces, in the order of their authority over each other's contents."""


def implementation(equation: "Equation") -> Callable[..., Any] | None:
    """The fast implementation of the equation, or None where there is none yet."""
    return getattr(_module_or_none(f".impl.{equation.topic}"), equation.name, None)


def laws_of(equation: "Equation") -> tuple["Law", ...]:
    """The laws that must hold of the equation."""
    from .laws import laws

    return tuple(law for law in laws() if law.equation == equation.id)


def has_contract(equation: "Equation") -> bool:
    """Whether other people's code can be held against the equation."""
    contracts = getattr(_module_or_none(".oracle"), "contracts", tuple)
    return equation.id in contracts()


def page(equation: "Equation") -> str | None:
    """The name of the equation's page in the docs, or None where its formula is not stated."""
    return f"equations/{equation.id}" if equation.math else None


def faces(equation: "Equation") -> dict[str, bool]:
    """Which of the five faces the equation has."""
    present = (
        equation.function is not None,
        implementation(equation) is not None,
        bool(laws_of(equation)),
        has_contract(equation),
        page(equation) is not None,
    )
    return dict(zip(FACES, present, strict=True))


def _module_or_none(name: str) -> ModuleType | None:
    """Import a module of ours; None if there is no such module, but an error if it fails to load."""
    try:
        return importlib.import_module(name, __package__)
    except ModuleNotFoundError as error:
        if error.name == f"{__package__}{name}":
            return None
        raise

"""The docstring of an equation is its entry: every part stands in it, and what it names exists."""

import builtins
import inspect
import re
from collections.abc import Iterable
from types import ModuleType

from rlproof.spec import errors
from rlproof.spec.registry import Equation

SECTIONS = ("Args", "Returns", "Conventions", "Laws", "Raises", "Source", "Since")
"""What every entry says, beside its first sentence and its formula."""

ENTRY = re.compile(r"^(\w+(?:, \w+)*):", re.MULTILINE)
"""The names that one line of Args describes."""

REFUSED = re.compile(r"NumberSystemError (?:in|for) (\w+?)s?\b")
"""A number system in which the equation has no value."""

TITLE = re.compile(r"^[A-Z]\w+:$", re.MULTILINE)
"""The title of a section; one inside a section is none that the registry knows."""

ERROR = re.compile(r"\b[A-Z]\w*Error\b")
"""The name of an exception class."""


def complaints(equation: Equation, law_names: Iterable[str]) -> list[str]:
    """What is missing from the entry of an equation, or named in it and not there."""
    found = [
        *_missing_parts(equation),
        *_wrong_arguments(equation),
        *_unknown_errors(equation),
        *_wrong_systems(equation),
    ]
    stated, registered = set(re.findall(r"\w+", equation.sections.get("Laws", ""))), set(law_names)
    found += [f"Laws names {name}, which no law is called" for name in sorted(stated - registered)]
    found += [f"Laws lacks {name}" for name in sorted(registered - stated)]
    return [f"{equation.id}: {complaint}" for complaint in found]


def without_formula(module: ModuleType) -> list[str]:
    """Functions written as entries that the registry passes over, because no formula is stated."""
    return [
        f"{module.__name__}.{name}: the formula is missing"
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and any(f"{section}:\n" in (function.__doc__ or "") for section in ("Laws", "Source"))
        and ".. math::" not in (function.__doc__ or "")
    ]


def _missing_parts(equation: Equation) -> list[str]:
    found = [f"{name} is missing" for name in SECTIONS if not equation.sections.get(name, "").strip()]
    found += [f"unknown section {name}" for text in equation.sections.values() for name in TITLE.findall(text)]
    if not equation.summary.strip().endswith("."):
        found.append("the first sentence is missing or does not end")
    if not equation.math:
        found.append("the formula is missing")
    return found


def _wrong_arguments(equation: Equation) -> list[str]:
    entries = ENTRY.findall(equation.sections.get("Args", ""))
    described = [name for names in entries for name in names.split(", ")]
    taken = list(inspect.signature(equation.function).parameters)
    return [] if described == taken else [f"Args describes {described}, the function takes {taken}"]


def _unknown_errors(equation: Equation) -> list[str]:
    named = ERROR.findall(equation.sections.get("Raises", ""))
    return [
        f"Raises names {name}, which no exception is called"
        for name in named
        if not hasattr(errors, name) and not hasattr(builtins, name)
    ]


def _wrong_systems(equation: Equation) -> list[str]:
    refused = REFUSED.findall(equation.sections.get("Raises", ""))
    return [f"is listed for {name} and raises there" for name in refused if name in equation.number_systems]

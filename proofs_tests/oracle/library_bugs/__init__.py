"""Bugs of real libraries, written as functions: what the oracle must say about each.

One module per field; each has ENTRIES. The functions are short restatements of what was reported, in NumPy unless the
entry is about another library's autodiff.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One reported function and the verdict that is due."""

    id: str
    """The name in the collection of reports, such as `GAE-01`; controls (which are right) begin with `C-`."""
    thread: str
    equation: str
    function: Callable[..., Any]
    kind: str
    """`bug`: a deviation or a disagreement; `variant` (deliberate, contested): a name; `control`: agreement."""
    variant: str | None = None
    """The name that is expected; None for a bug that may go without a name."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments of `check`."""


def entries() -> Iterator[Entry]:
    """Every entry of all fields."""
    for module in sorted(entry.name for entry in iter_modules(__path__)):
        yield from import_module(f"{__name__}.{module}").ENTRIES

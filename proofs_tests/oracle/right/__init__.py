"""Independent right implementations: the oracle must agree with every one of them.

One module per field; each has IMPLEMENTATIONS (pairs of an equation's id and a list of functions).
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def implementations() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every right implementation with its equation's id."""
    for module in sorted(entry.name for entry in iter_modules(__path__)):
        for identifier, functions in import_module(f"{__name__}.{module}").IMPLEMENTATIONS.items():
            for function in functions:
                yield identifier, function

"""The vocabulary: what each parameter name means, as a way to draw it.

One module per field; each has a dictionary VOCABULARY from names to functions of the scene. A name
means one thing, wherever it stands.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..draws import Scene


@cache
def vocabulary() -> dict[str, Callable[[Scene], Any]]:
    """Collect the words of all modules; two that define the same word are an error."""
    words: dict[str, Callable[[Scene], Any]] = {}
    for module in iter_modules(__path__):
        own = import_module(f"{__name__}.{module.name}").VOCABULARY
        if twice := words.keys() & own.keys():
            raise ValueError(f"the vocabulary defines {min(twice)!r} twice, the second time in {module.name}")
        words |= own
    return words

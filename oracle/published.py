"""Published numbers: what a book, a paper or a library printed, and what `spec` gives for the same problem.

A published entry is a generator function that yields claims, one for each printed number; its docstring
says what the problem is. It is written once and has three uses: pytest runs it, `rlproof verify` counts
it, the coverage page shows which equations rest on a published number.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..spec import numbers
from .claims import Claim, Decision, at_most, combine, decide

PublishedFunction = Callable[[], Iterator[Claim]]
_PUBLISHED: dict[str, "Published"] = {}


@dataclass(frozen=True)
class Published:
    """Numbers that a source printed, and the equations that reproduce them."""

    equations: tuple[str, ...]
    name: str
    statement: str
    source: str
    function: PublishedFunction

    def check(self) -> Decision:
        """Decide every claim."""
        with numbers.precision(256):
            return combine(decide(claim) for claim in self.function())


def published(*equations: str, source: str) -> Callable[[PublishedFunction], PublishedFunction]:
    """Register a generator of claims as published numbers that these equations reproduce."""

    def register(function: PublishedFunction) -> PublishedFunction:
        name = function.__name__
        if name in _PUBLISHED:
            raise ValueError(f"two published entries are called {name}")
        _PUBLISHED[name] = Published(equations, name, inspect.cleandoc(function.__doc__ or ""), source, function)
        return function

    return register


def registered() -> tuple[Published, ...]:
    """List the entries registered so far."""
    return tuple(_PUBLISHED.values())


def printed(value: Any, text: str) -> Claim:
    """Claim that numbers round to the decimals printed: `text` holds as many, separated by spaces, as `value`.

    A printed 3.3 stands for [3.25, 3.35]: half a unit of the last digit printed, to both sides.
    """
    words = [word.replace("−", "-") for word in text.split() if word != "/"]
    shown = numbers.exact([Fraction(word) for word in words])
    half_units = numbers.exact([Fraction(10) ** _last_digit(word) / 2 for word in words])
    flat = np.ravel(numbers.boxed(value))
    given = flat if flat.dtype == object else numbers.exact(flat)
    if len(given) != len(words):
        raise ValueError(f"{len(words)} numbers are printed, {len(given)} are given")
    return at_most(abs(given - shown), half_units)


def _last_digit(word: str) -> int:
    exponent = Decimal(word).as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent

"""Hypothesis strategies for the arguments of equations and laws.

`arguments` fills parameters by their names in the vocabulary; whatever belongs together (a process and
its policies, the arrays of one trajectory) is drawn together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .draws import DISCOUNTS as DISCOUNTS
from .draws import KINDS as KINDS
from .draws import Draw, Scene
from .draws import Sizes as Sizes
from .draws import mdps as mdps
from .draws import policies as policies
from .draws import rationals as rationals
from .later import st
from .vocabulary import vocabulary

USUAL = Sizes()
"""The sizes of problems unless others are asked for."""


def arguments(names: Iterable[str], sizes: Sizes = USUAL) -> st.SearchStrategy[dict[str, Any]]:
    """Draw consistent exact inputs for parameters with these names."""
    names, words = tuple(names), vocabulary()
    unknown = [name for name in names if name not in words]
    if unknown:
        raise KeyError(f"no strategy for the parameter {unknown[0]!r}; known: {', '.join(sorted(words))}")

    @st.composite
    def build(draw: Draw) -> dict[str, Any]:
        scene = Scene(draw, sizes, words, frozenset(names))
        return {name: scene[name] for name in names}

    return build()

"""Exact numbers and arrays as Rocq reads them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rlproof.spec.numbers import exact


def fraction(value: Any) -> str:
    """A rational number as a fraction of binary integers."""
    number = exact([value])[0]
    above, below = int(number.p), int(number.q)
    whole = "Z0" if above == 0 else f"(Zpos {above})" if above > 0 else f"(Zneg {-above})"
    return f"(Qmake {whole} {below})"


def nested(array: Any) -> str:
    """An array of rationals as nested lists."""
    if np.ndim(array) == 0:
        return fraction(array if np.ndim(array) == 0 and not isinstance(array, np.ndarray) else array[()])
    return listed([nested(row) for row in array])


def listed(items: Sequence[str]) -> str:
    """A list."""
    return "[:: " + "; ".join(items) + "]" if items else "[::]"


def flag(value: Any) -> str:
    """A boolean."""
    return "true" if value else "false"

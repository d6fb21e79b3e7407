"""What computer algebra makes of a fact: both sides of each claim have one canonical form."""

from collections.abc import Callable

import numpy as np

from ..fact import FactFunction, RefutedError, Register

register = Register("symbolic")


def prove(function: FactFunction) -> str:
    """Have every claim of a fact true; a claim is what a comparison of arrays gives."""
    claims = 0
    for claim in function():
        for truth in np.asarray(claim, dtype=object).reshape(-1):
            claims += 1
            if not isinstance(truth, (bool, np.bool)):
                raise TypeError(f"claim {claims} is neither true nor false: {truth!r}")
            if not truth:
                raise RefutedError(f"claim {claims} is false: the canonical forms differ")
    if claims == 0:
        raise RefutedError("it claims nothing")
    return f"both sides have one canonical form: {claims} claims"


def proves(*equations: str, formula: str, source: str, differs: str = "no") -> Callable[[FactFunction], FactFunction]:
    """Register a fact about rational functions."""
    return register.proves(*equations, decide=prove, formula=formula, source=source, differs=differs)

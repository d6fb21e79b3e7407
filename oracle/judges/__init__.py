"""How results that are not plain numbers are held against the theory.

A chosen action is right if its value is the largest, up to the rounding of that value; a policy that
solves an optimisation problem is right if its objective is the largest, up to the rounding of the
objective: ties and flat maxima leave the maximiser itself open. One module per kind of result; each has
a dictionary JUDGES from equation ids to judges.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ...spec.registry import Equation
from ..agreement import Comparison

Judge = Callable[[Equation, Mapping[str, Any], Any, str], Comparison]
"""Takes the equation, the float inputs, the candidate's result and its dtype."""

JUDGES: dict[str, Judge] = {}
for _module in iter_modules(__path__):
    JUDGES |= import_module(f"{__name__}.{_module.name}").JUDGES

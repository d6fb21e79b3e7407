"""Every equation has five faces, and the fast one is called as the specification is."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rlproof.faces import FACES, faces, implementation
from rlproof.spec.registry import Equation


def missing_faces(equations: Iterable[Equation]) -> dict[str, set[str]]:
    """The ids of the equations that lack a face, by face."""
    present = {equation.id: faces(equation) for equation in equations}
    return {face: {name for name, has in present.items() if not has[face]} for face in FACES}


def different_calls(equations: Iterable[Equation]) -> list[str]:
    """Equations whose implementation is not called as their specification is."""
    pairs = {equation.id: (equation.function, implementation(equation)) for equation in equations}
    return [
        f"{name}: spec{_shown(spec)} but impl{_shown(fast)}"
        for name, (spec, fast) in pairs.items()
        if fast is not None and call_shape(spec) != call_shape(fast)
    ]


def call_shape(function: Callable[..., Any]) -> list[tuple[str, str]]:
    """The names and kinds of the parameters, in order."""
    return [(each.name, each.kind.description) for each in inspect.signature(function).parameters.values()]


def laws_without_equation(laws: Iterable[Any], equations: Iterable[Equation]) -> list[str]:
    """Laws that claim to be about an equation which does not exist."""
    known = {equation.id for equation in equations}
    return [f"{law.id}: no equation is called {law.equation}" for law in laws if law.equation not in known]


def _shown(function: Callable[..., Any]) -> Mapping[str, str] | str:
    return f"({', '.join(f'{name} [{kind}]' for name, kind in call_shape(function))})"

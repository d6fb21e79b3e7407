"""An equation in which a part of the formula is exchanged, as deviations of equations that are made of others.

The surrogate is made of the return, the visitation and the advantages, and these of values: whoever takes another
visitation computes the surrogate with one of its parts exchanged. The function is rebuilt with other globals, as are
those that it calls; the originals stay as they are.
"""

import builtins
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any

BASIC = ("numbers.", "rational_numbers.", "validation.", "decision_process.", "tables.")
"""Modules in which there are no formulas: what they use is left as it is."""
SPEC = f"{(__package__ or '').rpartition('.')[0]}.spec."


def exchanged(function: Callable[..., Any], parts: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    """The function with other parts, by module and name (`mdp_evaluation.eta`), or by name for builtins."""
    return parts.get(name_of(function) or "") or _rebuilt(function, parts, {})


def uses(function: Callable[..., Any], part: str, seen: set[Any] | None = None) -> bool:
    """Whether a function of the specification is a part, or is made with it, however deep."""
    seen = set() if seen is None else seen
    if name_of(function) == part:
        return True
    if not isinstance(function, FunctionType) or function in seen or (name_of(function) or "").startswith(BASIC):
        return False
    seen.add(function)
    globals_ = _globals(function)
    return any(uses(value, part, seen) for value in globals_.values() if name_of(value) is not None)


def name_of(value: Any) -> str | None:
    """The name under which a part can be exchanged; None for what is no part."""
    if isinstance(value, FunctionType) and value.__module__.startswith(SPEC):
        return f"{value.__module__.removeprefix(SPEC)}.{value.__name__}"
    return (
        value.__name__ if callable(value) and getattr(builtins, getattr(value, "__name__", ""), None) is value else None
    )


def _rebuilt(function: Any, parts: Mapping[str, Any], done: dict[Any, Any]) -> Any:
    if function in done:
        return done[function]
    own = _globals(function)
    changed = dict(function.__globals__)
    result = FunctionType(function.__code__, changed, function.__name__, function.__defaults__, function.__closure__)
    result.__kwdefaults__ = function.__kwdefaults__
    done[function] = result
    for name, value in own.items():
        part = name_of(value)
        if part is not None and part in parts:
            changed[name] = parts[part]
        elif part is not None and not part.startswith(BASIC) and isinstance(value, FunctionType):
            changed[name] = _rebuilt(value, parts, done)
    return result


def _globals(function: FunctionType) -> dict[str, Any]:
    """What a function's code refers to by global names."""
    known = {**vars(builtins), **function.__globals__}
    return {name: known[name] for name in _names(function.__code__) if name in known}


def _names(code: CodeType) -> set[str]:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*map(_names, inner))

"""Classes that keep a coefficient from one update to the next, called as functions of the whole history.

A controller is built with its parameters and then told of one thing after the other: `Controller(beta, kl_target)` and
`controller.update(kl)`. As a function it takes both, and returns what the state is after each update.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

METHODS = ("update", "step", "adapt", "adjust", "__call__")


def stepwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """A class with a method that updates it, as a function of what it is built with and told; others as they are."""
    method = next((name for name in METHODS if inspect.isclass(function) and name in vars(function)), None)
    if method is None:
        return function
    built = list(inspect.signature(function).parameters.values())
    told = list(inspect.signature(getattr(function, method)).parameters.values())[1:]
    told = [entry.replace(kind=entry.KEYWORD_ONLY) for entry in told]
    told = [entry for entry in told if entry.name not in {other.name for other in built}]

    def run(**arguments: Any) -> Any:
        given = {entry.name: arguments[entry.name] for entry in built if entry.name in arguments}
        inputs = {entry.name: arguments[entry.name] for entry in told if entry.name in arguments}
        keeper = function(**given)
        kept = _state(keeper, given)
        steps = max((len(value) for value in inputs.values() if np.ndim(value)), default=None)
        if steps is None:
            return _after(keeper, method, inputs, kept)
        each = [{name: value[t] if np.ndim(value) else value for name, value in inputs.items()} for t in range(steps)]
        return np.array([float(_after(keeper, method, step, kept)) for step in each])

    run.__name__ = function.__name__
    run.__module__ = function.__module__
    parameters = [entry.replace(kind=entry.KEYWORD_ONLY) for entry in (*built, *told)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _state(keeper: Any, given: dict[str, Any]) -> str | None:
    """The attribute that changes: one that is called as what was given first, or the first that equals it."""
    first = next(iter(given.values()), None)
    attributes = [name for name, value in vars(keeper).items() if np.ndim(value) == 0 and not callable(value)]
    names = [name for name in attributes if name.strip("_") in BETAS]
    return next(iter(names), next((name for name in attributes if getattr(keeper, name) is first), None))


def _after(keeper: Any, method: str, inputs: dict[str, Any], kept: str | None) -> Any:
    """What the update returns; if nothing, the attribute that it changes."""
    returned = getattr(keeper, method)(**inputs)
    return getattr(keeper, kept) if returned is None and kept is not None else returned


BETAS = ("beta", "kl_coef", "kl_coeff", "kl_beta", "coef", "coefficient", "value", "alpha", "lam", "step_size", "lr")
"""What the state of a controller is usually called."""

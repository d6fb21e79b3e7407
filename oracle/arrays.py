"""Arrays of other libraries: made from ours, read back, and recognised in somebody's code.

No library is imported unless the function at hand uses it.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from .errors import LibraryMissingError, UnknownArraysError

LIBRARIES = {"torch": "torch", "jax": "jax.numpy"}


class NotNumbersError(TypeError):
    """What was returned cannot be read as an array of numbers."""


@dataclass(frozen=True)
class Kind:
    """A library's arrays, in one float dtype."""

    library: str
    dtype: str
    float_flags: bool = False
    """Whether flags are passed as zeros and ones: not every library subtracts booleans."""

    def make(self, value: Any) -> Any:
        """Convert an array; numbers, flags and objects stay."""
        if isinstance(value, np.generic):
            return float(value) if self.float_flags and value.dtype.kind == "b" else value.item()
        if not isinstance(value, np.ndarray):
            return value
        if value.dtype.kind == "f" or (value.dtype.kind == "b" and self.float_flags):
            value = value.astype(self.dtype)
        return _MAKERS[self.library](value)

    def __str__(self) -> str:
        """Both names."""
        return f"{self.library} {self.dtype}" + (", flags as zeros and ones" if self.float_flags else "")


def kinds(function: Callable[..., Any], library: str | None, dtype: str | None) -> list[Kind]:
    """The kinds of arrays to try, the likeliest first: as asked for, as annotated, as used in the code."""
    if library is not None and library not in _MAKERS:
        raise UnknownArraysError(
            f"arrays of {library!r} are not known",
            got=f"arrays={library!r}",
            expected=f"one of {', '.join(_MAKERS)}",
            cause="a misspelt name",
            remedy="leave `arrays` out to have it found from the function",
        )
    libraries = [library] if library is not None else _likely(function)
    found = []
    for name in libraries:
        usual = "float32" if name == "jax" and not _jax_has_doubles() else "float64"
        for each in [dtype] if dtype else [usual, "float32"]:
            found += [Kind(name, each), Kind(name, each, float_flags=True)]
    return list(dict.fromkeys(found))


def to_numpy(value: Any) -> np.ndarray:
    """Read somebody's array; numbers are arrays without axes."""
    if isinstance(value, _torch_tensor()):
        value = value.detach().cpu()
        value = (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:  # rows of several lengths, or an object that refuses
        raise NotNumbersError(f"{type(value).__name__}: {error}") from error
    if str(array.dtype) == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        raise NotNumbersError(f"{type(value).__name__} of dtype {array.dtype}, not an array of numbers")
    return array


def _likely(function: Callable[..., Any]) -> list[str]:
    used = list(dict.fromkeys(_libraries_of(function)))
    loaded = [name for name, module in LIBRARIES.items() if module in sys.modules and name not in used]
    return [*used, "numpy", *loaded] if used else ["numpy", *loaded]


def _libraries_of(function: Callable[..., Any]) -> Iterator[str]:
    """The libraries that the annotations and the code name."""
    plain = inspect.unwrap(getattr(function, "func", function))
    notes = " ".join(map(str, getattr(plain, "__annotations__", {}).values())).lower()
    called = vars(type(plain)).get("__call__")  # of an object, its method
    code = getattr(plain, "__code__", getattr(called, "__code__", None))
    scope = getattr(plain, "__globals__", {})
    modules = {getattr(scope.get(name), "__name__", "") for name in _names(code)} if code else set[str]()
    modules |= {getattr(scope.get(name), "__module__", None) or "" for name in _names(code)} if code else set()
    for library in LIBRARIES:
        if any(module.partition(".")[0] == library for module in modules) or f"{library}." in notes or library in notes:
            yield library


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _torch_tensor() -> tuple[type, ...]:
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return (tensor,) if tensor is not None else ()


def _jax_has_doubles() -> bool:
    return bool(imported("jax").config.jax_enable_x64)


def imported(name: str) -> Any:
    """Import a library of somebody's function; a clear error if it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise LibraryMissingError(
            f"{name} is not installed",
            got=f"a function of {name} arrays",
            expected=f"an environment in which `import {name}` works",
            cause="another environment than the function's own",
            remedy="run the check where the function runs",
        ) from missing


_MAKERS: dict[str, Callable[[np.ndarray], Any]] = {
    "numpy": lambda array: array,
    "torch": lambda array: imported("torch").from_numpy(np.ascontiguousarray(array)),
    "jax": lambda array: imported("jax.numpy").asarray(array),
    "list": lambda array: array.tolist(),
}

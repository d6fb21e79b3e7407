"""The function that `package.module:name` or `path/to/file.py:name` names."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

from .spec.errors import RlproofError


class TargetError(RlproofError):
    """What is named is not there, or is not a function."""


def load(target: str) -> Callable[..., Any]:
    """Import the module and get the function; what the module's own code raises is left alone."""
    place, _, path = target.rpartition(":")
    if not place or not path:
        raise TargetError(
            "no function is named",
            got=target,
            expected="package.module:function or path/to/file.py:function",
            cause="the colon before the function is missing",
            remedy="write, for example, my_package.advantages:gae",
        )
    module = _from_file(Path(place)) if place.endswith(".py") else _from_path(place)
    try:
        found = reduce(getattr, path.split("."), module)
    except AttributeError as missing:
        near = get_close_matches(path, [name for name in vars(module) if not name.startswith("_")])
        raise TargetError(
            f"{place} has no {path!r}",
            got=target,
            expected="one of: " + ", ".join(near) if near else f"a function that {place} defines",
            cause="a misspelt name, or one that is defined later",
            remedy=f"look at what {place} defines ({missing})",
        ) from missing
    if not callable(found):
        raise TargetError(
            f"{path} cannot be called",
            got=f"{target}, a {type(found).__name__}",
            expected="a function, or an object with __call__",
            cause="the name of a constant or of a module",
            remedy="name the function itself",
        )
    return found


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise TargetError(
            f"there is no file {path}",
            got=str(path),
            expected="a Python file",
            cause="a path that starts from another folder",
            remedy=f"give the path from {Path.cwd()}",
        )
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def _from_path(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not (name == missing.name or name.startswith(missing.name + ".")):
            raise
        raise TargetError(
            f"there is no module {name}",
            got=name,
            expected="a module that can be imported here",
            cause=f"no module named {missing.name!r} in {Path.cwd()} or in the environment",
            remedy="run from the folder that holds the package, or name the file: path/to/file.py:function",
        ) from missing

"""Import what the core installation does not contain, or say how to install it."""

import importlib
from types import ModuleType


def require(module: str, *, purpose: str) -> ModuleType:
    """Return the module of that name.

    Raises `ImportError` naming the extra `rlproof[impl]` if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        message = (
            f"{purpose} needs the package {module!r}\n  got:          no such package in this environment"
            f"\n  expected:     {module} installed\n  likely cause: only the core of rlproof is installed"
            "\n  what to do:   pip install 'rlproof[impl]'"
        )
        raise ImportError(message) from error

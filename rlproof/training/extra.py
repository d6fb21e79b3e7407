"""Import what training needs beyond the implementation, or say how to install it."""

import importlib
from types import ModuleType


def require(module: str, *, purpose: str) -> ModuleType:
    """Return the module of that name, or raise `ImportError` naming the extra `rlproof[train]`."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        message = (
            f"{purpose} needs the package {package!r}\n  got:          no such package in this environment"
            f"\n  expected:     {package} installed\n  likely cause: rlproof is installed without what training needs"
            "\n  what to do:   pip install 'rlproof[train]'"
        )
        raise ImportError(message) from error

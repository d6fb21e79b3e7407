"""Hypothesis, imported when something of it is first used: `import rlproof.oracle` need not wait for it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any


class Later:
    """Stands for a module."""

    def __init__(self, name: str) -> None:
        """Note which."""
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Import the module, unless it has been, and look there."""
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    import hypothesis as hypothesis
    from hypothesis import strategies as st

    from . import independent as independent
else:
    hypothesis, st = Later("hypothesis"), Later("hypothesis.strategies")
    independent = Later(f"{__package__}.independent")

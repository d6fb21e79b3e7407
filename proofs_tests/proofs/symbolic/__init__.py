"""Facts that computer algebra proves as identities of rational functions, by running the functions of `spec`.

Importing this package needs no SymPy; checking a fact does.
"""

from importlib import import_module
from pathlib import Path

from .fact import Fact
from .proving import register

MODULES = ("performance", "gradients", "transforms", "bounds", "algorithm1", "sequences", "softmax", "lqr")
"""The modules of facts, in the order in which they are listed."""


def facts() -> tuple[Fact, ...]:
    """List every fact, whatever was imported before."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
    return tuple(sorted(register.facts.values(), key=lambda fact: MODULES.index(Path(fact.proof.file).stem)))

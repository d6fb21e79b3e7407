"""Facts that computer algebra proves as identities of rational functions, by running the functions of `spec`.

Importing this package needs no SymPy; checking a fact does.
"""

from ..fact import Fact
from .proving import register

MODULES = ("performance", "gradients", "transforms", "bounds", "algorithm1", "sequences", "softmax", "lqr")
"""The modules of facts, in the order in which they are listed."""


def facts() -> tuple[Fact, ...]:
    """List every fact."""
    return register.load(__name__, MODULES)

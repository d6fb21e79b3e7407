"""Facts that z3 proves over all real numbers, by running the functions of `spec` on symbols.

Importing this package needs no z3; checking a fact does.
"""

from ..fact import Fact
from .proving import register

MODULES = ("clip", "ppo_losses", "adaptive", "divergence", "bellman", "trust_region", "theorem1", "gae")
"""The modules of facts, in the order in which they are listed."""


def facts() -> tuple[Fact, ...]:
    """List every fact."""
    return register.load(__name__, MODULES)

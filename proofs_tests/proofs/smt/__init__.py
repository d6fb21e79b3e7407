"""Facts that z3 proves over all real numbers, by running the functions of `spec` on symbols.

Importing this package needs no z3; checking a fact does.
"""

from importlib import import_module
from pathlib import Path

from ..symbolic.fact import Fact
from .proving import register

MODULES = ("clip", "ppo_losses", "adaptive", "divergence", "bellman", "trust_region", "theorem1", "gae")
"""The modules of facts, in the order in which they are listed."""


def facts() -> tuple[Fact, ...]:
    """List every fact, whatever was imported before."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
    return tuple(sorted(register.facts.values(), key=lambda fact: MODULES.index(Path(fact.proof.file).stem)))

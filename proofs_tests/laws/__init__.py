"""The laws: what must hold of each equation, whatever the input.

One module per topic of `spec`, one generator function per law. A law holds in exact arithmetic with
``==`` or is certified in balls; `rlproof.oracle.law` says how it is decided, `rlproof.oracle.strategies`
what its parameters mean.
"""

from importlib import import_module
from pkgutil import iter_modules

from rlproof.oracle.law import Law, registered
from rlproof.spec.registry import TOPICS


def laws() -> tuple[Law, ...]:
    """List every law, in the order of the topics."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    order = {topic: index for index, topic in enumerate(TOPICS)}
    return tuple(sorted(registered(), key=lambda law: order[law.equation.split(".")[0]]))

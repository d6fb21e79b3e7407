"""Numbers that others published, reproduced to the printed precision; one module per source."""

from importlib import import_module
from pkgutil import iter_modules

from rlproof.oracle.published import Published, registered


def published_numbers() -> tuple[Published, ...]:
    """List every entry."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return registered()

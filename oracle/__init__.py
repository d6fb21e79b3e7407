"""The oracle: hold anybody's function against the theory, and name what is wrong with it.

>>> from rlproof.oracle import check
>>> bool(check(lambda rewards, gamma: sum(gamma**t * r for t, r in enumerate(rewards)), "mdp.discounted_return"))
True
"""

# The packages of these names first: were they imported later, they would take the place of the functions.
from . import contracts as _contracts  # noqa: F401
from . import deviations as _deviations  # noqa: F401
from .check import check
from .conformance import conforms
from .contract import contracts
from .deviation import Deviation, deviations
from .verdict import Counterexample, Verdict


def equations() -> tuple[str, ...]:
    """List the ids of all equations that a function can be held against."""
    return tuple(contracts())


__all__ = ["Counterexample", "Deviation", "Verdict", "check", "conforms", "contracts", "deviations", "equations"]

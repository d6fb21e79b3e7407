"""What is known of one proved statement."""

from typing import NamedTuple

KINDS = ("rocq", "smt", "symbolic")
"""How a statement is proved: by a kernel for all sizes; by a solver over all reals; as rational functions."""


class Proof(NamedTuple):
    """A statement that a machine proves, and where it stands."""

    name: str
    kind: str
    equations: tuple[str, ...]
    """Ids of the equations that it is about."""
    sentence: str
    """What it says, in words."""
    formula: str
    """What it says, in the symbols of the documentation."""
    source: str
    differs: str
    """How it differs from the source: "no", or what and why."""
    file: str
    """Where it stands, from the folder of this package."""
    code: str
    """The statement as the machine reads it."""

    @property
    def id(self) -> str:
        """Kind and name: unique."""
        return f"{self.kind}:{self.name}"

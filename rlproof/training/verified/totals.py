"""What all probes of a training have found about some numbers."""

from typing import NamedTuple

from .row import Row, share


class Total(NamedTuple):
    """What all probes so far have found about some numbers.

    Attributes:
        equation: the id.
        what: which numbers were compared.
        probes: how often.
        cases: how many numbers.
        error: of the number that came nearest to its bound, or left it furthest behind.
        bound: of that number.
        failed: probes in which a number was beyond its bound.
        first: the first of these, in words; empty if there is none.
    """

    equation: str
    what: str
    probes: int = 0
    cases: int = 0
    error: float = 0.0
    bound: float = 0.0
    failed: int = 0
    first: str = ""

    @property
    def ok(self) -> bool:
        """Whether something was compared and nothing was beyond its bound."""
        return self.cases > 0 and not self.failed

    @property
    def ratio(self) -> float:
        """The error as a share of its bound."""
        return share(self.error, self.bound)

    def with_row(self, row: Row, where: str) -> "Total":
        """Add what a probe has found, of the seed and in the iteration that `where` tells."""
        worse = row if row.ratio > self.ratio or not self.probes else self
        first = (
            f"{where}: expected {row.expected:.9g}, got {row.got:.9g}" if not row.ok and not self.failed else self.first
        )
        return self._replace(
            probes=self.probes + 1,
            cases=self.cases + row.cases,
            error=worse.error,
            bound=worse.bound,
            failed=self.failed + (not row.ok),
            first=first,
        )

"""What a verification has found, and how it is written down."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__


@dataclass(frozen=True)
class Outcome:
    """What one check has found.

    `error` and `bound` belong to the entry whose error is the largest share of its bound; `slack` is
    the smallest certified slack of an inequality, None where there is none.
    """

    equation: str
    check: str
    number_system: str
    cases: int
    error: float = 0.0
    bound: float | None = None
    slack: float | None = None
    counterexample: str | None = None
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether a counterexample was found, or nothing ran at all."""
        return self.counterexample is not None or self.cases == 0


@dataclass
class Row:
    """All outcomes of one equation."""

    id: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases ran."""
        return sum(outcome.cases for outcome in self.outcomes)

    @property
    def number_systems(self) -> list[str]:
        """The number systems in which cases ran."""
        order = ("exact", "ball", "float64", "float32")
        return [name for name in order if any(outcome.number_system == name for outcome in self.outcomes)]

    @property
    def worst(self) -> Outcome | None:
        """The float comparison that came nearest to its bound."""
        bounded = [outcome for outcome in self.outcomes if outcome.bound is not None]
        return max(bounded, key=lambda o: o.error / o.bound if o.bound else float(o.error > 0), default=None)

    @property
    def slack(self) -> float | None:
        """The smallest certified slack of the equation's inequalities."""
        return min((outcome.slack for outcome in self.outcomes if outcome.slack is not None), default=None)

    @property
    def verdict(self) -> str:
        """`verified` if something ran and nothing failed."""
        if not self.outcomes:
            return "not run"
        return "FAILED" if any(outcome.failed for outcome in self.outcomes) else "verified"


@dataclass
class Evidence:
    """The outcome of a whole run."""

    seed: int
    rows: dict[str, Row]
    loaded: int = 0
    seconds: float = 0.0
    environments: list[str] = field(default_factory=list)
    device: str = ""
    interrupted: bool = False

    @property
    def outcomes(self) -> list[Outcome]:
        """Every outcome of every equation."""
        return [outcome for row in self.rows.values() for outcome in row.outcomes]

    @property
    def totals(self) -> dict[str, int]:
        """Checks loaded, run, failed and skipped (not reached), and the cases that they ran."""
        run = len(self.outcomes)
        failed = sum(outcome.failed for outcome in self.outcomes)
        return {
            "loaded": self.loaded,
            "run": run,
            "failed": failed,
            "skipped": self.loaded - run,
            "cases": sum(outcome.cases for outcome in self.outcomes),
        }

    @property
    def passed(self) -> bool:
        """Whether every check ran and none failed, and there was at least one."""
        totals = self.totals
        return totals["run"] > 0 and totals["failed"] == 0 and totals["skipped"] == 0

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """File outcomes under their equations."""
        for outcome in outcomes:
            self.rows[outcome.equation].outcomes.append(outcome)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain data."""
        return {
            "rlproof": __version__,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "environments": self.environments,
            "device": self.device,
            "equations": [_row_to_dict(row) for row in self.rows.values()],
            "totals": self.totals,
        }

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _row_to_dict(row: Row) -> dict[str, Any]:
    worst = row.worst
    return {
        "id": row.id,
        "cases": row.cases,
        "number_systems": row.number_systems,
        "worst": _finite(worst.error) if worst else None,
        "bound": _finite(worst.bound) if worst else None,
        "slack": _finite(row.slack),
        "verdict": row.verdict,
        "checks": [{key: _finite(value) for key, value in asdict(outcome).items()} for outcome in row.outcomes],
    }


def _finite(value: Any) -> Any:
    """JSON has no infinity: write it as a word."""
    return str(value) if isinstance(value, float) and abs(value) == float("inf") else value

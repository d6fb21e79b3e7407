"""What checking one statement gave, and what all of them gave together."""

from collections.abc import Iterable
from typing import NamedTuple

from .proof import Proof

PROVED, FAILED, NOT_RUN = "proved", "FAILED", "not run"


class Outcome(NamedTuple):
    """What the prover or solver makes of one statement."""

    proof: Proof
    verdict: str
    assumptions: str = ""
    """What the proof rests on, in the words of the program that checked it."""
    seconds: float = 0.0
    """How long it took; theorems of one file are checked together, and each has the time of all."""
    message: str = ""
    """Why it is not proved."""


def totals(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count statements loaded, run, failed and skipped."""
    verdicts = [outcome.verdict for outcome in outcomes]
    skipped = verdicts.count(NOT_RUN)
    run, failed = len(verdicts) - skipped, verdicts.count(FAILED)
    return {"loaded": len(verdicts), "run": run, "failed": failed, "skipped": skipped}


def passed(outcomes: Iterable[Outcome]) -> bool:
    """Whether there was something to prove, and all of it was proved."""
    verdicts = {outcome.verdict for outcome in outcomes}
    return verdicts == {PROVED}

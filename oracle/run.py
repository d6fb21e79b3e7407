"""One check while it runs: what has been counted, and how a verdict is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .contract import Contract
from .deviation import BUG, CONTESTED, Deviation
from .naming import Named
from .trial import Trial
from .verdict import AGREES, VARIANT, Cases, Counterexample, Verdict


@dataclass
class Run:
    """One check while it runs."""

    contract: Contract
    name: str
    examples: int
    seed: int
    gradient: bool
    counted: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    is_slow: bool = False
    """Whether there was no time for every case."""

    def count(self, name: str, number: int) -> None:
        """Note that cases of a class have run."""
        self.counted[name] = self.counted.get(name, 0) + number

    def verdict(
        self,
        trial: Trial,
        status: str,
        said: str,
        shown: Counterexample | None = None,
        *,
        deviations: Sequence[Deviation] = (),
        behaviours: tuple[str, ...] = (),
        besides: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Verdict:
        """Make a verdict of what has been counted."""
        variants = behaviours or (*(entry.id for entry in deviations), *besides)
        return Verdict(
            function=self.name,
            equation=self.contract.equation.id,
            status=status,
            explanation=said,
            variants=variants,
            kind=deviations[0].kind if deviations else _kind(behaviours),
            references=deviations[0].references if deviations else (),
            conventions=trial.setting.conventions,
            returns=str(trial.form),
            arrays=f"{trial.candidate.kind}, {trial.layout.name}",
            limits=trial.setting.limits,
            notes=notes
            + tuple(f"{parameter} was read as {word}" for parameter, word in trial.candidate.renamed.items()),
            counterexample=shown,
            cases=Cases(self.counted),
            loaded=self.examples if status == AGREES else sum(self.counted.values()),
            failed=self.failed,
        )

    def variant(self, found: Named, shown: Counterexample | None, over: str | None = None) -> Verdict:
        """Say that the function equals a named deviation."""
        first: Deviation = found.deviations[0]
        said = "\n".join(filter(None, (first.says, first.effect and f"effect: {first.effect}", over and mean(over))))
        means = ("equal_in_expectation",) if over else ()
        return self.verdict(found.trial, VARIANT, said, shown, deviations=found.deviations, besides=means)


def _kind(behaviours: Sequence[str]) -> str | None:
    """What is right on average, or on every sample but not on average, is a choice; other behaviours are bugs."""
    if not behaviours:
        return None
    return CONTESTED if behaviours[0].endswith("in_expectation") else BUG


def mean(over: str) -> str:
    """Say what is equal on average alone."""
    return f"equal in expectation, not on each sample: its exact mean over {over} is the equation's"

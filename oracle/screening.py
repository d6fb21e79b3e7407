"""Try every way to read a function, and rank them by how much they find wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .arrays import Kind
from .candidate import Candidate
from .contract import Contract
from .layout import FLAT, Layout, OneRow, layouts
from .naming import name
from .reading import Setting
from .trial import Finding, Observation, Trial

FEW = 8
"""Ways to read a function that fail on all of so many cases are not tried on more."""

Way = tuple[Candidate, Setting]
"""What each parameter stands for, and in which sense."""


@dataclass
class Scored:
    """A way to read the function, with what it returned and what is wrong with that."""

    trial: Trial
    drawn: Sequence[Mapping[str, Any]]
    called: list[Observation]
    """What the function returned for the first of them, whatever the form of its results is taken to be."""
    seen: list[Observation] = field(default_factory=list)
    findings: list[Finding | None] = field(default_factory=list)

    @property
    def wrong(self) -> list[Finding]:
        """What was found wrong."""
        return [finding for finding in self.findings if finding is not None]

    @property
    def rank(self) -> tuple[float, int]:
        """The share of cases found wrong; then, what cannot be told."""
        return len(self.wrong) / len(self.findings), len(self.trial.setting.limits)


def screen(
    contract: Contract, ways: Sequence[Way], possible: Sequence[Kind], cases: Sequence[Mapping[str, Any]]
) -> list[Scored]:
    """Try every way to read the function, the best first: with columns only where nothing fits without."""
    tried = _tried(contract, ways, possible, cases, (FLAT,))
    whole = all(entry.rank[0] == 1 for entry in tried if entry.trial.form.reduction not in ("mean", "sum"))
    may_be_in_columns = contract.is_rowwise or contract.has_sequences
    if all(entry.rank[0] == 1 or (may_be_in_columns and entry.wrong) for entry in tried):
        further = layouts(contract, refused=whole)
        if contract.is_rowwise:
            further = [entry for entry in further if _may_be_of_rows(entry, tried)]
        tried += _tried(contract, ways, possible, cases, further)
    return _confirmed(tried)


def _confirmed(tried: Sequence[Scored]) -> list[Scored]:
    """The best first: what was found roughly about it is compared exactly, until one case is wrong beyond doubt."""
    while True:
        ranked = sorted(tried, key=lambda entry: entry.rank)
        best = ranked[0]
        if not best.wrong or not best.wrong[0].is_rough:
            return ranked
        first = next(case for case, found in enumerate(best.findings) if found is not None)
        best.findings[first] = best.trial.judge(best.seen[first])


def _may_be_of_rows(layout: Layout, tried: Sequence[Scored]) -> bool:
    """Whether a function may be meant for one state, or one number, at a time.

    Not if it is a known deviation for many; for one number only if it refuses arrays.
    """
    refused = any(all(finding.behaviour == "raises" for finding in entry.wrong) for entry in tried)
    if isinstance(layout, OneRow) and layout.axes > 1 and not refused:
        return False
    returned = [entry for entry in sorted(tried, key=lambda entry: entry.rank) if not raises(entry)]
    called = [(entry.trial, entry.seen, entry.drawn[len(entry.seen) :]) for entry in returned]
    return refused or name(called, is_close=True) is None


def _tried(
    contract: Contract,
    ways: Sequence[Way],
    possible: Sequence[Kind],
    cases: Sequence[Mapping[str, Any]],
    layouts: Sequence[Layout],
) -> list[Scored]:
    """Try arrays of one kind after the other, until there is one that the function does not always refuse."""
    tried: list[Scored] = []
    for kind in possible:
        found = [
            scored
            for layout in layouts
            for candidate, setting in ways
            for scored in _in_every_form(contract, candidate.of_kind(kind), setting, layout, cases)
        ]
        _score_all(found)
        tried += found
        if not all(raises(entry) for entry in found):
            break
    return tried


def _in_every_form(
    contract: Contract, candidate: Candidate, setting: Setting, layout: Layout, cases: Sequence[Mapping[str, Any]]
) -> Iterator[Scored]:
    """The function in every form of its results; it will be called once for each case, whatever the form."""
    called: list[Observation] = []
    doubles: dict[int, Any] = {}
    for form in contract.forms(setting.told, candidate.name):
        yield Scored(Trial(candidate, contract, setting, form, layout, doubles=doubles), cases, called)


def _score_all(found: Sequence[Scored]) -> None:
    """Judge every way on a few cases, then the better ones first on all; one that is right rules the others out."""
    for entry in found:
        _score(entry, FEW)
    is_found = False
    for entry in sorted(found, key=lambda entry: len(entry.wrong)):
        is_hopeless = len(entry.wrong) == len(entry.findings) or entry.seen[-1].result.behaviour == "hangs"
        if not is_hopeless and not (is_found and entry.wrong):
            _score(entry, len(entry.drawn), is_found=is_found)
            is_found = is_found or not entry.wrong


def _score(scored: Scored, count: int, *, is_found: bool = False) -> None:
    """Judge so many cases, as long as one call may take; what has been seen already is not asked for again."""
    candidate = scored.trial.candidate
    has_time = candidate.clock.budget(candidate.seconds)
    for number in range(len(scored.findings), min(count, len(scored.drawn))):
        if number == len(scored.called):
            scored.called.append(scored.trial.observe(scored.trial.arguments(scored.drawn[number])))
        scored.seen.append(scored.called[number])
        scored.findings.append(scored.trial.judge(scored.called[number], roughly=True))
        hangs = scored.called[number].result.behaviour == "hangs"
        if hangs or (is_found and scored.wrong) or not has_time():
            return


def raises(scored: Scored) -> bool:
    """Whether the function refused every case."""
    return all(finding is not None and finding.behaviour == "raises" for finding in scored.findings)

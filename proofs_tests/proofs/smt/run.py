"""Runs of a fact: one for each way in which the conditions of `spec`'s functions can fall.

A fact is run again and again until every outcome of every condition that it asks for has been taken. What is
claimed on one path is proved under the hypotheses and the conditions of that path; outcomes that contradict the
hypotheses are left out.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from itertools import product
from typing import Any

BRIEFLY, SECONDS = 3, 60
"""What z3 has for one question, at first and in the end; without an answer by then, the fact is not proved.

Every question takes it below three seconds on a slow machine; a loaded one may need the minute."""


class Run:
    """One path through a fact."""

    def __init__(self, decisions: list[tuple[bool, bool]]) -> None:
        """Take these decisions first: outcomes, and whether the other one is still to be taken."""
        self.decisions, self.asked = decisions, 0
        self.names: set[str] = set()
        self.hypotheses: list[Any] = []
        self.path: list[Any] = []
        self.shown: list[Any] = []
        """What follows from these, with an obligation each to prove it."""
        self.lemmas: set[Any] = set()
        self.obligations: list[tuple[list[Any], Any]] = []
        """What must hold for the run to mean anything, each with what was known when it arose."""
        self.solutions: dict[tuple[int, ...], tuple[Any, ...]] = {}

    def decide(self, formula: Any) -> bool:
        """Take an outcome of a condition that the hypotheses and the path so far admit."""
        import z3

        ways: tuple[Any, Any] = formula, z3.Not(formula)
        for outcome, way in zip((True, False), ways, strict=True):
            if any(way.eq(fact) for fact in self.known):
                return outcome
        if self.asked == len(self.decisions):
            can_hold, can_fail = (self.ask(way) != z3.unsat for way in ways)
            self.decisions.append((can_hold, can_hold and can_fail))
        outcome, _ = self.decisions[self.asked]
        self.asked += 1
        self.path.append(formula if outcome else z3.Not(formula))
        return outcome

    @property
    def known(self) -> list[Any]:
        """What holds on this path so far."""
        return [*self.hypotheses, *self.path, *self.shown]

    def ask(self, formula: Any) -> Any:
        """Ask whether a formula can hold on this path."""
        return solver(*self.known, formula).check()

    def name(self, stem: str, *shape: int) -> list[str]:
        """Give names that nothing in this run has: cases of a fact share no symbol, so that none limits another."""
        while True:
            names = ["_".join([stem, *map(str, index)]) for index in product(*map(range, shape))]
            if self.names.isdisjoint(names):
                self.names.update(names)
                return names
            stem += "'"


_present: ContextVar[Run | None] = ContextVar("_present", default=None)


def present() -> Run:
    """Give the run that is under way."""
    run = _present.get()
    if run is None:
        raise RuntimeError("a condition on symbols was asked for its truth outside a fact")
    return run


def runs(function: Callable[[], Iterator[Any]]) -> Iterator[tuple[Run, list[tuple[list[Any], Any]]]]:
    """Run a fact along every path; what it yields comes with its run, and with what was known then."""
    decisions: list[tuple[bool, bool]] | None = []
    while decisions is not None:
        run = Run(decisions)
        token = _present.set(run)
        try:
            claims = [(run.known, claim) for claim in function()]
        finally:
            _present.reset(token)
        yield run, claims
        decisions = _following(run.decisions)


def solver(*formulas: Any, seconds: int = SECONDS) -> Any:
    """Make a solver of formulas that must hold together."""
    import z3

    made = z3.Solver()
    made.set("timeout", seconds * 1000)
    made.add(*formulas)
    return made


def _following(decisions: list[tuple[bool, bool]]) -> list[tuple[bool, bool]] | None:
    """The decisions of the next path: the last one still open falls the other way."""
    for last in reversed(range(len(decisions))):
        outcome, is_open = decisions[last]
        if is_open:
            return [*decisions[:last], (not outcome, False)]
    return None

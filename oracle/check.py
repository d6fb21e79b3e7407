"""`check`: hold somebody's function against an equation, and name what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .arrays import Kind, kinds
from .candidate import Candidate, Unreadable, read
from .contract import Contract, contract
from .conventions import declared
from .deviation import Deviation, named
from .differentiation import DIFFERENTIATING
from .expectation import equal_in_expectation
from .gradient_check import Differentiated, differentiate, has_gradient, names, wrong_slope
from .layout import FLAT, LAYOUTS, Layout, layouts
from .naming import Named, explains, name, shrink
from .reading import Setting, settings
from .report import counterexample
from .search import BrokenError, own_seed, search
from .stateful import stepwise
from .strategies import arguments as draw_arguments
from .trial import Finding, Observation, Trial
from .verdict import AGREES, DISAGREES, ERROR, INEXPRESSIBLE, VARIANT, Cases, Counterexample, Verdict
from .words import meanings, words

FIRST, EXAMPLES, GRADIENTS = 60, 1000, 30
"""Cases on which every way to read the function is tried, on which the one that fits is, and its gradient."""
SECONDS = 10.0
"""How long one call may take."""
NOT_REPRODUCIBLE = "called again with the same arguments, it returns something else: it keeps state, or is random"
COLUMNS = "columns"
"""What a deviation needs that shows only where the data have columns."""
FEW = 8
"""Ways to read a function that fail on all of so many cases are not tried on more."""


_Way = tuple[Candidate, Setting]


@dataclass
class _Run:
    """One check while it runs."""

    contract: Contract
    name: str
    examples: int
    seed: int
    gradient: bool
    counted: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    def count(self, name: str, number: int) -> None:
        """Note that cases of a class have run."""
        self.counted[name] = self.counted.get(name, 0) + number


@dataclass
class _Scored:
    """A way to read the function, with what it returned and what is wrong with that."""

    trial: Trial
    seen: list[Observation]
    findings: list[Finding | None]
    drawn: Sequence[Mapping[str, Any]]

    @property
    def wrong(self) -> list[Finding]:
        """What was found wrong."""
        return [finding for finding in self.findings if finding is not None]

    @property
    def rank(self) -> tuple[float, int]:
        """The share of cases found wrong; then, what cannot be told."""
        return len(self.wrong) / len(self.findings), len(self.trial.setting.limits)


def check(
    function: Callable[..., Any],
    equation: str,
    *,
    arguments: Mapping[str, str] | None = None,
    bind: Mapping[str, Any] | None = None,
    conventions: Mapping[str, str] | None = None,
    arrays: str | None = None,
    dtype: str | None = None,
    examples: int = EXAMPLES,
    seconds: float = SECONDS,
    gradient: bool = False,
    seed: int = 0,
) -> Verdict:
    """Hold a function against an equation.

    Args:
        function: anything that can be called; its parameters are filled by their names.
        equation: the equation's id, such as `gae.advantage`.
        arguments: the word of the vocabulary that a parameter stands for, where its name does not say so.
        bind: constants for parameters.
        conventions: what an ambiguous word means, such as `{"dones": "episode_starts"}`; else every meaning is tried.
        arrays: `numpy`, `torch`, `jax` or `list`; found from the function if left out.
        dtype: the floats that are passed; `float64` (JAX without doubles: `float32`) if left out.
        examples: how many cases a function must stand.
        seconds: how long one call may take.
        gradient: whether the function's own gradient is held against the equation's, too (PyTorch, JAX).
        seed: seed of everything that is random.
    Returns:
        The verdict; true if the function agrees.
    Raises:
        UnknownEquationError, UnknownConventionError, UnknownArraysError, LibraryMissingError.
    """
    expected = contract(equation)
    said = declared(conventions or {})
    known = words()
    possible = kinds(function, arrays, dtype)
    if gradient:
        possible = [kind for kind in possible if kind.library in DIFFERENTIATING] or possible
    try:
        about = (equation, *expected.parameters)
        called = stepwise(function)
        candidates = read(
            called, lambda word: meanings(word, about), arguments or {}, bind or {}, possible[0], seconds
        )
    except Unreadable as missing:
        label = getattr(function, "__name__", str(function))
        return Verdict(label, equation, ERROR, f"the parameter {missing} means nothing here: map it or bind it")
    ways = [
        (candidate, setting)
        for candidate in candidates
        for setting in settings(
            list(candidate.words.values()), expected.parameters, equation, known.readings, known.rules, said
        )
    ]
    if not ways:
        return _inexpressible(expected, candidates[0])
    run = _Run(expected, candidates[0].name, min(examples, expected.extra.examples), seed, gradient)
    needs = sorted(frozenset().union(*(setting.needs for _, setting in ways)))
    cases = _drawn(needs, min(FIRST, run.examples), own_seed(seed, equation))
    scored = _screened(run, ways, possible, cases)
    return _decided(run, scored)


def _drawn(names: Sequence[str], count: int, seed: int) -> list[Mapping[str, Any]]:
    cases: list[Mapping[str, Any]] = []
    search(cases.append, draw_arguments(names), examples=count, seed=seed)
    return cases


def _screened(
    run: _Run, ways: Sequence[_Way], possible: Sequence[Kind], cases: Sequence[Mapping[str, Any]]
) -> list[_Scored]:
    """Try every way to read the function, the best first: with columns only where nothing fits without."""
    tried = _tried(run, ways, possible, cases, (FLAT,))
    whole = all(entry.rank[0] == 1 for entry in tried if entry.trial.form.reduction not in ("mean", "sum"))
    may_be_in_columns = run.contract.is_rowwise or run.contract.has_sequences
    if all(entry.rank[0] == 1 or (may_be_in_columns and entry.wrong) for entry in tried):
        tried += _tried(run, ways, possible, cases, layouts(run.contract, refused=whole))
    return sorted(tried, key=lambda entry: entry.rank)


def _tried(
    run: _Run,
    ways: Sequence[_Way],
    possible: Sequence[Kind],
    cases: Sequence[Mapping[str, Any]],
    layouts: Sequence[Layout],
) -> list[_Scored]:
    """Try arrays of one kind after the other, until there is one that the function does not always refuse."""
    tried: list[_Scored] = []
    for kind in possible:
        found = [
            _score(Trial(candidate.of_kind(kind), run.contract, setting, form, layout), cases)
            for layout in layouts
            for candidate, setting in ways
            for form in run.contract.forms(setting.told, run.name)
        ]
        tried += found
        if not all(_raises(entry) for entry in found):
            break
    return tried


def _score(trial: Trial, cases: Sequence[Mapping[str, Any]]) -> _Scored:
    scored = _Scored(trial, [], [], cases)
    for case in cases:
        seen = trial.observe(trial.arguments(case))
        scored.seen.append(seen)
        scored.findings.append(trial.judge(seen))
        if seen.result.behaviour == "hangs" or (len(scored.findings) == FEW and all(scored.findings)):
            break
    return scored


def _raises(scored: _Scored) -> bool:
    return all(finding is not None and finding.behaviour == "raises" for finding in scored.findings)


def _decided(run: _Run, scored: Sequence[_Scored]) -> Verdict:
    best = scored[0]
    run.count("first", len(best.findings))
    if not best.wrong:
        found = _searched(run, best.trial)
        if found is None:
            return _beyond(run, best)
        best = _Scored(best.trial, [*best.seen, found], [*best.findings, best.trial.judge(found)], best.drawn)
        scored = [best]
    run.failed = len(best.wrong)
    if all(_raises(entry) for entry in scored) or best.wrong[0].behaviour == "hangs":
        return _verdict(run, best.trial, ERROR, f"the function {best.wrong[0].message}")
    if not _is_reproducible(best):
        return _verdict(run, best.trial, VARIANT, NOT_REPRODUCIBLE, behaviours=("not_reproducible",))
    return _named(run, best, scored)


def _searched(run: _Run, trial: Trial) -> Observation | None:
    """Look for a case that the first ones did not show."""
    wrong: list[Observation] = []

    def attempt(drawn: Mapping[str, Any]) -> None:
        seen = trial.observe(trial.arguments(drawn))
        if trial.judge(seen) is not None:
            wrong.append(seen)
            raise BrokenError

    rest = max(1, run.examples - FIRST)
    found = search(attempt, draw_arguments(sorted(trial.setting.needs)), examples=rest, seed=own_seed(run.seed, "more"))
    run.count("search", found.cases)
    return wrong[-1] if wrong else None


def _beyond(run: _Run, best: _Scored) -> Verdict:
    """A function that is right in all that was asked: what it does where its arguments do not tell enough, and besides."""
    if not _is_reproducible(best):
        return _verdict(run, best.trial, VARIANT, NOT_REPRODUCIBLE, behaviours=("not_reproducible",))
    soiled = [arguments for seen in best.seen if (arguments := best.trial.soiled(seen.arguments)) is not None]
    for arguments, seen in zip(soiled, best.seen, strict=False):
        run.count("masked", 1)
        found = best.trial.judge(Observation(seen.arguments, best.trial.observe(arguments).result))
        if found is not None:
            said = "what stands in masked places enters the result: a NaN there makes it NaN (zero times NaN is NaN)"
            return _verdict(run, best.trial, VARIANT, f"{said}\n{found.message}", behaviours=("masked_places_leak",))
    extreme = _extreme(run, best)
    if extreme is not None:
        return extreme
    in_columns = _in_columns(run, best)
    if in_columns is not None:
        return in_columns
    if best.trial.setting.assumes is not None:
        return _assumed(run, best)
    if run.gradient and not has_gradient(best.trial):
        said = "the values are right; a function of NumPy arrays has no gradient: hand it over in PyTorch or JAX"
        return _verdict(run, best.trial, INEXPRESSIBLE, said)
    wrong = _gradient(run, best) if run.gradient else None
    return _verdict(run, best.trial, AGREES, "", notes=_notes(run, best)) if wrong is None else wrong


def _extreme(run: _Run, best: _Scored) -> Verdict | None:
    """The name of what is not finite at an unusual size, though the right result is."""
    trial = best.trial
    for extreme in run.contract.extra.extremes:
        for drawn in best.drawn[:FEW] if extreme.needs <= trial.setting.needs else ():
            seen = trial.observe(trial.arguments({**drawn, **extreme.change(drawn)}))
            run.count("extreme", 1)
            found = trial.not_finite(seen)
            if found is not None:
                run.failed += 1
                said = f"right for usual data, but {extreme.says}\n{found.message}"
                shown = counterexample(trial, seen.arguments, found)
                return _verdict(run, trial, VARIANT, said, shown, behaviours=(extreme.name,))
    return None


def _in_columns(run: _Run, best: _Scored) -> Verdict | None:
    """The name of what goes wrong where the data have columns, though it is right for one."""
    told = best.trial.setting.told | {COLUMNS}
    options = [entry for entry in named(run.contract, told) if COLUMNS in entry.needs]
    for layout in LAYOUTS if options and best.trial.layout is FLAT else ():
        wide = replace(best.trial, layout=replace(layout, is_growing=True))
        seen = [wide.observe(wide.arguments(drawn)) for drawn in best.drawn[:FEW]]
        run.count("columns", len(seen))
        wrong = [(entry, found) for entry in seen if (found := wide.judge(entry)) is not None]
        called = tuple(entry for entry in options if wrong and explains(entry, wide, seen))
        if called:
            run.failed += len(wrong)
            return _variant(run, Named(wide, called), counterexample(wide, wrong[0][0].arguments, wrong[0][1]))
    return None


def _gradient(run: _Run, best: _Scored) -> Verdict | None:
    """What is wrong with the gradient of a function whose values are right."""
    trial, points = best.trial, list[Differentiated]()
    wrong: tuple[str, Mapping[str, Any], Finding] | None = None
    for drawn in best.drawn[:GRADIENTS]:
        point = differentiate(trial, drawn)
        run.count("gradient", int(point is not None))
        if isinstance(point, Finding):
            return _verdict(run, trial, ERROR, point.message)
        found = None if point is None else wrong_slope(trial, point)
        points += [] if point is None else [point]
        if found is not None:
            run.failed += 1
            wrong = wrong or (found[0], points[-1].seen.arguments, found[1])
    if wrong is None:
        return None
    word, arguments, finding = wrong
    called = tuple(names(trial, word, points))
    shown = counterexample(trial, arguments, finding)
    return _verdict(run, trial, VARIANT if called else DISAGREES, finding.message, shown, behaviours=called)


def _assumed(run: _Run, best: _Scored) -> Verdict:
    """A function that is told of something without which it needs to be right: name what it does then."""
    trial = best.trial
    seen = [trial.observe(trial.arguments(drawn, restricted=False)) for drawn in best.drawn]
    run.count("beyond its arguments", len(seen))
    assumed = [entry for entry in named(trial.contract, trial.setting.told) if entry.id == trial.setting.assumes]
    wrong = [found for entry in seen if (found := trial.judge(entry)) is not None]
    run.failed = len(wrong)
    if not wrong:
        return _variant(run, Named(trial, tuple(assumed)), None)
    found = name([(trial, seen)])
    if found is not None:
        return _variant(run, found, None)
    said = f"{trial.setting.limits[0]} is not told, and what is done without it has no name"
    return _verdict(run, trial, DISAGREES, f"{said}\n{wrong[0].message}")


def _is_reproducible(best: _Scored) -> bool:
    """Whether the function returns the same when it is called again."""
    return all(_equal(best.trial.observe(seen.arguments), seen) for seen in best.seen[:FEW])


def _equal(again: Observation, before: Observation) -> bool:
    one, other = again.result, before.result
    same = len(one.arrays) == len(other.arrays) and one.behaviour == other.behaviour
    return same and all(map(_same_array, one.arrays, other.arrays))


def _same_array(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def _notes(run: _Run, best: _Scored) -> tuple[str, ...]:
    """What else is to be known about a function that agrees."""
    few = f"held against {run.examples} cases only, as one takes the equation long"
    undefined = "NaN where the formula divides zero by zero, for which the equation has a value of its own"
    notes = (few,) if run.examples == run.contract.extra.examples else ()
    return (*notes, *((undefined,) if any(map(best.trial.is_undefined, best.seen)) else ()), *_layouts(best))


def _layouts(best: _Scored) -> tuple[str, ...]:
    """In which other shapes the function is right, too."""
    if not best.trial.contract.has_steps or best.trial.layout is not FLAT:
        return ()
    trials = [replace(best.trial, layout=layout) for layout in LAYOUTS]
    also = [trial.layout.name for trial in trials if not any(trial.run(drawn) for drawn in best.drawn[:FEW])]
    return (f"right as well for steps of shape {', '.join(also)}",) if also else ()


def _named(run: _Run, best: _Scored, scored: Sequence[_Scored]) -> Verdict:
    minimal = shrink(best.trial, own_seed(run.seed, "small"))
    shown = None if minimal is None else counterexample(best.trial, best.trial.arguments(minimal[0]), minimal[1])
    behaviours = {finding.behaviour for finding in best.wrong}
    if behaviours == {"changes_its_arguments"}:
        return _verdict(run, best.trial, VARIANT, best.wrong[0].message, shown, behaviours=("changes_its_arguments",))
    is_close = all(finding.only_rounding for finding in best.wrong)
    found = name([(entry.trial, entry.seen) for entry in scored if not _raises(entry)], pairs=not is_close)
    if is_close and found is None:
        said = f"right, but less precise than its result's dtype: {best.wrong[0].message}"
        return _verdict(run, best.trial, VARIANT, said, shown, behaviours=("low_precision",))
    over = equal_in_expectation(best.trial, own_seed(run.seed, "expectation"))
    if found is not None:
        return _variant(run, found, shown, over)
    if over is not None:
        return _verdict(run, best.trial, VARIANT, _mean(over), shown, behaviours=("equal_in_expectation",))
    return _verdict(run, best.trial, DISAGREES, best.wrong[0].message, shown)


def _mean(over: str) -> str:
    return f"equal in expectation, not on each sample: its exact mean over {over} is the equation's"


def _variant(run: _Run, found: Named, shown: Counterexample | None, over: str | None = None) -> Verdict:
    first: Deviation = found.deviations[0]
    said = "\n".join(filter(None, (first.says, first.effect and f"effect: {first.effect}", over and _mean(over))))
    means = ("equal_in_expectation",) if over else ()
    return _verdict(run, found.trial, VARIANT, said, shown, deviations=found.deviations, besides=means)


def _inexpressible(expected: Contract, candidate: Candidate) -> Verdict:
    told = ", ".join(candidate.words.values()) or "nothing"
    said = f"its parameters ({told}) do not tell what the equation needs: {', '.join(expected.parameters)}"
    return Verdict(candidate.name, expected.equation.id, INEXPRESSIBLE, said)


def _verdict(
    run: _Run,
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
    variants = behaviours or (*(entry.id for entry in deviations), *besides)
    return Verdict(
        function=run.name,
        equation=run.contract.equation.id,
        status=status,
        explanation=said,
        variants=variants,
        kind=deviations[0].kind if deviations else None,
        references=deviations[0].references if deviations else (),
        conventions=trial.setting.conventions,
        returns=str(trial.form),
        arrays=f"{trial.candidate.kind}, {trial.layout.name}",
        limits=trial.setting.limits,
        notes=notes + tuple(f"{parameter} was read as {word}" for parameter, word in trial.candidate.renamed.items()),
        counterexample=shown,
        cases=Cases(run.counted),
        loaded=run.examples if status == AGREES else sum(run.counted.values()),
        failed=run.failed,
    )

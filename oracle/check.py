"""`check`: hold somebody's function against an equation, and name what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..spec import numbers
from .arrays import kinds
from .beyond import NOT_REPRODUCIBLE, beyond, is_reproducible
from .candidate import Candidate, Unreadable, read
from .contract import Contract, contract
from .conventions import declared
from .differentiation import DIFFERENTIATING
from .expectation import equal_in_expectation
from .naming import name, shrink
from .reading import settings
from .report import counterexample
from .run import Run, mean
from .screening import Scored, raises, screen
from .search import BrokenError, own_seed, search
from .stateful import stepwise
from .strategies import Sizes
from .strategies import arguments as draw_arguments
from .trial import Observation, Trial
from .vectors.stored import first_cases
from .verdict import DISAGREES, ERROR, INEXPRESSIBLE, VARIANT, Verdict
from .words import meanings, words

FIRST, EXAMPLES = 60, 1000
"""Cases on which every way to read the function is tried, and on which the one that fits is."""
IN_SINGLE = "given float64, it computes in float32, as PyTorch does with flags that are made float32"
SECONDS = 10.0
"""How long one call may take."""


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
    explain: bool = True,
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
        explain: whether a function that is wrong gets a name and a smallest counterexample; without, the verdict is
            quick and only says whether it agrees.
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
        possible.sort(key=lambda kind: kind.library not in DIFFERENTIATING)
    try:
        about = (equation, *expected.parameters)
        called = stepwise(function)
        meant = partial(meanings, about=about)
        own = expected.parameters
        candidates = read(called, meant, own, arguments or {}, bind or {}, possible[0], seconds)
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
    run = Run(expected, candidates[0].name, min(examples, expected.extra.examples), seed, gradient)
    needs = sorted(frozenset().union(*(setting.needs for _, setting in ways)))
    count = min(FIRST, run.examples)
    cases: list[Mapping[str, Any]] = [*first_cases(equation, needs, seed)[: count - 1]]
    cases += _drawn(needs, count - len(cases), own_seed(seed, equation), expected.extra.sizes)
    scored = screen(expected, ways, possible, cases)
    if dtype is None and _computes_in_single(scored[0]):
        single = check(
            function, equation, arguments=arguments, bind=bind, conventions=conventions, arrays=arrays, dtype="float32",
            examples=examples, seconds=seconds, gradient=gradient, explain=explain, seed=seed,
        )  # fmt: skip
        if single:
            return replace(single, notes=(*single.notes, IN_SINGLE))
    return _decided(run, scored, explain=explain)


def _computes_in_single(best: Scored) -> bool:
    """Whether a function of PyTorch is right, but for its precision."""
    kind = best.trial.candidate.kind
    is_close = bool(best.wrong) and all(finding.only_rounding for finding in best.wrong)
    return is_close and (kind.library, kind.dtype) == ("torch", "float64")


def _drawn(names: Sequence[str], count: int, seed: int, sizes: Sizes) -> list[Mapping[str, Any]]:
    cases: list[Mapping[str, Any]] = []
    search(cases.append, draw_arguments(names, sizes), examples=count, seed=seed)
    return cases


def _decided(run: Run, scored: Sequence[Scored], *, explain: bool) -> Verdict:
    best = scored[0]
    run.count("first", len(best.findings))
    run.is_slow = len(best.findings) < len(best.drawn)
    if not best.wrong:
        found = _searched(run, best.trial)
        if found is None:
            return beyond(run, best)
        best = replace(best, seen=[*best.seen, found], findings=[*best.findings, best.trial.judge(found)])
        scored = [best]
    run.failed = len(best.wrong)
    if not explain:
        return run.verdict(best.trial, DISAGREES, best.wrong[0].message)
    if all(raises(entry) for entry in scored) or best.wrong[0].behaviour == "hangs":
        return run.verdict(best.trial, ERROR, f"the function {best.wrong[0].message}")
    if not is_reproducible(best):
        return run.verdict(best.trial, VARIANT, NOT_REPRODUCIBLE, behaviours=("not_reproducible",))
    return _named(run, best, scored)


def _searched(run: Run, trial: Trial) -> Observation | None:
    """Look for a case that the first ones did not show."""
    wrong: list[Observation] = []
    ran, has_time = 0, trial.candidate.clock.budget(trial.candidate.seconds)

    def attempt(case: Mapping[str, Any]) -> None:
        nonlocal ran
        if not has_time():
            return
        ran += not wrong
        seen = trial.observe(trial.arguments(case))
        if trial.judge(seen) is not None:
            wrong.append(seen)
            raise BrokenError

    rest, needs = max(1, run.examples - FIRST), sorted(trial.setting.needs)
    drawn = draw_arguments(needs, run.contract.extra.sizes)
    search(attempt, drawn, examples=rest, seed=own_seed(run.seed, "more"))
    run.count("search", ran)
    run.is_slow = run.is_slow or not has_time()
    return wrong[-1] if wrong else None


def _named(run: Run, best: Scored, scored: Sequence[Scored]) -> Verdict:
    is_far = any(best.trial.is_wrong_roughly(seen) for seen in best.seen)
    minimal = shrink(best.trial, own_seed(run.seed, "small"), roughly=is_far and not best.trial.is_judged)
    shown = None if minimal is None else counterexample(best.trial, best.trial.arguments(minimal[0]), minimal[1])
    behaviours = {finding.behaviour for finding in best.wrong}
    if behaviours == {"changes_its_arguments"}:
        return run.verdict(best.trial, VARIANT, best.wrong[0].message, shown, behaviours=("changes_its_arguments",))
    is_close = all(finding.only_rounding for finding in best.wrong)
    tried = [(entry.trial, entry.seen, entry.drawn[len(entry.seen) :]) for entry in scored if not _refuses(entry)]
    tried.sort(key=lambda entry: entry[0].layout.columns == 1)  # one column may be a row of sequences of length one
    found = name(tried, is_close=is_close)
    if is_close and found is None:
        said = f"right, but less precise than its result's dtype: {best.wrong[0].message}"
        return run.verdict(best.trial, VARIANT, said, shown, behaviours=("low_precision",))
    over = equal_in_expectation(best.trial, own_seed(run.seed, "expectation"))
    if found is not None:
        return run.variant(found, shown, over)
    if over is not None:
        return run.verdict(best.trial, VARIANT, mean(over), shown, behaviours=("equal_in_expectation",))
    return run.verdict(best.trial, DISAGREES, "\n".join(filter(None, (best.wrong[0].message, _nearly(best)))), shown)


def _nearly(best: Scored) -> str | None:
    """How far off a function is at most, if it is nearly right in every case."""
    if any(entry.expected is None or np.shape(entry.expected) != np.shape(entry.got) for entry in best.wrong):
        return None
    most = max(float(np.max(abs(finding.got - numbers.float64(finding.expected)))) for finding in best.wrong)
    said = f"never more than {most:.1e} off: an iteration that stops early is, or one with a small constant added"
    return said if np.isfinite(most) else None


def _refuses(scored: Scored) -> bool:
    """Whether the function returned no numbers once: nothing that computes numbers explains it."""
    behaviours = {finding.behaviour for finding in scored.wrong}
    return not behaviours <= {None, "changes_its_arguments"}


def _inexpressible(expected: Contract, candidate: Candidate) -> Verdict:
    told = ", ".join(candidate.words.values()) or "nothing"
    said = f"its parameters ({told}) do not tell what the equation needs: {', '.join(expected.parameters)}"
    return Verdict(candidate.name, expected.equation.id, INEXPRESSIBLE, said)

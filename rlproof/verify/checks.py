"""The checks of one equation: its laws, and the agreement of floats with exact values."""

import fnmatch
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies

from ..laws import laws
from ..oracle import agreement
from ..oracle.compare import compare
from ..oracle.gradients import compare_gradient
from ..oracle.law import Law
from ..oracle.reproduction import describe, reproduction
from ..oracle.search import BrokenError, Search, own_seed, search, smallest
from ..oracle.strategies import Sizes, arguments
from ..spec.registry import Equation, equations
from . import device
from .candidates import implementation, implementation_derivative, spec_in_floats
from .evidence import Outcome

SIZES = {"small": Sizes.fixed(1, 1, 1, 1), "square": Sizes.fixed(3, 3, 3, 2), "oblong": Sizes.fixed(2, 4, 5, 1)}
"""Sizes at which implementations are compiled: (states, actions, length, action dimensions)."""


@dataclass(frozen=True)
class Effort:
    """How many cases each check runs, at which sizes `spec` runs in floats, and in which dtypes `impl` is compiled.

    Compiling is what takes the time: `impl` is held against `spec` at one size here, at all of them in the test-suite.
    """

    law_examples: int
    agreement_examples: int
    sizes: tuple[str, ...]
    compiled: tuple[tuple[str, str], ...]
    rollout_steps: int
    on_tables: tuple[str, ...] = ("spec", "impl")

    @classmethod
    def default(cls) -> "Effort":
        """The effort of `rlproof verify`."""
        return cls(
            law_examples=30,
            agreement_examples=20,
            sizes=("small", "oblong"),
            compiled=(("float32", "oblong"), ("float64", "oblong")),
            rollout_steps=2048,
        )

    @classmethod
    def quick(cls) -> "Effort":
        """The effort of `rlproof verify --quick`: one dtype, since most of the time goes into compiling."""
        return cls(
            law_examples=10,  # with five, a law about a special case may meet none
            agreement_examples=5,
            sizes=("oblong",),
            compiled=(("float32", "oblong"),),
            rollout_steps=256,
            on_tables=("spec",),
        )

    def with_examples(self, examples: int) -> "Effort":
        """The same with another number of cases per check."""
        return replace(self, law_examples=examples, agreement_examples=examples)


@dataclass(frozen=True)
class Check:
    """A named piece of work that yields outcomes."""

    title: str
    run: Callable[[], Outcome]


def select(patterns: Iterable[str]) -> tuple[Equation, ...]:
    """The equations whose ids match one of the patterns (all, if there is none)."""
    patterns = tuple(patterns) or ("*",)
    return tuple(e for e in equations() if any(fnmatch.fnmatch(e.id, pattern) for pattern in patterns))


def equation_checks(equation: Equation, effort: Effort, seed: int) -> Iterator[Check]:
    """Every check of an equation on generated input."""
    for law in laws():
        if law.equation == equation.id:
            yield Check(law.id, partial(check_law, equation, law, effort.law_examples, seed))
    if equation.undifferentiated is None:
        gradient = partial(check_gradient, equation, effort.agreement_examples, seed)
        yield Check(f"{equation.id}: gradient in float64, oblong", gradient)
    runs = [("spec", "float64", size, spec_in_floats(equation)) for size in effort.sizes]
    runs += [("impl", dtype, size, implementation(equation)) for dtype, size in effort.compiled]
    for name, dtype, size, candidate in runs:
        yield Check(
            f"{equation.id}: {name} in {dtype}, {size}",
            partial(check_agreement, equation, candidate, name, dtype, size, effort.agreement_examples, seed),
        )


def check_law(equation: Equation, law: Law, examples: int, seed: int) -> Outcome:
    """Search for an input that breaks a law."""

    def check(case: dict[str, Any]) -> Any:
        decision = law.check(**case)
        if decision.holds is not True:
            how = "is refuted" if decision.holds is False else "stays undecided"
            raise BrokenError(f"the law {how}: {law.statement}")
        return decision

    start, seed = time.perf_counter(), own_seed(seed, law.id)
    found = search(check, arguments(law.parameters), examples=examples if law.parameters else 1, seed=seed)
    if found.error is not None:
        found = smallest(check, law.parameters, examples=examples, seed=seed) or found
    slack = min((decision.slack for decision in found.notes), default=float("inf"))
    return Outcome(
        equation.id,
        f"law {law.name}",
        law.system,
        found.cases,
        error=max((decision.error for decision in found.notes), default=0.0),
        slack=None if slack == float("inf") else slack,
        counterexample=_explain_law(equation, law, found),
        seconds=time.perf_counter() - start,
    )


def check_agreement(
    equation: Equation, candidate: agreement.Candidate, name: str, dtype: str, size: str, examples: int, seed: int
) -> Outcome:
    """Search for an input on which a function leaves its derived bound."""

    def check(case: dict[str, Any]) -> agreement.Comparison:
        with device.arithmetic(name):
            comparison = compare(equation, candidate, case, dtype)
        if not comparison.agrees:
            raise BrokenError(
                f"expected {comparison.expected}\ngot      {comparison.got}\n"
                f"error {comparison.error:.3g}, bound {comparison.bound:.3g}"
            )
        return comparison

    start, seed = time.perf_counter(), own_seed(seed, equation.id, name, dtype, size)
    names = agreement.parameters(equation)
    found = search(check, arguments(names, SIZES[size]), examples=examples, seed=seed)
    if found.error is not None:
        found = smallest(check, names, examples=examples, seed=seed) or found
    worst = max(found.notes, key=lambda comparison: comparison.ratio, default=None)
    return Outcome(
        equation.id,
        f"{name} in {dtype}, {size}",
        dtype,
        _compared(found),
        error=worst.error if worst else 0.0,
        bound=worst.bound if worst else None,
        counterexample=_explain_agreement(equation, name, dtype, found),
        seconds=time.perf_counter() - start,
    )


def check_gradient(equation: Equation, examples: int, seed: int) -> Outcome:
    """Search for a point and a direction at which the implementation's gradient is wrong."""
    derivative = implementation_derivative(equation)

    def check(pair: tuple[dict[str, Any], dict[str, Any]]) -> agreement.Comparison:
        with device.arithmetic():
            comparison = compare_gradient(equation, derivative, *pair, "float64")
        if not comparison.agrees:
            low, high = comparison.expected
            slope = f"{low}" if low == high else f"{low} to {high}"
            raise BrokenError(
                f"at the midpoint of the two cases, in the direction from the first to the second:\n"
                f"expected a slope of {slope}, got {comparison.got} (bound {comparison.bound:.3g})"
            )
        return comparison

    start, seed = time.perf_counter(), own_seed(seed, equation.id, "gradient")
    case = arguments(agreement.parameters(equation), SIZES["oblong"])
    found = search(check, strategies.tuples(case, case), examples=examples, seed=seed)
    worst = max(found.notes, key=lambda comparison: comparison.ratio, default=None)
    return Outcome(
        equation.id,
        "gradient in float64, oblong",
        "float64",
        _compared(found),
        error=worst.error if worst else 0.0,
        bound=worst.bound if worst else None,
        counterexample=_explain_gradient(equation, found),
        seconds=time.perf_counter() - start,
    )


def _compared(found: Search) -> int:
    """How many cases were really compared; an infinite bound (at a lost support, say) admits anything."""
    return found.cases if found.error is not None else sum(note.bound < float("inf") for note in found.notes)


def _explain_gradient(equation: Equation, found: Search) -> str | None:
    if found.error is None:
        return None
    first, second = found.counterexample
    return (
        f"the gradient of impl's {equation.id} is wrong on the smallest pair of cases found:\n"
        f"{describe(first)}\nand\n{describe(second)}\n{type(found.error).__name__}: {found.error}"
    )


def _explain_law(equation: Equation, law: Law, found: Search) -> str | None:
    if found.error is None:
        said = sum(decision.claims for decision in found.notes)
        return None if said else f"the law {law.name} made no claim on any of {found.cases} cases"
    return (
        f"{equation.id} breaks its law {law.name} on the smallest case found:\n"
        f"{describe(found.counterexample)}\n{type(found.error).__name__}: {found.error}"
    )


def _explain_agreement(equation: Equation, name: str, dtype: str, found: Search) -> str | None:
    if found.error is None:
        return None
    return (
        f"{name}'s {equation.id} in {dtype} differs from the theory on the smallest case found:\n"
        f"{describe(found.counterexample)}\n{type(found.error).__name__}: {found.error}\n"
        f"To reproduce what is expected:\n{reproduction(equation, found.counterexample, dtype)}"
    )

"""What is expected of a function that claims to be an equation: its results, and the forms that are accepted."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from typing import Any

import numpy as np

from ..spec.numbers import stack
from ..spec.registry import Equation, equation, equations
from .agreement import parameters
from .cases import is_discrete
from .draws import Sizes
from .reading import Facts
from .substitution import exchanged

EXCHANGED = "exchanged"
"""The fact that parts of the formula are others: by name, what stands in their place."""
WANTED = "wanted"
"""The fact that names the results that are asked for: of what is beside the equation, only these are computed."""
Outputs = dict[str, Any]
USUAL = Sizes()
Compute = Callable[[Facts], Outputs]


@dataclass(frozen=True)
class Form:
    """The results in their order, each with a sign, and what is done with the entries of each."""

    outputs: tuple[str, ...]
    reduction: str = "as it is"
    """`as it is`, `mean`, `sum`, a shape, or `terms` (`rows`): before the mean that the equation takes (over rows)."""
    negated: bool = False

    def __str__(self) -> str:
        """What is returned, in words."""
        sign = "minus " if self.negated else ""
        reduced = "" if self.reduction == "as it is" else f" ({self.reduction})"
        return sign + ", ".join(self.outputs) + reduced


@dataclass(frozen=True)
class Extreme:
    """Data of a size at which a right formula may overflow, and what a function does that is not finite there."""

    name: str
    says: str
    needs: frozenset[str]
    change: Callable[[Facts], Facts]
    """What is drawn, at that size."""


@dataclass(frozen=True)
class Extra:
    """What an equation's contract has beside the equation itself."""

    beside: Mapping[str, Callable[[Facts, Any], Any]] = field(default_factory=dict)
    """Results that are returned with it, from the facts and the equation's own result."""
    forms: tuple[tuple[str, ...], ...] = ()
    """Further lists of results."""
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facts without which a result beside, or a shape, does not exist."""
    undefined: Callable[[Facts], bool] | None = None
    """Whether the formula is 0/0 or 0 times infinity: there, NaN is accepted beside the value that the equation has."""
    accepts: tuple[Compute, ...] = ()
    """Other results that are right as well: the theory leaves a choice, or another way to compute rounds otherwise."""
    unless: tuple[str, ...] = ()
    """Facts that leave no choice, once one of them is told."""
    revises: Callable[[Facts], Any] | None = None
    """The estimate of which the result is a new version, where the facts have it: it may be computed as a change."""
    extremes: tuple[Extreme, ...] = ()
    """What a function is tried on that is right on usual data."""
    sizes: Sizes = USUAL
    """How large the drawn problems are."""
    examples: int = sys.maxsize
    """How many cases are enough, where one takes long."""
    counts: Callable[[Facts], Any] | None = None
    """Flags of the entries that are compared; the others may hold anything."""
    shapes: Mapping[str, Callable[[Facts, Any], Any]] = field(default_factory=dict)
    """Other shapes in which the result is accepted, by name: from the facts and the result."""
    rows: bool = False
    """Whether the equation averages over the first axis, so that the terms of the rows are accepted, too."""
    parts: Callable[[Facts], Any] | None = None
    """The equation composed of parts; deviations exchange some of them, by the fact `parts`."""


@dataclass(frozen=True)
class Contract:
    """An equation, its results and their forms."""

    equation: Equation
    extra: Extra

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the equation's own parameters."""
        return parameters(self.equation)

    @property
    def is_mean(self) -> bool:
        """Whether the equation averages terms, one per entry."""
        return "mean over all entries" in self.equation.sections.get("Returns", "")

    @property
    def has_steps(self) -> bool:
        """Whether further axes may follow the first, of time."""
        return "[T, ...]" in self.equation.sections.get("Args", "")

    @property
    def has_rows(self) -> bool:
        """Whether there is a result for each step, which depends on other steps."""
        return "rewards" in self.parameters and "[T, ...]" in self.equation.sections.get("Returns", "")

    @property
    def has_sequences(self) -> bool:
        """Whether the first axis is of sequences, or of groups of them."""
        return any(shape in self.equation.sections.get("Args", "") for shape in ("[B, L]", "[..., G]"))

    @property
    def is_rowwise(self) -> bool:
        """Whether every axis but the last is of states, all treated alike."""
        return any(shape in self.equation.sections.get("Args", "") for shape in ("[..., A]", "[..., k]", "[T, k"))

    @property
    def has_dimensions(self) -> bool:
        """Whether the last axis is of the dimensions of an action."""
        return any(shape in self.equation.sections.get("Args", "") for shape in ("[..., k]", "[T, k"))

    @property
    def is_one_number(self) -> bool:
        """Whether the result is one number."""
        return self.equation.sections.get("Returns", "").startswith(("One number", "A number", "A whole number"))

    def compute(self, facts: Facts) -> Outputs:
        """The outputs by name, in the facts' number system; from the rows that count alone, where that is told."""
        if "valid" in facts and self.is_mean:
            result = self._result(counted(facts))
        elif "valid" in facts and self.has_rows:
            own = {name: facts[name] for name in (*self.parameters, "parts") if name in facts}
            result = by_rows(self._result, own, facts["valid"])
        else:
            result = self._result(facts)
        return self._with_beside(facts, {self.equation.name: result})

    def _with_beside(self, facts: Facts, found: Outputs) -> Outputs:
        """What is returned with the equation's result, too: of what nobody asks for, nothing is computed."""
        result, required = found[self.equation.name], self.extra.requires
        wanted = facts.get(WANTED, self.extra.beside)
        known = {
            name: find(facts, result)
            for name, find in self.extra.beside.items()
            if name not in found and name in wanted and facts.keys() >= set(required.get(name, ()))
        }
        return {**found, **known}

    def rights(self, told: frozenset[str]) -> tuple[Compute, ...]:
        """Every computation that is right: the equation's, and others where the theory or rounding leaves a choice."""
        others = self.extra.accepts if told.isdisjoint(self.extra.unless) else ()
        if self.extra.revises is not None:
            others = (self._by_increment, *others)
        return (self.compute, *(partial(self._accepted, other) for other in others))

    def _by_increment(self, facts: Facts) -> Outputs:
        """The same number as the estimate plus what changes in it, whose roundings are as large as the estimate."""
        result = self._result(facts)
        before = self.extra.revises(facts) if self.extra.revises is not None else None
        return {self.equation.name: result if before is None else before + (result - before)}

    def _accepted(self, other: Compute, facts: Facts) -> Outputs:
        if "valid" not in facts or not self.has_rows:
            return self._with_beside(facts, other(facts))
        own = {name: value for name, value in facts.items() if name != "valid"}
        names = other(own).keys()
        found = {name: by_rows(lambda kept, name=name: other(kept)[name], own, facts["valid"]) for name in names}
        return self._with_beside(facts, found)

    def _result(self, facts: Facts) -> Any:
        if "parts" in facts and self.extra.parts is not None:
            return self.extra.parts(facts)
        function = self.equation.function
        named = {name: facts[name] for name in self.parameters}
        if EXCHANGED not in facts:
            return function(**named)
        call = signature(function).bind(**named)  # what stands in the equation's own place may have other names
        return exchanged(function, facts[EXCHANGED])(*call.args, **call.kwargs)

    def forms(self, told: frozenset[str], called: str = "") -> Iterator[Form]:
        """Every form in which a function called so may give the results, where these facts are told."""
        signs = self._signs(called.lower())
        yield from (form for form in self._forms(told) if form.negated in signs)

    def _signs(self, called: str) -> tuple[bool, ...]:
        """Whether the result may be negated: what is called a loss must be one, but for the equation's own name.

        What an equation maximises is often returned as a loss; what it minimises is seldom an objective.
        """
        returns = self.equation.sections.get("Returns", "")
        is_own = called in (self.equation.name, f"{self.equation.topic}_{self.equation.name}")
        if "to be maximised" in returns:
            return (True,) if "loss" in called and not is_own else (False,) if "objective" in called else (False, True)
        if "to be minimised" in returns:
            return (True,) if "objective" in called else (False,)
        return (False, True)

    def _forms(self, told: frozenset[str]) -> Iterator[Form]:
        own, returns = self.equation.name, self.equation.sections.get("Returns", "")
        yield Form((own,))
        required = self.extra.requires
        several = [
            Form(outputs)
            for outputs in self.extra.forms
            if all(told.issuperset(required.get(name, ())) for name in outputs)
        ]
        yield from several
        reductions = ("terms", "sum") if self.is_mean else () if self.is_one_number else ("mean", "sum")
        shapes = (name for name in self.extra.shapes if told.issuperset(required.get(name, ())))
        reductions = (*reductions, *(("rows",) if self.extra.rows else ()), *shapes)
        yield from (Form((own,), reduction) for reduction in reductions)
        if "to be maximised" in returns or "to be minimised" in returns:
            yield from (Form((own,), r, negated=True) for r in ("as it is", *reductions))
            yield from (Form(entry.outputs, negated=True) for entry in several)

    def presented(self, compute: Compute, form: Form) -> Callable[[Facts], tuple[Any, ...]]:
        """What a function returns that computes so and gives its results in this form."""

        def present(facts: Facts) -> tuple[Any, ...]:
            facts = {**facts, WANTED: frozenset(form.outputs)}
            if form.reduction in ("terms", "rows"):
                shape = common_shape(self.parameters, facts)
                if form.reduction == "rows":  # in parts, as the equation may refuse a row alone that counts nowhere
                    shape, facts = shape[:1], {**facts, "parts": facts.get("parts", {})}
                found: Outputs = {form.outputs[0]: self._terms(compute, form.outputs[0], facts, shape)}
            else:
                found = compute(facts)
            results = [self._reduced(found[name], form.reduction, facts) for name in form.outputs]
            signed = zip(form.outputs, results, strict=True)  # what stands beside a loss keeps its sign
            return tuple(-result if form.negated and name == self.equation.name else result for name, result in signed)

        return present

    def _reduced(self, result: Any, reduction: str, facts: Facts) -> Any:
        if reduction in self.extra.shapes:
            return self.extra.shapes[reduction](facts, result)
        if self.is_mean and reduction == "sum":
            entries = int(np.prod(common_shape(self.parameters, facts)))
            return result * (int(np.sum(facts["valid"])) if "valid" in facts else entries)
        if reduction in ("mean", "sum") and not self.is_mean:
            total = result.sum() if getattr(result, "ndim", 0) else result
            return total / int(np.prod(np.shape(result))) if reduction == "mean" else total
        return result

    def _terms(self, compute: Compute, name: str, facts: Facts, shape: tuple[int, ...]) -> Any:
        each = {known: value for known, value in facts.items() if known != "valid"}  # whether the entry counts or not
        terms = [compute(entry(each, shape, index))[name] for index in np.ndindex(*shape)]
        return stack(terms).reshape(*shape)


def counted(facts: Facts) -> dict[str, Any]:
    """The facts about the entries that count alone."""
    valid = np.asarray(facts["valid"], dtype=bool)
    kept = {name: value[valid] for name, value in facts.items() if name != "valid" and _is_like(value, valid)}
    return {**facts, **kept}


def by_rows(compute: Callable[[Facts], Any], facts: Facts, counted: Any) -> Any:
    """Compute from the rows that count alone, in each column; the others get zero."""
    if counted.ndim > 1:
        columns = [by_rows(compute, _column(facts, counted, c), counted[:, c]) for c in range(counted.shape[1])]
        return stack([stack([column[t] for column in columns]) for t in range(len(counted))])
    rows = np.flatnonzero(counted)
    kept = {name: value[rows] if _is_like(value, counted) else value for name, value in facts.items()}
    some = next(value for value in facts.values() if _is_like(value, counted) and not is_discrete(value))
    result = compute(kept) if len(rows) else some[:0]
    return stack([*result, 0 * some[0]])[np.where(counted, np.cumsum(counted) - 1, -1)]


def _column(facts: Facts, counted: Any, column: int) -> dict[str, Any]:
    return {name: value[:, column] if _is_like(value, counted) else value for name, value in facts.items()}


def _is_like(value: Any, counted: Any) -> bool:
    return np.shape(value)[: counted.ndim] == counted.shape


def common_shape(names: Sequence[str], facts: Facts) -> tuple[int, ...]:
    """The shape of the arrays of which there is one entry per step."""
    shapes = [np.shape(facts[name]) for name in names if name in facts and np.shape(facts[name])]
    return min(shapes, key=len) if shapes else ()


def entry(facts: Facts, shape: tuple[int, ...], index: tuple[int, ...]) -> dict[str, Any]:
    """The facts about one step alone, as arrays of one step."""
    part = tuple(slice(i, i + 1) for i in index)
    return {name: value[part] if np.shape(value)[: len(shape)] == shape else value for name, value in facts.items()}


@cache
def contract(identifier: str) -> Contract:
    """The contract of an equation; without anything special, its result alone."""
    return Contract(equation(identifier), _extras().get(identifier, Extra()))


def contracts() -> dict[str, Contract]:
    """Every contract by the id of its equation."""
    return {entry.id: contract(entry.id) for entry in equations()}


@cache
def _extras() -> dict[str, Extra]:
    package = import_module(f"{__package__}.contracts")
    found: dict[str, Extra] = {}
    for module in iter_modules(package.__path__):
        found |= import_module(f"{package.__name__}.{module.name}").CONTRACTS
    return found

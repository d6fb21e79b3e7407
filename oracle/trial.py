"""A function read in one way, and its results held against the equation, or against a change of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..spec import numbers
from ..spec.decision_process import MDP
from ..spec.errors import NumberSystemError, RlproofError
from .agreement import Comparison, judge_against
from .candidate import Candidate, Result
from .cases import FloatMDP, each, exactly, fields, is_discrete, is_record, to_float, to_rounded
from .contract import Compute, Contract, Form
from .judges import JUDGES
from .law import to_ball
from .layout import FLAT, Layout
from .reading import Facts, Setting
from .rounding import UNITS, Rounded, any_solver

MASKS = ("token_mask", "valid")
"""Facts that say which entries count; results elsewhere may be anything."""
NEAR = 2.0**-16
"""Results further apart than this share of them and of the inputs are equal in no precision: they need no bound."""
REFERENCE_BITS = 256


@dataclass(frozen=True)
class Observation:
    """What a function returned for some arguments (in floats)."""

    arguments: Mapping[str, Any]
    result: Result


@dataclass(frozen=True)
class Finding:
    """What is wrong with a result."""

    message: str
    expected: Any = None
    got: Any = None
    behaviour: str | None = None
    only_rounding: bool = False
    """The result would be right for arrays of a lower precision than it has."""
    is_rough: bool = False
    """Found in doubles alone, and not compared exactly yet."""


@dataclass
class Trial:
    """A function, a way to read it, and the form of its results."""

    candidate: Candidate
    contract: Contract
    setting: Setting
    form: Form
    layout: Layout = FLAT
    in_balls: bool = field(default=False, repr=False)
    doubles: dict[int, tuple[Observation, Facts]] = field(default_factory=dict, repr=False)

    @cached_property
    def passed(self) -> dict[str, Any]:
        """How the data of each word are passed, where not as an array."""
        return {reading.word: reading.passed for reading in self.setting.readings}

    @cached_property
    def rights(self) -> tuple[Compute, ...]:
        """Every computation that is right, given what is told."""
        return self.contract.rights(self.setting.told)

    @property
    def is_judged(self) -> bool:
        """Whether the theory leaves the result open in part, so that it is judged by other means than its numbers."""
        return self.contract.equation.id in JUDGES

    def arguments(self, drawn: Facts, *, restricted: bool = True) -> dict[str, Any]:
        """The arguments in floats, laid out along time first."""
        lifted = self.layout.lift(self.contract, drawn)
        exact = self.setting.arguments(lifted, restricted=restricted)
        return each(to_float, exact, self.candidate.kind.dtype)

    def observe(self, arguments: Mapping[str, Any]) -> Observation:
        """Call the function."""
        return Observation(arguments, self.candidate(self.layout.turn(arguments), self.passed))

    def soiled(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments with NaN wherever a mask says that nothing counts; None if there is no mask."""
        masks = [entry.word for entry in self.setting.readings if any(name in entry.tells for name in MASKS)]
        if not masks or "reset_rows" in self.setting.told:  # a reset row holds the value of the last observation
            return None
        mask = np.asarray(arguments[masks[0]], dtype=bool)
        return {
            word: np.where(mask, value, np.nan).astype(value.dtype) if _is_masked(value, mask) else value
            for word, value in arguments.items()
        }

    def run(self, drawn: Facts) -> Finding | None:
        """Draw the arguments from a case, call the function and judge what it returns."""
        return self.judge(self.observe(self.arguments(drawn)))

    def judge(self, seen: Observation, compute: Compute | None = None, *, roughly: bool = False) -> Finding | None:
        """What is wrong with a result, against the equation or a change of it; None if nothing is.

        Roughly, a result that is far off is not compared exactly. Arguments that contradict each other, read so, are
        not meant so.
        """
        try:
            return self._judge(seen, compute, roughly=roughly)
        except (RlproofError, IndexError) as error:
            return Finding(f"cannot be read so: {str(error).partition(chr(10))[0]}", behaviour="raises")

    def _judge(self, seen: Observation, compute: Compute | None, *, roughly: bool) -> Finding | None:
        if seen.result.problem is not None:
            return Finding(seen.result.problem, behaviour=seen.result.behaviour)
        arrays = self._arranged(seen.result)
        if arrays is None:
            wanted = ", ".join(self.form.outputs)
            return Finding(f"returns {len(seen.result.arrays)} results where {wanted} was expected")
        if compute is None and self.contract.equation.id in JUDGES and not self.form.negated:
            return self._judged(seen, arrays)
        return None if self.is_undefined(seen) else self._against(seen, arrays, compute, roughly=roughly)

    def _against(
        self, seen: Observation, arrays: list[np.ndarray], compute: Compute | None, *, roughly: bool
    ) -> Finding | None:
        """What is wrong against a change of the equation, or else against everything that is right."""
        shown: Finding | None = None  # the first, or the first that is right but for its precision, which says more
        for right in self.rights if compute is None else (compute,):
            if (roughly or compute is not None) and self._is_far(seen, arrays, right):
                found: Finding | None = Finding("far off", is_rough=True)
            else:
                found = self._compared(seen, arrays, right)
            if found is None:
                return None
            if shown is None or (found.only_rounding and not shown.only_rounding):
                shown = found
        return shown

    def is_unlike(self, seen: Observation) -> bool:
        """Whether there are more or fewer results than the form has."""
        return seen.result.problem is None and self._arranged(seen.result) is None

    def is_refuted(self, seen: Observation, compute: Compute) -> bool:
        """Whether a result is so far from a change of the equation that no bound is needed."""
        arrays = None if seen.result.problem is not None else self._arranged(seen.result)
        return arrays is not None and not self.is_undefined(seen) and self._is_far(seen, arrays, compute)

    def is_wrong_roughly(self, seen: Observation) -> bool:
        """Whether a result is far from everything that is right, or no result at all."""
        if seen.result.problem is not None or self._arranged(seen.result) is None:
            return True
        return all(self.is_refuted(seen, right) for right in self.rights)

    def is_undefined(self, seen: Observation) -> bool:
        """Whether NaN was returned where the formula divides zero by zero."""
        test = self.contract.extra.undefined
        if test is None or not any(array.dtype.kind == "f" and np.isnan(array).any() for array in seen.result.arrays):
            return False
        return test(self.setting.facts(each(exactly, seen.arguments)))

    def not_finite(self, seen: Observation) -> Finding | None:
        """Say what raises, or is infinite or no number, where the right result is finite."""
        if seen.result.problem is not None:
            return Finding(seen.result.problem)
        try:
            expected = self.expected(seen.arguments)
        except RlproofError:
            return None  # the arguments are not finite themselves
        for got, wanted in zip(self._arranged(seen.result) or (), expected, strict=False):
            right = numbers.float64(wanted)
            if got.shape == right.shape and np.any(np.isfinite(right) & ~np.isfinite(got)):
                return Finding(f"expected {_shown(right)}, got {_shown(got)}", right, got)
        return None

    def expected(self, arguments: Mapping[str, Any], compute: Compute | None = None) -> tuple[Any, ...]:
        """The right results, exact, laid out along time first."""
        exact = each(exactly, arguments)
        present = self._present(compute or self.contract.compute)
        if not self.in_balls:
            try:
                return present(self.setting.facts(exact))
            except NumberSystemError:
                self.in_balls = True
        with numbers.precision(REFERENCE_BITS):
            return present(self.setting.facts(each(to_ball, exact)))

    def _present(self, compute: Compute) -> Callable[[Facts], tuple[Any, ...]]:
        """What a function returns that computes so, in the form and the layout."""
        present = self.contract.presented(compute, self.form)
        return (lambda facts: tuple(map(_squeezed, present(facts)))) if self.layout.is_row else present

    def _arranged(self, result: Result) -> list[np.ndarray] | None:
        """The arrays in the order of the form, time first; None if their number is another."""
        arrays, wanted = list(result.arrays), self.form.outputs
        if len(arrays) != len(wanted):
            return arrays if self.contract.equation.id in JUDGES else None
        names = [name.rstrip("s") for name in result.names]
        singular = [name.rstrip("s") for name in wanted]
        if names and len(names) > 1 and sorted(names) == sorted(singular):
            arrays = [arrays[names.index(name)] for name in singular]
        if self.layout.is_row:
            judged = self.contract.equation.id in JUDGES
            return [array[None] if judged else np.squeeze(array) for array in arrays]
        return [self.layout.turned(array) for array in arrays]

    def in_doubles(self, seen: Observation, compute: Compute) -> tuple[np.ndarray, ...] | None:
        """What a computation gives for the same arguments, in doubles; None where it is not defined in them."""
        try:
            with np.errstate(all="ignore"):
                results = self._present(compute)(self._facts_in_doubles(seen))
                return tuple(np.asarray(result, dtype=float) for result in results)
        except (ArithmeticError, ValueError, IndexError, KeyError, TypeError, AttributeError):
            return None

    def is_same(self, seen: Observation, one: Compute, other: Compute) -> bool:
        """Whether two computations give the same for the same arguments, in doubles."""
        first, second = self.in_doubles(seen, one), self.in_doubles(seen, other)
        if first is None or second is None:
            return False
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True))

    def _is_far(self, seen: Observation, arrays: list[np.ndarray], compute: Compute) -> bool:
        """Whether a computation in doubles is already so different that no bound is needed."""
        results = self.in_doubles(seen, compute)
        if results is None:
            return False  # the exact comparison decides
        facts = self._facts_in_doubles(seen)
        for name, got, value in zip(self.form.outputs, arrays, results, strict=True):
            if got.shape != value.shape:
                return True
            counted = self._counted(facts, value.shape, name)
            with np.errstate(all="ignore"):
                difference, scale = abs(got - value), 1 + _magnitude((value, *seen.arguments.values()))
            if np.any((difference > NEAR * scale) & counted) or np.any((np.isnan(got) & ~np.isnan(value)) & counted):
                return True
        return False

    def _facts_in_doubles(self, seen: Observation) -> Facts:
        """The facts of an observation, found once: many changes of the equation are tried on each."""
        known = self.doubles.get(id(seen))
        if known is None or known[0] is not seen:
            self.doubles[id(seen)] = known = (seen, self.setting.facts(each(_in_doubles, seen.arguments)))
        return known[1]

    def _judged(self, seen: Observation, arrays: list[np.ndarray]) -> Finding | None:
        """Results that the theory leaves open in part: a maximiser, a list in any order."""
        facts = self.setting.facts(seen.arguments)
        own = {name: facts[name] for name in self.contract.parameters}
        judge = JUDGES[self.contract.equation.id]
        got = arrays[0] if len(arrays) == 1 else arrays
        return _finding(judge(self.contract.equation, own, got, _dtype(arrays[-1])))

    def _compared(self, seen: Observation, arrays: list[np.ndarray], compute: Compute) -> Finding | None:
        exact = self.expected(seen.arguments, compute)
        rounded: dict[str, tuple[Any, ...]] = {}
        for position, (result, right) in enumerate(zip(arrays, exact, strict=True)):
            counted = self._counted(self.setting.facts(seen.arguments), np.shape(right), self.form.outputs[position])
            is_like = result.shape == np.shape(right)
            if is_like and _is_nearest(result[counted], np.asarray(right)[counted]):
                continue
            got, wanted = (np.where(counted, result, 0), np.where(counted, right, 0)) if is_like else (result, right)
            dtype = _dtype(got)
            found = self._within(seen, compute, dtype, position, got, wanted, rounded)
            if found.agrees:
                continue
            lower = "float32" if dtype == "float64" else "float16"
            may_be = dtype != "float16" and not self._is_far(seen, arrays, compute)
            close = may_be and self._within(seen, compute, lower, position, got, wanted, rounded).agrees
            return Finding(_differs(found, close=close), found.expected, found.got, only_rounding=close)
        return None

    def _within(
        self,
        seen: Observation,
        compute: Compute,
        dtype: str,
        position: int,
        got: np.ndarray,
        wanted: Any,
        rounded: dict[str, tuple[Any, ...]],
    ) -> Comparison:
        """Compare one result with the bound of a precision."""
        if got.shape != np.shape(wanted):
            return judge_against(wanted, got, 0.0)
        if dtype not in rounded:
            carried = {word: _carried(v, self.candidate.kind.dtype, dtype) for word, v in seen.arguments.items()}
            with any_solver():
                rounded[dtype] = self._present(compute)(self.setting.facts(carried))
        bound = np.asarray(getattr(rounded[dtype][position], "error", 0.0), dtype=float)
        return judge_against(wanted, got, bound)

    def _counted(self, facts: Facts, shape: tuple[int, ...], output: str) -> Any:
        """Flags of the entries of a result that are compared; a row that is no transition must give nothing."""
        if self.contract.extra.counts is not None:
            return np.broadcast_to(self.contract.extra.counts(facts), shape)
        must_vanish = "reset_rows" in facts and output == self.contract.equation.name
        for name in () if must_vanish else MASKS:
            if name in facts and np.shape(facts[name]) == shape:
                return np.asarray(facts[name], dtype=bool)
        return np.ones(shape, dtype=bool)


def _squeezed(result: Any) -> Any:
    return result.reshape(tuple(n for n in result.shape if n != 1)) if np.shape(result) else result


def _magnitude(values: Iterable[Any]) -> float:
    """The largest finite number: what large numbers that cancel leave is small beside them."""
    tables = [value.reward if isinstance(value, (MDP, FloatMDP)) else value for value in values]
    arrays = [np.asarray(table) for table in tables if not is_record(table)]
    return max(float(abs(a).max(initial=0, where=np.isfinite(a))) for a in arrays if a.dtype.kind in "fiu")


def _is_masked(value: Any, mask: np.ndarray) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.shape == mask.shape


def _finding(found: Comparison) -> Finding | None:
    return None if found.agrees else Finding(_differs(found), found.expected, found.got)


def _differs(found: Comparison, *, close: bool = False) -> str:
    """Say what was expected and what was got."""
    if np.shape(found.expected) != np.shape(found.got):
        return f"expected shape {np.shape(found.expected)}, got shape {np.shape(found.got)}"
    rounding = f", {found.error:.1e} off where rounding admits {found.bound:.1e}" if close else ""
    return f"expected {_shown(found.expected)}, got {_shown(found.got)}{rounding}"


def _shown(value: Any) -> str:
    return np.array2string(np.asarray(value), separator=", ", precision=17, floatmode="unique").replace("\n", "")


def _dtype(array: np.ndarray) -> str:
    name = str(array.dtype)
    return name if name in UNITS else "float64"


def _is_nearest(got: np.ndarray, wanted: Any) -> bool:
    """Whether every entry is the exact result, rounded once: what any bound admits."""
    try:
        nearest = numbers.float64(wanted)
        return bool(np.array_equal(got, nearest.astype(got.dtype) if got.dtype.kind == "f" else nearest))
    except (TypeError, ValueError):
        return False


def _in_doubles(value: Any) -> Any:
    if isinstance(value, FloatMDP):
        return MDP(**fields(value, lambda field: np.asarray(field, dtype=float)), terminal=value.terminal)
    if is_record(value):
        return type(value)(*map(_in_doubles, value))
    if is_discrete(value) or isinstance(value, (bool, str)):
        return value
    return np.asarray(value, dtype=float) if isinstance(value, np.ndarray) else float(value)


def _carried(value: Any, given: str, computed: str) -> Any:
    """Floats as inputs of a computation in another dtype, to which they may have been rounded first."""
    if UNITS[computed] <= UNITS[given] or is_discrete(value):
        return to_rounded(value, computed)
    unit = UNITS[computed]

    def rounded(part: Any) -> Rounded:
        return Rounded(part, unit * abs(np.asarray(part, dtype=float)), unit)

    if isinstance(value, FloatMDP):
        return MDP(**fields(value, rounded), terminal=value.terminal)
    return type(value)(*map(rounded, value)) if is_record(value) else rounded(value)

"""Somebody's function: what it asks for, how it is called, and what it does besides returning a result."""

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any

import numpy as np

from ..spec.decision_process import MDP
from .arrays import Kind, NotNumbersError, to_numpy
from .cases import FloatMDP, fields
from .timing import Clock, TooSlow, time_limit

WRITTEN = ("target_parameters", "action_values", "state_values")
"""Words for what is to be updated: functions may write into it; where nothing is changed, the result is as before."""
MEANINGS = 24
"""How many combinations of what ambiguous names may mean are tried."""
COMBINATIONS = 1000
"""Among how many they are looked for: two names never mean the same."""


LEFT_OUT = ""
"""The word of a parameter that keeps its default, such as an `eps` that is no equation's."""


class Unreadable(Exception):  # noqa: N818 - a verdict in the making, not an error of the caller
    """The parameters of a function cannot be filled: a required one has no meaning here."""


@dataclass(frozen=True)
class Result:
    """What one call came to: arrays with the names they were returned under, or what went wrong."""

    arrays: tuple[np.ndarray, ...] = ()
    names: tuple[str, ...] = ()
    problem: str | None = None
    behaviour: str | None = None
    """The kind of a problem that is not about numbers: raises, hangs, changes_its_arguments, ..."""


@dataclass(frozen=True)
class Candidate:
    """A function with the words that its parameters stand for."""

    function: Callable[..., Any]
    words: Mapping[str, str]
    bound: Mapping[str, Any]
    kind: Kind
    seconds: float
    renamed: Mapping[str, str] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock, repr=False)
    """Shared by all ways to read the function."""

    @property
    def name(self) -> str:
        """What it is called."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def of_kind(self, kind: Kind) -> "Candidate":
        """The same function, called with other arrays."""
        return replace(self, kind=kind)

    def inputs(self, arguments: Mapping[str, Any], passed: Mapping[str, Callable[..., Any] | None]) -> dict[str, Any]:
        """What it is called with, by parameter."""
        found = {}
        for parameter, word in self.words.items():
            view, data = passed.get(word), arguments[word]
            if isinstance(data, FloatMDP):
                data = MDP(**fields(data, lambda field: field), terminal=data.terminal)
            found[parameter] = self.kind.make(data) if view is None else view(data, self.kind.make)
        return found

    def __call__(self, arguments: Mapping[str, Any], passed: Mapping[str, Callable[..., Any] | None]) -> Result:
        """Call it with arrays of its own kind; its errors, and changes of its inputs, are findings."""
        inputs = self.inputs(arguments, passed)
        before = {name: _copy(value) for name, value in inputs.items() if hasattr(value, "shape")}
        try:
            with self.clock.running(), time_limit(self.seconds), _quiet():
                returned = self.apply(inputs)
        except TooSlow:
            return Result(problem=f"does not return within {self.seconds:g} s", behaviour="hangs")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises belongs to it
            return Result(problem=f"raises {type(error).__name__}: {error}", behaviour="raises")
        if returned is None or any(returned is inputs[name] for name, word in self.words.items() if word in WRITTEN):
            return self._in_place(inputs, before)
        names, found = parts(returned)
        try:
            arrays = tuple(map(to_numpy, found))
        except NotNumbersError as error:
            return Result(problem=f"returns {error}", behaviour="returns_no_numbers")
        changed = [name for name, value in before.items() if not _same(value, inputs[name])]
        if changed:
            return Result(arrays, names, f"changes its argument {changed[0]}", "changes_its_arguments")
        return Result(arrays, names)

    def _in_place(self, inputs: Mapping[str, Any], before: Mapping[str, np.ndarray]) -> Result:
        """The result of a function that writes it into one of its arguments and returns nothing."""
        changed = [name for name, value in before.items() if not _same(value, inputs[name])]
        written = changed or [name for name, word in self.words.items() if word in WRITTEN]
        if len(written) != 1:
            return Result(problem="returns nothing", behaviour="returns_no_numbers")
        return Result((to_numpy(inputs[written[0]]).copy(),))

    def apply(self, inputs: Mapping[str, Any]) -> Any:
        """Call the function itself."""
        everything = {**inputs, **self.bound}
        first = [everything.pop(name) for name in self.positional]
        returned = self.function(*first, **everything)
        if isinstance(returned, Iterator):
            returned = list(returned)
            of_records = isinstance(next(iter(returned), 0), tuple)
        else:
            of_records = isinstance(returned, list) and hasattr(next(iter(returned), 0), "_fields")
        return tuple(zip(*returned, strict=True)) if of_records else returned  # one list for each of their fields


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what a function warns of."""
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        yield


def read(
    function: Callable[..., Any],
    meanings: Callable[[str, bool], Sequence[str]],
    own: Sequence[str],
    arguments: Mapping[str, str],
    bind: Mapping[str, Any],
    kind: Kind,
    seconds: float,
) -> list[Candidate]:
    """Find out what each parameter stands for: by its own name, a declared one, or usual synonyms (all are tried).

    `meanings` gives what a name may mean, and is told whether its parameter has a default.
    A function that takes any keywords, and names none, gets the equation's own parameters.
    """
    options, positional = dict[str, list[str]](), list[str]()
    parameters = _parameters(function)
    for name, parameter in parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        word = arguments.get(name, name)
        has_default = parameter.default is not parameter.empty
        found = meanings(word, has_default and name not in arguments)
        if name not in bind and found:
            may_be_left_out = has_default and word not in found
            options[name] = [*found, *([LEFT_OUT] if may_be_left_out else [])]
        elif name not in bind and not has_default:
            raise Unreadable(name)
        if parameter.kind == parameter.POSITIONAL_ONLY and (name in bind or found):
            positional.append(name)
    takes_any = any(entry.kind == entry.VAR_KEYWORD for entry in parameters.values())
    if takes_any and not options:
        options = {name: [name] for name in own if name not in bind}
    unknown = (arguments.keys() | bind.keys()) - parameters.keys()
    if unknown and not takes_any:
        raise Unreadable(min(unknown))
    combinations = [c for c in islice(product(*options.values()), COMBINATIONS) if _differ(c)]
    if not combinations:
        raise Unreadable(", ".join(options))
    found, clock = [], Clock()
    for chosen in combinations[:MEANINGS]:
        words = {name: word for name, word in zip(options, chosen, strict=True) if word != LEFT_OUT}
        renamed = {name: word for name, word in words.items() if name != word and name not in arguments}
        found.append(Candidate(function, words, dict(bind), kind, seconds, renamed, tuple(positional), clock))
    return found


def _differ(words: Sequence[str]) -> bool:
    """Whether no two parameters stand for the same word, and at most one keeps its default."""
    used = [word for word in words if word != LEFT_OUT]
    return len(set(used)) == len(used) >= len(words) - 1


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError) as error:
        raise Unreadable("(its signature cannot be read)") from error


def parts(returned: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The names and the parts of what was returned: a mapping, a record, a tuple or a single result."""
    if hasattr(returned, "__dataclass_fields__"):
        returned = {name: getattr(returned, name) for name in returned.__dataclass_fields__}
    if hasattr(returned, "_asdict"):
        returned = returned._asdict()
    if isinstance(returned, Mapping):
        return tuple(map(str, returned)), tuple(returned.values())
    return (), tuple(returned) if isinstance(returned, tuple) else (returned,)


def _copy(value: Any) -> Any:
    return np.array(to_numpy(value))


def _same(before: np.ndarray, after: Any) -> bool:
    return bool(np.array_equal(before, to_numpy(after), equal_nan=before.dtype.kind == "f"))

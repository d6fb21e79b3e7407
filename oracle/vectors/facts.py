"""What is known in a case: the arguments of an equation, what goes with them, and what its computations give."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from ...spec import numbers
from ...spec.decision_process import MDP
from ...spec.errors import NumberSystemError, RlproofError
from ..agreement import REFERENCE_BITS
from ..cases import FloatMDP, each, fields, is_discrete, is_record
from ..contract import Compute, Contract, Outputs, contract
from ..deviation import Deviation, named
from ..law import to_ball
from ..reading import Facts, Reading, Setting, meant, own
from ..rounding import UNIT_ROUNDOFF, Rounded
from ..trial import MASKS
from ..words import words

UNDEFINED = (RlproofError, ArithmeticError, ValueError, IndexError, KeyError, TypeError, AttributeError)
"""What a change of a computation may raise where it is not defined."""


class Subject(NamedTuple):
    """An equation with its own reading of its parameters, and all that can be told beside them."""

    contract: Contract
    setting: Setting
    beside: tuple[Reading, ...]
    deviations: tuple[Deviation, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What is drawn: the parameters first, then what goes with them."""
        return tuple(dict.fromkeys((*self.contract.parameters, *sorted(self.setting.needs))))

    def arguments(self, drawn: Facts) -> dict[str, Any]:
        """The arguments of the equation by name, exact."""
        return self.setting.arguments(drawn)

    def facts(self, drawn: Facts) -> dict[str, Any]:
        """Everything that the case tells in rationals."""
        arguments = {**drawn, **self.arguments(drawn)}
        facts = dict(arguments)
        for reading in self.beside:
            if reading.tells.keys() <= facts.keys():
                continue
            try:
                made = {**arguments, reading.word: reading.make(arguments)}
                told = {fact: find(made) for fact, find in reading.tells.items()}
                facts = {fact: value for fact, value in told.items() if not has_balls(value)} | facts
            except UNDEFINED:  # this reading does not exist for these data
                continue
        return facts


@cache
def subject(identifier: str) -> Subject:
    """Read an equation by its id."""
    expected, known = contract(identifier), words()
    about = (identifier, *expected.parameters)
    setting = Setting(tuple(_own(name, about) for name in expected.parameters), (), frozenset())
    drawn = frozenset(expected.parameters) | setting.needs
    usable = (
        entry
        for word, entries in known.readings.items()
        for entry in meant(word, entries, about)
        if entry.needs <= drawn and entry.prepare is None and not entry.only_declared and not entry.about_data
    )
    beside = tuple(entry for entry in usable if not entry.tells.keys() & set(MASKS))
    told = drawn.union(*(entry.tells for entry in beside))
    return Subject(expected, setting, beside, tuple(named(expected, told)))


def _own(name: str, about: tuple[str, ...]) -> Reading:
    """The reading in which a parameter tells itself and nothing else."""
    known = meant(name, words().readings.get(name, ()), about)
    return next((entry for entry in known if set(entry.tells) == {name} and entry.prepare is None), own(name))


def has_balls(value: Any) -> bool:
    """Whether some number is known as a ball only."""
    return any(isinstance(part, arb) for part in np.asarray(value, dtype=object).flat)


def exact_outputs(compute: Compute, facts: Facts) -> Outputs:
    """The results in rationals, or in wide balls where logarithms occur."""
    try:
        return compute(facts)
    except NumberSystemError:
        with numbers.precision(REFERENCE_BITS):
            return compute(each(to_ball, facts))


def bounds(compute: Compute, facts: Facts, dtype: str) -> dict[str, Any]:
    """How far the results of any computation in this dtype, of the nearest floats, may be from the exact ones."""
    rounded = compute(each(_nearest, facts, dtype))
    return {name: _error(result) for name, result in rounded.items()}


def _error(result: Any) -> Any:
    if isinstance(result, tuple):
        return tuple(_error(part) for part in result)
    return np.asarray(getattr(result, "error", np.zeros(np.shape(result))), dtype=float)


def _nearest(value: Any, dtype: str) -> Any:
    """The nearest floats, with the rounding that made them as their error."""
    if isinstance(value, (MDP, FloatMDP)):
        return MDP(**fields(value, lambda field: _nearest(field, dtype)), terminal=value.terminal)
    if is_record(value):
        return type(value)(*(_nearest(part, dtype) for part in value))
    if is_discrete(value) or isinstance(value, (bool, str)):
        return value
    doubles = numbers.float64(value)
    floats = np.asarray(doubles, dtype=dtype).astype(float)
    inexact = np.asarray(numbers.exact(floats) != numbers.exact(value), dtype=bool)
    return Rounded(doubles, np.where(inexact, UNIT_ROUNDOFF[dtype] * abs(np.asarray(doubles)), 0), UNIT_ROUNDOFF[dtype])


def in_doubles(facts: Facts) -> Facts:
    """The same data in doubles."""
    return each(_double, facts)


def _double(value: Any) -> Any:
    if isinstance(value, (MDP, FloatMDP)):
        return MDP(**fields(value, numbers.float64), terminal=value.terminal)
    if is_record(value):
        return type(value)(*map(_double, value))
    if is_discrete(value) or isinstance(value, (bool, str)):
        return value
    found = numbers.float64(value)
    return found if found.ndim else float(found)


def parts(outputs: Mapping[str, Any]) -> list[Any]:
    """The arrays of which the results consist."""
    found = []
    for value in outputs.values():
        found += parts(dict(enumerate(value))) if isinstance(value, tuple) else [value]  # type: ignore[arg-type]
    return found

"""What the names of a function's parameters may mean, and what a function with these parameters cannot know.

An equation has parameters of its own (rewards, values, next_values, terminated, ...), each with one meaning. Other
people's functions get the same information in other shapes: `dones` for two kinds of flags, values of length T + 1, log
probabilities instead of ratios. A `Reading` says how such an argument is made, and which facts can be read off it; a
`Rule` finds a fact in others, or says what is assumed where nothing tells it, which limits what a verdict can say.
Where a name is used for different things it has several readings, and a function is right if it is under one of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from .vocabulary import vocabulary

Facts = Mapping[str, Any]
"""Data by name: what was drawn, what is passed, or what the equation is asked about."""


@dataclass(frozen=True)
class Reading:
    """One meaning of a parameter's name: how the argument is made, and what it tells."""

    word: str
    convention: str
    says: str
    needs: frozenset[str]
    """What must have been drawn."""
    make: Callable[[Facts], Any]
    """The argument, from what was drawn."""
    tells: Mapping[str, Callable[[Facts], Any]]
    """Facts, from all arguments by word."""
    only_declared: bool = False
    """Not tried unless the user says that this is what is meant: a frequent bug looks the same."""
    passed: Callable[[Any, Callable[[Any], Any]], Any] | None = None
    """What is passed in place of the data: a callable, a field of an object; gets the data and the array maker."""
    among: frozenset[str] = frozenset()
    """Equations, by id or by one of their parameters, for which the word means this, and nothing it means elsewhere.

    Empty: all others.
    """
    style: Mapping[str, str] = field(default_factory=dict)
    """A choice that other readings make as well (`transitions: one`): those that choose otherwise do not go with it."""
    prepare: Callable[[Facts], Facts] | None = None
    """Changes the drawn data first, for all words alike: rows that are no transitions, padding."""
    about_data: bool = False
    """Says how the data came about: declared, and never passed."""


@dataclass(frozen=True)
class Rule:
    """How a fact follows from others; with a limit, what is assumed where no argument tells it."""

    fact: str
    needs: frozenset[str]
    find: Callable[[Facts], Any]
    limit: str | None = None
    convention: str | None = None
    """The name of what is assumed, where there are several usual assumptions (a built-in constant)."""
    among: frozenset[str] = frozenset()
    """Ids of the equations for which alone it holds; empty: all."""
    beside: frozenset[str] = frozenset()
    """Facts that must be told for the rule to apply, though it does not use them."""
    unless: frozenset[str] = frozenset()
    """Facts that must not be told."""
    restrict: Callable[[Facts], Facts] | None = None
    """Leaves out of the drawn data what cannot be told."""
    assumes: str | None = None
    """The deviation that this assumption amounts to where nothing is left out of the drawn data."""


def reading(
    word: str,
    convention: str,
    says: str,
    make: Callable[[Facts], Any],
    tells: Mapping[str, Callable[[Facts], Any]],
    *,
    needs: Sequence[str],
    only_declared: bool = False,
    passed: Callable[[Any, Callable[[Any], Any]], Any] | None = None,
    among: Sequence[str] = (),
    style: Mapping[str, str] | None = None,
    prepare: Callable[[Facts], Facts] | None = None,
    about_data: bool = False,
) -> Reading:
    """Write a reading in one call."""
    needed, only, chosen = frozenset(needs), frozenset(among), style or {}
    return Reading(
        word, convention, says, needed, make, tells, only_declared, passed, only, chosen, prepare, about_data
    )


def own(word: str) -> Reading:
    """The word in the equation's own sense."""
    return Reading(word, "own", f"{word}, as in the equation", frozenset({word}), _picked(word), {word: _picked(word)})


def _picked(word: str) -> Callable[[Facts], Any]:
    return lambda facts: facts[word]


def rule(
    fact: str,
    needs: Sequence[str],
    find: Callable[[Facts], Any],
    *,
    limit: str | None = None,
    convention: str | None = None,
    among: Sequence[str] = (),
    beside: Sequence[str] = (),
    unless: Sequence[str] = (),
    restrict: Callable[[Facts], Facts] | None = None,
    assumes: str | None = None,
) -> Rule:
    """Write a rule in one call."""
    only, with_these, without = frozenset(among), frozenset(beside), frozenset(unless)
    return Rule(fact, frozenset(needs), find, limit, convention, only, with_these, without, restrict, assumes)


@dataclass(frozen=True)
class Setting:
    """One reading of every argument, and the rules by which the equation's parameters follow."""

    readings: tuple[Reading, ...]
    rules: tuple[Rule, ...]
    several: frozenset[str]
    """The words that could have been read in more than one way."""

    @property
    def needs(self) -> frozenset[str]:
        """What must be drawn."""
        return frozenset().union(*(reading.needs for reading in self.readings))

    @property
    def told(self) -> frozenset[str]:
        """Every fact that the arguments tell, and that follows."""
        return frozenset().union(*(reading.tells for reading in self.readings), {rule.fact for rule in self.rules})

    @property
    def conventions(self) -> dict[str, str]:
        """The convention of each word that has several, and of each built-in constant."""
        chosen = [entry for entry in self.readings if entry.word in self.several and entry.convention != "own"]
        read = {entry.word: entry.convention for entry in chosen}
        return read | {rule.fact: rule.convention for rule in self.rules if rule.convention is not None}

    @property
    def limits(self) -> tuple[str, ...]:
        """What these arguments cannot express."""
        return tuple(rule.limit for rule in self.rules if rule.limit is not None)

    @property
    def assumes(self) -> str | None:
        """The deviation that an assumption amounts to, if there is one."""
        return next((rule.assumes for rule in self.rules if rule.assumes is not None), None)

    def arguments(self, drawn: Facts, *, restricted: bool = True) -> dict[str, Any]:
        """The arguments by word, exact."""
        for assumption in self.rules:
            if restricted and assumption.restrict is not None:
                drawn = assumption.restrict(drawn)
        for entry in self.readings:
            if entry.prepare is not None:
                drawn = entry.prepare(drawn)
        return {entry.word: entry.make(drawn) for entry in self.readings}

    def facts(self, arguments: Facts) -> dict[str, Any]:
        """What the arguments say, in their number system."""
        facts: dict[str, Any] = {}
        for entry in self.readings:
            for fact, find in entry.tells.items():
                facts.setdefault(fact, find(arguments))
        for entry in self.rules:
            facts[entry.fact] = entry.find(facts)
        return facts


def settings(
    words: Sequence[str],
    parameters: Sequence[str],
    equation: str,
    readings: Mapping[str, Sequence[Reading]],
    rules: Sequence[Rule],
    declared: Mapping[str, str],
) -> Iterator[Setting]:
    """Every way to read these words as information for an equation with these parameters."""
    several = set[str]()
    words = [*words, *(word for word in declared if any(entry.about_data for entry in readings.get(word, ())))]
    options = []
    for word in words:
        known = meant(word, readings.get(word, ()), (equation, *parameters))
        if word in declared:
            candidates = [entry for entry in known if entry.convention == declared[word]]
        else:
            candidates = [entry for entry in known if not entry.only_declared]
        if len(candidates) > 1 or word in declared:
            several.add(word)
        options.append(candidates)
    usable = [entry for entry in rules if not entry.among or equation in entry.among]
    for chosen in filter(_in_one_style, product(*options)):
        told = frozenset().union(*(entry.tells for entry in chosen))
        allowed = [entry for entry in usable if entry.beside <= told and not entry.unless & told]
        for found in _derivations(parameters, told, allowed, declared):
            yield Setting(tuple(chosen), found, frozenset(several))


def meant(word: str, known: Sequence[Reading], about: Sequence[str]) -> Sequence[Reading]:
    """What a word means for an equation, given its id and parameters: what it means there alone, else in general."""
    particular = [entry for entry in known if not entry.among.isdisjoint(about)]
    general = [entry for entry in known if not entry.among]
    return particular or general or ([own(word)] if word in vocabulary() else [])


def _in_one_style(readings: Sequence[Reading]) -> bool:
    """Whether no two readings choose differently."""
    choices = {choice for entry in readings for choice in entry.style.items()}
    return len(choices) == len({what for what, _ in choices})


def _derivations(
    missing: Sequence[str], told: frozenset[str], rules: Sequence[Rule], declared: Mapping[str, str]
) -> Iterator[tuple[Rule, ...]]:
    """Every list of rules by which the missing facts follow, in the order in which they are to be used."""
    unknown = [fact for fact in missing if fact not in told]
    if not unknown:
        yield ()
        return
    fact, *rest = unknown
    for entry in _preferred(fact, told, rules, declared):
        without = [other for other in rules if other.fact != fact]  # a fact never rests on itself
        for before in _derivations(sorted(entry.needs), told, without, declared):
            known = told | {step.fact for step in before} | {fact}
            for after in _derivations(rest, known, rules, declared):
                yield (*before, entry, *after)


def _preferred(fact: str, told: frozenset[str], rules: Sequence[Rule], declared: Mapping[str, str]) -> list[Rule]:
    """The rules for a fact that can be followed; assumptions only where nothing tells it."""
    usable = [entry for entry in rules if entry.fact == fact and _reachable(entry, told, rules)]
    if fact in declared:
        return [entry for entry in usable if entry.convention == declared[fact]]
    sure = [entry for entry in usable if entry.limit is None and entry.convention is None]
    constants = [entry for entry in usable if entry.convention is not None]
    return sure[:1] or constants or usable[:1]


def _reachable(entry: Rule, told: frozenset[str], rules: Sequence[Rule]) -> bool:
    """Whether everything that the rule needs is told, or follows."""
    others = [other for other in rules if other.fact != entry.fact]
    return all(
        need in told or any(other.fact == need and _reachable(other, told, others) for other in others)
        for need in entry.needs
    )

"""Every word that a parameter may be, with its readings, rules and synonyms: collected from the fields."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from .reading import Reading, Rule, meant


class Words(NamedTuple):
    """What is known about names."""

    readings: Mapping[str, tuple[Reading, ...]]
    rules: tuple[Rule, ...]
    synonyms: Mapping[str, tuple[str, ...]]


@cache
def words() -> Words:
    """Collect the readings, rules and synonyms of all fields."""
    package = import_module(f"{__package__}.readings")
    readings: dict[str, tuple[Reading, ...]] = {}
    rules: list[Rule] = []
    synonyms: dict[str, tuple[str, ...]] = {}
    for module in iter_modules(package.__path__):
        found = import_module(f"{package.__name__}.{module.name}")
        for entry in getattr(found, "READINGS", ()):
            readings[entry.word] = (*readings.get(entry.word, ()), entry)
        rules += getattr(found, "RULES", ())
        for word, names in getattr(found, "SYNONYMS", {}).items():
            for name in names:
                synonyms[name] = (*synonyms.get(name, ()), word)
    return Words(readings, tuple(rules), synonyms)


def meanings(word: str, is_optional: bool, *, about: Sequence[str]) -> list[str]:
    """The words that a name may stand for in an equation, given its id and parameters: itself, else its synonyms.

    The equation's own parameters come first. What tells nothing that the equation needs is meant only where nothing
    else can be, and no default stands for it.
    """
    others = words().synonyms.get(word, ())
    known = [other for other in dict.fromkeys((word, *others)) if meant(other, words().readings.get(other, ()), about)]
    telling = [other for other in known if _tells(other, tuple(about))]
    found = telling if is_optional else telling or known
    return [word] if word in found else sorted(found, key=lambda other: other not in about[1:])


@cache
def _tells(word: str, about: tuple[str, ...]) -> bool:
    """Whether the word tells something that the equation needs, or means something there alone."""
    found = meant(word, words().readings.get(word, ()), about)
    return any(entry.among or not entry.tells.keys().isdisjoint(_needed(about)) for entry in found)


@cache
def _needed(about: tuple[str, ...]) -> frozenset[str]:
    """The parameters of an equation, and every fact from which one can follow."""
    equation, needed = about[0], set(about[1:])
    rules = [entry for entry in words().rules if not entry.among or equation in entry.among]
    while more := {fact for entry in rules if entry.fact in needed for fact in entry.needs | entry.beside} - needed:
        needed |= more
    return frozenset(needed)


def words_about(parameters: Iterable[str]) -> frozenset[str]:
    """Facts that can be known where these parameters are: each of them, and what readings tell beside them."""
    told = frozenset(parameters)
    beside = [frozenset(r.tells) for entries in words().readings.values() for r in entries if r.needs <= told]
    return told.union(*beside)

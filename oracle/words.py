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


def is_known(word: str, about: Sequence[str]) -> bool:
    """Whether the word means something for an equation, given its id and parameters."""
    return bool(meant(word, words().readings.get(word, ()), about))


def words_about(parameters: Iterable[str]) -> frozenset[str]:
    """Facts that can be known where these parameters are: each of them, and what readings tell beside them."""
    told = frozenset(parameters)
    beside = [frozenset(r.tells) for entries in words().readings.values() for r in entries if r.needs <= told]
    return told.union(*beside)

"""Conventions that a user declares: checked against the vocabulary."""

from collections.abc import Mapping

from .errors import UnknownConventionError
from .words import words

ALIASES = {"starts": "episode_starts", "start": "episode_starts", "terminated": "ended", "transition": "ended"}
"""Other names for conventions."""


def declared(conventions: Mapping[str, str]) -> dict[str, str]:
    """Read declared conventions; one that does not exist is an error."""
    found = {}
    for word, given in conventions.items():
        known = {entry.convention for entry in words().readings.get(word, ())}
        known |= {rule.convention for rule in words().rules if rule.fact == word and rule.convention}
        convention = given if given in known else ALIASES.get(given, given)
        if convention not in known:
            raise UnknownConventionError(
                f"{word!r} has no convention {given!r}",
                got=f"conventions={{{word!r}: {given!r}}}",
                expected="one of " + ", ".join(sorted(known)) if known else "no convention: the word has one meaning",
                cause="a misspelt name",
                remedy="leave it out: every convention is tried, and the verdict says which one fits",
            )
        found[word] = convention
    return found

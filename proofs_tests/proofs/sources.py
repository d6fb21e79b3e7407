"""The sources in Rocq as text: which files there are, what they rest on, and what must not stand in them."""

import re
from collections.abc import Iterator
from pathlib import Path

from .errors import ForbiddenWordError

PACKAGE = Path(__file__).parent
ROCQ = PACKAGE / "rocq"
"""The folder of the sources; its files are known to the prover below the name `rlproof`."""

FORBIDDEN = (
    *("Admitted", "admit", "give_up", "Axiom", "Axioms", "Parameter", "Parameters", "Conjecture", "Conjectures"),
    *("bypass_check", "Guard Checking", "Universe Checking", "Positivity Checking", "Definitional UIP"),
    *("Declare ML", "Redirect", "Load"),
)
"""Words by which something is assumed, a check is switched off, or the prover is changed or made to write."""

ANALYSIS = frozenset(
    (
        *("Rstruct", "altreals", "boolp", "cardinality", "classical_sets", "constructive_ereal", "derive"),
        *("ereal", "esum", "exp", "forms", "fsbigop", "functions", "landau"),
        *("lebesgue_integral", "lebesgue_measure", "measure", "normedtype", "numfun", "real_interval", "realfun"),
        *("reals", "sequences", "set_interval", "signed", "summability", "topology", "trigo"),
    )
)
"""The files of mathcomp-analysis, and of its classical logic: whoever loads one of them speaks of real numbers."""

REQUIRED = re.compile(r"(?:From\s+([\w.]+)\s+)?Require(?:\s+(?:Import|Export))?\s+([\w.\s]+?)\.(?=\s|$)")
"""A command that loads files, with its prefix and their names."""


def sources(root: Path = ROCQ, folder: str = "") -> list[Path]:
    """Every source file below the root, or below one folder of it, in the order of names."""
    return sorted((root / folder).rglob("*.v"))


def line(text: str, place: int) -> int:
    """The number of the line that a place of a text is in."""
    return text.count("\n", 0, place) + 1


def without_comments(text: str) -> str:
    """The same text with blanks where comments were, so that places stay what they are; comments may be nested."""
    return "".join(" " if inside and char != "\n" else char for char, inside in zip(text, _inside(text), strict=True))


def _inside(text: str) -> Iterator[bool]:
    """Whether each character belongs to a comment; what looks like one inside a string is none."""
    depth, quoted, closing = 0, False, 0
    for place, char in enumerate(text):
        if closing:
            closing -= 1
            yield True
            depth -= closing == 0
            continue
        quoted ^= char == '"'
        if not quoted and text.startswith("(*", place):
            depth += 1
        elif not quoted and depth and text.startswith("*)", place):
            closing = 1
        yield depth > 0


def speaks_of_reals(path: Path, root: Path = ROCQ) -> bool:
    """Whether the file loads a part of mathcomp-analysis, itself or through files of ours."""
    for prefix, names in REQUIRED.findall(without_comments(path.read_text(encoding="utf-8"))):
        for name in names.split():
            parts = [*prefix.split("."), *name.split(".")] if prefix else name.split(".")
            if parts[0] != "rlproof":
                if parts[-1] in ANALYSIS:
                    return True
            elif speaks_of_reals(root.joinpath(*parts[1:]).with_suffix(".v"), root):
                return True
    return False


def forbid(path: Path, root: Path = ROCQ) -> None:
    """Complain of the first forbidden word outside of comments."""
    code = without_comments(path.read_text(encoding="utf-8"))
    for word in FORBIDDEN:
        pattern = word.replace(" ", r"\s+")
        if found := re.search(rf"\b{pattern}\b", code):
            raise ForbiddenWordError(
                f"{path.relative_to(root)}:{line(code, found.start())} holds the word {word!r}",
                got=code[found.start() :].split("\n", 1)[0],
                expected="a proof without a hole, checked by the whole kernel",
                cause="a proof that is not finished",
                remedy="prove it, or state it as a hypothesis of the theorem, where a reader sees it",
            )

"""`rlproof explain`: an equation in the terminal."""

import inspect
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from .laws import laws
from .oracle.contract import contract
from .oracle.deviation import Deviation, deviations
from .oracle.reading import Reading, meant
from .oracle.words import words, words_about
from .proofs import proofs_of
from .spec.registry import SECTIONS, equation, equations

SYNONYMS = 4
"""So many other names of a word are shown."""


def show_all(console: Console) -> None:
    """List every equation with its first sentence."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("equation", "number systems", "laws", "proofs", "statement"):
        table.add_column(title, no_wrap=title == "equation")
    for entry in equations():
        count = sum(law.equation == entry.id for law in laws())
        proved = str(len(proofs_of(entry.id)) or "-")
        table.add_row(entry.id, " ".join(entry.number_systems), str(count), proved, plain(entry.summary))
    console.print(table)


def show_one(console: Console, identifier: str) -> None:
    """Print everything that is known about one equation."""
    entry = equation(identifier)
    console.print(f"[bold]{entry.id}[/]  {plain(entry.summary)}\n", highlight=False)
    console.print(f"    {entry.math}\n", markup=False, highlight=False)
    console.print(f"{entry.name}{inspect.signature(entry.function)}\n", markup=False)
    for title in SECTIONS:
        if title != "Laws" and title in entry.sections:
            console.print(f"[bold]{title}[/]")
            console.print(_indent(entry.sections[title]), markup=False, highlight=False)
    console.print(f"[bold]Number systems[/]\n    {', '.join(entry.number_systems)}", highlight=False)
    console.print("[bold]Laws[/]")
    for law in laws():
        if law.equation == entry.id:
            console.print(f"    {law.name} ({law.system})", markup=False, highlight=False)
            console.print(_indent(law.statement, 8), markup=False, highlight=False)
    _show_proofs(console, identifier)
    _show_contract(console, identifier)


def _show_proofs(console: Console, identifier: str) -> None:
    """Print the statements about an equation that a machine proves; most equations have none."""
    entries = proofs_of(identifier)
    if entries:
        console.print("[bold]Proofs[/]")
    for proof in entries:
        console.print(f"    {proof.name} ({proof.kind}, {proof.file})", markup=False, highlight=False)
        console.print(_indent(f"{proof.sentence}\n{proof.formula}", 8), markup=False, highlight=False)


def _show_contract(console: Console, identifier: str) -> None:
    """Print what the oracle accepts for an equation, and the deviations that it knows by name."""
    expected = contract(identifier)

    def show(line: str) -> None:
        console.print(line, markup=False, highlight=False)

    console.print("[bold]Parameters[/] of a function that is checked: any of these that tell enough")
    for word, entries in _telling(identifier, expected.parameters).items():
        others = [name for name, meanings in words().synonyms.items() if word in meanings]
        shown = ", ".join(others[:SYNONYMS]) + (", ..." if len(others) > SYNONYMS else "")
        show(f"    {word}" + (f" (also {shown})" if others else ""))
        for line in dict.fromkeys(_meaning(entry) for entry in entries):
            show(_indent(line, 8))
    console.print("[bold]Results[/] that are accepted")
    for form in dict.fromkeys(map(str, expected.forms(words_about(expected.parameters)))):
        show(f"    {form}")
    console.print("[bold]Deviations[/] that have a name")
    spellings: dict[str, list[Deviation]] = {}
    for entry in deviations(identifier):
        spellings.setdefault(entry.id, []).append(entry)
    for name, entries in spellings.items():
        show(f"    {name} ({entries[0].kind})")
        for line in dict.fromkeys(line for entry in entries for line in _known(entry)):
            show(_indent(line, 8))


def _known(entry: Deviation) -> list[str]:
    """What a deviation says, its effect, and where it was seen."""
    effect = [f"effect: {entry.effect}"] if entry.effect else []
    seen = [f"seen in: {', '.join(entry.references)}"] if entry.references else []
    return [entry.says, *effect, *seen]


def _meaning(entry: Reading) -> str:
    declared = ", if declared" if entry.only_declared else ""
    return f"{entry.convention}{declared}: {entry.says}"


def _telling(identifier: str, parameters: tuple[str, ...]) -> dict[str, Sequence[Reading]]:
    """The words that tell something from which a parameter follows, with what each may mean."""
    about, needed = (identifier, *parameters), set(parameters)
    rules = [rule for rule in words().rules if not rule.among or identifier in rule.among]
    while more := {fact for rule in rules if rule.fact in needed for fact in rule.needs} - needed:
        needed |= more
    known = {word: meant(word, words().readings.get(word, ()), about) for word in (*parameters, *words().readings)}
    return {word: entries for word, entries in known.items() if any(needed & entry.tells.keys() for entry in entries)}


def plain(text: str) -> str:
    """Strip the markup of formulas inside sentences."""
    return text.replace(":math:`", "").replace("`", "").replace("\n", " ")


def _indent(text: str, by: int = 4) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())

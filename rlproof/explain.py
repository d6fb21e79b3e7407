"""`rlproof explain`: an equation in the terminal."""

import inspect

from rich.console import Console
from rich.table import Table

from .laws import laws
from .spec.registry import SECTIONS, equation, equations


def show_all(console: Console) -> None:
    """List every equation with its first sentence."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("equation", "number systems", "laws", "statement"):
        table.add_column(title)
    for entry in equations():
        count = sum(law.equation == entry.id for law in laws())
        table.add_row(entry.id, " ".join(entry.number_systems), str(count), plain(entry.summary))
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


def plain(text: str) -> str:
    """Strip the markup of formulas inside sentences."""
    return text.replace(":math:`", "").replace("`", "").replace("\n", " ")


def _indent(text: str, by: int = 4) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())

"""How a verification is shown: a progress bar while it runs, a table and counterexamples after."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from .evidence import Evidence, Outcome, Row
from .run import Progress as Report

SHORT = {"exact": "exact", "ball": "ball", "float64": "f64", "float32": "f32"}


@contextmanager
def progress_bar(console: Console, total: int) -> Iterator[Report]:
    """Show how many checks are done and which equation or environment came last."""
    columns = (
        TextColumn("verifying"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("checks"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def report(title: str, outcomes: list[Outcome]) -> None:
            bar.update(task, advance=len(outcomes), description=title)

        yield report


def show(console: Console, evidence: Evidence) -> None:
    """Print the table of equations, the counterexamples and the counts.

    `error / bound` is the float result that came nearest to its derived bound, `slack` the smallest
    certified slack of an inequality.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("equation", "left"),
        ("cases", "right"),
        ("number systems", "left"),
        ("error / bound", "right"),
        ("slack", "right"),
        ("verdict", "left"),
    )
    for title, justify in columns:
        # Where it is narrow (a log has 80 columns) words fold, and no number or verdict is cut short.
        table.add_column(title, justify=justify, no_wrap=title not in {"equation", "number systems"}, overflow="fold")
    for row in evidence.rows.values():
        table.add_row(
            row.id,
            f"{row.cases:,}",
            " ".join(SHORT[name] for name in row.number_systems if name in SHORT),
            _error(row),
            _slack(row),
            _verdict(row),
        )
    console.print(table)
    for outcome in evidence.outcomes:
        if outcome.failed:
            console.print(f"\n[bold red]FAILED[/] {outcome.equation}: {outcome.check}")
            console.print(outcome.counterexample or "no case ran", markup=False, highlight=False, soft_wrap=True)
    _show_totals(console, evidence)


def _show_totals(console: Console, evidence: Evidence) -> None:
    console.print(
        "\nerror / bound: the float result that came nearest to its derived rounding bound; "
        "slack: the smallest certified slack of an inequality",
        style="dim",
        highlight=False,
    )
    totals, verified = evidence.totals, sum(row.verdict == "verified" for row in evidence.rows.values())
    if evidence.interrupted:
        console.print("\n[yellow]interrupted[/]: the checks that were not reached are counted as skipped")
    console.print(f"\nreal input: {', '.join(evidence.environments) or 'none'}", highlight=False)
    console.print(
        f"{verified} of {len(evidence.rows)} equations verified; checks: {totals['loaded']} loaded, "
        f"{totals['run']} run, {totals['failed']} failed, {totals['skipped']} skipped; "
        f"{totals['cases']:,} cases in {evidence.seconds:.0f} s, seed {evidence.seed}",
        highlight=False,
    )


def _error(row: Row) -> str:
    worst = row.worst
    if worst is None or worst.bound is None:
        return "-"
    return "0 / 0" if worst.bound == 0 else f"{worst.error:.1e} / {worst.bound:.1e}"


def _slack(row: Row) -> str:
    return "-" if row.slack is None else "0" if row.slack == 0 else f"{row.slack:.1e}"


def _verdict(row: Row) -> str:
    colours = {"verified": "green", "FAILED": "bold red"}
    return f"[{colours.get(row.verdict, 'yellow')}]{row.verdict}[/]"

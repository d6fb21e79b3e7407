"""What the probes of a training have found, in the terminal."""

from collections.abc import Sequence

from rich.console import Console, JustifyMethod
from rich.table import Table

from .verified.totals import Total


def table(console: Console, totals: Sequence[Total]) -> bool:
    """Print every equation with the number that came nearest to its bound; then what was beyond one.

    An equation is undecided if all its numbers were such that the theory leaves open what they are. Returns whether
    something was compared and nothing was beyond its bound.
    """
    made = Table(box=None, pad_edge=False, header_style="bold")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("equation", "left"),
        ("what", "left"),
        ("probes", "right"),
        ("cases", "right"),
        ("error / bound", "right"),
        ("share", "right"),
        ("verdict", "left"),
    )
    for title, justify in columns:
        made.add_column(title, justify=justify, no_wrap=title not in {"equation", "what"}, overflow="fold")
    for total in totals:
        made.add_row(
            total.equation,
            total.what,
            f"{total.probes:,}",
            f"{total.cases:,}",
            f"{total.error:.1e} / {total.bound:.1e}" if total.bound else f"{total.error:.1e} / 0",
            f"{total.ratio:.2f}",
            _verdict(total),
        )
    console.print(made)
    for total in totals:
        if total.failed:
            console.print(f"\n[bold red]FAILED[/] {total.equation}, {total.what}: {total.first}", highlight=False)
    probes, cases = max((total.probes for total in totals), default=0), sum(total.cases for total in totals)
    failed = sum(total.failed > 0 for total in totals)
    console.print(
        f"\nverified {probes:,} times: {len(totals)} comparisons, {failed} failed; {cases:,} cases", highlight=False
    )
    return cases > 0 and not failed


def _verdict(total: Total) -> str:
    if total.failed:
        return f"[bold red]FAILED[/] in {total.failed:,}"
    return "[green]agrees[/]" if total.ok else "[yellow]undecided[/]"

"""Interleaved timing, medians with spread, and tables.

Machines are noisy: contenders take turns within one run, ratios are formed turn by turn (both sides
of a ratio saw the same noise), and the median is given with the quartiles around it.
"""

import gc
import os
import platform
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Contenders = dict[str, Callable[[], Any]]
Seconds = dict[str, np.ndarray]


def interleave(contenders: Contenders, *, rounds: int, warm_up: int = 1) -> Seconds:
    """Time every contender once per round, each time in another order: [rounds] seconds for each."""
    names, seconds = list(contenders), {name: np.zeros(rounds) for name in contenders}
    generator = np.random.default_rng(0)
    for turn in range(-warm_up, rounds):
        for name in generator.permutation(names):
            gc.collect()
            start = time.perf_counter()
            contenders[name]()
            seconds[name][max(turn, 0)] = time.perf_counter() - start  # warm-up is overwritten
    return seconds


def spread(samples: np.ndarray, *, unit: float = 1.0) -> str:
    """Show the median and the quartiles around it."""
    low, middle, high = np.quantile(samples, [0.25, 0.5, 0.75]) / unit
    return f"{middle:.3g} ({low:.3g}-{high:.3g})"


def machine() -> str:
    """Describe what was measured on: processors, versions, threads."""
    threads = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or "default"
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, BLAS threads: {threads}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}"
    )


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table, with rich if it is installed."""
    cells = [[str(cell) for cell in row] for row in rows]
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        _print_plain(title, header, cells)
        return
    table = Table(title=title, title_justify="left")
    for column, name in enumerate(header):
        table.add_column(name, justify="left" if column == 0 else "right", no_wrap=True)
    for row in cells:
        table.add_row(*row)
    width = Console(width=1000).measure(table).maximum  # a cut figure helps nobody, on however narrow a screen
    Console(width=width).print(table)


def _print_plain(title: str, header: Sequence[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in [list(header), *rows]) for column in range(len(header))]
    print(title)
    for row in [list(header), ["-" * width for width in widths], *rows]:
        first, *others = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([first.strip().ljust(widths[0]), *others]))


def print_verdict(claim: str, *, holds: bool) -> None:
    """State whether a target was met in this run."""
    print(f"{'met' if holds else 'MISSED'}: {claim}")

"""Lines with their bands, and the panels that show them; the same lines give the same bytes, as PNG and as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np

from ..spec.numbers import Array
from .extra import require
from .statistics import bootstrap_interval, interquartile_mean

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
"""The palette of Okabe and Ito without its yellow: told apart by the colour-blind, and seen on white."""
DASHES = ("-", "--", ":", "-.")
"""One more round of the colours each."""
POINTS, RESAMPLES, LEVEL, WINDOW = 200, 1000, 0.95, 100
"""Points of a line at most, resamples and level of the bands, episodes that one point of a curve averages."""
AXES = {
    "step": "environment steps per seed",
    "iteration": "iterations",
    "return": f"return\n(mean of the last {WINDOW} episodes)",
    "length": f"episode length in steps\n(mean of the last {WINDOW} episodes)",
    "kl": "KL divergence (nats)",
    "approx_kl": "approximate KL divergence (nats)",
    "clip_fraction": "clipped fraction of samples",
    "entropy": "entropy of the policy (nats)",
    "value_loss": "value loss (return²)",
    "explained_variance": "explained variance (fraction)",
}
"""The titles of axes, with units."""
STYLE = {
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    # Without a salt, the ids in an SVG are random.
    "svg.hashsalt": "rlproof",
}


@dataclass(frozen=True)
class Line:
    """What one line shows: x, the middle and the band's edges, all [points], and how many seeds went into it."""

    x: Array
    middle: Array
    low: Array
    high: Array
    seeds: int


def line_of(curves: Sequence[tuple[Array, Array]]) -> Line | None:
    """Return the line of these seeds, where all of them have a value; None where that is nowhere."""
    if not curves:
        return None
    there = [(x[np.isfinite(y)], y[np.isfinite(y)]) for x, y in curves]
    x = reduce(np.intersect1d, [each for each, _ in there])
    if not x.size:
        return None
    x = x[np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(int))]
    y = np.stack([values[np.searchsorted(each, x)] for each, values in there])  # [seeds, points]
    low, high = bootstrap_interval([y], seed=0, level=LEVEL, resamples=RESAMPLES)
    return Line(x, interquartile_mean(y, axis=0), low, high, len(y))


Lines = Mapping[tuple[str, str, str], Line]
"""The lines by (label, task, quantity)."""


def save(lines: Lines, x: str, what: Sequence[str], out: Path | TextIO, kind: Literal["png", "svg"]) -> None:
    """Write the picture: a panel for each quantity on each task, whatever matplotlib's settings of the user are.

    Args:
        lines: at least one.
        x: what they are over, a key of `AXES`.
        what: the quantities, in their order.
        out: where to.
        kind: of file.
    """
    style = require("matplotlib.style", purpose="plotting")
    with style.context(STYLE, after_reset=True):
        # No date and no version of the program: the file depends on the data alone.
        metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        _figure(lines, x, what).savefig(out, format=kind, metadata=metadata)


def _figure(lines: Lines, x: str, what: Sequence[str]) -> Any:
    labels, tasks = (list(dict.fromkeys(key[part] for key in lines)) for part in (0, 1))
    panels = [(task, name) for name in what for task in tasks]
    columns = len(tasks) if len(tasks) > 1 and len(what) > 1 else _columns(len(panels))
    rows = -(-len(panels) // columns)
    width, height = (5.4, 3.9) if len(panels) == 1 else (3.2, 2.4)
    figure = require("matplotlib.figure", purpose="plotting").Figure(
        figsize=(width * columns, height * rows + 0.5), dpi=150, layout="constrained"
    )
    looks = {
        label: {"color": COLOURS[n % len(COLOURS)], "linestyle": DASHES[n // len(COLOURS) % len(DASHES)]}
        for n, label in enumerate(labels)
    }
    for number, (task, name) in enumerate(panels):
        axes = figure.add_subplot(rows, columns, number + 1)
        axes.set_title(task if len(tasks) > 1 else "")
        if number % columns == 0 or panels[number - 1][1] != name:
            axes.set_ylabel(AXES.get(name, name.replace("_", " ")))
        if number + columns >= len(panels):
            axes.set_xlabel(AXES[x])
        _panel(axes, {label: lines[label, task, name] for label in labels if (label, task, name) in lines}, looks)
    if len(tasks) == 1:
        figure.suptitle(tasks[0])
    _legend(figure, lines, looks)
    return figure


def _columns(panels: int) -> int:
    """How many panels stand side by side: 1, 2, 3, 2 and 2, 3 and 2, 3 and 3, then rows of four."""
    return panels if panels < 4 else 2 if panels == 4 else 3 if panels < 7 else 4


def _panel(axes: Any, lines: Mapping[str, Line], looks: Mapping[str, dict[str, str]]) -> None:
    for label, line in lines.items():
        axes.fill_between(line.x, line.low, line.high, color=looks[label]["color"], alpha=0.18, linewidth=0)
        axes.plot(line.x, line.middle, linewidth=1.5, **looks[label])
    if not lines:
        axes.text(0.5, 0.5, "not recorded", transform=axes.transAxes, ha="center", va="center", color="#777777")
    end = _round_up(max((float(line.x[-1]) for line in lines.values()), default=1.0))
    axes.set_xlim(0, end)
    axes.locator_params(nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: shortened(value, end))


def _legend(figure: Any, lines: Lines, looks: Mapping[str, dict[str, str]]) -> None:
    """Name the lines below the panels, and what lines and bands are."""
    handle = require("matplotlib.lines", purpose="plotting").Line2D
    handles = []
    for label, look in looks.items():
        counts = sorted({line.seeds for key, line in lines.items() if key[0] == label})
        seeds = "1 seed" if counts == [1] else f"{'–'.join(map(str, [*counts[:1], *counts[1:][-1:]]))} seeds"
        handles.append(handle([], [], linewidth=1.5, label=f"{label} ({seeds})", **look))
    title = f"line: interquartile mean over seeds; band: {LEVEL:.0%} bootstrap interval"
    look = {"frameon": False, "title_fontsize": "small"}
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 3), title=title, **look)


def _round_up(end: float) -> float:
    """Two digits, so that an axis ends at 1M where the last episode ended shortly before."""
    digit = 10.0 ** (np.floor(np.log10(max(end, 1.0))) - 1)
    return float(np.ceil(end / digit) * digit)


def shortened(value: float, end: float) -> str:
    """A tick of an axis that ends there: 200000 as 0.2M or 200k."""
    scale, unit = (1e6, "M") if end >= 5e5 else (1e3, "k") if end >= 5e3 else (1, "")
    return f"{value / scale:g}{unit}" if value else "0"

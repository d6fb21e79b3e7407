"""Pictures of training runs: learning curves, and what the updates did.

One panel per task, one line per agent: the interquartile mean over its seeds, with the bootstrap's interval as a
band. The same data gives the same bytes, as PNG and as SVG, whatever matplotlib's settings of the user are.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.errors import MissingDataError, ParameterError
from ..spec.numbers import Array
from .extra import require
from .record import METRICS, read_episodes, read_metrics
from .statistics import bootstrap_interval, interquartile_mean, learning_curve

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
"""The palette of Okabe and Ito without its yellow: told apart by the colour-blind, and seen on white."""
DASHES = ("-", "--", ":", "-.")
"""One more round of the colours each."""
POINTS, RESAMPLES, LEVEL, WINDOW = 200, 1000, 0.95, 100
"""Points of a line at most, resamples and level of the bands, episodes that one point of a curve averages."""
USUAL = ("kl", "clip_fraction", "entropy", "value_loss")
"""The metrics that are shown if none are named."""
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


Curves = Callable[[Sequence[Path], str, str], list[tuple[Array, Array]]]
"""The curves (x [points], y [points]) of all seeds of run directories, given an x and a quantity; none, if absent."""


def plot(
    directories: Sequence[str | Path],
    out: str | Path,
    *,
    x: str = "step",
    what: Sequence[str] = ("return",),
    labels: Sequence[str] | None = None,
) -> None:
    """Draw learning curves from the episodes of run directories.

    Args:
        directories: of the runs; those of one agent on one task are taken together as its seeds.
        out: a file ending in .png or .svg.
        x: "step" or "iteration".
        what: "return", "length" or both.
        labels: names of the lines, one per directory; by default the agents' names in the runs' config.json.
    """
    _known("quantity of an episode", what, ("return", "length"))
    _draw(_groups(directories, labels), Path(out), x, list(what), _episode_curves)


def plot_metrics(
    directories: Sequence[str | Path],
    out: str | Path,
    *,
    x: str = "step",
    what: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
) -> None:
    """Draw what the updates did, from the metrics of run directories: KL, clipped fraction, entropy, losses.

    Args:
        directories: as in `plot`.
        out: as in `plot`.
        x: as in `plot`.
        what: names of columns; by default those of kl, clip_fraction, entropy and value_loss that were recorded.
        labels: as in `plot`.
    """
    groups = _groups(directories, labels)
    names = [name for paths in groups.values() for path in paths for name in read_metrics(path) if name not in METRICS]
    _known("recorded metric", what or (), names)
    _draw(groups, Path(out), x, list(what or [name for name in USUAL if name in names]), _metric_curves)


def _groups(directories: Sequence[str | Path], labels: Sequence[str] | None) -> dict[tuple[str, str], list[Path]]:
    """The directories by (label, task), in the order in which they are named."""
    if labels is not None and len(labels) != len(directories):
        raise ParameterError(
            "not every run has a label",
            got=f"{len(labels)} labels for {len(directories)} directories",
            expected="one label per directory",
            cause="a label per agent instead",
            remedy="repeat the label for every directory of an agent, or leave labels out",
        )
    groups: dict[tuple[str, str], list[Path]] = {}
    for number, path in enumerate(map(Path, directories)):
        config = _config(path)
        label = config["agent"] if labels is None else labels[number]
        groups.setdefault((str(label), str(config["env"])), []).append(path)
    if not groups:
        raise _no_data("no run directory")
    return groups


def _config(path: Path) -> Mapping[str, Any]:
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        return {name: config[name] for name in ("agent", "env")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(
            "this is not the directory of a run",
            got=f"{path}: {type(error).__name__}: {error}",
            expected='a config.json that holds {"agent": ..., "env": ...}',
            cause="a slip of the name, or the directory above",
            remedy="name the directory that holds config.json",
        ) from error


def _episode_curves(paths: Sequence[Path], x: str, quantity: str) -> list[tuple[Array, Array]]:
    runs = []
    for episodes in map(read_episodes, paths):
        for seed in np.unique(episodes["seed"]):
            rows = episodes["seed"] == seed
            runs.append((episodes[x][rows], episodes[quantity][rows]))
    # Up to where every seed has got: beyond its last episode, a run that is shorter would go on as a flat line.
    end = min((int(ends.max()) for ends, _ in runs), default=0)
    # Whole numbers: a point is an x at which an episode may end.
    grid = np.unique(np.linspace(0, end, POINTS + 1)[1:].round())
    return [(grid, learning_curve(ends, values, grid, WINDOW)) for ends, values in runs]


def _metric_curves(paths: Sequence[Path], x: str, quantity: str) -> list[tuple[Array, Array]]:
    curves = []
    for metrics in map(read_metrics, paths):
        if quantity in metrics:
            each = [metrics["seed"] == seed for seed in np.unique(metrics["seed"])]
            curves += [(metrics[x][rows], metrics[quantity][rows]) for rows in each]
    return curves


def _line(curves: Sequence[tuple[Array, Array]]) -> Line | None:
    """The line of these seeds, where all of them have a value; None where that is nowhere."""
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


def _draw(groups: Mapping[tuple[str, str], list[Path]], out: Path, x: str, what: list[str], curves: Curves) -> None:
    """Compute all lines and write the picture."""
    _known("kind of picture", [out.suffix.lower()], (".png", ".svg"))
    _known("x axis", [x], METRICS[1:])
    lines = {
        (label, task, name): _line(curves(paths, x, name)) for (label, task), paths in groups.items() for name in what
    }
    if not any(lines.values()):
        raise _no_data("runs without a finished episode or a recorded metric")
    style = require("matplotlib.style", purpose="plotting")
    with style.context(STYLE, after_reset=True):
        figure = _figure({key: line for key, line in lines.items() if line}, x, what)
        # No date and no version of the program: the file depends on the data alone.
        metadata = {"Software": None} if out.suffix.lower() == ".png" else {"Date": None, "Creator": None}
        figure.savefig(out, metadata=metadata)


def _figure(lines: Mapping[tuple[str, str, str], Line], x: str, what: list[str]) -> Any:
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


def _legend(figure: Any, lines: Mapping[tuple[str, str, str], Line], looks: Mapping[str, dict[str, str]]) -> None:
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


def _known(kind: str, names: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ParameterError(
            f"no such {kind}",
            got=", ".join(map(repr, unknown)),
            expected=", ".join(dict.fromkeys(known)),
            cause="a slip of the name",
            remedy="name one of these",
        )


def _no_data(got: str) -> MissingDataError:
    return MissingDataError(
        "there is nothing to draw",
        got=got,
        expected="runs that have recorded something",
        cause="runs that are too short, or another directory",
        remedy="train longer",
    )

"""Pictures of training runs: learning curves, and what the updates did.

One panel per task, one line per agent: the interquartile mean over its seeds, with the bootstrap's interval as a
band.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.errors import MissingDataError, ParameterError
from ..spec.numbers import Array
from .drawing import POINTS, WINDOW, line_of, save
from .record import METRICS, read_episodes, read_metrics
from .statistics import learning_curve

USUAL = ("kl", "clip_fraction", "entropy", "value_loss")
"""The metrics that are shown if none are named."""
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


def _draw(groups: Mapping[tuple[str, str], list[Path]], out: Path, x: str, what: list[str], curves: Curves) -> None:
    """Compute all lines and write the picture."""
    _known("kind of picture", [out.suffix.lower()], (".png", ".svg"))
    _known("x axis", [x], METRICS[1:])
    lines = {
        (label, task, name): line_of(curves(paths, x, name)) for (label, task), paths in groups.items() for name in what
    }
    if not any(lines.values()):
        raise _no_data("runs without a finished episode or a recorded metric")
    kind = "png" if out.suffix.lower() == ".png" else "svg"
    save({key: line for key, line in lines.items() if line}, x, what, out, kind)


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

"""Pictures show the numbers of the runs, can be read, and are the same bytes for the same data."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex

from rlproof.spec.errors import MissingDataError, ParameterError, RlproofError
from rlproof.training import drawing
from rlproof.training.drawing import shortened
from rlproof.training.plotting import plot, plot_metrics
from rlproof.training.record import Record, read_episodes
from rlproof.training.statistics import interquartile_mean, learning_curve

SEEDS, ITERATIONS, PER = 4, 30, 2000
MAGIC = {".png": b"\x89PNG", ".svg": b"<?xml"}


def train(folder: Path, agent: str, env: str, *, better: float = 1.0, shift: int = 0, episodes: bool = True) -> Path:
    """A run that looks like one: returns that rise, a KL around its target, metrics that not every agent has."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"agent": agent, "env": env, "seed": 0}), encoding="utf-8")
    random, record = np.random.default_rng(shift), Record(folder)
    for iteration in range(1, ITERATIONS + 1):
        step, seeds = PER * iteration, np.arange(SEEDS)
        rows = {"seed": seeds, "iteration": np.full(SEEDS, iteration), "step": np.full(SEEDS, step)}
        more = {"clip_fraction": random.beta(4, 30, SEEDS)} if agent == "ppo" else {}
        record.add_metrics(
            {**rows, "kl": random.gamma(4, 0.0025, SEEDS), "my_metric": random.normal(size=SEEDS), **more}
        )
        returns = better * 3000 * (1 - np.exp(-iteration / 10)) + random.normal(0, 100, SEEDS)
        if episodes:
            record.add_episodes({**rows, "step": step - 10 * seeds, "return": returns, "length": 500 + seeds})
    record.flush()
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two agents on two tasks."""
    folder = tmp_path_factory.mktemp("runs")
    return [
        train(folder / f"{agent}-{env}", agent, env, better=better, shift=number)
        for number, (agent, env, better) in enumerate(
            [("ppo", "Hopper-v5", 1), ("trpo", "Hopper-v5", 0.6), ("ppo", "Ant-v5", 0.5), ("trpo", "Ant-v5", 0.3)]
        )
    ]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The figures that are made, to look into."""
    made: list[Any] = []
    build = drawing._figure
    monkeypatch.setattr(drawing, "_figure", lambda *arguments: made.append(build(*arguments)) or made[-1])
    return made


@pytest.mark.parametrize("drawing", [plot, plot_metrics])
@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_the_same_data_gives_the_same_bytes(
    drawing: Callable[..., None], ending: str, runs: list[Path], tmp_path: Path
) -> None:
    """Whatever the user's settings of matplotlib are, which stay as they were; other data gives other bytes."""
    one, same, other = (tmp_path / f"{name}{ending}" for name in ("one", "same", "other"))
    drawing(runs, one)
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": None, "savefig.dpi": 31}):
        before = dict(mpl.rcParams)
        drawing(runs, same)
        assert dict(mpl.rcParams) == before
    drawing(runs[1:], other)
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()
    assert one.read_bytes().startswith(MAGIC[ending])
    assert not any(word in one.read_bytes() for word in (b"matplotlib.org", b"Software", b"<dc:date>"))


def test_lines_are_the_interquartile_means_of_the_seeds(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """One panel per task, one line per agent, a band around each."""
    plot(runs, tmp_path / "a.svg")
    (figure,) = figures
    assert [axes.get_title() for axes in figure.axes] == ["Hopper-v5", "Ant-v5"]
    episodes = read_episodes(runs[1])
    line, band = figure.axes[0].lines[1], figure.axes[0].collections[1]
    rows = [episodes["seed"] == seed for seed in range(SEEDS)]
    curves = [learning_curve(episodes["step"][row], episodes["return"][row], line.get_xdata()) for row in rows]
    assert np.array_equal(line.get_ydata(), interquartile_mean(np.stack(curves), axis=0))
    edges = band.get_paths()[0].vertices
    for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True):
        heights = edges[edges[:, 0] == x, 1]
        assert heights.min() <= y <= heights.max()
    # Where the seeds' last episodes ended: seed s is 10 s steps behind.
    assert line.get_xdata()[-1] == ITERATIONS * PER - 10 * (SEEDS - 1)
    assert line.get_xdata()[0] >= PER


def test_everything_has_its_name(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """Axes with units, agents with their numbers of seeds, and what line and band are."""
    plot(runs, tmp_path / "a.png", what=("return", "length"))
    (figure,) = figures
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "", *["environment steps per seed"] * 2]
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == [drawing.AXES["return"], drawing.AXES["length"]]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["ppo (4 seeds)", "trpo (4 seeds)"]
    assert legend.get_title().get_text() == "line: interquartile mean over seeds; band: 95% bootstrap interval"
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["0", "20k", "40k", "60k"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_legend_lies_outside_the_data(count: int, runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """No panel is behind it, and nothing leaves the picture."""
    plot(runs[:count], tmp_path / "a.png")
    (figure,) = figures
    (legend,) = figure.legends
    low = legend.get_window_extent()
    assert low.y0 >= 0
    assert all(axes.get_tightbbox().y0 >= low.y1 for axes in figure.axes)
    assert all(axes.get_tightbbox().x1 <= figure.bbox.x1 for axes in figure.axes)


def test_an_agent_has_one_colour_everywhere(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """Out of a palette that the colour-blind can tell apart; after all colours come dashes."""
    plot([*runs[:2], *reversed(runs[2:])], tmp_path / "a.png")
    colours = [[to_hex(line.get_color()).upper() for line in axes.lines] for axes in figures[0].axes]
    assert colours == [list(drawing.COLOURS[:2])] * 2
    many = len(drawing.COLOURS) + 1
    plot([runs[0]] * many, tmp_path / "b.png", labels=[f"agent {number}" for number in range(many)])
    looks = {(line.get_color(), line.get_linestyle()) for line in figures[1].axes[0].lines}
    assert len(looks) == many


def test_directories_of_one_label_are_taken_together(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """As more seeds of one agent; labels can tell them apart."""
    longer = train(tmp_path / "more", "ppo", "Hopper-v5", shift=9)
    plot([runs[0], longer], tmp_path / "a.png")
    plot([runs[0], longer], tmp_path / "b.png", labels=["first", "second"])
    names = [[text.get_text() for text in figure.legends[0].get_texts()] for figure in figures]
    assert names == [["ppo (8 seeds)"], ["first (4 seeds)", "second (4 seeds)"]]
    assert [len(figure.axes[0].lines) for figure in figures] == [1, 2]


def test_metrics_are_shown_where_they_were_recorded(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """The usual ones that there are; an agent that has none has no line, a task that has none says so."""
    plot_metrics(runs[:3], tmp_path / "a.png")
    plot_metrics(runs[1:3], tmp_path / "b.png", what=["kl", "clip_fraction"])
    plot_metrics(runs[:1], tmp_path / "c.png", what=["my_metric"], x="iteration")
    assert [len(axes.lines) for axes in figures[0].axes] == [2, 1, 1, 1]
    assert [axes.get_ylabel() for axes in figures[0].axes[::2]] == [drawing.AXES["kl"], drawing.AXES["clip_fraction"]]
    assert [axes.get_title() for axes in figures[1].axes] == ["Hopper-v5", "Ant-v5"] * 2
    assert [[text.get_text() for text in axes.texts] for axes in figures[1].axes] == [[], [], ["not recorded"], []]
    axes = figures[2].axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("my metric", "iterations")
    assert axes.lines[0].get_xdata().tolist() == list(range(1, ITERATIONS + 1))


def test_a_line_ends_where_a_seed_diverged(tmp_path: Path, figures: list[Any]) -> None:
    """What is left of the others would be another statistic."""
    (tmp_path / "config.json").write_text('{"agent": "ppo", "env": "Hopper-v5"}', encoding="utf-8")
    record = Record(tmp_path)
    for iteration in range(1, 6):
        columns = {"seed": [0, 1], "iteration": [iteration] * 2, "step": [iteration * 10] * 2}
        record.add_metrics({**columns, "kl": [0.1, 0.1 if iteration < 4 else np.nan], "entropy": [0.0, np.nan]})
    record.flush()
    plot_metrics([tmp_path], tmp_path / "a.png")
    assert [[line.get_xdata().tolist() for line in axes.lines] for axes in figures[0].axes] == [[[10, 20, 30]], []]


@pytest.mark.parametrize(
    ("value", "end", "said"),
    [
        (0, 1e6, "0"),
        (200_000, 1e6, "0.2M"),
        (1_000_000, 1e6, "1M"),
        (200_000, 2e5, "200k"),
        (7500, 1e4, "7.5k"),
        (100, 488, "100"),
        (50_000_000, 1e8, "50M"),
    ],
)
def test_ticks_are_short(value: float, end: float, said: str) -> None:
    """In millions, in thousands, or as they are, by the axis's end."""
    assert shortened(value, end) == said


def test_pyplot_is_not_needed(runs: list[Path], tmp_path: Path) -> None:
    """Its figures would be the whole program's, and would look for a screen: here it cannot even be imported."""
    program = (
        "import sys; sys.modules['matplotlib.pyplot'] = None\n"
        "from rlproof.training.plotting import plot\n"
        "plot(sys.argv[2:], sys.argv[1])"
    )
    out = tmp_path / "a.png"
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(out), *map(str, runs[:1])], check=True)
    assert out.stat().st_size > 0


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda runs, out: plot([], out / "a.png"), MissingDataError, "no run directory"),
        (lambda runs, out: plot([out], out / "a.png"), ParameterError, "config.json"),
        (lambda runs, out: plot(runs, out / "a.pdf"), ParameterError, r"'\.pdf'(.|\n)*\.png, \.svg"),
        (lambda runs, out: plot(runs, out / "a.png", x="hours"), ParameterError, "no such x axis"),
        (lambda runs, out: plot(runs, out / "a.png", what=["kl"]), ParameterError, "return, length"),
        (lambda runs, out: plot(runs, out / "a.png", labels=["one"]), ParameterError, "1 labels for 4"),
        (lambda runs, out: plot_metrics(runs, out / "a.png", what=["kll"]), ParameterError, "kl, my_metric"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    call: Callable[[list[Path], Path], None], error: type[RlproofError], said: str, runs: list[Path], tmp_path: Path
) -> None:
    """Before anything is written."""
    with pytest.raises(error, match=said):
        call(runs, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", '{"agent": "ppo"}'])
def test_a_config_that_does_not_say_what_was_trained_is_named(text: str, tmp_path: Path) -> None:
    """With its directory."""
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=tmp_path.name):
        plot([tmp_path], tmp_path / "a.png")


def test_a_run_without_an_episode_has_no_curve(runs: list[Path], tmp_path: Path, figures: list[Any]) -> None:
    """Alone it is an error, beside others it is left out."""
    short = train(tmp_path / "short", "npg", "Hopper-v5", episodes=False)
    with pytest.raises(MissingDataError, match="nothing to draw"):
        plot([short], tmp_path / "a.png")
    plot([short, *runs], tmp_path / "a.png")
    assert [text.get_text() for text in figures[0].legends[0].get_texts()] == ["ppo (4 seeds)", "trpo (4 seeds)"]


def test_a_missing_matplotlib_is_named(runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that installs it."""
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    with pytest.raises(ImportError, match=r"'matplotlib'(.|\n)*pip install 'rlproof\[train\]'"):
        plot(runs, tmp_path / "a.png")

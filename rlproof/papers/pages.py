"""The page of the PPO paper's results: Table 1 and Figure 3, published and run again; a Sphinx extension.

Put ``"rlproof.papers.pages"`` into ``extensions`` of ``conf.py``; the page appears below ``papers/``.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..markup import code_block, folded, one_paragraph, title
from . import prose

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from .beside import Score
    from .results import Results


def setup(app: "Sphinx") -> dict[str, Any]:
    """Have the page written at the beginning of every build."""
    app.connect("builder-inited", lambda app: write_papers(Path(app.srcdir) / "papers"))
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def write_papers(folder: Path) -> None:
    """Write the page and its figure; what is the same already is left alone."""
    from . import beside
    from .figure import figure_3
    from .results import read

    folder.mkdir(exist_ok=True)
    results = read()
    for name, text in (("ppo.rst", papers_page(results, beside.read())), ("figure3.svg", figure_3(results))):
        path = folder / name
        if text is not None and (not path.exists() or path.read_text(encoding="utf-8") != text):
            path.write_text(text, encoding="utf-8")


def papers_page(results: "Results", beside: "Sequence[Score]" = ()) -> str:
    """Write everything that is known of the runs, and of those beside other libraries'."""
    from .claims import claims
    from .tables import failures_text, returns_table, scales_text, scores_table

    said = "\n".join(f"- *{each.said}* **{each.verdict}**: {one_paragraph(each.found)}" for each in claims(results))
    parts = [
        title("The results of the PPO paper", "="),
        _introduction(results),
        _provenance(results),
        title("Table 1", "-"),
        prose.TABLE_1.strip(),
        scores_table(results),
        one_paragraph(scales_text(results)),
        title("What the paper says of them", "-"),
        said,
        title("Figure 3", "-"),
        _figure(results),
        title("Returns", "-"),
        prose.SCORES.strip(),
        returns_table(results),
        one_paragraph(failures_text(results)),
        *((title("Beside other libraries", "-"), _beside(beside)) if beside else ()),
        title("What differs from the paper", "-"),
        prose.DIFFERENT.strip().format(mujoco=_all(run.versions["mujoco"] for run in results.runs.values())),
        folded("The settings of every agent", _configs(results)) if results.configs else "",
        title("Run it again", "-"),
        _commands(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _introduction(results: "Results") -> str:
    from .settings import FIGURE_3, TABLE_1, TASKS

    there = [{key for key, _ in results.runs if key in {one.key for one in names}} for names in (TABLE_1, FIGURE_3)]
    counts = [sum(key in keys for key, _ in results.runs) for keys in there]
    return prose.INTRODUCTION.strip().format(
        steps=results.steps,
        seeds=_all(map(str, results.seeds)),
        cells=counts[0],
        all_cells=len(TABLE_1) * len(TASKS),
        curves=counts[1],
        all_curves=len(FIGURE_3) * len(TASKS),
    )


def _provenance(results: "Results") -> str:
    """Say when, on what and with which versions, once for each that differ."""
    groups: dict[tuple[str, str], list[str]] = {}
    for run in results.runs.values():
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        groups.setdefault((run.hardware, versions), []).append(run.date)
    told = []
    for (hardware, versions), dates in groups.items():
        when = f"on {min(dates)}" if min(dates) == max(dates) else f"from {min(dates)} to {max(dates)}"
        told.append(prose.PROVENANCE.strip().format(runs=len(dates), dates=when, hardware=hardware, versions=versions))
    return "\n".join(told)


def _figure(results: "Results") -> str:
    from .results import POINTS
    from .settings import FIGURE_3, TASKS
    from .wording import listed

    ran = {one.name: [task for task in results.tasks if (one.key, task) in results.runs] for one in FIGURE_3}
    if not any(ran.values()):
        return "None of its algorithms has been run."
    absent = ", ".join(name for name, tasks in ran.items() if not tasks)
    some = {listed(tasks): [] for tasks in ran.values() if 0 < len(tasks) < len(TASKS)}
    for name, tasks in ran.items():
        some.get(listed(tasks), []).append(name)
    partly = [f"Only on {tasks}: {', '.join(names)}." for tasks, names in some.items()]
    missing = " ".join([f"Not run: {absent}." if absent else "", *partly])
    text = one_paragraph(prose.FIGURE_3.format(points=POINTS, missing=missing))
    return f"{text}\n\n.. image:: figure3.svg\n   :alt: Learning curves by task, a line for each algorithm"


def _beside(runs: "Sequence[Score]") -> str:
    from .beside import beside_table

    dates = sorted({run.date for run in runs})
    text = prose.BESIDE.format(
        steps=runs[0].steps,
        runs=len(runs),
        dates=f"on {dates[0]}" if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}",
        hardware=_all(run.hardware for run in runs),
        versions=_all(f"{run.who} {run.version}" for run in runs),
    )
    return f"{one_paragraph(text)}\n\n{beside_table(runs)}"


def _configs(results: "Results") -> str:
    """List the recorded settings, not those that the code has now; once for all that differ by their names only."""
    from .settings import settings

    groups: dict[str, list[str]] = {}
    for key, config in results.configs.items():
        rest = {name: value for name, value in config.items() if name not in settings()[key].options}
        groups.setdefault(", ".join(f"{name}={json.dumps(value)}" for name, value in rest.items()), []).append(key)
    lines = ["\n".join([*keys, indent(fill(config, 90), "    ")]) for config, keys in groups.items()]
    return code_block("\n".join(lines), "text")


def _commands(results: "Results") -> str:
    from .settings import TASKS, settings

    command = f"python -m rlproof.papers --out runs --steps {results.steps} --seeds {len(results.seeds)}"
    parts = []
    if results.tasks != list(TASKS):
        parts.append(f"--tasks {' '.join(results.tasks)}")
    if results.configs.keys() != settings().keys():
        parts.append(f"--settings {' '.join(results.configs)}")
    lines = " \\\n    ".join([command, *parts])
    return f"{code_block(f'{lines}{chr(10)}python -m rlproof.papers.recorded runs', 'text')}\n\n{AGAIN}"


AGAIN = "What is finished in the folder is not run again; without ``--tasks`` and ``--settings`` it is everything."


def _all(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))

"""Figure 3: learning curves of the recorded runs, as one picture with a panel for each task."""

from io import StringIO

import numpy as np

from ..training.drawing import line_of, save
from .results import Results, Run
from .settings import FIGURE_3


def figure_3(results: Results) -> str | None:
    """Draw the curves there are, and return the SVG; the same results give the same text. None if there are none."""
    lines = {}
    for task in results.tasks:
        for setting in FIGURE_3:
            run = results.runs.get((setting.key, task))
            line = None if run is None else line_of(_curves(run, results))
            if line is not None:
                lines[setting.name, task.removesuffix("-v5"), "return"] = line
    if not lines:
        return None
    text = StringIO()
    save(lines, "step", ["return"], text, "svg")
    return text.getvalue()


def _curves(run: Run, results: Results) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return steps and returns [points] of each seed, NaN where there is no return."""
    return [(results.grid, np.array(curve, np.float64)) for curve in run.curves]

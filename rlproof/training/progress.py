"""The progress of a run in the terminal: a bar, and what matters while one waits."""

import time
from types import TracebackType
from typing import Self

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from ..impl.training.training import Report
from .running import Plan

SHOWN = {"kl": "KL {:.4f}", "clip_fraction": "clipped {:.0%}", "entropy": "entropy {:.2f}"}
"""Metrics in the bar, where the agent tells them, and how they are written."""
LAST = 100
"""Episodes whose mean return is shown."""
LOG_SECONDS = 30.0
"""Between two lines, where the output is no terminal."""


class Progress:
    """A bar in a terminal; in a log, a line every half minute."""

    def __init__(self, console: Console, plan: Plan) -> None:
        """Prepare the bar."""
        self._console, self._plan = console, plan
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(f"{plan.agent} {plan.env}", total=plan.steps, told="compiling")
        self._returns: list[float] = []
        self._logged = time.monotonic()
        self._first: tuple[int, float] | None = None
        self._last: tuple[int, float, float] | None = None
        self._told = "no episode has ended"

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it as it stands."""
        del kind, error, trace
        self._bar.stop()

    def show(self, report: Report) -> None:
        """Bring it up to date."""
        self._returns = [*self._returns, *report.episodes["return"]][-LAST * len(self._plan.seeds) :]
        steps = int(report.metrics["step"].min())
        # The first report's time includes what is only done once.
        self._first = self._first or (report.seed_steps, report.seconds)
        self._last = (report.seed_steps, report.seconds, report.physics_seconds)
        self._told = self._describe(report.metrics)
        self._bar.update(self._task, completed=min(steps, self._plan.steps), told=self._told)
        if not self._console.is_terminal and time.monotonic() - self._logged > LOG_SECONDS:
            self._logged = time.monotonic()
            self._console.print(f"{steps:,} of {self._plan.steps:,} steps  {self._told}", highlight=False)

    def summary(self) -> str:
        """Return the last of what was told, and where the time went."""
        if self._last is None or self._last[1] == 0:
            return "nothing was left to do"
        steps, seconds, physics = self._last
        return f"{steps:,} steps of all seeds in {seconds:.1f} s, {physics / seconds:.0%} in physics; {self._told}"

    def _describe(self, metrics: dict[str, np.ndarray]) -> str:
        told = [f"return {np.mean(self._returns):.1f}"] if self._returns else []
        told += [form.format(float(np.mean(metrics[name]))) for name, form in SHOWN.items() if name in metrics]
        return "  ".join([*told, f"{self._speed():,.0f} steps/s"])

    def _speed(self) -> float:
        if self._first is None or self._last is None or self._last[1] == self._first[1]:
            return 0.0
        return (self._last[0] - self._first[0]) / (self._last[1] - self._first[1])

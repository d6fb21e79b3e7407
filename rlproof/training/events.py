"""TensorBoard's event files of a run, one folder per seed; a by-product that nothing reads back."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .extra import require

KEYS = ("seed", "iteration", "step")
"""Columns that say what a row is about, and are no curves."""


class Events:
    """TensorBoard's event files, one folder per seed."""

    def __init__(self, folder: Path) -> None:
        """Load tensorboardX; no file is made before there is something to write."""
        purpose = "writing TensorBoard's event files"
        self.writing = require("tensorboardX.event_file_writer", purpose=purpose)
        self.event = require("tensorboardX.proto.event_pb2", purpose=purpose)
        self.summary = require("tensorboardX.proto.summary_pb2", purpose=purpose).Summary
        self.folder = folder
        self.pending: list[tuple[int, Any]] = []
        # EventsWriter and not SummaryWriter, which starts a thread and a pipe per seed and whose flush does not
        # wait for them.
        self.writers: dict[int, Any] = {}
        self.restarts: dict[int, int] | None = None

    def add(self, prefix: str, columns: Mapping[str, list[int] | list[float]]) -> None:
        """Keep one event per row, which holds all its numbers."""
        names = [name for name in columns if name not in KEYS]
        rows = zip(columns["seed"], columns["step"], *(columns[name] for name in names), strict=True)
        for seed, step, *numbers in rows:
            pairs = zip(names, numbers, strict=True)
            values = [self.summary.Value(tag=prefix + name, simple_value=number) for name, number in pairs]
            event = self.event.Event(step=step, wall_time=time.time(), summary=self.summary(value=values))
            self.pending.append((int(seed), event))

    def flush(self) -> None:
        """Write the events that wait."""
        for seed, event in self.pending:
            if seed not in self.writers:
                self.writers[seed] = self._open(seed)
            self.writers[seed].write_event(event)
        self.pending.clear()
        for writer in self.writers.values():
            writer.flush()

    def rewind(self, steps: Mapping[int, int]) -> None:
        """Begin new files, which hide what the older ones say about these steps and later ones, by seed."""
        self.pending.clear()
        self.close()
        self.restarts = dict(steps)

    def close(self) -> None:
        """Close the files; what is added later begins new ones."""
        for writer in self.writers.values():
            writer.close()
        self.writers.clear()

    def _open(self, seed: int) -> Any:
        folder = self.folder / f"seed{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder by name, which begins with the second: a number tells files apart
        # that were begun in the same one.
        writer = self.writing.EventsWriter(str(folder / "events"), f".{len(list(folder.iterdir())):04d}")
        if self.restarts is not None:
            start = self.event.SessionLog(status=self.event.SessionLog.START)
            writer.write_event(
                self.event.Event(step=self.restarts.get(seed, 0), wall_time=time.time(), session_log=start)
            )
        return writer

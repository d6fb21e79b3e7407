"""The tables of a run directory, kept so that a resumed run's files are those of an uninterrupted run.

`metrics.csv` has a row per seed and iteration, `episodes.csv` one per finished episode, `speed.csv` one per
iteration. Floats are written by `repr` and come back bit for bit. Only `speed.csv` knows a clock: the other
two are the same bytes whenever the same run is made again.

Rows wait in memory until `flush` brings them to the disk. **A checkpoint is saved after a flush**: then the
files are never behind it, and after a crash `rewind` removes what they are ahead of it, a half-written row
included. The event files of TensorBoard are a by-product: what a rewind removes is hidden there, not deleted.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..spec.numbers import Array
from .events import Events
from .extra import require
from .tables import Table, read_table, replace_file

METRICS = ("seed", "iteration", "step")
"""The columns that metrics begin with; the first row adds its own."""
EPISODES = ("seed", "iteration", "step", "return", "length")
"""The columns of finished episodes; `step` counts the steps of this seed when the episode ended."""
SPEED = ("iteration", "seed_steps", "seconds", "physics_seconds")
"""The columns about time: steps of all seeds so far; seconds so far, of this process alone, and those in physics."""


class Record:
    """The tables of one run, written row by row."""

    def __init__(self, directory: str | Path, *, events: bool = False) -> None:
        """Take a new directory, or that of a run to go on with: then `rewind` comes first.

        Args:
            directory: is made if it is missing.
            events: write TensorBoard's event files too, under `events/seed0` and so on.
        """
        # Asked for here, since `finish` would find it missing only after hours of training.
        require("pyarrow", purpose="the record of a run")
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._metrics = Table(self.directory / "metrics.csv", METRICS, more=True)
        self._episodes = Table(self.directory / "episodes.csv", EPISODES)
        self._speed = Table(self.directory / "speed.csv", SPEED)
        self._events = Events(self.directory / "events") if events else None

    def add_metrics(self, rows: Mapping[str, Array]) -> None:
        """Add a row per seed: `seed`, `iteration`, `step` and any columns of floats, all [seeds]."""
        added = self._metrics.add(rows)
        if self._events:
            self._events.add("", added)

    def add_episodes(self, columns: Mapping[str, Array]) -> None:
        """Add finished episodes: `seed`, `iteration`, `step`, `return`, `length`, all [episodes], which may be none."""
        added = self._episodes.add(columns)
        if self._events:
            self._events.add("episode/", added)

    def add_speed(self, *, iteration: int, seed_steps: int, seconds: float, physics_seconds: float) -> None:
        """Add what was reached: steps of all seeds together, seconds since the process began, those in physics."""
        row = {"iteration": iteration, "seed_steps": seed_steps, "seconds": seconds, "physics_seconds": physics_seconds}
        self._speed.add({name: np.array([value]) for name, value in row.items()})

    def flush(self) -> None:
        """Bring all rows to the disk; save a checkpoint after this, never before."""
        # The event files first: if the process dies here, they are ahead of the tables, which a rewind mends.
        if self._events:
            self._events.flush()
        for table in (self._metrics, self._episodes, self._speed):
            table.flush()

    def rewind(self, iteration: int) -> None:
        """Drop the rows of later iterations, rows that no flush has written, and what a crash left of a row."""
        for table in (self._metrics, self._episodes, self._speed):
            table.path.with_suffix(".parquet").unlink(missing_ok=True)
            table.rewind(iteration)
        if self._events:
            self._events.rewind(_next_steps(self._metrics.path, self._episodes.path))

    def finish(self) -> None:
        """Flush, write `metrics.parquet` and `episodes.parquet`, and close."""
        self.flush()
        arrow, parquet = (require(name, purpose="the record of a run") for name in ("pyarrow", "pyarrow.parquet"))
        for table in (self._metrics, self._episodes):
            columns = arrow.table(read_table(table.path))
            replace_file(table.path.with_suffix(".parquet"), lambda file, it=columns: parquet.write_table(it, file))
        self.close()

    def close(self) -> None:
        """Close the event files, of a run that ends early as well; rows that no flush has written are not."""
        if self._events:
            self._events.close()


def read_metrics(directory: str | Path) -> dict[str, Array]:
    """The columns of `metrics.csv`, all [rows]; a row that is only half written yet is left out."""
    return read_table(Path(directory) / "metrics.csv")


def read_episodes(directory: str | Path) -> dict[str, Array]:
    """The columns of `episodes.csv`, all [episodes]; a row that is only half written yet is left out."""
    return read_table(Path(directory) / "episodes.csv")


def _next_steps(*paths: Path) -> dict[int, int]:
    """The first step of each seed that no row of these tables tells of."""
    tables = [read_table(path) for path in paths if path.exists()]
    none = np.empty(0, np.int64)
    seeds, steps = (np.concatenate([none, *(table[name] for table in tables)]) for name in ("seed", "step"))
    return {int(seed): int(steps[seeds == seed].max()) + 1 for seed in np.unique(seeds)}

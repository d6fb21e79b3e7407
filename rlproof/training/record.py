"""The tables of a run directory, kept so that a resumed run's files are those of an uninterrupted run.

`metrics.csv` has a row per seed and iteration, `episodes.csv` one per finished episode, `speed.csv` one per
iteration. Floats are written by `repr` and come back bit for bit. Only `speed.csv` knows a clock: the other
two are the same bytes whenever the same run is made again.

Rows wait in memory until `flush` brings them to the disk. **A checkpoint is saved after a flush**: then the
files are never behind it, and after a crash `rewind` removes what they are ahead of it, a half-written row
included. The event files of TensorBoard are a by-product: what a rewind removes is hidden there, not deleted.
"""

import importlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..spec.errors import MissingDataError, ParameterError, ShapeError
from ..spec.numbers import Array

INTEGERS = frozenset({"seed", "iteration", "step", "length", "seed_steps"})
"""The columns of whole numbers; all others hold floats."""
METRICS = ("seed", "iteration", "step")
"""The columns that metrics begin with; the first row adds its own."""
EPISODES = ("seed", "iteration", "step", "return", "length")
"""The columns of finished episodes; `step` counts the steps of this seed when the episode ended."""
SPEED = ("iteration", "seed_steps", "seconds", "physics_seconds")
"""The columns about time: the steps of all seeds in an iteration, and what they took."""


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
        self._metrics = _Table(self.directory / "metrics.csv", METRICS, more=True)
        self._episodes = _Table(self.directory / "episodes.csv", EPISODES)
        self._speed = _Table(self.directory / "speed.csv", SPEED)
        self._events = _Events(self.directory / "events") if events else None

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
        """Add what one iteration took: steps of all seeds together, seconds, and those spent in the physics."""
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
            columns = arrow.table(_read(table.path))
            _replace(table.path.with_suffix(".parquet"), lambda file, it=columns: parquet.write_table(it, file))
        self.close()

    def close(self) -> None:
        """Close the event files, of a run that ends early as well; rows that no flush has written are not."""
        if self._events:
            self._events.close()


def read_metrics(directory: str | Path) -> dict[str, Array]:
    """The columns of `metrics.csv`, all [rows]; a row that is only half written yet is left out."""
    return _read(Path(directory) / "metrics.csv")


def read_episodes(directory: str | Path) -> dict[str, Array]:
    """The columns of `episodes.csv`, all [episodes]; a row that is only half written yet is left out."""
    return _read(Path(directory) / "episodes.csv")


def require(module: str, *, purpose: str) -> ModuleType:
    """Return the module of that name, or raise `ImportError` naming the extra `rlproof[train]`."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        message = (
            f"{purpose} needs the package {package!r}\n  got:          no such package in this environment"
            f"\n  expected:     {package} installed\n  likely cause: rlproof is installed without what training needs"
            "\n  what to do:   pip install 'rlproof[train]'"
        )
        raise ImportError(message) from error


class _Table:
    """One CSV file, and the rows that are not in it yet."""

    def __init__(self, path: Path, names: tuple[str, ...], *, more: bool = False) -> None:
        """Prepare a table whose columns are these names, and the first row's others if there may be `more`."""
        self.path, self.names, self.more = path, names, more
        self.columns = None if more else names
        self.pending: list[str] = []
        self.ours = not path.exists()

    def add(self, rows: Mapping[str, Array]) -> dict[str, list[int] | list[float]]:
        """Keep rows for the next flush and return their columns as plain numbers, in the file's order."""
        if not self.ours:
            raise _holds_another_run(self.path)
        names = self.columns or (*self.names, *(name for name in rows if name not in self.names))
        if rows.keys() != set(names) or any(set(name) & set(',"\r\n') for name in names):
            raise _wrong_columns(self.path.name, tuple(rows), names)
        values = {name: _plain(name, rows[name]) for name in names}
        lengths = {name: len(column) for name, column in values.items()}
        if len(set(lengths.values())) > 1:
            raise _wrong_shape(self.path.name, f"lengths {lengths}")
        self.columns = names
        self.pending += [",".join(map(repr, row)) + "\n" for row in zip(*values.values(), strict=True)]
        return values

    def flush(self) -> None:
        """Append the rows to the file, durably; a new file begins with the names of the columns."""
        fresh = not self.path.exists()
        if self.columns is None or not (self.pending or fresh):
            return
        header = ",".join(self.columns) + "\n" if fresh else ""
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(header + "".join(self.pending))
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            _sync(self.path.parent)
        self.pending.clear()

    def rewind(self, iteration: int) -> None:
        """Keep the whole rows up to this iteration; a file that would keep none begins anew."""
        names, rows = _lines(self.path)
        iterations = _cells(self.path.name, names, rows).get("iteration", ())
        kept = [row for row, when in zip(rows, iterations, strict=True) if int(when) <= iteration]
        if kept:
            text = "".join(f"{line}\n" for line in [",".join(names), *kept])
            _replace(self.path, lambda file: file.write_text(text, encoding="utf-8", newline="\n"))
            self.columns = tuple(names)
        else:
            self.path.unlink(missing_ok=True)
            self.columns = None if self.more else self.names
        self.pending.clear()
        self.ours = True


class _Events:
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
        names = [name for name in columns if name not in METRICS]
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


def _plain(name: str, column: Array) -> list[int] | list[float]:
    """The numbers of a column [n] as Python's own."""
    numbers = np.asarray(column)
    if numbers.ndim != 1:
        raise _wrong_shape(f"column {name!r}", f"shape {numbers.shape}")
    whole = name in INTEGERS
    if numbers.size and numbers.dtype.kind not in ("iu" if whole else "fiub"):
        raise ParameterError(
            f"column {name!r} cannot be recorded",
            got=f"dtype {numbers.dtype}",
            expected="whole numbers" if whole else "real numbers",
            cause="a mean where a count was meant" if whole else "an array of objects",
            remedy="convert the column with .astype before it is added",
        )
    return numbers.astype(np.int64 if whole else np.float64).tolist()


def _read(path: Path) -> dict[str, Array]:
    names, rows = _lines(path)
    if not names:
        raise MissingDataError(
            f"there is no {path.stem} to read",
            got=f"{path}, which is missing or empty",
            expected="the directory of a run that has recorded something",
            cause="a slip of the directory's name, or a run before its first flush",
            remedy="name the directory that holds config.json and metrics.csv",
        )
    return {
        name: np.array([int(cell) for cell in cells], np.int64)
        if name in INTEGERS
        else np.array([float(cell) for cell in cells], np.float64)
        for name, cells in _cells(path.name, names, rows).items()
    }


def _lines(path: Path) -> tuple[list[str], list[str]]:
    """The names of the columns and the rows of a file, nothing if there is none; a line without its end is no row."""
    whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
    header, *rows = whole.decode().split("\n")
    return (header.split(",") if header else []), rows


def _cells(name: str, names: list[str], rows: list[str]) -> dict[str, tuple[str, ...]]:
    """The columns of a table as text."""
    cells = [row.split(",") for row in rows]
    for number, row in enumerate(cells, start=2):
        if len(row) != len(names):
            raise ParameterError(
                f"{name} cannot be read",
                got=f"{len(row)} cells in line {number}",
                expected=f"{len(names)}, as in the first line",
                cause="two processes wrote the file at once, or it was edited",
                remedy="remove the line by hand, or start the run anew",
            )
    return dict(zip(names, zip(*cells, strict=True) if cells else ((),) * len(names), strict=True))


def _next_steps(*paths: Path) -> dict[int, int]:
    """The first step of each seed that no row of these tables tells of."""
    tables = [_read(path) for path in paths if path.exists()]
    none = np.empty(0, np.int64)
    seeds, steps = (np.concatenate([none, *(table[name] for table in tables)]) for name in ("seed", "step"))
    return {int(seed): int(steps[seeds == seed].max()) + 1 for seed in np.unique(seeds)}


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a whole file: whoever reads it, and whatever crashes, sees the old or the new one."""
    new = path.with_name(f".{path.name}.new")
    write(new)
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Wait until a file, or a directory's list of files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _holds_another_run(path: Path) -> ParameterError:
    return ParameterError(
        "the directory holds a run already",
        got=str(path),
        expected="a new directory, or a call of rewind before anything is added",
        cause="a directory used twice, or a run that is resumed",
        remedy="take another directory, or rewind(iteration) to the checkpoint's iteration",
    )


def _wrong_columns(name: str, got: tuple[str, ...], expected: tuple[str, ...]) -> ParameterError:
    return ParameterError(
        f"these are not the columns of {name}",
        got=", ".join(map(repr, got)),
        expected=", ".join(expected),
        cause="a number that is only computed sometimes: the first row has fixed the columns",
        remedy="give every row the same columns, NaN where there is nothing; no commas or quotes in names",
    )


def _wrong_shape(name: str, got: str) -> ShapeError:
    return ShapeError(
        f"{name}: columns of different shapes",
        got=got,
        expected="vectors of one length, an entry per row",
        cause="a number that holds for all seeds at once",
        remedy="numpy.full(seeds, number)",
    )

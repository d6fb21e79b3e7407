"""One table of a run as a CSV file: rows are appended durably, and a crash leaves nothing that cannot be undone."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from ..spec.errors import MissingDataError, ParameterError, ShapeError
from ..spec.numbers import Array

INTEGERS = frozenset({"seed", "iteration", "step", "length", "seed_steps"})
"""The columns of whole numbers; all others hold floats."""


class Table:
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
            replace_file(self.path, lambda file: file.write_text(text, encoding="utf-8", newline="\n"))
            self.columns = tuple(names)
        else:
            self.path.unlink(missing_ok=True)
            self.columns = None if self.more else self.names
        self.pending.clear()
        self.ours = True


def read_table(path: Path) -> dict[str, Array]:
    """Return the columns of a file, whole numbers or floats; a line without its end is no row."""
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


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a whole file: whoever reads it, and whatever crashes, sees the old or the new one."""
    new = path.with_name(f".{path.name}.new")
    write(new)
    _sync(new)
    new.replace(path)
    _sync(path.parent)


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

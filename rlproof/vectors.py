"""`rlproof vectors export` and `rlproof vectors validate`: cases with their results, for programs in any language."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from . import __version__

REFUSED = 2


def vectors(words: Sequence[str]) -> int:
    """Run `rlproof vectors`; the result is the exit code."""
    asked = parser().parse_args(words)
    return export(asked) if asked.task == "export" else validate(asked)


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(prog="rlproof vectors", description="Cases with their results, as JSON.")
    tasks = found.add_subparsers(dest="task", required=True)
    write = tasks.add_parser("export", help="write one file per equation", allow_abbrev=False)
    write.add_argument("ids", nargs="*", metavar="IDS", help="ids or patterns (default: every equation about samples)")
    write.add_argument("--out", type=Path, default=Path("vectors"), metavar="DIR", help="default: %(default)s")
    write.add_argument("--redraw", action="store_true", help="choose other inputs than those that are shipped")
    write.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes side by side")
    check = tasks.add_parser("validate", help="hold files against the schema and the specification")
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of files")
    check.add_argument("--form-only", action="store_true", help="do not compute the results anew")
    return found


def export(asked: argparse.Namespace) -> int:
    """Write the files; the inputs are the shipped ones, so that the same version always writes the same bytes."""
    known = _selected(asked.ids)
    if not known:
        print(f"no equation is called {' '.join(asked.ids)}: nothing is exported", file=sys.stderr)
        return REFUSED
    asked.out.mkdir(parents=True, exist_ok=True)
    write = partial(_write, asked.out, redraw=asked.redraw)
    if min(asked.jobs, len(known)) > 1:
        with ProcessPoolExecutor(asked.jobs, get_context("spawn")) as pool:
            written = sum(pool.map(write, known))
    else:
        written = sum(map(write, known))
    print(f"{written} of {len(known)} equations written to {asked.out}")
    return 0 if written else REFUSED


def _write(folder: Path, identifier: str, *, redraw: bool) -> bool:
    """Write the file of an equation, and say what it holds; no if it has none."""
    from .oracle.vectors.document import document, left_out, text
    from .oracle.vectors.facts import subject
    from .oracle.vectors.stored import inputs

    if reason := left_out(identifier):
        print(f"{identifier}: left out: {reason}", flush=True)
        return False
    shipped = None if redraw else inputs(identifier, subject(identifier).words)
    contents = document(identifier, shipped, version=__version__)
    if not contents["cases"]:
        print(f"{identifier}: left out: no case was found on which it is defined", flush=True)
        return False
    (folder / f"{identifier}.json").write_text(text(contents), encoding="utf-8")
    cases, told, untold = (len(contents[part]) for part in ("cases", "flags", "not_told_apart"))
    print(f"{identifier}: {cases} cases, {told} deviations told apart, {untold} not", flush=True)
    return True


def _selected(patterns: Sequence[str]) -> list[str]:
    from .oracle.vectors.document import is_about_samples
    from .spec.registry import equations

    patterns = [part for words in patterns for part in words.split(",") if part]
    ids = [entry.id for entry in equations()]
    if not patterns:
        return [identifier for identifier in ids if is_about_samples(identifier)]
    return [identifier for identifier in ids if any(fnmatchcase(identifier, pattern) for pattern in patterns)]


def validate(asked: argparse.Namespace) -> int:
    """Validate the files; none is a failure."""
    from .oracle.vectors.validate import complaints

    files = [file for path in asked.paths for file in _files(path)]
    wrong = 0
    for file in files:
        try:
            found = complaints(json.loads(file.read_text(encoding="utf-8")), recompute=not asked.form_only)
        except (OSError, ValueError) as error:
            found = [f"$: {error}"]
        wrong += bool(found)
        for said in found:
            print(f"{file}: {said}")
    print(f"{len(files)} loaded, {len(files)} run, {wrong} failed")
    return 1 if wrong or not files else 0


def _files(path: Path) -> Iterator[Path]:
    yield from sorted(path.glob("*.json")) if path.is_dir() else (path,)

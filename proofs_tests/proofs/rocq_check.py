"""All theorems checked: once for each state of the sources, of the checker and of the prover.

A check that ended well is kept, with what was compiled, in a folder whose name is a hash of all that it depends on. The
hash is taken of the very copy that is compiled, so that no changed file is ever taken for the one that was checked.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from . import prover
from .assumptions import check_theorems
from .compiling import Report, compile_all, copy
from .errors import CompileError
from .outcome import Outcome, passed
from .sources import ROCQ, sources
from .statements import statements

RESULT = "checked.json"
"""What a kept folder holds beside the compiled files."""


class Checked(NamedTuple):
    """Every theorem's outcome, and the compiled files."""

    outcomes: tuple[Outcome, ...]
    folder: Path
    kept: bool
    """Whether it was checked before, in the same state of everything."""


def check_rocq(*, fresh: bool = False, report: Report = print, root: Path = ROCQ, place: Path | None = None) -> Checked:
    """Check every theorem, unless that has been done; `fresh` does it in any case."""
    prover.require()
    with _alone(place or cache_folder()) as folder:
        build = copy(_emptied(folder / "new"), root)
        kept = folder / state(build.folder)
        if not fresh and (kept / RESULT).exists():
            return Checked(_read(kept), kept, kept=True)
        compile_all(build, report)
        stated = statements(build.folder)
        report(f"what {len(stated)} theorems rest on")
        outcomes = tuple(check_theorems(build, stated))
        if not passed(outcomes):
            return Checked(outcomes, build.folder, kept=False)
        if build.failed:
            raise _useless(build.failed)
        (build.folder / RESULT).write_text(json.dumps([_row(each) for each in outcomes]), encoding="utf-8")
        for older in folder.glob("*/"):
            if older != build.folder:
                shutil.rmtree(older)
        return Checked(outcomes, build.folder.rename(kept), kept=False)


def cache_folder() -> Path:
    """Where it is kept: in the repository, or where the user's caches are."""
    tree = Path(__file__).parents[2]
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rlproof"
    return (tree / ".cache" if (tree / "pyproject.toml").exists() else home) / "proofs"


def state(folder: Path = ROCQ) -> str:
    """A hash of every source, of this checker, and of the prover with its libraries."""
    digest = hashlib.sha256(prover.fingerprint().encode())
    checker = Path(__file__).parent
    for root, paths in ((folder, sources(folder)), (checker, sorted(checker.glob("*.py")))):
        for path in paths:
            digest.update(f"\0{path.relative_to(root)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


@contextmanager
def _alone(place: Path) -> Iterator[Path]:
    """Keep other processes out: the workers of a test run check once, for all of them."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield place


def _useless(failed: dict[str, str]) -> CompileError:
    file, said = next(iter(failed.items()))
    return CompileError(
        f"{file} does not compile, and no theorem rests on it",
        got=said,
        expected="sources that compile, all of them",
        cause="a file that was begun, or left behind",
        remedy="finish it or remove it",
    )


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _row(outcome: Outcome) -> tuple[str, str, float]:
    return outcome.proof.name, outcome.assumptions, outcome.seconds


def _read(kept: Path) -> tuple[Outcome, ...]:
    """What was found: every one of these theorems was proved, or nothing would have been kept."""
    stated = {proof.name: proof for proof in statements(kept)}
    rows = json.loads((kept / RESULT).read_text(encoding="utf-8"))
    return tuple(Outcome(stated[name], "proved", text, seconds) for name, text, seconds in rows)

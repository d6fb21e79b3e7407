"""The sources compiled: a copy of all of them, each file after what it rests on, two at a time."""

import graphlib
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from . import prover
from .sources import ROCQ, sources

PROCESSES = 2
Report = Callable[[str], None]
"""Receives a line about each file that has been compiled."""


@dataclass
class Build:
    """A copy of the sources beside what the prover made of them."""

    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each file took."""
    failed: dict[str, str] = field(default_factory=dict)
    """What the prover says of each file that does not compile, or on which such file it rests."""


def copy(folder: Path, root: Path = ROCQ) -> Build:
    """Copy every source into an empty folder."""
    for path in sources(root):
        place = folder / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return Build(folder)


def compile_all(build: Build, report: Report = print) -> None:
    """Compile every file of a copy; those that rest on a file that does not compile are not tried."""
    prover.require()
    needs = _dependencies(build.folder)
    order = graphlib.TopologicalSorter(needs)
    order.prepare()
    with ThreadPoolExecutor(PROCESSES) as pool:
        running: dict[Future[tuple[str | None, float]], str] = {}
        while order.is_active():
            for file in order.get_ready():
                broken = next((each for each in needs[file] if each in build.failed), None)
                running[pool.submit(_compile, build.folder, file, broken)] = file
            for task in wait(running, return_when=FIRST_COMPLETED).done:
                file = running.pop(task)
                error, build.seconds[file] = task.result()
                if error is not None:
                    build.failed[file] = error
                order.done(file)
                end = f"{build.seconds[file]:.1f} s" if error is None else "FAILED"
                report(f"[{len(build.seconds)}/{len(needs)}] {file}  {end}")


def _compile(folder: Path, file: str, broken: str | None) -> tuple[str | None, float]:
    """What the prover says if the file does not compile, and how long that took."""
    if broken is not None:
        return f"it rests on {broken}, which does not compile", 0.0
    begin = time.perf_counter()
    return prover.compile_file(file, folder), time.perf_counter() - begin


def _dependencies(folder: Path) -> Mapping[str, list[str]]:
    """The files of ours that each file loads, as coqdep reads them."""
    files = [str(path.relative_to(folder)) for path in sources(folder)]
    needs: dict[str, list[str]] = {}
    for rule in prover.call("coqdep", *prover.FLAGS[:3], *files, folder=folder).splitlines():
        made, _, loaded = rule.partition(":")
        file = made.split()[0].removesuffix("o")
        if file in files:
            names = [each.removesuffix("o") for each in loaded.split()]
            needs[file] = [name for name in names if name in files and name != file]
    return needs

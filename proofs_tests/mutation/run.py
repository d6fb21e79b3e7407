"""Mutation testing of the equation modules: `make mutation`, or a sample of it by ARGS="--sample 200".

    python -m proofs_tests.mutation.run [--sample N] [--only PATH] [--jobs N] [--seed N]

Results stay in build/mutation.sqlite, so that an interrupted run goes on where it stopped (cosmic-ray's own
`cr-report` and `cr-html` read it); a change of the source makes a new session. Exit code 0 if at least 95 % of the
mutants that ran were killed and every survivor stands in survivors.toml.
"""

import argparse
import hashlib
import multiprocessing
import os
import random
import re
import sys
import tomllib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from difflib import unified_diff
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from .execute import Mutant, load_libraries, outcome
from .sites import ROOT, equation_modules, is_formula, topic_of

HERE = Path(__file__).parent
SETTINGS = tomllib.loads((HERE / "cosmic-ray.toml").read_text(encoding="utf-8"))["cosmic-ray"]
FOLDER = ROOT / "build" / "mutation"
ENOUGH = 0.95
"""The share of mutants that must be killed."""


def main(arguments: list[str] | None = None) -> int:
    """Run the mutants that have no result yet, and report."""
    options = _options(arguments)
    os.chdir(ROOT)
    database = WorkDB(_session(), WorkDB.Mode.create)
    if not database.num_work_items:
        init(sorted(equation_modules(ROOT)), database, {})
        _leave_out(database)
    chosen = _chosen(database, options)
    done = {job for job, result in database.results if result.worker_outcome == WorkerOutcome.NORMAL}
    if not _unchanged_modules_pass(chosen):
        return 2
    _execute(database, [item for item in chosen if item.job_id not in done], options.jobs)
    return _report(database, {item.job_id: item for item in chosen})


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutation", description="Mutation testing of spec and impl.")
    parser.add_argument("--sample", type=int, help="run so many mutants, drawn at random; all without it")
    parser.add_argument("--only", default="", help="modules to mutate: spec, impl/gae.py")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants side by side")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    return parser.parse_args(arguments)


def _session() -> str:
    """A database for each version of the mutated source and of the settings."""
    digest = hashlib.sha256((HERE / "cosmic-ray.toml").read_bytes())
    for path in sorted(equation_modules(ROOT)):
        digest.update((ROOT / path).read_bytes())
    FOLDER.mkdir(parents=True, exist_ok=True)
    return str(FOLDER / f"{digest.hexdigest()[:12]}.sqlite")


def _leave_out(database: WorkDB) -> None:
    """Skip what is excluded by operator or lies in no formula."""
    excluded = re.compile("|".join(SETTINGS["filters"]["operators-filter"]["exclude-operators"]))
    for item in database.work_items:
        (mutation,) = item.mutations
        if excluded.match(mutation.operator_name) or not is_formula(mutation.module_path, mutation.start_pos):
            database.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _chosen(database: WorkDB, options: argparse.Namespace) -> list[WorkItem]:
    skipped = {job for job, result in database.results if result.worker_outcome == WorkerOutcome.SKIPPED}
    items = [
        item
        for item in database.work_items
        if item.job_id not in skipped and str(item.mutations[0].module_path).startswith(options.only)
    ]
    items.sort(key=lambda item: _place(item.mutations[0]))
    random.Random(options.seed).shuffle(items)
    return items[: options.sample]


def _place(mutation: MutationSpec) -> str:
    """What identifies a mutant from run to run."""
    line, column = mutation.start_pos
    return (
        f"{mutation.module_path}:{line}:{column} {mutation.operator_name.removeprefix('core/')} #{mutation.occurrence}"
    )


def _execute(database: WorkDB, items: list[WorkItem], jobs: int) -> None:
    """Run the mutants, each in a fork of one of `jobs` processes that have loaded the libraries."""
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"), initializer=load_libraries)
    with pool, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("mutants", total=len(items))
        futures = {pool.submit(_run, item): item for item in items}
        try:
            for future in as_completed(futures):
                database.set_result(futures[future].job_id, future.result())
                progress.advance(task)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _unchanged_modules_pass(items: list[WorkItem]) -> bool:
    """Negative control: where nothing is changed the tests pass, so that a mutant that fails them is really killed."""
    load_libraries()
    log = FOLDER / "control.log"
    for folder in ("spec", "impl"):
        paths = [Path(m.module_path) for item in items for m in item.mutations if m.module_path.parts[0] == folder]
        for path in paths[:1]:
            topic, source = topic_of(path.stem), path.read_text(encoding="utf-8")
            unchanged = Mutant(f"rlproof.{folder}.{path.stem}", ROOT / path, source, f"{topic}.", topic)
            if outcome(unchanged, ROOT, log, timeout=10 * SETTINGS["timeout"]) != "survived":
                print(f"the tests of {path} fail without any mutation:\n{log.read_text(encoding='utf-8')}")
                return False
    return True


def _run(item: WorkItem) -> WorkResult:
    (mutation,) = item.mutations
    path, operator = Path(mutation.module_path), get_operator(mutation.operator_name)(**mutation.operator_args)
    original = path.read_text(encoding="utf-8")
    source = mutate_code(original, operator, mutation.occurrence)
    if source is None or source == original:
        return WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
    topic, name = topic_of(path.stem), mutation.definition_name or ""
    nearest = f"{topic}." if name.startswith("_") else f"{topic}.{name}"
    mutant = Mutant(f"rlproof.{path.parent.name}.{path.stem}", ROOT / path, source, nearest, topic)
    log = FOLDER / f"{item.job_id}.log"
    found = outcome(mutant, ROOT, log, SETTINGS["timeout"])
    said = log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""
    log.unlink(missing_ok=True)
    difference = "\n".join(unified_diff(original.splitlines(), source.splitlines(), str(path), str(path), lineterm=""))
    return WorkResult(WorkerOutcome.NORMAL, output=said, test_outcome=TestOutcome(found), diff=difference)


def _report(database: WorkDB, chosen: dict[str, WorkItem]) -> int:
    """Print the share killed by module and every survivor that nobody has explained."""
    explained = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    counts: dict[str, Counter[str]] = {}
    unexplained = []
    for job, result in database.results:
        if job not in chosen or result.worker_outcome != WorkerOutcome.NORMAL:
            continue
        (mutation,) = chosen[job].mutations
        entry = counts.setdefault(str(mutation.module_path), Counter())
        known = explained.get(_place(mutation)) if result.test_outcome == TestOutcome.SURVIVED else None
        entry["killed" if result.is_killed else "equivalent" if known else "survived"] += 1
        if not result.is_killed and not known:
            unexplained.append((_place(mutation), result.diff or ""))
    for place, difference in sorted(unexplained):
        changed = [line for line in difference.splitlines() if re.match(r"[-+](?![-+])", line)]
        print(f"survived: {place}", *changed, sep="\n  ")
    total = sum(counts.values(), Counter[str]())
    for path, entry in sorted(counts.items()):
        print(f"{path:40} {_shown(entry)}")
    print(f"{'all':40} {_shown(total)}")
    ran = total.total()
    return 0 if ran and not unexplained and total["killed"] >= ENOUGH * ran else 1


def _shown(entry: Counter[str]) -> str:
    ran = entry.total()
    share = f"{entry['killed'] / ran:6.1%}" if ran else "   -  "
    return (
        f"{entry['killed']:5} of {ran:5} killed {share}, {entry['equivalent']} equivalent, {entry['survived']} survived"
    )


if __name__ == "__main__":
    sys.exit(main())

"""Mutation testing of the equation modules: `make mutation`, or a part of it by ARGS="--sample 200".

    python -m proofs_tests.mutation.run [--sample N] [--only PATH ...] [--jobs N] [--seconds N] [--again]

Results stay in build/mutation, so that an interrupted run goes on where it stopped (cosmic-ray's own `cr-report` and
`cr-html` read them); if a module changes, its own mutants run anew. Each mutant meets a few seconds of tests, and those
that live and that nobody has explained meet more. Exit code 0 if at least 95 % of the mutants that ran were killed and
every survivor stands in survivors.toml; 2 if tests fail without any change.
"""

import argparse
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from . import control, forks, session, suite
from .exchange import Loaded, loaded_functions
from .mutants import Mutant, killers, mutant, survives, unchanged
from .report import Result, report
from .sites import ROOT, equation_modules

TESTED = ("spec", "impl", "oracle", "envs", "proofs_tests")
"""The folders that decide whether the control passes."""
UNCHANGED_EVERY = 50
"""Before so many mutants the tests of one module run unchanged, in the same way, and must pass."""
FEW_SECONDS = 6.0
"""Of tests, likeliest first, that kill nearly all that can be killed."""
BY_TIME = "its time ran out"


def main(arguments: list[str] | None = None) -> int:
    """Run the mutants that have no result yet, and report."""
    options = _options(arguments)
    os.chdir(ROOT)
    database = session.opened()
    chosen = session.chosen(database, options.only, options.sample, options.seed)
    ran, alive = session.ran_and_alive(database)
    waiting = [item for item in chosen if item.job_id not in ran]
    again = [item for item in chosen if item.job_id in alive and options.again]

    def work(tests: Sequence[pytest.Item]) -> None:
        loaded = loaded_functions({ROOT / path for path in equation_modules(ROOT)})
        gc.freeze()  # in a fork the search for new functions need not look at all that is there already
        _execute(database, waiting, tests, loaded, options, FEW_SECONDS)
        alive = session.ran_and_alive(database)[1]
        living = [item for item in waiting if item.job_id in alive]
        _execute(database, again + living, tests, loaded, options, options.seconds)

    try:
        if waiting or again:
            suite.with_tests(work)
    except control.FailingControlError as error:
        print(error)
        return 2
    return report(_results(database, {item.job_id for item in chosen}))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutation", description="Mutation testing of spec and impl.")
    parser.add_argument("--sample", type=int, help="run so many mutants, drawn at random; all without it")
    parser.add_argument("--only", nargs="+", default=[""], help="modules to mutate: spec, impl/gae.py")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants side by side")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--seconds", type=float, default=40, help="of tests that a survivor has lived through")
    parser.add_argument("--again", action="store_true", help="run unexplained survivors again: tests were added")
    parser.add_argument("--old-control", action="store_true", help="trust the newest control, made before an edit")
    return parser.parse_args(arguments)


def _execute(
    database: WorkDB,
    items: Sequence[WorkItem],
    tests: Sequence[pytest.Item],
    loaded: Loaded,
    options: argparse.Namespace,
    enough: float,
) -> None:
    """Make the control, if there is none, and run the mutants, each in a fork that has the tests already."""
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("control", total=None)
        seen = control.seen(
            tests,
            loaded,
            _control_file(options),
            options.jobs,
            lambda n, of: progress.update(task, completed=n, total=of),
        )
        task = progress.add_task("mutants", total=len(items))
        by_name = {test.nodeid: test for test in tests if test.nodeid in seen}
        known = {name: seen[name] for name in by_name}
        running = dict[str, Mutant]()

        def test(key: str, changed: Mutant) -> forks.Task[str]:
            chosen = [by_name[name] for name in killers(changed, known, enough)]
            running[key] = changed
            seconds = session.SETTINGS["timeout"] + 4 * enough
            return forks.Task(
                key, lambda slot: survives(changed, chosen, loaded, session.FOLDER / f"{key}.log", slot), seconds
            )

        def tasks() -> Iterable[forks.Task[str]]:
            for count, item in enumerate(items):
                changed = mutant(item.mutations[0])
                if changed is None:
                    database.set_result(item.job_id, WorkResult(WorkerOutcome.NO_TEST))
                    continue
                if count % UNCHANGED_EVERY == 0:
                    yield test(f"unchanged-{count}", unchanged(changed))
                yield test(item.job_id, changed)

        for ended in forks.run(tasks(), options.jobs):
            changed = running.pop(ended.key)
            if ended.status not in (0, 1, None) or (ended.status != 0 and ended.key.startswith("unchanged")):
                raise control.FailingControlError(f"{changed.place}: status {ended.status}, see {ended.key}.log")
            if not ended.key.startswith("unchanged"):
                database.set_result(ended.key, _result(changed, ended))
                progress.advance(task)


def _control_file(options: argparse.Namespace) -> Path:
    existing = sorted(session.FOLDER.glob("control-*.json"), key=lambda path: path.stat().st_mtime)
    if options.old_control and existing:
        return existing[-1]
    paths = (path for folder in TESTED for path in (ROOT / folder).rglob("*.py"))
    return session.FOLDER / f"control-{session.digest(paths)}.json"


def _result(changed: Mutant, ended: forks.Ended[str]) -> WorkResult:
    log = session.FOLDER / f"{ended.key}.log"
    said = log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""
    log.unlink(missing_ok=True)
    found = TestOutcome.SURVIVED if ended.status == 0 else TestOutcome.KILLED
    said = BY_TIME if ended.status is None else said
    return WorkResult(WorkerOutcome.NORMAL, output=said, test_outcome=found, diff=changed.place)


def _results(database: WorkDB, chosen: set[str]) -> Iterable[Result]:
    paths = {item.job_id: Path(item.mutations[0].module_path) for item in database.work_items}
    for job, result in database.results:
        if job in chosen and result.worker_outcome == WorkerOutcome.NORMAL:
            yield Result(paths[job], result.diff or "", result.is_killed, result.output == BY_TIME)


if __name__ == "__main__":
    sys.exit(main())

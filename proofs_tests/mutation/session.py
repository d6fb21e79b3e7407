"""The mutants and what became of them: a session of cosmic-ray's, of which an edit touches its own module only."""

import hashlib
import json
import random
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkItem, WorkResult

from .report import explanations
from .sites import ROOT, equation_modules, is_formula

SETTINGS_FILE = Path(__file__).with_name("cosmic-ray.toml")
SETTINGS = tomllib.loads(SETTINGS_FILE.read_text(encoding="utf-8"))["cosmic-ray"]
FOLDER = ROOT / "build" / "mutation"


def digest(paths: Iterable[Path]) -> str:
    """A name for the contents of some files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update((ROOT / path).read_bytes())
    return total.hexdigest()[:12]


def opened() -> WorkDB:
    """The session of the present source; a new one takes over the results of all modules that have not changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    modules = sorted(equation_modules(ROOT))
    settings = digest([SETTINGS_FILE])
    file = FOLDER / f"session-{settings}-{digest(modules)}.sqlite"
    earlier = [path for path in FOLDER.glob(f"session-{settings}-*.sqlite") if path != file and _digests(path).exists()]
    database = WorkDB(str(file), WorkDB.Mode.create)
    if not _digests(file).exists():
        init(modules, database, {})
        _leave_out(database)
        if earlier:
            _take_over(max(earlier, key=lambda path: path.stat().st_mtime), database)
        _digests(file).write_text(
            json.dumps({str(path): digest([path]) for path in modules}, indent=1), encoding="utf-8"
        )
    return database


def chosen(database: WorkDB, only: Iterable[str], sample: int | None, seed: int) -> list[WorkItem]:
    """The mutants of some modules that lie in a formula, in random order; so many of them, or all."""
    skipped = {job for job, result in database.results if result.worker_outcome == WorkerOutcome.SKIPPED}
    items = [
        item
        for item in database.work_items
        if item.job_id not in skipped and str(item.mutations[0].module_path).startswith(tuple(only))
    ]
    items.sort(key=lambda item: str(item.mutations[0]))
    random.Random(seed).shuffle(items)
    return items[:sample]


def ran_and_alive(database: WorkDB) -> tuple[set[str], set[str]]:
    """The mutants that have a result, and those of them that survived and that nobody has explained."""
    explained = explanations()
    results = {job: result for job, result in database.results if result.worker_outcome == WorkerOutcome.NORMAL}
    alive = {job for job, result in results.items() if not result.is_killed and result.diff not in explained}
    return set(results), alive


def _digests(file: Path) -> Path:
    """Where the digests of a session's modules lie; written last, so that an interrupted start is made again."""
    return file.with_suffix(".json")


def _leave_out(database: WorkDB) -> None:
    """Skip what is excluded by operator or lies in no formula."""
    excluded = re.compile("|".join(SETTINGS["filters"]["operators-filter"]["exclude-operators"]))
    for item in database.work_items:
        (mutation,) = item.mutations
        if excluded.match(mutation.operator_name) or not is_formula(mutation.module_path, mutation.start_pos):
            database.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _take_over(earlier: Path, database: WorkDB) -> None:
    """Copy the results of mutants whose module is what it was."""
    before = json.loads(_digests(earlier).read_text(encoding="utf-8"))
    same = {path for path, was in before.items() if (ROOT / path).exists() and digest([Path(path)]) == was}
    old = WorkDB(str(earlier), WorkDB.Mode.open)
    results = {job: result for job, result in old.results if result.worker_outcome == WorkerOutcome.NORMAL}
    known = {_key(item.mutations[0]): results[item.job_id] for item in old.work_items if item.job_id in results}
    old.close()
    for item in database.work_items:
        key = _key(item.mutations[0])
        if str(item.mutations[0].module_path) in same and key in known:
            database.set_result(item.job_id, known[key])


def _key(mutation: MutationSpec) -> tuple[str, ...]:
    arguments = json.dumps(mutation.operator_args, sort_keys=True)
    return str(mutation.module_path), mutation.operator_name, arguments, str(mutation.occurrence)

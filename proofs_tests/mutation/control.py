"""The control: without any change all tests pass. It also notes how long each takes and which equations it reaches."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from . import forks, suite
from .exchange import Loaded, exchange, recording
from .sites import ROOT

TOGETHER = 60
"""Tests run by one fork."""
REACHED: set[str] = set()
"""Definitions that have been entered, in this fork."""


@dataclass(frozen=True)
class Test:
    """What the control saw of one test."""

    seconds: float
    passed: bool
    reached: frozenset[str]


class FailingControlError(Exception):
    """Tests fail where nothing was changed: no mutant can be judged by them."""


def seen(
    items: Sequence[pytest.Item], loaded: Loaded, file: Path, jobs: int, progress: Callable[[int, int], None]
) -> dict[str, Test]:
    """Read the control's file, or run every test once and write it."""
    if not file.exists():
        parts = file.with_suffix("")
        parts.mkdir(parents=True, exist_ok=True)
        groups = [items[start : start + TOGETHER] for start in range(0, len(items), TOGETHER)]
        targets = [parts / f"{index}.json" for index in range(len(groups))]
        tasks = [
            forks.Task(target, lambda slot, g=group, t=target: _observe(g, loaded, t, slot), 3600.0)
            for group, target in zip(groups, targets, strict=True)
            if not target.exists()
        ]
        for count, ended in enumerate(forks.run(tasks, jobs), 1):
            if ended.status != 0:
                raise FailingControlError(f"the control broke off: see {ended.key.with_suffix('.log')}")
            progress(count, len(tasks))
        whole = {name: test for target in targets for name, test in json.loads(target.read_text("utf-8")).items()}
        file.write_text(json.dumps(whole), encoding="utf-8")
        shutil.rmtree(parts)
    stored = json.loads(file.read_text(encoding="utf-8"))
    siblings = defaultdict[str, set[str]](set)
    for name, test in stored.items():
        siblings[name.partition("[")[0]].update(test["reached"])
    tests = {
        name: Test(t["seconds"], t["passed"], _reached(name, t["reached"], siblings)) for name, t in stored.items()
    }
    if failing := [name for name, test in tests.items() if not test.passed]:
        file.unlink()
        raise FailingControlError("without any change these tests fail:\n" + "\n".join(failing))
    return tests


def _reached(name: str, itself: Iterable[str], siblings: Mapping[str, set[str]]) -> frozenset[str]:
    """What the test has entered, or another case of it: a compiled function is entered once, when it is traced.

    Tests that are about one equation each say so in their name, and count for themselves.
    """
    function, _, case = name.partition("[")
    return frozenset(itself if "." in case else siblings[function])


def _observe(items: Sequence[pytest.Item], loaded: Loaded, target: Path, slot: int) -> int:
    suite.prepare(slot, target.with_suffix(".log"))
    for path in {Path(file) for file, _ in loaded}:
        source = path.read_text(encoding="utf-8")
        exchange(path, recording(path.relative_to(ROOT), source, "__reached__"), loaded)
    for functions in loaded.values():
        for function in functions:
            function.__globals__["__reached__"] = REACHED
    found: dict[str, Mapping[str, object]] = {}
    REACHED.clear()
    for item, seconds, passed in suite.run(items):
        found[item.nodeid] = {**asdict(Test(seconds, passed, frozenset())), "reached": sorted(REACHED)}
        REACHED.clear()
    target.write_text(json.dumps(found), encoding="utf-8")
    return 0

"""The test-suite, collected once: its tests are run in forks, so that nothing is imported or collected twice."""

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from rlproof.spec.registry import equations

from .sites import ROOT

FOLDERS = ("test_laws.py", "test_published.py", "agreement", "spec", "envs")
"""What `make test` runs of the equations; the rest tests the search, starts processes or reads files."""
CACHE = ROOT / ".cache" / "xla"


class _Collected:
    """A pytest plugin that hands the collected tests to a function instead of running them."""

    def __init__(self, work: Callable[[list[pytest.Item]], None]) -> None:
        self.work = work

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Let the function do what it likes with the tests."""
        self.work(session.items)
        return True


def with_tests(work: Callable[[list[pytest.Item]], None]) -> None:
    """Collect the tests and call `work` on them."""
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    for entry in equations():
        importlib.import_module(f"rlproof.impl.{entry.topic}")
    failures: list[Exception] = []

    def guarded(items: list[pytest.Item]) -> None:
        try:
            work(items)
        except Exception as error:  # noqa: BLE001 - whatever it is, pytest would report it as its own
            failures.append(error)

    pytest.main([*options, *(f"proofs_tests/{folder}" for folder in FOLDERS)], plugins=[_Collected(guarded)])
    if failures:
        raise failures[0]


def prepare(slot: int, log: Path) -> None:
    """In a fork: write to the log alone, keep compiled functions apart from other forks', do not shrink."""
    import jax

    from rlproof.oracle import search

    with log.open("w", encoding="utf-8") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    sys.dont_write_bytecode = True
    jax.config.update("jax_compilation_cache_dir", str(CACHE / f"mutation{slot}"))
    search.PHASES = search.PHASES[:1]
    search.LARGEST_SMALL = 0


def run(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, float, bool]]:
    """Run the tests in their order: each with its seconds and whether it passed (or was skipped)."""
    following: list[Any] = [*items[1:], None]
    for item, after in zip(items, following, strict=True):
        start = time.perf_counter()
        reports = runtestprotocol(item, log=False, nextitem=after)
        for report in reports:
            if report.failed:
                print(f"{item.nodeid}\n{report.longreprtext}", flush=True)
        yield item, time.perf_counter() - start, not any(report.failed for report in reports)

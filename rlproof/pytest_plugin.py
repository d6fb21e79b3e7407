"""The pytest plugin: collects functions marked by `rlproof.oracle.conforms`, and reports their verdicts.

It is loaded in every run of pytest where rlproof is installed, so it imports nothing: what a test of ours needs is
loaded by that test. The verdicts travel with the tests' reports, so that they arrive from other processes, too.
"""

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

KEY = "rlproof"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the report."""
    group = parser.getgroup("rlproof")
    group.addoption("--rlproof-report", metavar="FILE", default=None, help="write all verdicts of rlproof as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Gather the verdicts in the process that reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(config), "rlproof-report")


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Item | None:
    """Collect a marked function under test, where its name is that of a test."""
    test = getattr(obj, "rlproof_test", None) if callable(obj) and not isinstance(obj, type) else None
    if test is None or not isinstance(collector, pytest.Module) or not collector.funcnamefilter(name):
        return None
    return pytest.Function.from_parent(collector, name=name, callobj=test)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> "Generator[None, Any, Any]":
    """Attach the verdicts of a test to its report."""
    conformance = sys.modules.get("rlproof.oracle.conformance")
    if conformance is not None:
        conformance.RECORDED.clear()
    try:
        return (yield)
    finally:
        conformance = sys.modules.get("rlproof.oracle.conformance")
        if conformance is not None:
            item.user_properties += [(KEY, json.dumps(verdict)) for verdict in conformance.RECORDED]
            conformance.RECORDED.clear()


class Report:
    """What all tests together found."""

    def __init__(self, config: pytest.Config) -> None:
        """Begin with nothing."""
        self.place: str | None = config.getoption("--rlproof-report")
        self.verdicts: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdicts out of a test's report."""
        if report.when == "call":
            found = [json.loads(str(text)) for key, text in report.user_properties if key == KEY]
            self.verdicts += [verdict | {"test": report.nodeid} for verdict in found]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how much was checked, and write the report."""
        if not self.verdicts and self.place is None:
            return
        from .report import totals, write

        found = totals(self.verdicts)
        terminalreporter.section("rlproof")
        for verdict in self.verdicts:
            said = ", ".join(verdict["variants"][:1]) or verdict["status"]
            mark = "as expected" if verdict["passed"] and verdict["expect"] else "ok" if verdict["passed"] else "FAILED"
            cases = f"cases: {verdict['loaded']} loaded, {verdict['run']} run, {verdict['failed']} failed"
            terminalreporter.line(f"{verdict['test']}: {verdict['equation']}: {said} ({mark}); {cases}")
        terminalreporter.line(
            f"{found['verdicts']} verdicts, {found['failed']} of them failures; cases: {found['cases_loaded']} loaded, "
            f"{found['cases_run']} run, {found['cases_failed']} failed"
        )
        if self.place is not None:
            write(self.place, self.verdicts)
            terminalreporter.line(f"report: {self.place}")

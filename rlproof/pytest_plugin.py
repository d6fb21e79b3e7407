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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the report."""
    group = parser.getgroup("rlproof")
    group.addoption("--rlproof-report", metavar="FILE", default=None, help="write all verdicts of rlproof as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Gather the verdicts in the process that reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(config), "rlproof-report")


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Item | None:
    """Collect a marked function under test, where its name is that of a test, or where it is defined."""
    test = getattr(obj, "rlproof_test", None) if callable(obj) and not isinstance(obj, type) else None
    if test is None or not isinstance(collector, pytest.Module):
        return None
    names = [other for other, value in vars(collector.obj).items() if value is obj and collector.funcnamefilter(other)]
    is_defined_here = getattr(obj, "__module__", None) == collector.obj.__name__
    if name in names or (is_defined_here and not names):
        return pytest.Function.from_parent(collector, name=name, callobj=test)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what was found outside of tests."""
    _recorded()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> "Generator[None, pytest.TestReport, pytest.TestReport]":
    """Attach the verdicts of a test to its report, as text: that passes between processes."""
    report = yield
    if call.when == "call":
        report.rlproof = json.dumps(_recorded())  # type: ignore[attr-defined]
    return report


def _recorded() -> list[dict[str, Any]]:
    """Take the verdicts that have been recorded; none where no test of ours has been loaded."""
    conformance = sys.modules.get("rlproof.oracle.conformance")
    return conformance.take() if conformance is not None else []


class Report:
    """What all tests together found."""

    def __init__(self, config: pytest.Config) -> None:
        """Begin with nothing."""
        self.place: str | None = config.getoption("--rlproof-report")
        self.verdicts: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdicts out of a test's report."""
        found = json.loads(getattr(report, "rlproof", "[]"))
        self.verdicts += [verdict | {"test": report.nodeid} for verdict in found]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A report about nothing is a failure."""
        if self.place is not None and not self.verdicts and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how much was checked, and write the report."""
        if not self.verdicts and self.place is None:
            return
        from .report import totals, write

        found, line = totals(self.verdicts), terminalreporter.line
        terminalreporter.section("rlproof")
        for verdict in self.verdicts:
            if terminalreporter.verbosity > 0 or verdict["expect"] is not None or not verdict["passed"]:
                line(_row(verdict))
        if not self.verdicts:
            line("no function was checked: that is a failure")
        line(
            f"{found['verdicts']} verdicts, {found['failed']} of them failures; cases: "
            f"{found['cases_loaded']} loaded, {found['cases_run']} run, {found['cases_failed']} failed"
        )
        if self.place is not None:
            write(self.place, self.verdicts)
            line(f"report: {self.place}")


def _row(verdict: dict[str, Any]) -> str:
    said = verdict["variant"] or verdict["status"]
    mark = "FAILED" if not verdict["passed"] else "ok" if verdict["expect"] is None else "as expected"
    cases = f"{verdict['loaded']} loaded, {verdict['run']} run, {verdict['failed']} failed"
    return f"{verdict['test']}: {verdict['equation']}: {said} ({mark}); cases: {cases}"

"""`conforms` and the pytest plugin: functions under test become tests, and their verdicts a report."""

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rlproof.oracle import check, conforms
from rlproof.oracle.conformance import NotConformingError, failed, take
from rlproof.oracle.vectors.validate import schema
from rlproof.oracle.verdict import Cases, Verdict

pytest_plugins = "pytester"

MODULE = """
def right(rewards, gamma):
    return sum(gamma**t * reward for t, reward in enumerate(rewards))


def undiscounted(rewards, gamma):
    return sum(rewards)
"""
HEADER = """
import pytest
from rlproof.oracle import conforms
import mine

return_of = lambda **options: conforms("mdp.discounted_return", examples=65, **options)
"""


@pytest.fixture(autouse=True)
def mine(pytester: pytest.Pytester) -> None:
    """A library with a right function and a wrong one."""
    pytester.makepyfile(mine=MODULE)
    pytester.syspathinsert()


def run(pytester: pytest.Pytester, tests: str, *options: str) -> tuple[dict[str, int], dict[str, Any], str]:
    """The outcomes of these tests, the report and the terminal's text."""
    pytester.makepyfile(test_mine=HEADER + tests)
    result = pytester.runpytest("-p", "no:cacheprovider", "--rlproof-report", "out/report.json", *options)
    report = json.loads((pytester.path / "out" / "report.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("report")).validate(report)
    outcomes = {name: count for name, count in result.parseoutcomes().items() if name != "warnings"}
    return outcomes, report, result.stdout.str()


def test_a_test_that_returns_the_function_is_its_check(pytester: pytest.Pytester) -> None:
    """It may use fixtures and parameters."""
    outcomes, report, _ = run(
        pytester,
        """
@return_of()
def test_plain():
    return mine.right

@pytest.fixture
def name():
    return "undiscounted"

@return_of()
def test_fixture(name):
    return getattr(mine, name)

@pytest.mark.parametrize("name", ["right", "undiscounted"])
@return_of()
def test_each(name):
    return getattr(mine, name)
""",
    )
    assert outcomes == {"passed": 2, "failed": 2}
    passed = {verdict["test"].partition("::")[2]: verdict["passed"] for verdict in report["verdicts"]}
    assert passed == {
        "test_plain": True,
        "test_fixture": False,
        "test_each[right]": True,
        "test_each[undiscounted]": False,
    }
    assert report["totals"]["verdicts"] == 4
    assert report["totals"]["failed"] == 2


def test_a_function_itself_can_be_marked_and_stays_usable(pytester: pytest.Pytester) -> None:
    """The plugin collects it once: under the name of a test, else where it is defined."""
    outcomes, report, _ = run(
        pytester,
        """
test_right = return_of()(mine.right)
test_wrong = return_of()(mine.undiscounted)

@return_of()
def discounted(rewards, gamma):
    return mine.right(rewards, gamma)

test_discounted = discounted

@return_of()
def summed(rewards, gamma):
    return sum(rewards)

from mine import right as imported
imported = return_of()(imported)

def test_usable():
    assert discounted([1.0, 1.0], gamma=0.5) == 1.5
    assert mine.right([1.0], 0.5) == 1.0
""",
    )
    assert outcomes == {"passed": 3, "failed": 2}
    assert [verdict["test"].partition("::")[2] for verdict in report["verdicts"]] == [
        "test_right", "test_wrong", "test_discounted", "summed"
    ]  # fmt: skip


def test_an_expected_deviation_must_hold(pytester: pytest.Pytester) -> None:
    """A deviation that is gone, or is another one, fails the test."""
    outcomes, report, shown = run(
        pytester,
        """
test_known = return_of(expect="gamma_is_one")(mine.undiscounted)
test_mended = return_of(expect="gamma_is_one")(mine.right)
test_other = return_of(expect="negated")(mine.undiscounted)
""",
    )
    assert outcomes == {"passed": 1, "failed": 2}
    assert [verdict["passed"] for verdict in report["verdicts"]] == [True, False, False]
    assert "test_mine.py::test_known: mdp.discounted_return: gamma_is_one (as expected)" in shown
    assert "gamma_is_one was expected, but right agrees: take the expectation back" in shown
    assert "negated was expected, but what is found is gamma_is_one" in shown


def test_the_summary_counts_what_was_loaded_run_and_failed(pytester: pytest.Pytester) -> None:
    """The line is there whether or not a report is written, and only if something was checked."""
    pytester.makepyfile(test_mine=HEADER + "test_right = return_of()(mine.right)")
    shown = pytester.runpytest("-p", "no:cacheprovider").stdout.str()
    assert "1 verdicts, 0 of them failures; cases: 65 loaded, 65 run, 0 failed" in shown
    pytester.makepyfile(test_mine="def test_nothing(): pass")
    assert "verdicts" not in pytester.runpytest("-p", "no:cacheprovider").stdout.str()


def test_a_report_about_nothing_fails_the_run(pytester: pytest.Pytester) -> None:
    """Who asks for a report and checks nothing is told, by the exit code too."""
    pytester.makepyfile(test_mine="def test_nothing(): pass")
    result = pytester.runpytest("-p", "no:cacheprovider", "--rlproof-report", "report.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*no function was checked: that is a failure*"])


def test_a_test_that_returns_no_function_fails(pytester: pytest.Pytester) -> None:
    """A forgotten return is no pass."""
    pytester.makepyfile(test_mine=HEADER + "@return_of()\ndef test_forgotten():\n    mine.right\n")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the test must return the function under test*"])


def test_verdicts_arrive_from_other_processes(pytester: pytest.Pytester) -> None:
    """With pytest-xdist the report is whole."""
    outcomes, report, _ = run(pytester, "test_right = return_of()(mine.right)", "-n", "1")
    assert outcomes == {"passed": 1}
    assert [verdict["function"] for verdict in report["verdicts"]] == ["right"]


def test_the_plugin_costs_nothing_where_it_is_not_used(tmp_path: Path) -> None:
    """It is loaded in every run of pytest; neither NumPy nor Hypothesis comes with it."""
    program = """
import sys, pytest
pytest.main(["--collect-only", "-q", "-p", "rlproof.pytest_plugin"])
print(sorted(name for name in sys.modules if name in ("numpy", "hypothesis", "flint", "rlproof.pytest_plugin")))
"""
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert result.stdout.splitlines()[-1] == "['rlproof.pytest_plugin']", result.stderr


def test_the_plugin_is_an_entry_point() -> None:
    """pytest finds it where rlproof is installed."""
    (found,) = (entry for entry in entry_points(group="pytest11") if entry.name == "rlproof")
    assert found.value == "rlproof.pytest_plugin"


@pytest.mark.parametrize(
    ("status", "variants", "cases", "expect", "said"),
    [
        ("agrees", (), 60, None, None),
        ("agrees", (), 0, None, "no case ran"),
        ("agrees", (), 60, "negated", "take the expectation back"),
        ("variant", ("negated",), 60, None, "with negated"),
        ("variant", ("negated", "doubled"), 60, "doubled", None),
        ("variant", ("negated",), 0, "negated", "no case ran"),
        ("variant", ("negated",), 60, "doubled", "what is found is negated"),
        ("disagrees", (), 60, "doubled", "the verdict 'disagrees'"),
        ("disagrees", (), 60, None, "the verdict is 'disagrees'"),
        ("inexpressible", (), 60, None, "the verdict is 'inexpressible'"),
        ("error", (), 0, "negated", "no case ran"),
    ],
)
def test_what_counts_as_a_failure(
    status: str, variants: tuple[str, ...], cases: int, expect: str | None, said: str | None
) -> None:
    """Agreement, or the expected deviation, on at least one case."""
    found = failed(Verdict("f", "e.q", status, variants=variants, cases=Cases({"first": cases})), expect)
    assert found is None if said is None else said in str(found)


def test_without_pytest_a_check_raises_with_its_verdict() -> None:
    """The decorated test is an ordinary function."""

    @conforms("mdp.discounted_return")
    def test_wrong() -> Any:
        return lambda rewards, gamma: -sum(gamma**t * reward for t, reward in enumerate(rewards))

    with pytest.raises(NotConformingError, match="negated") as caught:
        test_wrong()
    assert caught.value.verdict.variant == "negated"
    assert [verdict["passed"] for verdict in take()] == [False]
    assert take() == []


def test_the_oracle_agrees_with_what_the_mark_says() -> None:
    """`check` reads a marked function as it reads the function itself."""

    @conforms("mdp.discounted_return")
    def discounted(rewards: Any, gamma: float) -> float:
        return sum(gamma**t * reward for t, reward in enumerate(rewards))

    assert check(discounted, "mdp.discounted_return", examples=65)

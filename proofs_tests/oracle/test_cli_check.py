"""`rlproof check`: verdicts, exit codes and reports; code that loops or crashes gets a verdict, too."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rlproof import checking
from rlproof.cli import main
from rlproof.oracle import check
from rlproof.oracle.vectors.validate import schema

MODULE = """
import ctypes, itertools, os, signal, sys, time


def right(rewards, gamma):
    return sum(gamma**t * reward for t, reward in enumerate(rewards))


def undiscounted(rewards, gamma):
    return sum(rewards)


def renamed(payments, rate=1.0):
    return right(payments, rate)


def speaks(rewards, gamma):
    print("noise")
    return right(rewards, gamma)


def raises(rewards, gamma):
    raise RuntimeError("not today")


def other(weather, gamma):
    return 0.0


def blind(gamma):
    return 0.0


def loops_in_c(rewards, gamma):
    sum(itertools.repeat(1))


def crashes(rewards, gamma):
    os.kill(os.getpid(), signal.SIGSEGV)


def leaves(rewards, gamma):
    os._exit(3)


def sleeps(rewards, gamma):
    open("begun", "w").close()
    sum(itertools.repeat(1))


def scaled(rewards, gamma, factor):
    return factor * right(rewards, gamma)


class Agent:
    @staticmethod
    def right(rewards, gamma):
        return right(rewards, gamma)


number = 3
"""
RETURN = ("--as", "mdp.discounted_return")
FEW = ("--examples", "70")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the module `mine`, and in which the command runs."""
    (tmp_path / "mine.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("import no_such_module\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    for name in ("mine", "broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself in this process: what the child would leave in its file."""
    monkeypatch.setattr(checking, "in_a_process", lambda asked, _: checking.checked(asked))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("mine:right", *FEW), 0, "agrees: mdp.discounted_return"),
        (("mine.py:right", *FEW), 0, "70 run"),
        (("mine.py:Agent.right", *FEW), 0, "agrees"),
        (("mine.py:renamed", "--argument", "payments=rewards", "--argument", "rate=gamma", *FEW), 0, "agrees"),
        (("mine.py:scaled", "--bind", "factor=1.0", *FEW), 0, "agrees"),
        (("mine.py:scaled", "--bind", "factor=2"), 1, "doubled"),
        (("mine.py:undiscounted",), 1, "gamma_is_one"),
        (("mine.py:undiscounted", "--expect", "gamma_is_one"), 0, "gamma_is_one"),
        (("mine.py:undiscounted", "--expect", "negated"), 1, "gamma_is_one"),
        (("mine.py:right", "--expect", "gamma_is_one", *FEW), 1, "agrees"),
        (("mine.py:raises",), 2, "RuntimeError: not today"),
        (("mine.py:other",), 2, "the parameter weather means nothing here"),
        (("mine.py:blind",), 2, "inexpressible"),
        (("broken.py:anything",), 2, "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_a_function_gets_its_verdict_and_exit_code(
    options: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 agrees or deviates as expected, 1 does not, 2 could not be checked."""
    assert main(["check", *options, *RETURN]) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("mine:right", *FEW), 0, "agrees"),
        (("mine.py:crashes",), 2, "died with signal SIGSEGV"),
        (("mine.py:leaves",), 2, "exit code 3"),
        (("mine.py:loops_in_c", "--time-limit", "4"), 2, "does not return within 4 s"),
    ],
)
def test_whatever_becomes_of_its_process_a_function_gets_a_verdict(
    options: tuple[str, ...], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """An endless loop in C, a crash and an exit are errors with a name; the first two say where it was."""
    assert main(["check", *options, *RETURN]) == code
    shown = capfd.readouterr()
    assert said in shown.out
    if "SIGSEGV" in said:
        assert "in crashes" in shown.err
    if "within" in said:
        assert "most recent call first" in shown.err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mine.py:rigth", *RETURN), "right"),
        (("mine.py", *RETURN), "no function is named"),
        (("mine.py:number", *RETURN), "cannot be called"),
        (("yours:right", *RETURN), "there is no module yours"),
        (("yours.py:right", *RETURN), "there is no file yours.py"),
        (("mine.py:right", "--as", "mdp.discount"), "mdp.discounted_return"),
        (("mine.py:right",), "--as"),
        (("mine.py:right", *RETURN, "--argument", "rewards"), "NAME=VALUE"),
        (("mine.py:right", *RETURN, "--convention", "dones=never"), "no convention"),
        (("mine.py:right", *RETURN, "--examples", "0"), "nothing would be checked"),
        (("mine.py:right", *RETURN, "--time-limit", "0"), "in no time"),
        (("mine.py:right", *RETURN, "--arrays", "cupy"), "invalid choice"),
    ],
)
def test_a_bad_command_line_says_what_to_do(
    words: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code two, a message on the error stream, no traceback."""
    assert main(["check", *words]) == 2
    shown = capfd.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_refused_command_line_comes_back_from_the_process(capfd: pytest.CaptureFixture[str]) -> None:
    """What the child finds wrong with the command line is said by the command."""
    assert main(["check", "mine.py:rigth", *RETURN]) == 2
    assert "mine.py has no 'rigth'" in capfd.readouterr().err


@pytest.mark.usefixtures("here")
def test_an_expectation_that_no_longer_holds_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A function that has been mended fails until the expectation is taken back."""
    assert main(["check", "mine.py:right", *RETURN, *FEW, "--expect", "gamma_is_one"]) == 1
    assert "take the expectation back" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "value"), [("0.95", 0.95), ("None", None), ("[1, 2]", [1, 2]), ("mean", "mean")])
def test_a_bound_value_is_a_literal_or_a_word(text: str, value: object) -> None:
    """What is no Python literal is a string."""
    assert checking.read_value(text) == value


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("name", "passed"), [("right", True), ("undiscounted", False), ("raises", False)])
def test_the_report_is_json_of_its_schema(name: str, passed: bool, folder: Path) -> None:
    """One verdict, with the target, whether it passed, and the totals."""
    main(["check", f"mine.py:{name}", *RETURN, *FEW, "--json", "out/report.json"])
    found = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("report")).validate(found)
    (verdict,) = found["verdicts"]
    assert (verdict["target"], verdict["passed"]) == (f"mine.py:{name}", passed)
    assert found["totals"]["failed"] == int(not passed)
    assert found["totals"]["cases_run"] == verdict["run"]


def test_the_report_can_go_to_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json -` the output is the report alone, even if the function prints."""
    assert main(["check", "mine.py:speaks", *RETURN, *FEW, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["passed"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_leaves_no_process_behind(number: signal.Signals, folder: Path) -> None:
    """Ctrl-C and a polite kill end the command and the process that it started."""
    # Tests that run in the background of a shell ignore Ctrl-C, and what they start would inherit that.
    command = ["env", "--default-signal=INT", sys.executable, "-P", "-m", "rlproof", "check", "mine.py:sleeps", *RETURN]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(300):
            if (folder / "begun").exists():
                break
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(60) == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
        with pytest.raises(ProcessLookupError):  # nobody is left in the group
            os.killpg(process.pid, 0)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_check_needs_neither_rich_nor_tyro(folder: Path) -> None:
    """Where the core alone is installed, `python -m rlproof check` works."""
    program = "import sys; sys.modules['rich'] = sys.modules['tyro'] = None; from rlproof.cli import main; "
    command = [sys.executable, "-c", program + "sys.exit(main(sys.argv[1:]))", "check", "mine:right", *RETURN, *FEW]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_help_names_the_options_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """`rlproof check --help` is a page of its own; `rlproof --help` lists the command."""
    assert main(["check", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("--as", "--expect", "--gradient", "exit codes", "examples:"))


@pytest.mark.parametrize(
    "result", [lambda rewards: rewards.sum(), lambda rewards: float("nan"), lambda rewards: rewards]
)
def test_a_verdict_is_ready_for_json(result: Callable[[Any], Any]) -> None:
    """Everything that `to_dict` gives goes through JSON and back, and has the form of the schema."""
    found = check(lambda rewards, gamma: result(rewards), "mdp.discounted_return").to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    whole = schema("report")
    Draft202012Validator({"$ref": "#/$defs/verdict", "$defs": whole["$defs"]}).validate(found)

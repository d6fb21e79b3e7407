"""The installed command: `rlproof verify` and `rlproof explain` in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rlproof.laws import laws
from rlproof.spec.registry import equations

PROGRAM = Path(sys.executable).with_name("rlproof")


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the console script away from the tree."""
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def run_without(package: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line where a package cannot be imported."""
    program = f"import sys; sys.modules[{package!r}] = None; from rlproof.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_verify_runs_on_two_processes_and_writes_evidence(tmp_path: Path) -> None:
    """Exit code zero, the table on the screen, the counts of the evidence in its last lines."""
    path = tmp_path / "made" / "evidence.json"
    options = ("--equations", "td.error", "--env", "none", "--examples", "3", "--jobs", "2", "--evidence", str(path))
    result = run("verify", *options, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    evidence = json.loads(path.read_text(encoding="utf-8"))
    assert [row["verdict"] for row in evidence["equations"]] == ["verified"]
    assert "td.error" in result.stdout
    assert "1 of 1 equations verified" in result.stdout
    assert f"{evidence['totals']['run']} run, 0 failed, 0 skipped" in " ".join(result.stdout.split())


def test_explain_shows_everything_that_is_known_about_an_equation(tmp_path: Path) -> None:
    """Statement, formula, signature, conventions, source and every law."""
    result = run("explain", "trpo.surrogate", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    shown = " ".join(result.stdout.split())
    for part in ("trpo.surrogate", "(mdp", "new_policy", "Conventions", "Schulman et al. 2015", "exact", r"\tilde\pi"):
        assert part in shown
    for law in laws():
        if law.equation == "trpo.surrogate":
            assert law.name in shown


def test_explain_without_an_id_lists_every_equation(tmp_path: Path) -> None:
    """One row each, in the order of the registry."""
    result = run("explain", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    first_words = [line.split()[0] for line in result.stdout.splitlines() if line.strip()]
    known = [entry.id for entry in equations()]
    assert [word for word in first_words if word in known] == known


@pytest.mark.parametrize("identifier", [entry.id for entry in equations()])
def test_every_equation_can_be_explained(identifier: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No docstring trips the printing."""
    from rlproof.cli import main

    assert main(["explain", identifier]) == 0
    assert identifier in capsys.readouterr().out


def test_explaining_an_unknown_equation_names_the_near_ones(tmp_path: Path) -> None:
    """Exit code two, and what the topic has."""
    result = run("explain", "gae.advantages", folder=tmp_path)
    assert result.returncode == 2
    assert "gae.advantage" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("package", ["rich", "tyro"])
def test_the_command_line_names_the_extra_that_it_misses(package: str, tmp_path: Path) -> None:
    """With the core alone there is no command line, and the message says what to install."""
    result = run_without(package, "explain", folder=tmp_path)
    assert result.returncode == 2
    assert f"needs {package}" in result.stderr
    assert "'rlproof[cli]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_verify_without_jax_names_the_extra(tmp_path: Path) -> None:
    """The implementation is what is verified; without JAX there is none."""
    result = run_without("jax", "verify", "--equations", "td.error", "--env", "none", folder=tmp_path)
    assert result.returncode == 2
    assert "pip install 'rlproof[impl]'" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "evidence.json").exists()


def test_a_run_of_nothing_but_an_environment_that_is_missing_fails(tmp_path: Path) -> None:
    """An environment that cannot be loaded is no pass."""
    result = run_without(
        "gymnasium", "verify", "--equations", "mdp.eta", "--env", "FrozenLake-v1 4x4", "--jobs", "1", folder=tmp_path
    )
    assert result.returncode != 0
    assert "rlproof[impl]" in result.stderr + result.stdout

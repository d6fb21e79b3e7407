"""The wheel holds every module and its marker, asks for the small core only, and works outside the tree."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import rlproof

from .lints.tree import ROOT, modules
from .lints.wheel import build_wheel, core_requirements, missing_files, unexpected_files

IMPORT_ALL = """
import importlib, pathlib, sys
place = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(place))
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    assert pathlib.Path(module.__file__).is_relative_to(place), f"{name} was found at {module.__file__}"
print(len(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tree as it lies."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_file_of_every_package(wheel: Path) -> None:
    """A module, marker or table that is in the tree is in the wheel."""
    assert missing_files(ROOT, wheel) == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    """No test, page or leftover is shipped."""
    assert unexpected_files(ROOT, wheel) == set()


def test_the_wheel_is_marked_as_typed(wheel: Path) -> None:
    """A type checker reads the annotations of an installed rlproof."""
    with zipfile.ZipFile(wheel) as archive:
        assert "rlproof/py.typed" in archive.namelist()


def test_a_missing_module_is_noticed(wheel: Path, tmp_path: Path) -> None:
    """Negative control: a wheel without spec/errors.py is reported."""
    poorer = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(poorer, "w") as part:
        for name in set(whole.namelist()) - {"rlproof/spec/errors.py"}:
            part.writestr(name, whole.read(name))
        part.writestr("spec/stray.py", "")
    assert missing_files(ROOT, poorer) == {"rlproof/spec/errors.py"}
    assert unexpected_files(ROOT, poorer) == {"spec/stray.py"}


def test_every_module_of_the_wheel_is_importable_outside_the_tree(wheel: Path, tmp_path: Path) -> None:
    """An unpacked wheel, first on the path of a Python that runs elsewhere, imports as a whole."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    names = [module.name for module in modules(ROOT) if module.name and not module.name.endswith("__main__")]
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, str(tmp_path / "site"), *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == len(names) > 0


def test_the_core_requires_three_packages(wheel: Path) -> None:
    """A plain installation pulls in numpy, hypothesis and python-flint, and nothing heavier."""
    assert core_requirements(wheel) == {"numpy", "hypothesis", "python-flint"}


def test_the_version_is_the_same_everywhere(wheel: Path) -> None:
    """The wheel, the package, the citation and the changelog name one version."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (cited,) = re.findall(r"^version: (\S+)$", citation, re.MULTILINE)
    newest = re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0]
    assert {rlproof.__version__, cited, newest} == {wheel.name.split("-")[1]}


def test_the_console_script_exists(wheel: Path) -> None:
    """The command that pyproject.toml declares names a function of a module that is shipped."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, function = settings["project"]["scripts"]["rlproof"].split(":")
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(module.replace(".", "/") + ".py").decode()
    assert f"def {function}(" in text

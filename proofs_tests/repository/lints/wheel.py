"""What the wheel must hold: every file of every package folder."""

import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement

from .tree import NOT_SOURCE, packages

COMPILED = (".vo", ".vok", ".vos", ".glob")
"""What the prover writes beside its sources, apart from hidden files."""

LEFT_OUT = shutil.ignore_patterns(*NOT_SOURCE, ".*", "*.egg-info", *(f"*{suffix}" for suffix in COMPILED))
"""What a clean clone does not have."""


def expected_files(root: Path) -> set[str]:
    """The path inside the wheel of every file that lies in a package folder; hidden ones are leftovers."""
    folders = {folder: name.replace(".", "/") for name, folder in packages(root).items()}
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}"
        for folder, prefix in folders.items()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix not in COMPILED
        and not NOT_SOURCE & set(path.parts)
        and _closest(path, folders) == folder
    }


def build_wheel(root: Path, workplace: Path) -> Path:
    """Build the wheel from a copy of the tree, so that nothing is left behind in it."""
    copy = workplace / "tree"
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(workplace)]
    result = subprocess.run([*command, str(copy)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"the wheel does not build:\n{result.stdout}\n{result.stderr}"
    (wheel,) = workplace.glob("*.whl")
    return wheel


def missing_files(root: Path, wheel: Path) -> set[str]:
    """Files of the package folders that the wheel lacks."""
    with zipfile.ZipFile(wheel) as archive:
        return expected_files(root) - set(archive.namelist())


def unexpected_files(root: Path, wheel: Path) -> set[str]:
    """Files of the wheel that come from no package folder, its own records aside."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    return names - expected_files(root)


def core_requirements(wheel: Path) -> set[str]:
    """The names of what a plain `pip install rlproof` pulls in."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    return {each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})}


def _closest(path: Path, folders: dict[Path, str]) -> Path:
    return next(folder for folder in path.parents if folder in folders)

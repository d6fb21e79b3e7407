"""What the repository consists of: its packages, as pyproject.toml maps them, and its Python files."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The root of the repository these lints belong to."""

NOT_SOURCE = {"build", "dist", "_build", "__pycache__"}
"""Folders that hold what was made from the source."""


@dataclass(frozen=True)
class Module:
    """One Python file: where it lies, its import name (None outside the packages), what it says."""

    path: Path
    name: str | None
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports in this module start from."""
        name = self.name or ""
        return name if self.path.name == "__init__.py" else name.rpartition(".")[0]


def packages(root: Path = ROOT) -> dict[str, Path]:
    """The folder of each package, by import name."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    folders = settings["tool"]["setuptools"]["package-dir"]
    return {name: root / folders[name] for name in settings["tool"]["setuptools"]["packages"]}


def source_files(root: Path, pattern: str = "*.py") -> list[Path]:
    """Every source file below the root, hidden folders and build products left out."""
    return sorted(path for path in root.rglob(pattern) if _is_source(path.relative_to(root)))


def modules(root: Path = ROOT) -> Iterator[Module]:
    """Every Python file of the repository, read and parsed."""
    names = {folder: name for name, folder in packages(root).items()}
    for path in source_files(root):
        yield Module(path, _import_name(path, names), _parsed(path, path.stat().st_mtime_ns))


@cache
def _parsed(path: Path, changed: int) -> ast.Module:
    """Parse a file once for all lints, as long as it does not change."""
    del changed
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _is_source(path: Path) -> bool:
    return not any(part in NOT_SOURCE or part.startswith(".") for part in path.parts[:-1])


def _import_name(path: Path, names: dict[Path, str]) -> str | None:
    for folder in path.parents:
        if folder in names:
            inside = path.relative_to(folder).with_suffix("").parts
            return ".".join((names[folder], *(part for part in inside if part != "__init__")))
    return None

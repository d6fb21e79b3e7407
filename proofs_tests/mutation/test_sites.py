"""Mutation testing changes formulas, all of them and nothing else; what it cannot kill is explained."""

from pathlib import Path

import pytest

from .report import explanations
from .sites import ROOT, equation_modules, is_formula, topic_of

SOURCE = '''
def equation(first: "int | None", second: int = 1 + 1) -> "int | None":
    """Add 1 + 1."""
    if first < 0:
        raise ValueError(f"{first - 1} is negative")
    total: int = first + second
    return total * 2


LIMIT = 2 + 2
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A module with a formula and with much that is none."""
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("int | None", False),
        ("1 + 1) ->", True),
        ("first < 0", True),
        ("first - 1", False),
        ("int = first", False),
        ("first + second", True),
        ("total * 2", True),
        ("2 + 2", False),
    ],
)
def test_only_what_computes_is_mutated(text: str, formula: bool, module: Path) -> None:
    """Annotations, error messages and constants outside functions are left alone; defaults are not."""
    line = next(number for number, row in enumerate(SOURCE.splitlines(), 1) if text in row)
    assert is_formula(module, (line, SOURCE.splitlines()[line - 1].index(text))) is formula


def test_every_equation_module_is_mutated() -> None:
    """Of spec and of impl, parts of topics included."""
    modules = equation_modules(ROOT)
    assert {Path("spec/gae.py"), Path("impl/gae.py"), Path("spec/trpo_bounds.py"), Path("impl/trpo.py")} <= modules
    assert topic_of("trpo_bounds") == "trpo"


def test_every_explained_survivor_still_exists() -> None:
    """A place names a definition of a file that is mutated and a line that is there, and has a reason."""
    for place, reason in explanations().items():
        where, line = place.split(" -", maxsplit=1)
        path, definition = where.split(":")
        source = " ".join((ROOT / path).read_text(encoding="utf-8").split())
        assert Path(path) in equation_modules(ROOT)
        assert f"def {definition}(" in source
        assert line.split(" +", maxsplit=1)[0].strip() in source
        assert reason.strip()

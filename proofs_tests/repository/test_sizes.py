"""Modules stay small enough to be read at once."""

from pathlib import Path

from .lints.sizes import LONGEST, MEDIAN, median_length, too_long
from .lints.tree import ROOT


def test_no_file_is_too_long() -> None:
    """No Python file, tests included, has more than 400 lines."""
    assert too_long(ROOT) == []


def test_half_of_the_modules_are_short() -> None:
    """The median module of the packages has at most 150 lines."""
    assert median_length(ROOT) <= MEDIAN


def test_a_planted_long_file_is_found(tmp_path: Path) -> None:
    """Negative control: one line above the limit is a complaint, the limit itself is not."""
    (tmp_path / "long.py").write_text("x = 1\n" * (LONGEST + 1), encoding="utf-8")
    (tmp_path / "fits.py").write_text("x = 1\n" * LONGEST, encoding="utf-8")
    assert too_long(tmp_path) == [f"long.py: {LONGEST + 1} lines, at most {LONGEST}"]


def test_the_median_counts_package_modules(tmp_path: Path) -> None:
    """Negative control: long package modules raise the median above the limit."""
    settings = '[tool.setuptools]\npackages = ["rlproof"]\npackage-dir = { rlproof = "rlproof" }\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "rlproof").mkdir()
    (tmp_path / "rlproof" / "a.py").write_text("x = 1\n" * (MEDIAN + 1), encoding="utf-8")
    (tmp_path / "short.py").write_text("x = 1\n", encoding="utf-8")
    assert median_length(tmp_path) == MEDIAN + 1

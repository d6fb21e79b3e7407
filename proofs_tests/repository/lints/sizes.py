"""Small leaf modules: what a reader can hold in mind at once."""

from pathlib import Path
from statistics import median

from .tree import modules, source_files

LONGEST = 400
"""No module has more lines than this."""

MEDIAN = 150
"""Half of the packages' modules have at most so many lines."""


def too_long(root: Path) -> list[str]:
    """Python files, tests included, above the longest allowed."""
    lengths = {path.relative_to(root): _lines(path) for path in source_files(root)}
    long = {path: length for path, length in lengths.items() if length > LONGEST}
    return [f"{path}: {length} lines, at most {LONGEST}" for path, length in long.items()]


def median_length(root: Path) -> float:
    """The median number of lines of the packages' modules."""
    return median(_lines(module.path) for module in modules(root) if module.name is not None)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())

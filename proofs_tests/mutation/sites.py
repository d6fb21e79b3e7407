"""Which of cosmic-ray's proposals change a formula: not those in annotations, docstrings or error messages."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rlproof.spec.registry import PARTS, TOPICS

ROOT = Path(__file__).parents[2]
"""The root of the repository."""

Span = tuple[tuple[int, int], tuple[int, int]]


def equation_modules(root: Path) -> set[Path]:
    """The modules of spec and impl that hold equations, relative to the root."""
    names = {part for topic in TOPICS for part in (topic, *PARTS.get(topic, ()))}
    return {
        path
        for name in names
        for path in (Path("spec") / f"{name}.py", Path("impl") / f"{name}.py")
        if (root / path).exists()
    }


def topic_of(module: str) -> str:
    """The topic that a module is, or is a part of."""
    return next((topic for topic, parts in PARTS.items() if module in parts), module)


def is_formula(path: Path, start: tuple[int, int]) -> bool:
    """Whether the place lies inside a function, and in none of the parts that compute nothing."""
    functions, excluded = _spans(path)
    return _inside(start, functions) and not _inside(start, excluded)


def definition_at(path: Path, place: tuple[int, int]) -> str:
    """The outermost definition of the module that holds the place."""
    found = (node for node in _tree(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return next(node.name for node in found if _inside(place, (_span(node),)))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _spans(path: Path) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    tree = _tree(path)
    functions = tuple(_span(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return functions, tuple(_without_computation(tree))


def _without_computation(tree: ast.AST) -> Iterator[Span]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield _span(node.args)
            yield from map(_span, [*node.decorator_list, *([node.returns] if node.returns else [])])
        elif isinstance(node, ast.AnnAssign):
            yield _span(node.annotation)
        elif isinstance(node, ast.Raise):
            yield _span(node)


def _span(node: ast.AST) -> Span:
    if isinstance(node, ast.arguments):
        parts = [*node.posonlyargs, *node.args, *node.kwonlyargs, *filter(None, [node.vararg, node.kwarg])]
        spans = [_span(part) for part in parts]
        return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else ((0, 0), (0, 0))
    assert hasattr(node, "lineno")
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _inside(place: tuple[int, int], spans: tuple[Span, ...]) -> bool:
    return any(start <= place < end for start, end in spans)

"""Mutants of right implementations: one operator, index, sign, constant, comparison or axis changed at a time."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

SWAPPED: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
"""Operators, and what stands for them."""
CALLS = {
    "minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "exp": "expm1", "log": "log1p", "cumsum": "cumprod",
    "cumprod": "cumsum", "argmax": "argmin",
}  # fmt: skip
"""Functions, and what stands for them; not the mean for the sum: which one is taken is a form of the result."""


@dataclass(frozen=True)
class Mutant:
    """A changed function, and what was changed."""

    equation: str
    name: str
    change: str
    function: Callable[..., Any]

    @property
    def id(self) -> str:
        """The equation, the function and the change."""
        return f"{self.equation}:{self.name}:{self.change}"


def mutants(equation: str, function: Callable[..., Any]) -> Iterator[Mutant]:
    """Every mutant of a function that can be compiled; defaults stay, as every argument is passed."""
    original = inspect.unwrap(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(original)))
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return
    definition.decorator_list = []
    definition.returns = None
    for argument in (*definition.args.args, *definition.args.kwonlyargs):
        argument.annotation = None
    defaults = [entry for entry in (*definition.args.defaults, *definition.args.kw_defaults) if entry is not None]
    kept = {id(node) for default in defaults for node in ast.walk(default)}
    for position, node in enumerate(ast.walk(tree)):
        if id(node) in kept:
            continue
        for number, rewrite in enumerate(_rewrites(node)):
            changed = deepcopy(tree)
            target = list(ast.walk(changed))[position]
            said = rewrite(target)
            code = compile(ast.fix_missing_locations(changed), f"<mutant of {original.__name__}>", "exec")
            scope = dict(original.__globals__)
            exec(code, scope)  # noqa: S102 - the source is our own
            line = getattr(node, "lineno", 0)
            yield Mutant(equation, original.__name__, f"{line}.{position}.{number}: {said}", scope[original.__name__])


def _rewrites(node: ast.AST) -> Iterator[Callable[[Any], str]]:
    """What can be changed at a node; each returns a description."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        yield from (_operator(kind) for kind in SWAPPED.get(type(node.op), ()))
    if isinstance(node, ast.Compare):
        yield from (_comparison(kind) for kind in SWAPPED.get(type(node.ops[0]), ()))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _unsigned
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (_constant(step) for step in (1, -1))
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in CALLS:
            yield _call(CALLS[called])
        if called == "reversed":
            yield _forwards


def _operator(kind: type) -> Callable[[Any], str]:
    def rewrite(node: Any) -> str:
        said = f"{type(node.op).__name__} -> {kind.__name__}"
        node.op = kind()
        return said

    return rewrite


def _comparison(kind: type) -> Callable[[Any], str]:
    def rewrite(node: Any) -> str:
        said = f"{type(node.ops[0]).__name__} -> {kind.__name__}"
        node.ops[0] = kind()
        return said

    return rewrite


def _unsigned(node: Any) -> str:
    node.op = ast.UAdd()
    return "minus dropped"


def _constant(step: int) -> Callable[[Any], str]:
    def rewrite(node: Any) -> str:
        said = f"{node.value} -> {node.value + step}"
        node.value += step
        return said

    return rewrite


def _call(name: str) -> Callable[[Any], str]:
    def rewrite(node: Any) -> str:
        if isinstance(node.func, ast.Attribute):
            said, node.func.attr = f"{node.func.attr} -> {name}", name
        else:
            said, node.func.id = f"{node.func.id} -> {name}", name
        return said

    return rewrite


def _forwards(node: Any) -> str:
    node.func.id = "list"
    return "reversed -> list"

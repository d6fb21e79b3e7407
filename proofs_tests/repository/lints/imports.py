"""Imports flow one way, and the core needs only what the core installs."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .tree import Module, modules, packages, source_files

MAY_IMPORT = {
    "rlproof.spec": set(),
    "rlproof.envs": {"rlproof.spec"},
    "rlproof.oracle": {"rlproof.spec"},
    "rlproof.impl": {"rlproof.spec", "rlproof.envs"},
    "rlproof.laws": {"rlproof.spec", "rlproof.oracle"},
    "rlproof.published": {"rlproof.spec", "rlproof.oracle", "rlproof.envs"},
    "rlproof.proofs": {"rlproof.spec", "rlproof.oracle"},
}
"""What of ours each package may import beside itself; the face, rlproof, may import all."""

AMONG_THE_TESTS = ("rlproof.laws", "rlproof.published", "rlproof.proofs")
"""The packages whose folders lie in proofs_tests/."""

CORE_ONLY = {
    "rlproof.spec": {"numpy", "flint"},
    "rlproof.oracle": {"numpy", "flint", "hypothesis"},
}
"""The packages whose users have nothing but the core installed, and what of it they may use."""

IN_PROSE = re.compile(r"^\s*(?:>>> |\.\.\. )?(?:from|import)\s+(\w+)", re.MULTILINE)
"""An import statement in a page of documentation."""


def wrong_directions(root: Path) -> list[str]:
    """Imports from one of our packages into another that it must not know."""
    complaints = []
    for module in modules(root):
        layer = _layer(module.name)
        if layer not in MAY_IMPORT:
            continue
        allowed = MAY_IMPORT[layer] | {layer}
        complaints += [
            f"{module.path.relative_to(root)}:{line}: {layer} imports {name}"
            for name, line in imported(module)
            if name.split(".")[0] == "rlproof" and _layer(name) not in allowed
        ]
    return complaints


def beyond_the_core(root: Path) -> list[str]:
    """Imports of foreign packages by code that must work with the core alone."""
    complaints = []
    for module in modules(root):
        allowed = CORE_ONLY.get(_layer(module.name) or "")
        if allowed is None:
            continue
        own = sys.stdlib_module_names | allowed | {"rlproof"}
        complaints += [
            f"{module.path.relative_to(root)}:{line}: {module.name} imports {name}"
            for name, line in imported(module)
            if name.split(".")[0] not in own
        ]
    return complaints


def folder_names_as_packages(root: Path) -> list[str]:
    """Imports that name a root folder as if it were a package, in code and in prose; folders inside do not count."""
    outer = {name: folder for name, folder in packages(root).items() if name.count(".") == 1}
    folders = {folder.name for name, folder in outer.items() if name != "rlproof.verify"}
    folders = folders - {"rlproof"} | {"proofs_tests", "docs", "benchmarks"}
    complaints = [
        f"{module.path.relative_to(root)}:{line}: import {name}"
        for module in modules(root)
        for name, line in imported(module)
        if name.split(".")[0] in folders
    ]
    for page in source_files(root, "*.rst") + source_files(root, "*.md"):
        names = IN_PROSE.findall(page.read_text(encoding="utf-8"))
        complaints += [f"{page.relative_to(root)}: import {name}" for name in names if name in folders]
    return complaints


def absolute_imports_inside(root: Path) -> list[str]:
    """Imports inside the packages that spell out rlproof, where relative ones belong.

    The laws, the published numbers and the proofs lie among the tests and import as these do.
    """
    return [
        f"{module.path.relative_to(root)}:{node.lineno}: write a relative import"
        for module in modules(root)
        if module.name is not None and _layer(module.name) not in AMONG_THE_TESTS
        for node in ast.walk(module.tree)
        if any(name.split(".")[0] == "rlproof" for name in _absolute_names(node))
    ]


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Every name that the module imports, made absolute, with its line; imports inside functions count."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = module.package.split(".")
            base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            # `from .. import spec` imports the package spec, not only a name out of rlproof.
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "rlproof" else [base]
            yield from ((name, node.lineno) for name in names)
        else:
            yield from ((name, node.lineno) for name in _absolute_names(node))


def _absolute_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        module = node.module or ""
        return [f"rlproof.{alias.name}" for alias in node.names] if module == "rlproof" else [module]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = ast.unparse(node.func).rpartition(".")[2]
        named = node.args[0].value
        if called in {"import_module", "__import__"} and isinstance(named, str) and not named.startswith("."):
            return [named]
    return []


def _layer(name: str | None) -> str | None:
    """The package of ours that a module belongs to: one of MAY_IMPORT, or the face."""
    if name is None or name.split(".")[0] != "rlproof":
        return None
    first_two = ".".join(name.split(".")[:2])
    return first_two if first_two in MAY_IMPORT else "rlproof"

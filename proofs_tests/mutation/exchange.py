"""Exchange the code of functions that are loaded already, so that a change needs no new import or collection."""

import ast
import gc
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

Loaded = Mapping[tuple[str, str], Sequence[FunctionType]]


def loaded_functions(paths: set[Path]) -> Loaded:
    """Every function of these files in memory, wrapped or not, by the file and the qualified name of its code.

    The modules must be imported already; in one that is imported later nothing could be exchanged.
    """
    wanted, found = {str(path) for path in paths}, defaultdict(list)
    for thing in gc.get_objects():
        # By its type alone: some libraries warn when their proxies are asked for their class.
        if type(thing) is FunctionType and thing.__code__.co_filename in wanted:
            found[thing.__code__.co_filename, thing.__code__.co_qualname].append(thing)
    return found


def exchange(path: Path, source: str | ast.Module, loaded: Loaded) -> None:
    """Give the loaded functions of a file the bodies and the defaults that they have in another source."""
    if not any(file == str(path) for file, _ in loaded):
        raise LookupError(f"no function of {path} was loaded, so none can be exchanged")
    for new in _functions(path, compile(source, str(path), "exec", dont_inherit=True)):
        for old in loaded.get((str(path), new.__code__.co_qualname), ()):
            old.__code__ = new.__code__
            if "<locals>" not in new.__code__.co_qualname:
                old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


def _functions(path: Path, code: CodeType) -> list[FunctionType]:
    """Run the module's code in a namespace of its own, and list the functions it defines."""
    original = next(module for module in sys.modules.values() if vars(module).get("__file__") == str(path))
    shadow = ModuleType(original.__name__)
    shadow.__package__, shadow.__file__ = original.__package__, original.__file__
    exec(code, shadow.__dict__)  # noqa: S102 - our own module, changed in one place
    return [f for f in gc.get_objects() if type(f) is FunctionType and f.__globals__ is shadow.__dict__]


def recording(path: Path, source: str, name: str) -> ast.Module:
    """Parse a module so that each outermost definition of it adds `path:definition` to a set called `name`."""
    tree = ast.parse(source)
    for outermost in (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)):
        for node in ast.walk(outermost):
            if isinstance(node, ast.FunctionDef):
                note = ast.parse(f"{name}.add({f'{path}:{outermost.name}'!r})").body
                after = 1 if ast.get_docstring(node) is not None else 0
                node.body[after:after] = note
    return ast.fix_missing_locations(tree)

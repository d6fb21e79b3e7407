"""The page of an equation, as reStructuredText: its docstring, its code, its laws and proofs, in one order."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

from .faces import FACES, faces, implementation, laws_of
from .markup import code_block, folded, one_paragraph, plain, table, title
from .proof_pages import proofs_section
from .proofs import proofs_of

if TYPE_CHECKING:
    from .oracle.law import Law
    from .spec.registry import Equation

ARGUMENT = re.compile(r"^(\w+(?:, \w+)*):", re.MULTILINE)
"""The names at the beginning of an entry of Args."""

SHOWN = ("Returns", "Conventions", "Gradient", "Raises", "Source")
"""The sections of an entry that its page shows as they are."""

INTRODUCTION = """
There are {count} equations. Of each of their five faces so many are built: {totals}. The column *laws* counts
the laws that must hold of the equation; a dash is a face that is not built yet.
"""


def equation_page(equation: "Equation") -> str:
    """Everything about one equation."""
    systems = ", ".join(equation.number_systems)
    parts = [
        title(equation.id, "="),
        plain(equation.summary),
        f".. math::\n\n{indent(equation.math, '   ')}",
        _call(equation),
        _arguments(equation),
        *(_section(equation, name) for name in SHOWN if name in equation.sections),
        f"In rlproof since {equation.sections['Since']}, in the number systems {systems}.",
        _code_of_both(equation),
        _laws(laws_of(equation)),
        proofs_section(proofs_of(equation.id)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_page(equations: Iterable["Equation"]) -> str:
    """The list of all equations and of the faces that each one has."""
    equations = list(equations)
    present = {equation.id: faces(equation) for equation in equations}
    totals = ", ".join(f"{face} {sum(each[face] for each in present.values())}" for face in FACES)
    parts = [
        title("Equations", "="),
        INTRODUCTION.format(count=len(equations), totals=totals),
        *(_topic(topic, list(group), present) for topic, group in groupby(equations, lambda each: each.topic)),
        ".. toctree::\n   :hidden:\n\n" + indent("\n".join(equation.id for equation in equations), "   "),
    ]
    return "\n\n".join(parts) + "\n"


def code_of(function: Callable[..., Any]) -> str:
    """The source of a function without its docstring."""
    source = dedent(inspect.getsource(inspect.unwrap(function)))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    lines, first = source.splitlines(), definition.body[0]
    if ast.get_docstring(definition) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines).rstrip()


def _call(equation: "Equation") -> str:
    names = [
        each.replace(annotation=inspect.Parameter.empty)
        for each in inspect.signature(equation.function).parameters.values()
    ]
    return code_block(f"{equation.id}{inspect.Signature(names)}")


def _arguments(equation: "Equation") -> str:
    text = equation.sections["Args"]
    _, *pieces = ARGUMENT.split(text)
    entries = [
        f"``{name}``\n{indent(dedent(plain(said.strip())), '   ')}"
        for name, said in zip(pieces[::2], pieces[1::2], strict=True)
    ]
    return title("Arguments", "-") + "\n\n" + "\n".join(entries)


def _section(equation: "Equation", name: str) -> str:
    return f"{title(name, '-')}\n\n{plain(equation.sections[name])}"


def _code_of_both(equation: "Equation") -> str:
    fast = implementation(equation)
    sides = [_side("spec, to be read", code_of(equation.function))]
    sides += [_side("impl, to be run", code_of(fast))] if fast else []
    beside = indent("\n\n".join(sides), "   ")
    return f"{title('Code', '-')}\n\n.. container:: side-by-side\n\n{beside}"


def _side(heading: str, code: str) -> str:
    return f".. container:: side\n\n   *{heading}*\n\n{indent(code_block(code), '   ')}"


def _laws(laws: Iterable["Law"]) -> str:
    entries = [
        f"``{law.name}``\n   {one_paragraph(law.statement)}\n\n"
        + indent(folded("The law's code", code_block(code_of(law.function))), "   ")
        for law in laws
    ]
    return f"{title('Laws', '-')}\n\n" + "\n\n".join(entries or ["No law is written yet."])


def _topic(topic: str, equations: list["Equation"], present: dict[str, dict[str, bool]]) -> str:
    rows = [["equation", "what it is", *FACES]]
    for equation in equations:
        marks = {face: "✓" if has else "–" for face, has in present[equation.id].items()}
        marks["laws"] = str(len(laws_of(equation))) if present[equation.id]["laws"] else "–"
        rows.append([f":doc:`{equation.id}`", one_paragraph(equation.summary), *marks.values()])
    return f"{title(topic, '-')}\n\n{table(rows)}"

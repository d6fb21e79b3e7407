"""The file of an equation: parameters, cases with results and tolerances, and the deviations that they tell apart."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..cases import is_discrete
from ..deviation import Deviation
from ..judges import JUDGES
from ..reading import Facts
from .apart import Case
from .choose import Chosen, choose
from .encoding import encode, floats
from .facts import Subject, bounds, subject

FORMAT = "rlproof-vectors-1"
DTYPES = ("float64", "float32")
WIDTH = 116
SAMPLES = ("MDP", "LinearSystem", "ContinuousActionProcess")
"""Data that are a whole process; the files of equations that need none of them are shipped."""


def document(identifier: str, cases: Sequence[Facts] | None = None, *, version: str) -> dict[str, Any]:
    """The contents of an equation's file in this version, for these drawn cases or for cases chosen now."""
    about = subject(identifier)
    entry = about.contract.equation
    chosen = choose(about) if cases is None else [_given(about, case) for case in cases]
    drawn, shown = [row.drawn for row in chosen], [row.case for row in chosen]
    told = {entry.id: _telling(shown, about.deviations, entry.id) for entry in about.deviations}
    return {
        "format": FORMAT,
        "rlproof": version,
        "equation": entry.id,
        "summary": " ".join(entry.summary.split()),
        "math": entry.math,
        "returns": " ".join(entry.sections["Returns"].split()),
        "source": " ".join(entry.sections["Source"].split()),
        "parameters": [_parameter(about, name, drawn) for name in about.contract.parameters],
        "flags": [
            {
                "id": deviation.id,
                "kind": deviation.kind,
                "description": deviation.says,
                "effect": deviation.effect,
                "references": list(deviation.references),
                "cases": told[deviation.id],
            }
            for deviation in _unique(about.deviations)
            if told[deviation.id]
        ],
        "not_told_apart": [name for name, numbers in told.items() if not numbers],
        "cases": [_case(about, number, *both) for number, both in enumerate(zip(drawn, shown, strict=True), start=1)],
    }


def left_out(identifier: str) -> str | None:
    """Why an equation has no file; None if it has one."""
    if identifier in JUDGES:
        return "its result is not one list of numbers: a maximiser, a set or a sequence, of which several may be right"
    return None


def is_about_samples(identifier: str) -> bool:
    """Whether an equation takes arrays alone, no whole process."""
    return not set(subject(identifier).words) & {"mdp", "model", "system", "continuous_process"}


def _parameter(about: Subject, name: str, drawn: Sequence[Facts]) -> dict[str, str]:
    kinds = {_kind(about.arguments(case)[name]) for case in drawn}
    says = about.contract.equation.sections["Args"]
    found = re.search(rf"^(?:\w+, )*{name}(?:, \w+)*: (.*(?:\n +.*)*)", says, re.MULTILINE)
    return {"name": name, "kind": min(kinds, default="numbers"), "says": " ".join(found[1].split()) if found else ""}


def _kind(value: Any) -> str:
    if isinstance(value, tuple) or hasattr(value, "transition"):
        return "record"
    if is_discrete(value):
        return "flags" if np.asarray(value).dtype.kind == "b" else "integers"
    return "numbers"


def _given(about: Subject, drawn: Facts) -> Chosen:
    return Chosen(dict(drawn), Case(about, about.facts(drawn)), set())


def _telling(cases: Sequence[Case], deviations: Sequence[Deviation], name: str) -> list[int]:
    """The numbers of the cases that tell a deviation, in one of its spellings, from the equation."""
    spellings = [entry for entry in deviations if entry.id == name]
    return [number for number, case in enumerate(cases, start=1) if any(map(case.tells, spellings))]


def _case(about: Subject, number: int, drawn: Facts, case: Case) -> dict[str, Any]:
    arguments, words, outputs = about.arguments(drawn), set(about.words), case.outputs
    allowed = {dtype: bounds(about.contract.compute, case.facts, dtype) for dtype in DTYPES}
    found = {
        "id": number,
        "inputs": {name: encode(arguments[name]) for name in about.contract.parameters},
        "beside": {name: encode(drawn[name]) for name in about.words if name not in arguments},
        "sizes": {name: value for name, value in sorted(drawn.items()) if name not in words},
        "outputs": {name: encode(value) for name, value in outputs.items()},
        "tolerance": {name: {dtype: _tolerance(allowed[dtype][name]) for dtype in DTYPES} for name in outputs},
    }
    return {name: value for name, value in found.items() if value or name not in ("beside", "sizes")}


def _unique(entries: Sequence[Deviation]) -> list[Deviation]:
    """One of each name: several spellings of a mistake share it."""
    return list({entry.id: entry for entry in reversed(entries)}.values())[::-1]


def _tolerance(bound: Any) -> Any:
    return [_tolerance(part) for part in bound] if isinstance(bound, tuple) else floats(bound)


def text(contents: Mapping[str, Any]) -> str:
    """The file as text: what fits into a line is one line."""
    return _text(contents, "") + "\n"


def _text(value: Any, margin: str) -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(flat) + len(margin) <= WIDTH or not isinstance(value, (Mapping, list)):
        return flat
    inner = margin + " "
    if isinstance(value, Mapping):
        rows = [f"{inner}{json.dumps(str(name))}: {_text(part, inner)}" for name, part in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    return "[\n" + ",\n".join(inner + _text(part, inner) for part in value) + f"\n{margin}]"

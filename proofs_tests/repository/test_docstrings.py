"""The docstring of every equation is a whole entry, and what it names exists."""

import importlib
import types
from typing import Any

import pytest

from rlproof.faces import laws_of
from rlproof.spec.registry import TOPICS, Equation, equation, equations

from .lints.docstrings import SECTIONS, complaints, without_formula

WHOLE = equation("gae.advantage")._replace(
    id="planted",
    function=lambda rewards, values, *, gamma: None,
    summary="A quantity.",
    math="x = 1",
    sections={
        "Args": "rewards, values: [T].\ngamma: discount in [0, 1].",
        "Returns": "[T].",
        "Conventions": "None beyond the signs.",
        "Laws": "law_one,\nlaw_two",
        "Raises": "ShapeError: the lengths differ.",
        "Source": "A paper, eq. (1).",
        "Since": "0.1",
    },
)
"""An entry with nothing to complain about."""


def planted(**changes: Any) -> list[str]:
    """The complaints about the whole entry after a change."""
    return complaints(WHOLE._replace(**changes), ["law_one", "law_two"])


@pytest.mark.parametrize("entry", equations(), ids=lambda entry: entry.id)
def test_the_entry_is_whole(entry: Equation) -> None:
    """Formula, arguments, conventions, errors and source are there; the laws named are the laws there are."""
    assert complaints(entry, [law.name for law in laws_of(entry)]) == []


def test_an_equation_is_found_by_its_id() -> None:
    """The registry gives back the same entries one by one."""
    assert [equation(entry.id) for entry in equations()] == list(equations())


@pytest.mark.parametrize("topic", TOPICS)
def test_no_entry_is_passed_over(topic: str) -> None:
    """A function of a topic that is written as an entry states a formula, so it is in the registry."""
    assert without_formula(importlib.import_module(f"rlproof.spec.{topic}")) == []


def test_a_whole_entry_is_accepted() -> None:
    """The entry that the controls below spoil gives no complaint."""
    assert planted() == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_planted_missing_section_is_found(section: str) -> None:
    """Negative control: without any one of its sections an entry is not whole."""
    rest = {name: text for name, text in WHOLE.sections.items() if name != section}
    assert f"planted: {section} is missing" in planted(sections=rest)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("Args", "rewards: [T].\ngamma: discount."),
        ("Args", "gamma: discount.\nrewards, values: [T]."),
        ("Laws", "law_one"),
        ("Laws", "law_one, law_two, law_three"),
        ("Raises", "ShapeError, FormError."),
        ("Raises", "ShapeError; NumberSystemError for balls."),
        ("Raises", "ShapeError; NumberSystemError in exact (logarithms)."),
        ("Since", "0.1\nNotes:\n    A section that no reader expects."),
    ],
)
def test_a_planted_wrong_section_is_found(section: str, text: str) -> None:
    """Negative control: an argument, law, error or section that does not belong is one complaint."""
    assert len(planted(sections=WHOLE.sections | {section: text})) == 1


@pytest.mark.parametrize("part", [{"math": ""}, {"summary": "No full stop"}])
def test_a_planted_missing_statement_is_found(part: dict[str, str]) -> None:
    """Negative control: without its formula or its first sentence an entry is not whole."""
    assert len(planted(**part)) == 1


@pytest.mark.parametrize(("formula", "found"), [(".. math:: x = 1", 0), ("", 1)])
def test_a_planted_entry_without_formula_is_found(formula: str, found: int) -> None:
    """Negative control: sections without a formula are a complaint, and with one they are none."""
    module = types.ModuleType("planted")
    function = types.FunctionType((lambda: None).__code__, {"__name__": "planted"}, "quantity")
    function.__doc__ = f"A quantity.\n\n{formula}\n\nSource:\n    A paper."
    module.__dict__["quantity"] = function
    assert len(without_formula(module)) == found

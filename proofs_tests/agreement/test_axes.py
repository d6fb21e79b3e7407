"""Where a docstring writes `...` in a shape, any number of axes may stand: none, one or more.

Either the result holds, row by row, what each row gives alone; or, for a loss and for a batch that is normalised as a
whole, it is the same as of all entries in one line.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from rlproof.oracle import agreement
from rlproof.oracle.cases import each, to_float
from rlproof.oracle.claims import decide, equal
from rlproof.oracle.judges import JUDGES
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec.registry import Equation, equations
from rlproof.verify.candidates import implementation

SHAPES = ((2,), (2, 3))
SIZES = Sizes.fixed(states=2, actions=4, length=5, dimensions=2)
WHOLE_BATCH = {"ppo.advantage_normalisation", "ppo.advantage_whitening"}
"""Equations whose result has the axes of the batch, and yet each entry depends on all."""
COLUMNS = {"ppo.reward_scaling"}
"""Equations of which the same is true, and whose steps follow each other in each column."""


def promises(entry: Equation) -> dict[str, list[str]]:
    """The axes of each argument among which `...` stands; arguments without it are shared by all rows."""
    found = re.findall(r"^(\w+): \[([^\]]*)\]", entry.sections["Args"], re.MULTILINE)
    return {name: axes for name, shape in found if "..." in (axes := split(shape))}


def split(shape: str) -> list[str]:
    """List the axes of a shape; the comma in min(n, c) is none between axes."""
    return re.split(r", (?![^(]*\))", shape)


ENTRIES = [entry for entry in equations() if promises(entry)]
ALL = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)


def rows(entry: Equation, count: int) -> list[dict[str, Any]]:
    """Exact cases of one size that differ in the arguments with `...` only."""
    drawn: list[dict[str, Any]] = []
    search(drawn.append, arguments(agreement.parameters(entry), SIZES), examples=4 * count, seed=5)
    shared = {name: value for name, value in drawn[-1].items() if name not in promises(entry)}
    return [{**case, **shared} for case in drawn[-count:]]


def together(entry: Equation, alone: list[dict[str, Any]], shape: tuple[int, ...]) -> dict[str, Any]:
    """All rows in one case, on axes of this shape where the docstring writes `...`."""
    stacked = {
        name: gathered([case[name] for case in alone], shape, axes.index("..."))
        for name, axes in promises(entry).items()
    }
    return {**alone[0], **stacked}


def gathered(parts: list[Any], shape: tuple[int, ...], at: int) -> np.ndarray:
    """Put arrays of one shape side by side, on new axes at a place."""
    batch = np.array([np.asarray(part) for part in parts]).reshape(*shape, *np.shape(parts[0]))
    return np.moveaxis(batch, range(len(shape)), range(at, at + len(shape)))


def in_one_line(entry: Equation, case: Mapping[str, Any]) -> dict[str, Any]:
    """The batch without its axes: every entry is a step of one long line."""
    kept = {name: len(axes) - 1 - axes.index("...") for name, axes in promises(entry).items()}
    return {
        name: value.reshape(-1, *value.shape[value.ndim - kept[name] :]) if name in kept else value
        for name, value in case.items()
    }


def end_to_end(entry: Equation, case: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a batch one after the other in one line, each cut at its end."""
    line = {name: np.moveaxis(value, 0, -1).reshape(-1) for name, value in case.items() if name in promises(entry)}
    line["truncated"] = np.moveaxis(case["truncated"], 0, -1).copy()
    line["truncated"][..., -1] = True
    return {**case, **line, "truncated": line["truncated"].reshape(-1)}


@ALL
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_specification_keeps_rows_apart(entry: Equation, shape: tuple[int, ...]) -> None:
    """In the number system that is exact for it."""
    evaluate = agreement.evaluate if "exact" in entry.number_systems else agreement.evaluate_in_balls
    alone = rows(entry, int(np.prod(shape)))
    case = together(entry, alone, shape)
    got = evaluate(entry, case)
    promised = re.match(r"\[([^\]]*)\]", entry.sections["Returns"])
    axes = split(promised.group(1)) if promised else []
    if entry.id in COLUMNS:
        columns = np.reshape(evaluate(entry, end_to_end(entry, case)), (*shape, -1))
        expected = np.moveaxis(columns, -1, 0)
    elif "..." in axes and entry.id not in WHOLE_BATCH:
        expected = gathered([evaluate(entry, row) for row in alone], shape, axes.index("..."))
    else:
        expected = np.reshape(evaluate(entry, in_one_line(entry, case)), np.shape(got))
    assert np.shape(got) == np.shape(expected)
    assert decide(equal(got, expected)).holds is True


@ALL
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_implementation_accepts_the_same_axes(entry: Equation, shape: tuple[int, ...]) -> None:
    """Every entry lies within the derived bound of what the specification gives for the whole batch."""
    case = each(to_float, together(entry, rows(entry, int(np.prod(shape))), shape), "float64")
    judge = JUDGES.get(entry.id, agreement.judge_numbers)
    comparison = judge(entry, case, implementation(entry)(**case), "float64")
    assert comparison.agrees, comparison

"""What a report offers for copying runs, and prints what the theory says."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rlproof.oracle.agreement import parameters
from rlproof.oracle.cases import each, to_float
from rlproof.oracle.reproduction import describe, reproduction
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact, rational
from rlproof.spec.registry import Equation, equation, equations
from rlproof.verify.candidates import _spec_argument

TERMINAL = MDP([[["1/3", "2/3"]], [[0, 1]]], [["-1/2"], [0]], [1, 0], "9/10", [False, True])


def printed(source: str) -> str:
    """Run a program and return what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(source, "<reproduction>", "exec"), {})  # noqa: S102 - that it runs is what is tested
    return output.getvalue()


def shown(result: Any) -> str:
    """What printing a result gives; trajectories one after the other."""
    return " ".join(map(str, result)) + "\n" if isinstance(result, Iterator) else f"{result}\n"


def cases(entry: Equation) -> list[dict[str, Any]]:
    """A few drawn cases."""
    return search(lambda case: case, arguments(parameters(entry), Sizes.fixed(2, 2, 3, 2)), examples=6, seed=0).notes


@pytest.mark.parametrize("entry", [e for e in equations() if "exact" in e.number_systems], ids=lambda entry: entry.id)
def test_an_exact_reproduction_prints_the_exact_value(entry: Equation) -> None:
    """Copied, pasted and run."""
    for case in cases(entry):
        assert printed(reproduction(entry, case)) == shown(entry.function(**case))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("entry", equations(), ids=lambda entry: entry.id)
def test_a_float_reproduction_prints_what_the_spec_gives_for_these_floats(entry: Equation, dtype: str) -> None:
    """On inputs of the dtype in which the difference was found: 9/10 in float32 is not 9/10."""
    for case in cases(entry)[:3]:
        inputs = {name: _spec_argument(value) for name, value in each(to_float, case, dtype).items()}
        assert printed(reproduction(entry, case, dtype)) == shown(entry.function(**inputs))


def test_a_reproduction_keeps_fractions_flags_and_terminal_states() -> None:
    """Nothing is rounded on the way through the text."""
    case = {"mdp": TERMINAL, "policy": exact([[1], [1]])}
    namespace: dict[str, Any] = {}
    exec(reproduction(equation("mdp.eta"), case).replace("print", ""), namespace)  # noqa: S102
    mdp = namespace["mdp"]
    assert (mdp.system, mdp.discount) == ("exact", rational("9/10"))
    assert mdp.transition.tolist() == TERMINAL.transition.tolist()
    assert mdp.terminal.tolist() == [False, True]


def test_a_float_is_written_with_all_of_its_digits() -> None:
    """What is read back is the same float."""
    case = {"rewards": exact(["1/3", "1/4"]), "gamma": rational("9/10")}
    source = reproduction(equation("mdp.discounted_return"), case, "float64")
    namespace: dict[str, Any] = {}
    exec(source.replace("print", ""), namespace)  # noqa: S102
    assert np.array_equal(namespace["rewards"], np.array([1 / 3, 0.25]))
    assert namespace["gamma"] == 0.9


def test_a_case_is_described_in_fractions_one_line_per_argument() -> None:
    """Terminal states are mentioned where there are any."""
    case = {"mdp": TERMINAL, "truncated": np.array([True]), "gamma": rational("9/10"), "horizon": 2}
    assert describe(case).splitlines() == [
        (
            "mdp = MDP(transition=[[[1/3, 2/3]], [[0, 1]]], reward=[[-1/2], [0]], initial=[1, 0], discount=9/10, "
            "terminal=[False, True])"
        ),
        "truncated = [True]",
        "gamma = 9/10",
        "horizon = 2",
    ]
    assert "terminal" not in describe({"mdp": MDP([[[1]]], [[0]], [1], "1/2")})

"""`impl` computes what `spec` says: in both dtypes, in batches, inside jit, and on every environment's table."""

import importlib
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

from rlproof.oracle import agreement
from rlproof.oracle.cases import each, is_discrete, to_float
from rlproof.oracle.gradients import compare_gradient
from rlproof.oracle.judges import JUDGES
from rlproof.oracle.search import BrokenError, own_seed, search
from rlproof.oracle.strategies import arguments
from rlproof.spec.registry import Equation, equations
from rlproof.verify import device
from rlproof.verify.candidates import impl_argument, implementation, implementation_derivative, spec_in_floats
from rlproof.verify.checks import SIZES, check_agreement

EXAMPLES = 10
LEADING, ANYWHERE = r"\[\.\.\.[],]", r"\[[^]]*\.\.\."
"""How a shape says that problems may be stacked."""
ALL = pytest.mark.parametrize("equation", equations(), ids=lambda equation: equation.id)


@pytest.mark.verified
@ALL
@pytest.mark.parametrize(("dtype", "size"), [("float32", "small"), ("float32", "oblong"), ("float64", "square")])
def test_the_implementation_agrees_with_the_exact_values(equation: Equation, dtype: str, size: str) -> None:
    """Within the derived bound of its dtype, on problems of three sizes."""
    examples = EXAMPLES // 2 if size == "small" else 2 * EXAMPLES
    outcome = check_agreement(equation, implementation(equation), "impl", dtype, size, examples, seed=1)
    assert not outcome.failed, outcome.counterexample


@pytest.mark.verified
@ALL
def test_the_specification_in_floats_agrees_with_itself_in_rationals(equation: Equation) -> None:
    """Its float64 path stays within the derived bound."""
    outcome = check_agreement(equation, spec_in_floats(equation), "spec", "float64", "oblong", EXAMPLES, seed=1)
    assert not outcome.failed, outcome.counterexample


@pytest.mark.verified
@pytest.mark.parametrize(
    "equation", [e for e in equations() if e.undifferentiated is None], ids=lambda equation: equation.id
)
def test_the_gradient_agrees_with_exact_difference_quotients(equation: Equation) -> None:
    """Reverse mode in float64, along random directions, within the bound of the chain rule."""
    derivative = implementation_derivative(equation)

    def check(pair: Any) -> agreement.Comparison:
        with device.arithmetic():
            comparison = compare_gradient(equation, derivative, *pair, "float64")
        if not comparison.agrees:
            raise BrokenError(str(comparison))
        return comparison

    case = arguments(agreement.parameters(equation), SIZES["square"])
    found = search(check, st.tuples(case, case), examples=EXAMPLES, seed=own_seed(1, equation.id))
    assert found.error is None, found.counterexample
    assert any(note.bound < float("inf") for note in found.notes), "no case was compared"


def cases(equation: Equation, count: int) -> list[dict[str, Any]]:
    """Some float64 cases of one size, counts equal in all of them."""
    drawn: list[dict[str, Any]] = []
    names = agreement.parameters(equation)
    search(drawn.append, arguments(names, SIZES["oblong"]), examples=3 * count, seed=own_seed(2, equation.id))
    floats = [each(to_float, case, "float64") for case in drawn[-count:]]
    counts = {name: value for name, value in floats[0].items() if isinstance(value, int)}
    return [{**case, **counts} for case in floats]


def stacked(equation: Equation, batch: list[dict[str, Any]]) -> dict[str, Any]:
    """All cases in one, on a leading axis; what they share stays as it is."""
    rows = [{name: impl_argument(value) for name, value in case.items()} for case in batch]
    together = {}
    for name in agreement.parameters(equation):
        leaves = [row[name] for row in rows]
        shared = all(case[name] is batch[0][name] for case in batch)
        together[name] = leaves[0] if shared else jax.tree.map(lambda *parts: jnp.stack(parts), *leaves)
    return together


def judge_rows(equation: Equation, batch: list[dict[str, Any]], together: Any) -> None:
    """Each row is judged by the derived bound of its own case, so rows cannot mix."""
    judge = JUDGES.get(equation.id, agreement.judge_numbers)
    for index, case in enumerate(batch):
        row = jax.tree.map(lambda leaf, index=index: np.asarray(leaf[index]), together)
        with device.arithmetic():
            comparison = judge(equation, case, row, "float64")
        assert comparison.agrees, comparison


@ALL
def test_every_row_of_a_vmapped_batch_agrees_with_the_exact_values(equation: Equation) -> None:
    """vmap inside jit."""
    function, batch = function_of(equation), cases(equation, 4)
    arguments = stacked(equation, batch)
    counts = {name: value for name, value in arguments.items() if isinstance(value, int)}
    rows = {name: value for name, value in arguments.items() if name not in counts}
    judge_rows(equation, batch, jax.jit(jax.vmap(lambda case: function(**case, **counts)))(rows))


def function_of(equation: Equation) -> Any:
    """The implementation itself, without the conversions of a candidate."""
    return getattr(importlib.import_module(f"rlproof.impl.{equation.topic}"), equation.name)


def promises_leading_axes(equation: Equation) -> bool:
    """Whether the implementation alone says that many problems may be stacked; what both say is in test_axes."""
    text = (function_of(equation).__doc__ or "").partition(".. math")[0]
    shared = equation.id != "mdp.markov_property"  # refuses a history of another process; see test_special_cases
    return shared and bool(re.search(LEADING, text)) and not re.search(ANYWHERE, equation.sections["Args"])


@pytest.mark.parametrize("equation", list(filter(promises_leading_axes, equations())), ids=lambda equation: equation.id)
def test_every_row_of_a_stack_agrees_with_the_exact_values(equation: Equation) -> None:
    """Leading axes without vmap, two of them, on every argument; indices of states and actions are shared."""
    batch = cases(equation, 4)
    shared = {name: value for name, value in batch[0].items() if is_discrete(value)}
    batch = [{**case, **shared} for case in batch]
    square = {
        name: value if name in shared else jax.tree.map(lambda leaf: leaf.reshape(2, 2, *leaf.shape[1:]), value)
        for name, value in stacked(equation, batch).items()
    }
    together = function_of(equation)(**square)
    judge_rows(equation, batch, jax.tree.map(lambda leaf: leaf.reshape(4, *leaf.shape[2:]), together))

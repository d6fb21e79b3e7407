"""Arrays of real numbers that z3 reasons about, and how a fact makes them."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

from ..elements import ElementArray
from . import real, run


class SmtArray(ElementArray):
    """An array of real numbers, each any number that the hypotheses admit."""

    number_system = "smt"
    element = staticmethod(real.read)
    larger = staticmethod(real.larger)

    def solve(self, right_hand_side: Any) -> "SmtArray":
        """Name the solution of a linear system: unknowns that satisfy it. That there is one must be proved as well."""
        here, right_hand_side = run.present(), self.wrap(right_hand_side)
        numbers = [*self.value.flat, *right_hand_side.value.flat]
        key = tuple(number.term.get_id() for number in numbers)
        if key not in here.solutions:
            here.obligations.append((here.known, _determinant(self.value) != 0))
            unknowns = reals("solution", *right_hand_side.shape)
            here.hypotheses += formulas(self @ unknowns == right_hand_side)
            here.solutions[key] = unknowns, numbers  # the numbers stay alive, so that their ids stay theirs
        return here.solutions[key][0]


def reals(name: str, *shape: int) -> SmtArray:
    """Make an array of real numbers, any at all; each call makes new ones."""
    import z3

    numbers = np.empty(shape, dtype=object)
    for index, symbol in zip(np.ndindex(*shape), run.present().name(name, *shape), strict=True):
        numbers[index] = real.Real(z3.Real(symbol))
    return SmtArray(numbers)


def nonnegative(name: str, *shape: int) -> SmtArray:
    """Make an array of numbers that are at least zero."""
    numbers = reals(name, *shape)
    assume(numbers >= 0)
    return numbers


def probabilities(name: str, *shape: int) -> SmtArray:
    """Make an array whose rows (last axis) are any distributions; the last number is what the others leave."""
    free = reals(name, *shape[:-1], shape[-1] - 1)
    rows = SmtArray(np.concatenate([free.value, (1 - free.sum(axis=-1)).value[..., None]], axis=-1))
    assume(rows >= 0)
    return rows


def fraction(name: str) -> SmtArray:
    """Make a number in [0, 1]."""
    number = nonnegative(name)
    assume(number <= 1)
    return number


def assume(condition: Any) -> None:
    """Take a condition, or an array of them, as a hypothesis of the fact."""
    run.present().hypotheses += formulas(condition)


def show(condition: Any) -> None:
    """Have a condition proved from what is known so far, and use it from here on."""
    here = run.present()
    here.obligations += [(here.known, formula) for formula in formulas(condition)]
    here.shown += formulas(condition)


def lemma(statement: Callable[..., tuple[Any, Any]], *arguments: SmtArray) -> None:
    """Have a statement (premises, conclusions) proved of all real numbers, and then its premises of these numbers."""
    here, shapes = run.present(), tuple(argument.shape for argument in arguments)
    if (statement, shapes) not in here.lemmas:
        here.lemmas.add((statement, shapes))
        anything = [reals("any", *shape) for shape in shapes]
        here.obligations += [([], formula) for formula in formulas(implies(*statement(*anything)))]
    premises, conclusions = statement(*arguments)
    show(premises)
    here.shown += formulas(conclusions)


def implies(conditions: Any, conclusions: Any) -> real.Condition:
    """If all of the one hold, then all of the other; each a condition, an array, or a list of them."""
    import z3

    return real.Condition(z3.Implies(z3.And(*formulas(conditions)), z3.And(*formulas(conclusions))))


def formulas(condition: Any) -> list[Any]:
    """List the formulas of a condition, of an array or a list of them, or of plain truth values."""
    import z3

    if isinstance(condition, (list, tuple, np.ndarray)) and not _is_single(condition):
        return [formula for part in condition for formula in formulas(part)]
    truth = condition.item() if isinstance(condition, (np.ndarray, np.bool)) else condition
    if not isinstance(truth, (bool, real.Condition)):
        raise TypeError(f"neither true nor false: {truth!r}")
    return [z3.BoolVal(truth) if isinstance(truth, bool) else truth.formula]


def _is_single(condition: Any) -> bool:
    return isinstance(condition, np.ndarray) and condition.ndim == 0


def _determinant(matrix: np.ndarray) -> Any:
    """The determinant, as z3's term, by Leibniz' formula."""
    import z3

    size, terms = len(matrix), []
    for order in permutations(range(size)):
        inversions = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size))
        terms.append((-1) ** inversions * z3.Product(*(matrix[i, order[i]].term for i in range(size))))
    return z3.Sum(*terms)

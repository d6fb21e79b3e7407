"""Arrays of expressions, and how a fact makes them."""

from typing import Any

import numpy as np

from ..elements import ElementArray
from . import expression
from .expression import Expression


class SymbolicArray(ElementArray):
    """An array of rational functions, with logarithms where `spec` takes them."""

    number_system = "symbolic"
    element = staticmethod(expression.read)
    larger = staticmethod(expression.larger)

    def solve(self, right_hand_side: Any) -> "SymbolicArray":
        """Solve a linear system of one or two equations by Cramer's rule, which reduces few fractions."""
        sides = self.wrap(right_hand_side)
        if len(self) == 1:
            return sides / self[0, 0]
        (a, b), (c, d) = self
        solution = self.stack([d * sides[0] - b * sides[1], a * sides[1] - c * sides[0]])
        return solution / (a * d - b * c)

    def derivative(self, symbol: "SymbolicArray") -> "SymbolicArray":
        """Differentiate by one symbol."""
        variable = symbol.value.item()
        return SymbolicArray(np.frompyfunc(lambda number: number.derivative(variable), 1, 1)(self.value))


def symbols(**shapes: tuple[int, ...]) -> list[SymbolicArray]:
    """Make arrays of independent symbols, one for each name, of one field."""
    from sympy import ZZ
    from sympy.polys.fields import field

    names = ["_".join([name, *map(str, index)]) for name, shape in shapes.items() for index in np.ndindex(*shape)]
    generators = iter(field(names, ZZ)[1:])
    arrays = []
    for shape in shapes.values():
        numbers = np.empty(shape, dtype=object)
        for index in np.ndindex(*shape):
            numbers[index] = Expression(next(generators))
        arrays.append(SymbolicArray(numbers))
    return arrays


def proportion(odds: SymbolicArray) -> SymbolicArray:
    """Make numbers between zero and one of positive ones, x/(1 + x): then their range is plain."""
    return odds / (1 + odds)


def distributions(first: SymbolicArray) -> SymbolicArray:
    """Make distributions over two outcomes, [..., 2], of the probabilities of the first, [...]."""
    return SymbolicArray(np.stack([first.value, (1 - first).value], axis=-1))

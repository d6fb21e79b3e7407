"""Enumerate every outcome of code that draws from a NumPy random generator, with exact probabilities.

The code runs once for every possible sequence of draws. It is handed a `ScriptedGenerator` in place of a
`numpy.random.Generator`: the script says which option each draw takes, and where the script ends the first
option is taken and the others are noted for later runs. So the code itself, not a model of it, defines the
distribution. The code must be a function of its draws alone: it starts from the same state every time.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from ..spec.errors import EmptySpaceError, ParameterError

Result = TypeVar("Result")
Outcome = TypeVar("Outcome", bound=Hashable)


class ScriptedGenerator:
    """A stand-in for `numpy.random.Generator` that follows a script of option numbers."""

    def __init__(self, script: Sequence[int] = ()) -> None:
        """Start at the beginning of the script, having drawn nothing."""
        self._script = script
        self._taken: list[int] = []
        self.weight = 1  # product of the multiplicities of the options taken
        self.total = 1  # product of the numbers of equally likely values
        self.untaken: list[list[int]] = []

    @property
    def probability(self) -> Fraction:
        """The probability of the draws made so far."""
        return Fraction(self.weight, self.total)

    def choice(self, values: Any, size: None = None, replace: bool = True, p: None = None) -> Any:
        """Draw one of the values, all equally likely; equal values are one option of larger probability."""
        if size is not None or p is not None or not replace:
            _refuse("choice with size, replace or p")
        sequence = range(values) if isinstance(values, int) else values
        return self._draw(sequence)

    def integers(self, low: int, high: int | None = None, size: None = None, endpoint: bool = False) -> int:
        """Draw one of the integers from low (or 0) up to high, all equally likely."""
        if size is not None:
            _refuse("integers with size")
        first, last = (0, low) if high is None else (low, high)
        return self._draw(range(first, last + endpoint))

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse every other way of drawing: it has too many outcomes or none that can be listed."""
        if name.startswith("__"):  # copying and pickling ask for these and expect an AttributeError
            raise AttributeError(name)
        _refuse(name)

    def _draw(self, values: Sequence[Any]) -> Any:
        multiplicity: dict[Any, int] = {}
        for value in values:
            multiplicity[value] = multiplicity.get(value, 0) + 1
        options = list(multiplicity)
        if not options:
            raise EmptySpaceError(
                "a draw from no values",
                got=values,
                expected="at least one value",
                cause="the code under enumeration drew from an empty list",
                remedy="correct the code under enumeration",
            )
        position = len(self._taken)
        if position < len(self._script):
            taken = self._script[position]
        else:
            taken = 0
            self.untaken += [[*self._taken, other] for other in range(1, len(options))]
        self._taken.append(taken)
        self.weight *= multiplicity[options[taken]]
        self.total *= len(values)
        return options[taken]


def outcomes(code: Callable[[ScriptedGenerator], Result]) -> Iterator[tuple[Fraction, Result]]:
    """Run the code under every sequence of draws; yield each run's probability and result.

    The probabilities sum to one. The code must make finitely many draws in every run.
    """
    pending: list[list[int]] = [[]]
    while pending:
        generator = ScriptedGenerator(pending.pop())
        result = code(generator)
        pending += generator.untaken
        yield generator.probability, result


def distribution(code: Callable[[ScriptedGenerator], Outcome]) -> dict[Outcome, Fraction]:
    """Return the exact distribution of the code's result: equal results are added up."""
    probabilities: dict[Outcome, Fraction] = {}
    for probability, result in outcomes(code):
        probabilities[result] = probabilities.get(result, Fraction(0)) + probability
    return probabilities


def _refuse(what: str) -> NoReturn:
    raise ParameterError(
        "a draw that cannot be enumerated",
        got=f"generator.{what}",
        expected="choice(values) or integers(low, high): one draw, finitely many equally likely values",
        cause="the code under enumeration draws from a continuous or a weighted distribution",
        remedy="build the decision process from the environment's transition table instead, if it has one",
    )

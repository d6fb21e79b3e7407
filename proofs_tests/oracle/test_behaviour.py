"""What a function does besides returning numbers gets a clear verdict, and never takes the oracle down."""

import functools
import operator
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rlproof.oracle import check
from rlproof.oracle.verdict import AGREES, DISAGREES, ERROR, INEXPRESSIBLE, VARIANT

Array = Any


def right(rewards: Array, gamma: float) -> float:
    """The discounted return."""
    return sum(gamma**t * reward for t, reward in enumerate(rewards))


def nothing(rewards: Array, gamma: float) -> None:
    """Return nothing."""
    right(rewards, gamma)


def text(rewards: Array, gamma: float) -> str:
    """Return a word."""
    return str(right(rewards, gamma))


def ragged(rewards: Array, gamma: float) -> list[Any]:
    """Return rows of two lengths."""
    return [[right(rewards, gamma)], [1, 2]]


def leaves(rewards: Array, gamma: float) -> float:
    """Leave the interpreter."""
    sys.exit(int(right(rewards, gamma)))


def deep(rewards: Array, gamma: float) -> float:
    """Call itself for ever."""
    return deep(rewards, gamma)


def no_number(rewards: Array, gamma: float) -> float:
    """Return no number."""
    return float("nan") * right(rewards, gamma)


def imaginary(rewards: Array, gamma: float) -> complex:
    """Return complex numbers."""
    return 1j * right(rewards, gamma)


def truncated_to_integers(rewards: Array, gamma: float) -> int:
    """Lose the fraction."""
    return int(right(rewards, gamma))


def one_axis_more(rewards: Array, gamma: float) -> Array:
    """Return an array of one number."""
    return np.array([right(rewards, gamma)])


def endless(rewards: Array, gamma: float) -> float:
    """Never return."""
    while True:
        right(rewards, gamma)


def writes(rewards: Array, gamma: float) -> float:
    """Change the rewards."""
    result = right(rewards, gamma)
    rewards[0] += 1
    return result


def random(rewards: Array, gamma: float) -> float:
    """Add noise."""
    return right(rewards, gamma) + np.random.default_rng().normal()


def warns(rewards: Array, gamma: float) -> float:
    """Warn."""
    warnings.warn("a warning", stacklevel=1)
    return right(rewards, gamma)


def sets_errors(rewards: Array, gamma: float) -> float:
    """Make NumPy raise for the rest of the process."""
    np.seterr(all="raise")
    return right(rewards, gamma)


def large(rewards: Array, gamma: float) -> Array:
    """Return a million numbers."""
    return np.zeros(10**6) * right(rewards, gamma)


def yields(rewards: Array, gamma: float) -> Iterator[float]:
    """Yield the result instead of returning it."""
    yield right(rewards, gamma)


def refuses_zero(rewards: Array, gamma: float) -> float:
    """Refuse a discount of zero."""
    if gamma == 0:
        raise ZeroDivisionError
    return right(rewards, gamma)


def position_only(rewards: Array, gamma: float, /) -> float:
    """Take no keywords."""
    return right(rewards, gamma)


def foreign(rewards: Array, gamma: float, something: float) -> float:
    """Ask for what nobody knows."""
    return right(rewards, gamma) + something


def optional(rewards: Array, gamma: float, something: float = 0.0) -> float:
    """Ask for what has a default."""
    return right(rewards, gamma) + something


def keywords(**data: Any) -> float:
    """Take whatever is given."""
    return right(**data)


class Accumulating:
    """An object that adds to what it returned before."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.total = 0.0

    def __call__(self, rewards: Array, gamma: float) -> float:
        """Add the return."""
        self.total += right(rewards, gamma)
        return self.total


class Counting:
    """An object that is right so many times."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.calls = 0

    def __call__(self, rewards: Array, gamma: float) -> float:
        """Be wrong after a while."""
        self.calls += 1
        return right(rewards, gamma) + (self.calls > 500)


CASES: list[tuple[Callable[..., Any], tuple[str, ...], str]] = [
    (nothing, (DISAGREES,), "returns nothing"),
    (text, (DISAGREES,), "not an array of numbers"),
    (ragged, (DISAGREES,), "returns list"),
    (leaves, (ERROR,), "SystemExit"),
    (deep, (ERROR,), "RecursionError"),
    (no_number, (DISAGREES,), "nan"),
    (imaginary, (DISAGREES,), "complex"),
    (truncated_to_integers, (DISAGREES,), "got"),
    (one_axis_more, (DISAGREES,), "shape"),
    (endless, (ERROR,), "does not return within"),
    (writes, (VARIANT,), "changes its argument rewards"),
    (random, (VARIANT,), "called again"),
    (Accumulating(), (VARIANT,), "called again"),
    (Counting(), (VARIANT,), "called again"),
    (warns, (AGREES,), ""),
    (sets_errors, (AGREES,), ""),
    (large, (DISAGREES,), "shape"),
    (refuses_zero, (DISAGREES,), "ZeroDivisionError"),
    (position_only, (AGREES,), ""),
    (foreign, (ERROR,), "something"),
    (optional, (AGREES,), ""),
    (keywords, (AGREES,), ""),
    (yields, (DISAGREES,), "expected shape (), got shape (1,)"),
    (functools.partial(right, gamma=0.5), (AGREES,), ""),
    (operator.add, (INEXPRESSIBLE,), "do not tell"),
    (len, (ERROR,), "the parameter obj"),
    (lambda: 1, (INEXPRESSIBLE,), "nothing"),
]


@pytest.mark.parametrize(
    ("function", "statuses", "said"), CASES, ids=[getattr(f, "__name__", type(f).__name__) for f, _, _ in CASES]
)
def test_a_function_gets_a_clear_verdict(function: Callable[..., Any], statuses: tuple[str, ...], said: str) -> None:
    """Whatever a function does, it gets a verdict that says what it was."""
    verdict = check(function, "mdp.discounted_return", seconds=1)
    assert verdict.status in statuses, str(verdict)
    assert said in verdict.explanation
    assert verdict.function in str(verdict)


def test_interrupting_is_up_to_the_user() -> None:
    """Ctrl-C is not the function's doing."""

    def interrupted(rewards: Array, gamma: float) -> float:  # noqa: ARG001 - it does not come that far
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(interrupted, "mdp.discounted_return")

"""What can be wrong with an input: one exception class per situation.

Every message has the same four parts, so that a reader finds them in the same
place each time: what was got, what was expected, the likely cause, what to do.
All classes are `ValueError`s; catching `RlproofError` catches all of them.
"""


class RlproofError(ValueError):
    """Base of every error raised by rlproof for a bad input."""

    def __init__(self, subject: str, *, got: object, expected: str, cause: str, remedy: str) -> None:
        """Compose the message from its four parts and keep them as attributes."""
        self.subject, self.got, self.expected, self.cause, self.remedy = subject, got, expected, cause, remedy
        super().__init__(
            f"{subject}\n  got:          {got}\n  expected:     {expected}"
            f"\n  likely cause: {cause}\n  what to do:   {remedy}"
        )


class ShapeError(RlproofError):
    """An array has the wrong rank or size."""


class EmptySpaceError(RlproofError):
    """There are no states, no actions or no transitions."""


class NumberSystemError(RlproofError):
    """Values of different number systems are mixed, or an operation does not exist in this one."""


class IntegerDtypeError(RlproofError):
    """An integer NumPy array stands where real numbers are needed."""


class NonFiniteError(RlproofError):
    """A NaN or an infinity stands where a finite number is needed."""


class NotAProbabilityError(RlproofError):
    """A row is not a probability distribution."""


class NegativeProbabilityError(NotAProbabilityError):
    """A probability is negative."""


class RowSumError(NotAProbabilityError):
    """A row of probabilities does not sum to one."""


class DiscountError(RlproofError):
    """The discount lies outside [0, 1)."""


class TerminationError(RlproofError):
    """The discount is one and some state never reaches a terminal state."""


class TerminalStateError(RlproofError):
    """A state declared terminal is not absorbing with zero reward."""


class ActionSetError(RlproofError):
    """A policy speaks of actions that the decision process does not have."""


class ParameterError(RlproofError):
    """A scalar parameter lies outside its range."""


class SupportError(RlproofError):
    """A probability that is divided by is zero where the numerator is not."""


class UnknownEquationError(RlproofError):
    """No equation has this id."""


class NotPositiveDefiniteError(RlproofError):
    """A matrix that must be symmetric and positive definite is not."""


class NotStableError(RlproofError):
    """A linear system's discounted cost is infinite under this policy."""


class MissingDataError(RlproofError):
    """What is asked for was never observed: an unvisited pair, an empty buffer, a mask without entries."""

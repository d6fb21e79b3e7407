"""What can be wrong with a request to the oracle: one exception class per situation."""

from ..spec.errors import RlproofError


class UnknownArraysError(RlproofError):
    """The arrays of a library that the oracle does not know are asked for."""


class LibraryMissingError(RlproofError):
    """A function needs a library that is not installed."""


class UnknownConventionError(RlproofError):
    """A convention is declared for a word that has no such convention."""

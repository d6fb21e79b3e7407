"""What can go wrong while an agent learns."""

from ...spec.errors import RlproofError


class RewardError(RlproofError):
    """An environment paid a reward that is NaN or infinite."""


class DivergenceError(RlproofError):
    """A number that an agent has learnt has become NaN."""

"""Contracts of normalisation and of what is said about a critic."""

from collections.abc import Callable
from typing import Any

from ...spec import ppo
from ...spec.numbers import is_nonzero
from ..contract import Compute, Extra, Outputs
from ..reading import Facts


def _or_stays_alone(name: str, function: Callable[..., Any]) -> Compute:
    """One advantage alone may stay as it is: there is nothing by which to normalise it."""

    def compute(facts: Facts) -> Outputs:
        advantages = facts["advantages"]
        if advantages.size == 1:
            return {name: advantages}
        return {name: function(advantages, ddof=facts["ddof"], norm_epsilon=facts["norm_epsilon"])}

    return compute


def _is_nothing_by_nothing(facts: Facts) -> bool:
    """Several equal advantages, and no epsilon."""
    entries = facts["advantages"].reshape(-1)
    return len(entries) > 1 and not is_nonzero(entries - entries[0]).any() and facts["norm_epsilon"] == 0


CONTRACTS = {
    f"ppo.{function.__name__}": Extra(
        undefined=_is_nothing_by_nothing, accepts=(_or_stays_alone(function.__name__, function),)
    )
    for function in (ppo.advantage_normalisation, ppo.advantage_whitening)
}

"""Contracts of equations about decision processes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec import numbers, trpo, value
from ...spec.decision_process import read_policy
from ..contract import Extra
from ..reading import Facts


def _loses_support(facts: Facts) -> bool:
    """Whether one policy never takes an action that the other one takes: a divergence is infinite, in one direction."""
    old, new = (read_policy(facts["mdp"], facts[name]) for name in ("policy", "new_policy"))
    return bool(np.any(numbers.is_nonzero(old) != numbers.is_nonzero(new)))


def _nothing_times_infinity(facts: Facts) -> bool:
    """Whether an infinite divergence is multiplied by a coefficient of zero."""
    return _loses_support(facts) and not numbers.is_nonzero(trpo.penalty_coefficient(facts["mdp"], facts["policy"]))


def _nothing_gained(facts: Facts) -> bool:
    """The same for a coefficient that is made of mean advantages, or a state of infinite divergence not visited."""
    return _loses_support(facts)


def _of_policy(equation: Callable[..., Any]) -> Callable[[Facts, Any], Any]:
    return lambda facts, _: equation(facts["mdp"], facts["policy"])


def _action_values(facts: Facts, _: Any) -> Any:
    """What the best, or the mean, is taken of."""
    process = facts["mdp"]
    return process.reward + process.discount * process.transition @ facts["state_values"]


COLUMN = {"a column": lambda _, result: result[:, None]}


def _change(facts: Facts, result: Any) -> Any:
    """The largest difference that a sweep makes."""
    return numbers.largest(abs(result - facts["state_values"]), axis=-1)


def _sweep(name: str) -> Extra:
    beside = {"q": _action_values, "change": _change}
    return Extra(beside, ((name, "q"), ("q", name), (name, "change")), shapes=COLUMN)


CONTRACTS = {
    "value.v": Extra(
        {"q": _of_policy(value.q), "advantage": _of_policy(value.advantage)},
        (("v", "q"), ("q", "v"), ("v", "q", "advantage"), ("q", "v", "advantage")),
        shapes=COLUMN,
    ),
    "value.q": Extra({"v": _of_policy(value.v)}, (("q", "v"), ("v", "q"))),
    **{f"bellman.{name}": _sweep(name) for name in ("expectation_v", "optimality_v")},
    **{name: Extra(undefined=_nothing_times_infinity) for name in ("trpo.kl_bound", "trpo.mm_lower_bound")},
    "cpo.kl_bound": Extra(undefined=_nothing_gained),
}

"""Contracts of equations about decision processes."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import numpy as np

from ...spec import numbers, trpo, value
from ...spec.decision_process import read_policy
from ..contract import Compute, Extra, Outputs
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


def _by_mean_increments(facts: Facts) -> Outputs:
    """The same number as the values plus the mean of what each action changes in them: one rounding more for each."""
    values = facts["state_values"]
    errors = _action_values(facts, None) - values[:, None]
    return {"expectation_v": values + (read_policy(facts["mdp"], facts["policy"]) * errors).sum(axis=1)}


def _sweep(name: str, *accepted: Compute) -> Extra:
    beside = {"q": _action_values, "change": _change}
    forms = ((name, "q"), ("q", name), (name, "change"))
    return Extra(beside, forms, shapes=COLUMN, revises=itemgetter("state_values"), accepts=accepted)


CONTRACTS = {
    "value.v": Extra(
        {"q": _of_policy(value.q), "advantage": _of_policy(value.advantage)},
        (("v", "q"), ("q", "v"), ("v", "q", "advantage"), ("q", "v", "advantage")),
        shapes=COLUMN,
    ),
    "value.q": Extra({"v": _of_policy(value.v)}, (("q", "v"), ("v", "q"))),
    "bellman.expectation_v": _sweep("expectation_v", _by_mean_increments),
    "bellman.optimality_v": _sweep("optimality_v"),
    **{f"bellman.{name}": Extra(revises=itemgetter("action_values")) for name in ("expectation_q", "optimality_q")},
    **{name: Extra(undefined=_nothing_times_infinity) for name in ("trpo.kl_bound", "trpo.mm_lower_bound")},
    "cpo.kl_bound": Extra(undefined=_nothing_gained),
}

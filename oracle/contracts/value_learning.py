"""Contracts of targets of action values: the error of the action taken, in place of the target or beside it."""

from typing import Any

from ...spec.logits import chosen
from ..contract import Extra
from ..reading import Facts
from ..readings.value_learning import IN_COLUMNS

TAKEN = ("q_values", "actions")


def _taken(facts: Facts) -> Any:
    """The value of the action taken, where the facts have it."""
    if not facts.keys() >= set(TAKEN):
        return None
    return (chosen(facts["actions"], facts["q_values"].shape[-1]) * facts["q_values"]).sum(axis=-1)


def _error(facts: Facts, target: Any) -> Any:
    return target - _taken(facts)


CONTRACTS = {
    f"td.{name}": Extra(
        {"errors": _error},
        (("errors",), (name, "errors"), ("errors", name)),
        requires={"errors": TAKEN, "column": (IN_COLUMNS,)},
        shapes={"column": lambda _, target: target[:, None]},
        revises=_taken,
    )
    for name in ("q_learning_target", "double_q_learning_target", "sarsa_target", "expected_sarsa_target")
}

"""Losses that find the targets themselves: the returns follow from rewards and values."""

from typing import Any

from ...spec import gae, td
from ..reading import Facts, Rule, rule

VALUE_LOSSES = ("ppo.value_loss", "ppo.clipped_value_loss", "ppo.min_clipped_value_loss", "ppo.truncated_value_loss")
TRAJECTORY = ("rewards", "next_values", "terminated", "gamma")


def _one_step(facts: Facts) -> Any:
    return td.one_step_return(facts["rewards"], facts["next_values"], facts["terminated"], gamma=facts["gamma"])


def _by_advantages(facts: Facts) -> Any:
    flags = facts["terminated"], facts["truncated"]
    decays = {"gamma": facts["gamma"], "gae_lambda": facts["gae_lambda"]}
    return facts["values"] + gae.advantage(facts["rewards"], facts["values"], facts["next_values"], *flags, **decays)


RULES: tuple[Rule, ...] = (
    rule(
        "returns",
        (*TRAJECTORY, "values", "truncated", "gae_lambda"),
        _by_advantages,
        among=VALUE_LOSSES,
        beside=("rewards", "gae_lambda"),
    ),
    rule("returns", TRAJECTORY, _one_step, among=VALUE_LOSSES, beside=("rewards",), unless=("gae_lambda",)),
)

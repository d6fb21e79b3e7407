"""Contracts of objectives: what is returned beside them, halves of squares, choices that the theory leaves."""

from typing import Any

import numpy as np

from ...spec import ppo
from ...spec.numbers import is_positive, stack, where
from ..contract import Extra, Outputs
from ..reading import Facts


def _half(_: Facts, loss: Any) -> Any:
    return loss / 2


def _half_of_the_sum(facts: Facts, loss: Any) -> Any:
    return loss * int(np.prod(np.shape(facts["values"]))) / 2


HALVES = {"half of the mean": _half, "half of the sum": _half_of_the_sum}
"""A squared error may have the factor one half of its derivative."""


def _zero_at_the_ends(facts: Facts) -> Outputs:
    """The slope of each term, with 0 for A where the ratio is at an end of the band: a subgradient as well."""
    ratios, advantages, epsilon = facts["ratios"], facts["advantages"], facts["clip_epsilon"]
    up = is_positive(advantages) & ~is_positive((1 + epsilon) - ratios)
    down = is_positive(-advantages) & ~is_positive(ratios - (1 - epsilon))
    return {"clip_gradient": where(up | down, 0, advantages)}


SLOPES = {
    "of the mean": lambda facts, slopes: slopes / facts["ratios"].size,
    "of the loss": lambda _, slopes: -slopes,
    "of the mean loss": lambda facts, slopes: -slopes / facts["ratios"].size,
}
"""What is differentiated may be the mean of the terms, or a loss."""


def _surrogate(facts: Facts) -> Any:
    return ppo.clip_objective(facts["ratios"], facts["advantages"], clip_epsilon=facts["clip_epsilon"])


def _value_error(facts: Facts) -> Any:
    return ppo.value_loss(facts["values"], facts["returns"])


def _entropy(facts: Facts) -> Any:
    return facts["entropies"].sum() / facts["entropies"].size


TERMS = {
    "policy_loss": lambda facts, _: -_surrogate(facts),
    "value_loss": lambda facts, _: _value_error(facts),
    "half_value_loss": lambda facts, _: _value_error(facts) / 2,
    "entropy": lambda facts, _: _entropy(facts),
    "entropy_loss": lambda facts, _: -_entropy(facts),
}
TUPLES = tuple(
    ("combined_loss", "policy_loss", value, *rest)
    for value in ("value_loss", "half_value_loss")
    for rest in ((), ("entropy",), ("entropy_loss",))
)
"""Losses are returned with their terms."""


def _less_what_has_been(facts: Facts) -> Outputs:
    """The weights of REINFORCE as what is left of the whole return, which loses digits where that is large."""
    discounted = stack([facts["gamma"] ** t * reward for t, reward in enumerate(facts["rewards"])])
    left, found = discounted.sum(axis=0), []
    for reward in discounted:
        found.append(left)
        left = left - reward
    return {"reinforce": stack(found)}


CONTRACTS = {
    "ppo.value_loss": Extra(shapes=HALVES),
    "ppo.clipped_value_loss": Extra(shapes=HALVES),
    "ppo.min_clipped_value_loss": Extra(shapes=HALVES),
    "ppo.truncated_value_loss": Extra(shapes=HALVES),
    "ppo.clip_gradient": Extra(accepts=(_zero_at_the_ends,), shapes=SLOPES),
    "ppo.combined_loss": Extra(TERMS, TUPLES),
    "pg.reinforce": Extra(accepts=(_less_what_has_been,)),
    "imitation.mse": Extra(
        shapes={
            "mean of sums over dimensions": lambda facts, mean: mean * facts["mean"].shape[-1],
            "half of the mean": _half,
            "half of the mean of sums over dimensions": lambda facts, mean: mean * facts["mean"].shape[-1] / 2,
        }
    ),
}

"""Contracts of scaled rewards and of explained variance."""

from typing import Any

import numpy as np

from ...spec import ppo
from ...spec.numbers import is_nonzero, sqrt, stack, where
from ...spec.standardisation import deviations, divided
from ..contract import Extra
from ..reading import Facts


def sums_so_far(facts: Facts) -> Any:
    """The discounted sums of the rewards from the beginning of each episode."""
    so_far, found = 0 * facts["rewards"][0], []
    for reward, ended in zip(facts["rewards"], facts["terminated"] | facts["truncated"], strict=True):
        so_far = reward + facts["gamma"] * so_far
        found.append(so_far)
        so_far = where(ended, 0 * so_far, so_far)
    return stack(found)


def variance(entries: Any, ddof: int) -> Any:
    """The variance of all entries; that of one entry is zero."""
    sample = entries.reshape(1, -1)
    return deviations(sample, np.ones(sample.shape, dtype=bool), min(ddof, sample.size - 1))[1][0, 0]


def each_by_the_sums_until_then(facts: Facts, rewards: Any, sums: Any) -> Any:
    """Each reward divided by the deviation of the sums that have come until then, its own included."""
    spreads = [sqrt(variance(sums[: t + 1], facts["ddof"]) + facts["norm_epsilon"]) for t in range(len(sums))]
    return stack([divided(reward, spread) for reward, spread in zip(rewards, spreads, strict=True)])


def _so_far(facts: Facts, _: Any) -> Any:
    return each_by_the_sums_until_then(facts, facts["rewards"], sums_so_far(facts))


def _scale(facts: Facts, _: Any) -> Any:
    return sqrt(variance(sums_so_far(facts), facts["ddof"]) + facts["norm_epsilon"])


def _by_the_deviation_and_epsilon(facts: Facts, _: Any) -> Any:
    spread = sqrt(variance(sums_so_far(facts), facts["ddof"])) + facts["norm_epsilon"]
    return divided(facts["rewards"], spread)


def _returns_vary(facts: Facts) -> bool:
    entries = facts["returns"].reshape(-1)
    return bool(is_nonzero(entries - entries[0]).any())


def _is_nothing_by_nothing(facts: Facts) -> bool:
    """Sums that are all equal, and no epsilon."""
    entries = sums_so_far(facts).reshape(-1)
    return not is_nonzero(entries - entries[0]).any() and facts["norm_epsilon"] == 0


CONTRACTS = {
    f"ppo.{ppo.reward_scaling.__name__}": Extra(
        {"so_far": _so_far, "epsilon_outside_the_root": _by_the_deviation_and_epsilon, "scale": _scale},
        (("so_far",), ("epsilon_outside_the_root",), ("scale",)),
        undefined=_is_nothing_by_nothing,
        examples=150,
    ),
    f"ppo.{ppo.explained_variance.__name__}": Extra(counts=_returns_vary),
}

"""Contracts of equations about decision processes."""

import numpy as np

from ...spec import numbers, trpo
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


CONTRACTS = {
    **{name: Extra(undefined=_nothing_times_infinity) for name in ("trpo.kl_bound", "trpo.mm_lower_bound")},
    "cpo.kl_bound": Extra(undefined=_nothing_gained),
}

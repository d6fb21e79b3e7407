"""Everything that is checked of one batch."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from .distributions import check_distributions
from .estimates import check_estimates
from .gradients import check_gradients
from .objectives import OBJECTIVES, check_objective
from .projection import check_projection
from .replay import Replayed
from .row import Row
from .rules import check_penalty, check_search, check_step_size
from .sample import Sample, name_of, sample
from .step import check_step

Check = Callable[[Sample], Iterator[Row]]

CHECKS: tuple[Check, ...] = (check_estimates, check_distributions, check_objective, check_gradients)
"""Of every agent with a policy gradient."""

OWN: dict[str, Check] = {
    "ppo_adaptive_kl": check_penalty,
    "vpg": check_step_size,
    "a2c_trust_region": check_projection,
    "trpo": check_step,
}
"""Of some agents besides, by their names."""


def is_known(agent: ModuleType) -> bool:
    """Say whether it is known what an agent computes."""
    return name_of(agent) in {*OBJECTIVES, "cem"}


def check_replayed(
    agent: ModuleType, config: Any, replayed: Replayed, random: np.random.Generator, *, rows: int
) -> Iterator[Row]:
    """Hold one seed's next iteration against the theory."""
    if name_of(agent) == "cem":
        yield from check_search(config, replayed)
        return
    drawn = sample(agent, config, replayed, random, rows=rows)
    for check in CHECKS:
        yield from check(drawn)
    if drawn.name in OWN:
        yield from OWN[drawn.name](drawn)

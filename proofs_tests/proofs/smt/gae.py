"""Generalised advantage estimation over three transitions, for all flags and all real numbers."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from rlproof.spec import gae, td

from .array import fraction, reals
from .proving import proves
from .sizes import NAMED

GAE = "Schulman et al. 2016 (GAE), eq. (16)"
FLAGS = tuple(np.array(flags) for flags in product((False, True), repeat=3))


@proves(
    "gae.advantage",
    formula="term_t or trunc_t ⇒ Â_0, ..., Â_t do not depend on R, V after t; T = 3, all flags",
    source=GAE + ", applied to data of several episodes",
    differs=NAMED,
)
def gae_is_severed_where_an_episode_ends() -> Iterator[Any]:
    """Whatever follows the end of an episode, by termination or by truncation, leaves no trace before it."""
    gamma, decay = fraction("gamma"), fraction("lambda")
    rows, later = ([reals(name, 3) for name in ("R", "V", "V_next")] for _ in range(2))
    for terminated, truncated in product(FLAGS, FLAGS):
        for t in np.flatnonzero((terminated | truncated)[:2]):
            others = [row.where(np.arange(3) > t, other, row) for row, other in zip(rows, later, strict=True)]
            one, two = (
                gae.advantage(R, V, following, terminated, truncated, gamma=gamma, gae_lambda=decay)
                for R, V, following in (rows, others)
            )
            yield one[: t + 1] == two[: t + 1]


@proves(
    "gae.advantage",
    "td.error",
    formula="term_t ⇒ Â_t = R_{t+1} - V(s_t), whatever V(s_{t+1}); trunc_t ⇒ Â_t = δ_t; T = 3",
    source=GAE + "; Sutton & Barto 2018, section 3.4",
    differs=NAMED,
)
def gae_keeps_the_bootstrap_of_a_truncated_episode() -> Iterator[Any]:
    """Termination removes the value of the successor; truncation keeps it and removes all later errors."""
    gamma, decay = fraction("gamma"), fraction("lambda")
    rewards, values, following = (reals(name, 3) for name in ("R", "V", "V_next"))
    for flags in FLAGS:
        ended = gae.advantage(rewards, values, following, flags, ~flags, gamma=gamma, gae_lambda=decay)
        yield ended[flags] == (rewards - values)[flags]
        cut = gae.advantage(rewards, values, following, ~flags & flags, flags, gamma=gamma, gae_lambda=decay)
        errors = td.error(rewards, values, following, ~flags & flags, gamma=gamma)
        yield cut[flags] == errors[flags]
        yield cut[2] == errors[2]


@proves(
    "gae.advantage",
    "td.error",
    formula="λ = 0 ⇒ Â_t = δ_t; T = 3, all flags",
    source="Schulman et al. 2016 (GAE), eq. (17)",
    differs=NAMED,
)
def gae_at_lambda_zero_is_the_td_error() -> Iterator[Any]:
    """Without lambda the estimate is the temporal-difference error."""
    gamma = fraction("gamma")
    rewards, values, following = (reals(name, 3) for name in ("R", "V", "V_next"))
    for terminated, truncated in product(FLAGS, FLAGS):
        advantages = gae.advantage(rewards, values, following, terminated, truncated, gamma=gamma, gae_lambda=0)
        yield advantages == td.error(rewards, values, following, terminated, gamma=gamma)

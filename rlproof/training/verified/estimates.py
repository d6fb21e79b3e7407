"""What the critic says of a batch: advantages, the returns that it shall learn, and how far off it is."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...impl import ppo
from ...spec import a2c, gae, td
from .evaluated import BALLS, CARRIED
from .row import Row, check, held
from .sample import Sample

NORMALISATION = {"ddof": 0, "norm_epsilon": 1e-8}
"""The constants with which `actor_critic.batch_of` normalises."""
EACH_MINIBATCH = {"ddof": 1, "norm_epsilon": 1e-8}
"""Those with which `surrogate.advantages_of` does."""


def check_estimates(sample: Sample) -> Iterator[Row]:
    """Hold advantages and returns of whole columns, and the rest of the whole batch, against the theory."""
    yield from _check_columns(sample)
    values, returns = sample.estimates.values, sample.estimates.returns
    arrays = {"values": values, "returns": returns}
    normalisation = "ppo.advantage_normalisation"
    if sample.config.normalises_the_batch:
        got = sample.batch.advantages.reshape(values.shape)
        yield check(normalisation, "the batch", got, advantages=sample.estimates.advantages, **NORMALISATION)
    elif sample.config.normalise_advantages:
        rows = sample.batch.advantages[sample.places]
        yield check(normalisation, "in some rows", sample.advantages, advantages=rows, **EACH_MINIBATCH)
    yield check("ppo.value_loss", "the batch", ppo.value_loss(values, returns), **arrays)
    yield check("ppo.explained_variance", "the batch", ppo.explained_variance(values, returns), **arrays)


def _check_columns(sample: Sample) -> Iterator[Row]:
    config, columns = sample.config, sample.columns
    what = "the batch" if len(columns) == config.environments else "columns of the batch"
    arrays = {name: getattr(sample.rollout, name) for name in ("rewards", "terminated", "truncated", "valid")}
    arrays |= {name: getattr(sample.estimates, name) for name in ("values", "next_values", "advantages", "returns")}
    data: dict[str, Any] = {name: np.asarray(array)[:, columns] for name, array in arrays.items()}
    advantages, returns, valid = (data.pop(name) for name in ("advantages", "returns", "valid"))
    settings = {"gamma": config.gamma}
    if sample.is_a2c:
        equation, formula, trace_decay = "a2c.advantage", a2c.advantage, 1.0
    else:
        equation, formula, trace_decay = "gae.advantage", gae.advantage, config.gae_lambda
        settings["gae_lambda"] = trace_decay
    rounded = CARRIED(formula, **data, **settings)
    yield held(equation, what, advantages, BALLS(formula, **data, **settings), np.where(valid, rounded.error, np.inf))
    # The agent adds advantages and values up, so that is what rounds; the recursion of the returns is the theory. Where
    # rows are no data, an episode breaks off without an end, and the two are something else.
    added = rounded + rounded.wrap(CARRIED.read(data.pop("values")))
    right = BALLS(td.lambda_return, **data, gamma=config.gamma, trace_decay=trace_decay)
    yield held("td.lambda_return", what, returns, right, np.where(valid, added.error, np.inf))

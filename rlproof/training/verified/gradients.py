"""The gradient of what is maximised, in the numbers of each row's distribution: the rest is the chain rule of networks.

What is right is computed by power series, and the score in its closed form besides; how far off a gradient may be, by
pairs of value and slope that carry their errors.
"""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from ...impl import ppo as computed
from ...oracle.rounding import Rounded
from ...spec import numbers, ppo
from ...spec.numbers import Array
from .evaluated import BALLS, CARRIED, Arithmetic
from .families import family_of
from .objectives import Objective, combined, objective_of, point_of, value
from .row import Row, held
from .sample import Sample


def check_gradients(sample: Sample) -> Iterator[Row]:
    """Hold the score, and the gradient of what the agent maximises, against the theory."""
    objective = objective_of(sample)
    point = point_of(objective, sample)
    got = jax.grad(lambda new: new.log_prob(sample.actions).sum())(point)
    yield from _check_scores(sample, point, got)
    yield _check_values(objective, sample)
    got, undecided = jax.grad(lambda new: value(objective, sample, new))(point), False
    if objective.equation == "ppo.clip_objective":
        yield _check_clipping(sample, point, **objective.settings)
        ratios = CARRIED(family_of(point).ratios, *_arguments(sample, point))
        undecided = _at_kinks(ratios, **objective.settings)[:, None]
    for field, name in enumerate(point._fields):
        right, rounded = (_gradient(system, objective, sample, field) for system in (BALLS, CARRIED))
        bound = np.where(undecided, np.inf, rounded.error)
        yield held(objective.whole, f"gradient in {name}", got[field], right, bound)


def _check_scores(sample: Sample, point: Any, got: Any) -> Iterator[Row]:
    """Hold the gradient of the log-probabilities against the closed form of the score."""
    family, arguments = family_of(point), (sample.actions, *point)
    right = BALLS(family.scores, *arguments)
    for field, name in enumerate(point._fields):
        bound = CARRIED.slopes(family.log_probs, arguments, 1 + field).error
        yield held(family.score, f"gradient in {name}", got[field], right[field], bound)


def _check_values(objective: Objective, sample: Sample) -> Row:
    """Hold the gradient of what the critic minimises, in the values of some rows, against the theory."""
    values, returns = sample.regression
    alone, columns = objective.value_coefficient is None, (values[:, None], returns[:, None])

    def minimised(values: jax.Array) -> jax.Array:
        if alone:
            return computed.value_loss(values, returns)
        return computed.combined_loss(**combined(objective, sample, sample.new) | {"values": values})

    def losses(values: Array, returns: Array) -> Array:
        rows = range(len(values))
        return numbers.stack([ppo.value_loss(values[row], returns[row]) / len(rows) for row in rows])

    def slopes(system: Arithmetic) -> Array:
        found = system.slopes(losses, columns, 0)
        with system.inside():
            return found if alone else system.read(objective.value_coefficient) * found

    got, equation = jax.grad(minimised)(values)[:, None], "ppo.value_loss" if alone else objective.whole
    return held(equation, "gradient in the values", got, slopes(BALLS), slopes(CARRIED).error)


def _check_clipping(sample: Sample, new: Any, *, clip_epsilon: float) -> Row:
    """Hold the slopes in the ratios, which tell the part of the rows that is clipped, against the theory."""
    places = sample.places
    ratios = computed.ratio(new.log_prob(sample.actions), sample.batch.old_log_probs[places])
    inputs = {"ratios": ratios, "advantages": sample.advantages, "clip_epsilon": clip_epsilon}
    bound = np.where(_at_kinks(CARRIED.read(ratios), clip_epsilon=clip_epsilon), np.inf, 0.0)
    got, right = computed.clip_gradient(**inputs), BALLS(ppo.clip_gradient, **inputs)
    return held("ppo.clip_gradient", "in some rows", got, right, bound)


def _at_kinks(ratios: Rounded, *, clip_epsilon: float) -> np.ndarray:
    """Say where rounding decides on which side of an end of the band a ratio lies."""
    with CARRIED.inside():
        epsilon = CARRIED.read(clip_epsilon)
        return ~((ratios - (1 + epsilon)).is_certain() & (ratios - (1 - epsilon)).is_certain())


def _arguments(sample: Sample, point: Any) -> tuple[Any, ...]:
    return (sample.batch.old_log_probs[sample.places], sample.actions, *point)


def _gradient(system: Arithmetic, objective: Objective, sample: Sample, field: int) -> Array:
    """Differentiate in one of the numbers, by the chain rule: [M, n], each row's share of the mean."""
    old, point = sample.old, point_of(objective, sample)
    family, arguments = family_of(point), _arguments(sample, point)
    settings = {name: system.read(each) for name, each in objective.settings.items()}
    with system.inside():
        weights = system.read(sample.advantages)
        if objective.equation == "pg.loss":
            slopes = system.slopes(family.log_probs, arguments[1:], 1 + field)
        else:
            slopes = system.slopes(family.ratios, arguments, 2 + field)
        if objective.equation == "ppo.clip_objective":
            weights = ppo.clip_gradient(system(family.ratios, *arguments), weights, **settings)
        total = weights[:, None] * slopes
        if objective.equation == "ppo.kl_penalty":
            total = total - settings["beta"] * system.slopes(family.divergences, (*old, *point), len(old) + field)
        if objective.entropy_coefficient:
            bonus = system.slopes(family.entropies, tuple(point), field)
            total = total + system.read(objective.entropy_coefficient) * bonus
        return total / len(sample.places)

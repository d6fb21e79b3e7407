"""TRPO's step: whether it keeps what it promises, and whether the line search had to end there."""

from collections.abc import Iterator
from math import log
from typing import Any, NamedTuple

import numpy as np
from jax.flatten_util import ravel_pytree

from ...impl import ppo as computed
from ...impl import trpo as decided
from ...spec import ppo, trpo
from ...spec.numbers import Array, Scalar
from .evaluated import BALLS, UNIT, Formula, allowed
from .families import Family, family_of
from .row import DECIDED, Row, at_most, held, held_by_any
from .sample import Sample

BEYOND = 1e30
"""What stands for infinity where a trial's policy is so far off that nothing is known of it, not even the error."""


class Trials(NamedTuple):
    """What the line search has found at J fractions of the full step, and how far off that may be, [J] each."""

    gains: np.ndarray
    divergences: np.ndarray
    gain_errors: np.ndarray
    divergence_errors: np.ndarray

    def made(self) -> tuple[np.ndarray, np.ndarray]:
        """Return gains and divergences; a trial of which nothing is known is not accepted."""
        return _finite(self.gains, -BEYOND), _finite(self.divergences, BEYOND)

    def moved(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Return gains and divergences as favourable as they may be (side 1), or as unfavourable (-1)."""
        unknown = side * BEYOND
        gains, divergences = self.gains + side * self.gain_errors, self.divergences - side * self.divergence_errors
        return _finite(gains, unknown), _finite(divergences, -unknown)


def check_step(sample: Sample) -> Iterator[Row]:
    """Hold the step that TRPO takes against the theory.

    The trials are made once more, from the step that was taken. How far off their gains and divergences may be is
    derived for the equations, not for the networks, whose rounding is a hundredth of it.
    """
    start, _ = ravel_pytree(sample.state.actor.policy)
    end, policy_of = ravel_pytree(sample.actor.policy)
    fraction, backtrack = float(sample.info.fraction), sample.config.backtrack
    if fraction == 0:
        yield held("trpo.line_search", "a step that stays", end, BALLS.read(start), 0.0)
        return
    earlier = 0 if fraction == 1 else round(log(fraction) / log(backtrack))
    full = (end - start) / fraction
    policies = [policy_of(start + backtrack**number * full) for number in range(earlier)]
    distributions = [policy(sample.batch.observations) for policy in (*policies, sample.actor.policy)]
    yield from _check_promises(sample, distributions[-1])
    trials = [_trial(sample, new) for new in distributions]
    yield from _check_search(sample, Trials(*map(np.array, zip(*trials, strict=True))))


def _check_promises(sample: Sample, new: Any) -> Iterator[Row]:
    """Hold the divergence of the step against its radius, and its gain against zero."""
    family, delta = family_of(new), sample.config.delta
    numbers = (*_old(sample), *new)
    divergence, bound = BALLS(_mean_kl(family), *numbers), allowed(_mean_kl(family), *numbers)
    yield at_most(family.kl, "mean of the step, above delta", divergence, BALLS.read(delta), bound + UNIT * delta)
    arguments = (*_taken(sample), *new)
    gain, bound = BALLS(_gain(family), *arguments), allowed(_gain(family), *arguments)
    yield at_most("ppo.cpi_objective", "gain of the step, below zero", -gain, BALLS.read(0.0), bound)


def _check_search(sample: Sample, trials: Trials) -> Iterator[Row]:
    """Hold the rule, and what the agent has decided by it, against the theory."""
    config, taken = sample.config, np.float32(sample.info.fraction)
    settings = {"delta": config.delta, "backtrack": config.backtrack}
    unmade = [(0, config.trials - len(trials.gains))]
    padded = (np.pad(each, unmade, constant_values=np.nan) for each in (trials.gains, trials.divergences))
    got = decided.line_search(*(each.astype(np.float32) for each in padded), **settings)
    made = trials.made()
    bound = allowed(trpo.line_search, *made, **settings)
    radii = (config.delta * (1 + side * DECIDED * UNIT) for side in (-1, 0, 1))
    right = [BALLS(trpo.line_search, *made, delta=radius, backtrack=config.backtrack) for radius in radii]
    yield held_by_any("trpo.line_search", "the trials", got, right, bound)
    strict, loose = (float(BALLS(trpo.line_search, *trials.moved(side), **settings)) for side in (-1, 1))
    nearest = np.clip(taken, np.float32(strict), np.float32(loose))
    yield held("trpo.line_search", "the step", taken, BALLS.read(nearest), bound)


def _trial(sample: Sample, new: Any) -> tuple[Any, ...]:
    """Return gain and divergence of a trial as the agent computes them, and how far off they may be."""
    family, (old_log_probs, advantages, actions) = family_of(new), _taken(sample)
    before, after = (
        computed.cpi_objective(computed.ratio(log_probs, old_log_probs), advantages)
        for log_probs in (old_log_probs, new.log_prob(actions))
    )
    gain_error = allowed(_gain(family), *_taken(sample), *new)
    divergence_error = allowed(_mean_kl(family), *_old(sample), *new)
    return float(after - before), float(sample.batch.old.kl(new).mean()), gain_error, divergence_error


def _taken(sample: Sample) -> tuple[Any, ...]:
    return sample.batch.old_log_probs, sample.batch.advantages, sample.batch.actions


def _old(sample: Sample) -> Any:
    return sample.batch.old


def _mean_kl(family: Family) -> Formula:
    def mean_kl(*numbers: Array) -> Scalar:
        divergences = family.divergences(*numbers)
        return divergences.sum() / divergences.size

    return mean_kl


def _gain(family: Family) -> Formula:
    def gain(old_log_probs: Array, advantages: Array, actions: Array, *numbers: Array) -> Scalar:
        before, after = ppo.ratio(old_log_probs, old_log_probs), family.ratios(old_log_probs, actions, *numbers)
        return ppo.cpi_objective(after, advantages) - ppo.cpi_objective(before, advantages)

    return gain


def _finite(numbers: np.ndarray, unknown: float) -> np.ndarray:
    """Replace what no equation takes."""
    return np.nan_to_num(numbers.astype(float), nan=unknown, posinf=BEYOND, neginf=-BEYOND)

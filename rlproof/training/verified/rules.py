"""What agents adapt between iterations: coefficients, step sizes, and where the cross-entropy method looks next."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from ...impl.agents.cem import Config
from ...spec import cem, numbers, ppo, vpg
from ...spec.numbers import Array, Scalar
from .evaluated import BALLS, CARRIED, UNIT, allowed
from .replay import Replayed
from .row import DECIDED, Row, held, held_by_any
from .sample import Sample


def check_penalty(sample: Sample) -> Iterator[Row]:
    """Hold the next coefficient of the KL penalty against the theory."""
    settings = {"beta": np.float32(sample.state.actor.beta), "kl_target": sample.config.kl_target}
    yield _check_rule("ppo.adaptive_kl", ppo.adaptive_kl, sample, sample.actor.beta, **settings)


def check_step_size(sample: Sample) -> Iterator[Row]:
    """Hold the next size of a step against the theory."""
    settings = {"step_size": np.float32(sample.state.actor.step_size), "kl_target": sample.config.kl_target}
    yield _check_rule("vpg.adaptive_stepsize", vpg.adaptive_stepsize, sample, sample.actor.step_size, **settings)


def _check_rule(equation: str, rule: Callable[..., Any], sample: Sample, got: Any, **settings: Any) -> Row:
    """Hold a rule of the divergence, which jumps, against the theory just before, at and behind that divergence."""
    divergence = np.float32(sample.info.kl)
    steps = (divergence, *(float(divergence) * (1 + side * DECIDED * UNIT) for side in (-1, 1)))
    right = [BALLS(rule, divergence=step, **settings) for step in steps]
    return held_by_any(equation, "the next one", got, right, allowed(rule, divergence=divergence, **settings))


def check_search(config: Config, replayed: Replayed) -> Iterator[Row]:
    """Hold the mean and the variance of the next population against the theory."""
    before, after, rollout = replayed.state.actor, replayed.actor, replayed.rollout
    samples = jax.vmap(lambda network: ravel_pytree(network)[0])(before.policy.network)
    rewards = jnp.where(rollout.valid, rollout.rewards, 0)
    scores = rewards.sum(axis=0)

    def update(samples: Array, scores: Array, iteration: Scalar, extra_std: Scalar) -> Array:
        left = numbers.maximum(1 - iteration / config.decay, 0)
        return cem.update(samples, scores, elites=config.elites, ddof=0, extra_variance=(extra_std * left) ** 2)

    arguments = (samples, scores, np.float32(before.iteration), config.extra_std)
    got = np.stack([ravel_pytree(after.mean.network)[0], after.variance])
    bound = allowed(update, *arguments) if _is_decided(rewards, config.elites) else np.inf
    yield held("cem.update", "the next population", got, BALLS(update, *arguments), bound)


def _is_decided(rewards: jax.Array, elites: int) -> bool:
    """Say whether rounding of the returns, which the agent may sum in any order, cannot change who is best."""
    if bool((rewards == jnp.round(rewards)).all()):
        return True  # whole numbers are summed exactly
    returns = CARRIED.read(rewards).sum(axis=0)
    order = np.argsort(-returns.value, kind="stable")
    best, others = order[:elites], order[elites:]
    least = (returns.value - returns.error)[best].min()
    return bool(least > (returns.value + returns.error)[others].max(initial=-np.inf))

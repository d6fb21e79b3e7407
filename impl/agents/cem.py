"""The cross-entropy method: policies drawn around a mean, each judged by one episode, the best make the new mean."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from .. import cem, policy
from .actor_critic import State as State
from .actor_critic import make_policy
from .data import Rollout, Sizes
from .settings import Collection, Settings


@dataclass(frozen=True, kw_only=True)
class Config(Settings):
    """Szita & Lőrincz 2006, with noise that decreases; the policy is linear unless `hidden` says otherwise.

    `environments` is the size of the population. Gaussian policies act without noise of their own; scores are returns
    without discount.

    Attributes:
        elites: the best, of which the next mean and variance are taken.
        first_std: standard deviation of the first population's parameters.
        extra_std: of the noise added in the first iteration.
        decay: iterations after which no noise is added.
    """

    environments: int = 40
    horizon: int = 1000
    hidden: tuple[int, ...] = ()
    elites: int = 8
    first_std: float = 1.0
    extra_std: float = 0.5
    decay: int = 20

    collects: ClassVar[Collection] = "population"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("first_std")
        self._check_counts("elites", "decay")
        self._check_interval("elites", 1, self.environments)
        self._check_interval("extra_std", 0, float("inf"))
        self._check_finite("extra_std")


class Actor(NamedTuple):
    """What is searched with.

    Attributes:
        policy: the population, a policy whose arrays have a leading axis of E.
        mean: the policy of the mean parameters.
        variance: [d], of each parameter.
        iteration: how often mean and variance have been refitted.
    """

    policy: Any
    mean: Any
    variance: jax.Array
    iteration: jax.Array


class Info(eqx.Module):
    """What an iteration did.

    Attributes:
        best_return: of the population's episodes.
        elite_return: the mean over the elites.
        parameter_std: root of the mean variance of the parameters, for the next population.
    """

    best_return: jax.Array
    elite_return: jax.Array
    parameter_std: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing; there is no critic."""
    policy_key, key = jax.random.split(key)
    quiet = make_policy(config, sizes, policy_key, log_std=float("-inf"))
    flat, network_of = ravel_pytree(quiet.network)
    mean = _with_network(quiet, network_of(jnp.zeros_like(flat)))
    variance = jnp.full(flat.shape, config.first_std**2, jnp.float32)
    return State(Actor(_population(config, mean, variance, key), mean, variance, jnp.int32(0)), ())  # pyright: ignore[reportArgumentType]


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Refit mean and variance to the best of a population's episodes, and draw the next population."""
    actor = state.actor
    scores = jnp.where(rollout.valid, rollout.rewards, 0).sum(axis=0)
    samples = jax.vmap(lambda network: ravel_pytree(network)[0])(actor.policy.network)
    left = jnp.maximum(0.0, 1 - actor.iteration / config.decay)
    extra = (config.extra_std * left).astype(samples.dtype) ** 2
    flat, variance = cem.update(samples, scores, elites=config.elites, ddof=0, extra_variance=extra)
    mean = _with_network(actor.mean, ravel_pytree(actor.mean.network)[1](flat))
    best = jax.lax.top_k(scores, config.elites)[0]
    info = Info(best[0], best.mean(), jnp.sqrt(variance.mean()))
    return State(Actor(_population(config, mean, variance, key), mean, variance, actor.iteration + 1), ()), info  # pyright: ignore[reportArgumentType]


def _population(config: Config, mean: Any, variance: jax.Array, key: jax.Array) -> Any:
    """Draw E policies around the mean."""
    flat, network_of = ravel_pytree(mean.network)
    noise = jax.random.normal(key, (config.environments, *flat.shape), flat.dtype)
    drawn = policy.gaussian_sample(flat, jnp.log(variance) / 2, noise)
    return jax.vmap(lambda one: _with_network(mean, network_of(one)))(drawn)


def _with_network(mean: Any, network: Any) -> Any:
    """Return a policy with another network."""
    return eqx.tree_at(lambda policy: policy.network, mean, network)

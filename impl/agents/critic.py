"""The value function of an agent: a network, what it estimates of a rollout, and its regression on returns."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from .. import gae, ppo
from .data import Rollout, Sizes
from .fitting import adam, descend
from .networks import Perceptron
from .settings import CriticSettings


class Critic(NamedTuple):
    """A value function that learns.

    Attributes:
        network: [..., n] -> [..., 1].
        optimiser: Adam's state.
    """

    network: Perceptron
    optimiser: Any


class Estimates(NamedTuple):
    """What a critic says of a rollout, [T, E] each.

    Attributes:
        values: of the observations.
        next_values: of the successors; where an episode was truncated, this is what would have followed.
        advantages: generalised advantage estimates, not normalised.
        returns: what the critic shall learn, advantages plus values: the λ-returns.
    """

    values: jax.Array
    next_values: jax.Array
    advantages: jax.Array
    returns: jax.Array


def optimiser_of(config: CriticSettings) -> optax.GradientTransformation:
    """Return Adam."""
    return adam(config.critic_learning_rate, config.max_grad_norm)


def init(config: CriticSettings, sizes: Sizes, key: jax.Array) -> Critic:
    """Make a critic."""
    network = Perceptron.init(key, (sizes.observation, *config.hidden, 1), last_scale=1.0)
    return Critic(network, optimiser_of(config).init(network))  # pyright: ignore[reportArgumentType]


def estimate(config: CriticSettings, critic: Critic, rollout: Rollout) -> Estimates:
    """Evaluate a rollout."""
    values, next_values = (critic.network(seen)[..., 0] for seen in (rollout.observations, rollout.successors))
    advantages = gae.advantage(
        rollout.rewards,
        values,
        next_values,
        rollout.terminated,
        rollout.truncated,
        gamma=config.gamma,
        gae_lambda=config.gae_lambda,
    )
    return Estimates(values, next_values, advantages, advantages + values)


def fit(config: CriticSettings, critic: Critic, rollout: Rollout, returns: jax.Array, key: jax.Array) -> Critic:
    """Regress the values on returns [T, E]; rows that are no data pull at nothing."""
    seen, targets = rollout.observations.reshape(config.batch, -1), returns.reshape(-1)
    valid = None if config.collects == "segments" else rollout.valid.reshape(-1)

    def loss(network: Perceptron, places: jax.Array) -> jax.Array:
        values = network(seen[places])[:, 0]
        if valid is not None:
            values = jnp.where(valid[places], values, targets[places])
        return ppo.value_loss(values, targets[places])

    return Critic(
        *descend(
            loss,
            optimiser_of(config),
            (critic.network, critic.optimiser),
            key,
            rows=config.batch,
            epochs=config.critic_epochs,
            minibatch=config.critic_minibatch,
        )
    )

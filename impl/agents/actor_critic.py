"""What agents with a policy and a value function share: their state, their beginning, what they report."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from .. import ppo
from . import critic as critics
from .critic import Critic, Estimates
from .data import Rollout, Sizes
from .networks import Perceptron
from .policies import Distribution, GaussianPolicy, Policy, SoftmaxPolicy
from .settings import CriticSettings, Settings


class Actor(NamedTuple):
    """A policy that learns by an optimiser.

    Attributes:
        policy: what acts.
        optimiser: the optimiser's state.
    """

    policy: Any
    optimiser: Any


class State(NamedTuple):
    """What an agent has learnt. What acts does not need the critic, which can be fitted while others act.

    Attributes:
        actor: has a `policy`.
        critic: the value function.
    """

    actor: Any
    critic: Critic


class Info(eqx.Module):
    """What an iteration did; agents that tell more inherit from it.

    Attributes:
        kl: divergence of the policy that acted from the new one, averaged over the states visited.
        entropy: of the new policy, averaged over them.
        explained_variance: of the returns by the values before their regression.
        value_loss: mean squared error of those values.
    """

    kl: jax.Array
    entropy: jax.Array
    explained_variance: jax.Array
    value_loss: jax.Array


class Batch(NamedTuple):
    """The rows of a rollout, B of them, with what stays fixed while the policy learns from them.

    Attributes:
        observations: [B, n].
        actions: [B, k] or [B].
        advantages: [B], normalised if the settings say so.
        old: the distributions of actions under the policy that acted.
        old_log_probs: [B], of the actions taken; recomputed here, so that the first ratio is exactly one.
    """

    observations: jax.Array
    actions: jax.Array
    advantages: jax.Array
    old: Distribution
    old_log_probs: jax.Array


def make_policy(config: Settings, sizes: Sizes, key: jax.Array, *, log_std: float) -> Policy:
    """Make a policy whose first actions hardly depend on what is seen; log_std is that of Gaussian actions."""
    network = Perceptron.init(key, (sizes.observation, *config.hidden, sizes.action), last_scale=0.01)
    if sizes.discrete:
        return SoftmaxPolicy(network)
    return GaussianPolicy(network, jnp.full(sizes.action, log_std, jnp.float32))


def start(config: CriticSettings, sizes: Sizes, key: jax.Array) -> tuple[Policy, Critic]:
    """Make policy and critic."""
    policy_key, critic_key = jax.random.split(key)
    policy = make_policy(config, sizes, policy_key, log_std=config.initial_log_std)
    return policy, critics.init(config, sizes, critic_key)


def batch_of(config: CriticSettings, policy: Policy, rollout: Rollout, estimates: Estimates) -> Batch:
    """Bring a rollout into rows."""
    advantages = estimates.advantages
    if config.normalises_the_batch:
        advantages = ppo.advantage_normalisation(advantages, ddof=0, norm_epsilon=1e-8)
    observations = rollout.observations.reshape(config.batch, -1)
    actions = rollout.actions.reshape(config.batch, *rollout.actions.shape[2:])
    old = policy(observations)
    return Batch(observations, actions, advantages.reshape(-1), old, old.log_prob(actions))


def mean_kl(batch: Batch, policy: Policy) -> jax.Array:
    """Return the divergence of the policy that acted from a new one, averaged over the states visited."""
    return batch.old.kl(policy(batch.observations)).mean()


def progress(batch: Batch, new: Distribution, estimates: Estimates) -> dict[str, jax.Array]:
    """Return what every agent with a critic tells of an iteration, by the names of its `Info`."""
    return {
        "kl": batch.old.kl(new).mean(),
        "entropy": new.entropy().mean(),
        "explained_variance": ppo.explained_variance(estimates.values, estimates.returns),
        "value_loss": ppo.value_loss(estimates.values, estimates.returns),
    }

"""Advantage actor-critic with the linearised trust region of ACER: "A2C + Trust Region" of Schulman et al. 2017.

Wang et al. 2016, section 3.3: the gradient in the numbers of each distribution is shortened until it no longer
leads away from an average policy by more than the linearised trust region allows, and then goes on to the parameters.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .. import acer, ddpg
from . import a2c, actor_critic
from . import critic as critics
from .actor_critic import Batch, batch_of, progress
from .actor_critic import State as State
from .data import Rollout, Sizes
from .fitting import stepped
from .gradient import objective
from .policies import Distribution, Policy


@dataclass(frozen=True, kw_only=True)
class Config(a2c.Config):
    """As `a2c`, with the constants of ACER.

    Attributes:
        delta: the largest product of a gradient with that of the divergence.
        average_rate: how much of the new policy goes into the average policy after each step.
    """

    delta: float = 1.0
    average_rate: float = 0.01

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("delta")
        self._check_interval("average_rate", 0, 1)


class Actor(NamedTuple):
    """A policy, the state of its optimiser, and the average of the policies so far."""

    policy: Any
    optimiser: Any
    average: Any


class Info(actor_critic.Info):
    """What an iteration did, with the part of the gradients that the trust region shortened."""

    shortened: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    state = a2c.init(config, sizes, key)
    return State(Actor(*state.actor, average=state.actor.policy), state.critic)


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Take one step with policy and critic."""
    actor = state.actor
    estimates = a2c.estimate(config, state, rollout)
    batch = batch_of(config, actor.policy, rollout, estimates)
    gradient, shortened = trusted_gradient(config, actor, batch)
    policy, optimiser = stepped(a2c.optimiser_of(config), gradient, actor.policy, actor.optimiser)
    average = jax.tree.map(lambda new, old: ddpg.soft_update(new, old, tau=config.average_rate), policy, actor.average)
    new = policy(batch.observations)
    info = Info(**progress(batch, new, estimates), shortened=shortened)
    critic = critics.fit(config, state.critic, rollout, estimates.returns, key)
    return State(Actor(policy, optimiser, average), critic), info


def trusted_gradient(config: Config, actor: Actor, batch: Batch) -> tuple[Any, jax.Array]:
    """Return the gradient of the loss, a tree like the policy, and the part of the rows where it was shortened."""

    def distributions(policy: Policy) -> Distribution:
        return policy(batch.observations).apart()

    new, pull_back = jax.vjp(distributions, actor.policy)
    average = distributions(actor.average)
    rows = len(batch.advantages)

    # The mean over rows divides each row's gradient by their number; the trust region is about one row.
    gradients = jax.tree.map(
        lambda slopes: rows * slopes, jax.grad(objective)(new, batch, entropy_coefficient=config.entropy_coefficient)
    )
    normals = jax.grad(lambda new: average.kl(new).sum())(new)
    joined, parts_of = _joined(gradients)
    trusted = jax.vmap(lambda g, k: acer.trust_region_projection(g, k, delta=config.delta))(joined, _joined(normals)[0])
    (gradient,) = pull_back(jax.tree.map(lambda slopes: -slopes / rows, parts_of(trusted)))
    return gradient, (trusted != joined).any(axis=-1).mean(dtype=jnp.float32)


def _joined(tree: Any) -> tuple[jax.Array, Any]:
    """Return the leaves [B, k] of a tree side by side, [B, n], and the way back."""
    leaves, structure = jax.tree.flatten(tree)
    ends = [sum(leaf.shape[-1] for leaf in leaves[: index + 1]) for index in range(len(leaves) - 1)]
    return jnp.concatenate(leaves, axis=-1), lambda joined: structure.unflatten(jnp.split(joined, ends, axis=-1))

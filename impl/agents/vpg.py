"""Vanilla policy gradient with an adaptive step size: "Vanilla PG, Adaptive" of Schulman et al. 2017, Figure 3."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from .. import vpg
from . import actor_critic
from . import critic as critics
from .actor_critic import State as State
from .actor_critic import batch_of, progress, start
from .data import Rollout, Sizes
from .gradient import policy_gradient
from .settings import CriticSettings


@dataclass(frozen=True, kw_only=True)
class Config(CriticSettings):
    """The rule of the paper's footnote 3; the paper's horizon, discount and critic.

    Attributes:
        first_step_size: of Adam, in the first iteration.
        kl_target: divergence that a step should reach.
    """

    first_step_size: float = 1e-3
    kl_target: float = 2e-3

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("first_step_size", "kl_target")


class Actor(NamedTuple):
    """A policy, the state of its optimiser, and the size of the next step."""

    policy: Any
    optimiser: Any
    step_size: jax.Array


class Info(actor_critic.Info):
    """What an iteration did, with the size of the step that it took."""

    step_size: jax.Array


OPTIMISER = optax.scale_by_adam(eps=1e-5)
"""Adam's direction; its length is the agent's own step size."""


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    policy, critic = start(config, sizes, key)
    return State(Actor(policy, OPTIMISER.init(policy), jnp.float32(config.first_step_size)), critic)  # pyright: ignore[reportArgumentType]


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Take one step along the gradient, then adapt the size of the next to how far it led."""
    actor = state.actor
    estimates = critics.estimate(config, state.critic, rollout)
    batch = batch_of(config, actor.policy, rollout, estimates)
    gradient = policy_gradient(actor.policy, batch)
    direction, optimiser = OPTIMISER.update(gradient, actor.optimiser)
    policy = jax.tree.map(lambda p, d: p - actor.step_size * d, actor.policy, direction)
    new = policy(batch.observations)
    told = progress(batch, new, estimates)
    adapted = vpg.adaptive_stepsize(told["kl"], step_size=actor.step_size, kl_target=config.kl_target)
    critic = critics.fit(config, state.critic, rollout, estimates.returns, key)
    info = Info(**told, step_size=actor.step_size)
    return State(Actor(policy, optimiser, adapted), critic), info

"""PPO with an adaptive KL penalty, section 4 of Schulman et al. 2017."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .. import ppo
from . import actor_critic, surrogate
from .actor_critic import Actor as Optimised
from .actor_critic import State as State
from .actor_critic import start
from .data import Rollout, Sizes
from .policies import Distribution
from .surrogate import SurrogateSettings, actor_of


@dataclass(frozen=True, kw_only=True)
class Config(SurrogateSettings):
    """Table 3 of the paper, and the best target of its Table 1.

    Attributes:
        kl_target: divergence that an iteration should reach; the paper tried 0.003, 0.01 and 0.03.
        first_beta: coefficient of the penalty in the first iteration.
    """

    kl_target: float = 0.01
    first_beta: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("kl_target", "first_beta")


class Actor(NamedTuple):
    """A policy, the state of its optimiser, and the coefficient of the penalty."""

    policy: Any
    optimiser: Any
    beta: jax.Array


class Info(actor_critic.Info):
    """What an iteration did, with the coefficient that it used."""

    beta: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    policy, critic = start(config, sizes, key)
    return State(Actor(*actor_of(config, policy), beta=jnp.float32(config.first_beta)), critic)


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy, then adapt the coefficient to how far the policy has moved."""
    *optimised, beta = state.actor

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        return ppo.kl_penalty(ratios, advantages, old.kl(new), beta=beta)

    state, told, _ = surrogate.update(config, State(Optimised(*optimised), state.critic), rollout, key, objective)
    adapted = ppo.adaptive_kl(told["kl"], beta=beta, kl_target=config.kl_target)
    return State(Actor(*state.actor, beta=adapted), state.critic), Info(**told, beta=beta)

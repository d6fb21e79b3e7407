"""REINFORCE with a baseline: one step along the gradient for whole episodes and their returns."""

from dataclasses import dataclass
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp

from .. import ppo
from . import critic as critics
from .actor_critic import Actor, batch_of, start
from .actor_critic import State as State
from .data import Rollout, Sizes
from .fitting import adam, stepped
from .gradient import policy_gradient
from .settings import Collection, CriticSettings


@dataclass(frozen=True, kw_only=True)
class Config(CriticSettings):
    """Sutton & Barto 2018, section 13.4, with the step sizes of Adam.

    An episode that the time limit cuts goes on, in what it returns, with the baseline's value of its last state:
    a limit is no terminal state. The weight γ^t of the discounted objective is left out, as everywhere in
    practice; `pg.discount_weight` states what is followed then.

    Attributes:
        learning_rate: of Adam, for the policy.
    """

    environments: int = 8
    horizon: int = 1000
    gae_lambda: float = 1.0
    normalise_advantages: bool = False
    learning_rate: float = 1e-2
    critic_learning_rate: float = 1e-3
    critic_minibatch: int = 80

    collects: ClassVar[Collection] = "episodes"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("learning_rate")
        self._check_whole_returns()
        if self.normalise_advantages:
            raise self._wrong("normalise_advantages", "False: rows that are no data would count")


class Info(eqx.Module):
    """What an iteration did, over the rows that are data.

    Attributes:
        kl: divergence of the policy that acted from the new one, averaged over the states visited.
        entropy: of the new policy, averaged over them.
        value_loss: mean squared error of the values before their regression.
    """

    kl: jax.Array
    entropy: jax.Array
    value_loss: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    policy, critic = start(config, sizes, key)
    return State(Actor(policy, adam(config.learning_rate, config.max_grad_norm).init(policy)), critic)  # pyright: ignore[reportArgumentType]


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Take one step with policy and baseline."""
    policy, optimiser = state.actor
    estimates = critics.estimate(config, state.critic, rollout)
    batch = batch_of(config, policy, rollout, estimates)
    # Rows after an episode's end count for nothing, and the mean is one over the others.
    share = rollout.valid.mean(dtype=batch.advantages.dtype)
    weights = rollout.valid.reshape(-1) / share
    gradient = policy_gradient(policy, batch._replace(advantages=batch.advantages * weights))
    policy, optimiser = stepped(adam(config.learning_rate, config.max_grad_norm), gradient, policy, optimiser)
    new = policy(batch.observations)
    info = Info(
        kl=(weights * batch.old.kl(new)).mean(),
        entropy=(weights * new.entropy()).mean(),
        value_loss=ppo.value_loss(jnp.where(rollout.valid, estimates.values, estimates.returns), estimates.returns)
        / share,
    )
    critic = critics.fit(config, state.critic, rollout, estimates.returns, key)
    return State(Actor(policy, optimiser), critic), info

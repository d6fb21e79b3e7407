"""Advantage actor-critic: one step along the policy gradient for each short segment of several environments."""

from dataclasses import dataclass

import jax
import optax

from .. import a2c
from . import critic as critics
from .actor_critic import Actor, batch_of, progress, start
from .actor_critic import Info as Info
from .actor_critic import State as State
from .critic import Estimates
from .data import Rollout, Sizes
from .fitting import shortened, stepped
from .gradient import policy_gradient
from .settings import CriticSettings


@dataclass(frozen=True, kw_only=True)
class Config(CriticSettings):
    """Segments of five steps and RMSprop as in Mnih et al. 2016; no entropy bonus, as for the other agents here.

    Attributes:
        learning_rate: of RMSprop, for the policy.
        entropy_coefficient: of the mean entropy, which is added to the objective.
    """

    environments: int = 16
    horizon: int = 5
    normalise_advantages: bool = False
    gae_lambda: float = 1.0
    learning_rate: float = 7e-4
    entropy_coefficient: float = 0.0
    critic_learning_rate: float = 7e-4
    critic_epochs: int = 1
    critic_minibatch: int = 80

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("learning_rate")
        self._check_finite("entropy_coefficient")
        self._check_whole_returns()


def optimiser_of(config: Config) -> optax.GradientTransformation:
    """Return RMSprop."""
    return shortened(optax.rmsprop(config.learning_rate, decay=0.99, eps=1e-5), config.max_grad_norm)


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    policy, critic = start(config, sizes, key)
    return State(Actor(policy, optimiser_of(config).init(policy)), critic)  # pyright: ignore[reportArgumentType]


def estimate(config: Config, state: State, rollout: Rollout) -> Estimates:
    """Evaluate a rollout by the rewards of each segment and the value at its end."""
    values, next_values, *_ = critics.estimate(config, state.critic, rollout)
    advantages = a2c.advantage(
        rollout.rewards, values, next_values, rollout.terminated, rollout.truncated, gamma=config.gamma
    )
    return Estimates(values, next_values, advantages, advantages + values)


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Take one step with policy and critic."""
    policy, optimiser = state.actor
    estimates = estimate(config, state, rollout)
    batch = batch_of(config, policy, rollout, estimates)
    gradient = policy_gradient(policy, batch, entropy_coefficient=config.entropy_coefficient)
    policy, optimiser = stepped(optimiser_of(config), gradient, policy, optimiser)
    new = policy(batch.observations)
    info = Info(**progress(batch, new, estimates))
    return State(Actor(policy, optimiser), critics.fit(config, state.critic, rollout, estimates.returns, key)), info

"""What the surrogates of the PPO paper share: several epochs of minibatch ascent on an objective of the ratios."""

from collections.abc import Callable
from dataclasses import dataclass

import jax

from .. import ppo
from . import critic as critics
from .actor_critic import Actor, Batch, State, batch_of, progress, start
from .data import Rollout, Sizes
from .fitting import adam, descend
from .policies import Distribution, Policy
from .settings import CriticSettings


@dataclass(frozen=True, kw_only=True)
class SurrogateSettings(CriticSettings):
    """Table 3 of the PPO paper.

    Attributes:
        learning_rate: of Adam.
        epochs: passes over the batch.
        minibatch: transitions per step of the optimiser.
    """

    learning_rate: float = 3e-4
    epochs: int = 10
    minibatch: int = 64

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("learning_rate")
        self._check_counts("epochs")
        self._check_divides("minibatch")


Objective = Callable[[jax.Array, jax.Array, Distribution, Distribution], jax.Array]
"""To be maximised: of the ratios [M], the advantages [M], the old and the new distributions of M rows."""


def actor_of(config: SurrogateSettings, policy: Policy) -> Actor:
    """Give a policy its optimiser."""
    return Actor(policy, adam(config.learning_rate).init(policy))  # pyright: ignore[reportArgumentType]


def ascend(config: SurrogateSettings, actor: Actor, batch: Batch, key: jax.Array, objective: Objective) -> Actor:
    """Improve the policy by epochs of minibatches."""

    def loss(policy: Policy, places: jax.Array) -> jax.Array:
        new = policy(batch.observations[places])
        ratios = ppo.ratio(new.log_prob(batch.actions[places]), batch.old_log_probs[places])
        return -objective(ratios, batch.advantages[places], batch.old.at(places), new)

    start = (actor.policy, actor.optimiser)
    sizes = {"rows": config.batch, "epochs": config.epochs, "minibatch": config.minibatch}
    return Actor(*descend(loss, adam(config.learning_rate), start, key, **sizes))


def init(config: SurrogateSettings, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    policy, critic = start(config, sizes, key)
    return State(actor_of(config, policy), critic)


def update(
    config: SurrogateSettings, state: State, rollout: Rollout, key: jax.Array, objective: Objective
) -> tuple[State, dict[str, jax.Array], Batch]:
    """Improve policy and critic; also return what is told, by the names of `Info`, and the rows."""
    actor_key, critic_key = jax.random.split(key)
    estimates = critics.estimate(config, state.critic, rollout)
    batch = batch_of(config, state.actor.policy, rollout, estimates)
    actor = ascend(config, state.actor, batch, actor_key, objective)
    critic = critics.fit(config, state.critic, rollout, estimates.returns, critic_key)
    return State(actor, critic), progress(batch, actor.policy(batch.observations), estimates), batch

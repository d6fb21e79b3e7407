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
        normalise_each_minibatch: normalise advantages over each minibatch anew instead of once over the batch.
    """

    learning_rate: float = 3e-4
    epochs: int = 10
    minibatch: int = 64
    normalise_each_minibatch: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("learning_rate")
        self._check_counts("epochs")
        self._check_divides("minibatch")
        if self.normalise_each_minibatch and not (self.normalise_advantages and self.minibatch > 1):
            raise self._wrong("normalise_each_minibatch", "False where advantages are not normalised, or one by one")

    @property
    def normalises_the_batch(self) -> bool:
        """Whether advantages are normalised once for an iteration."""
        return self.normalise_advantages and not self.normalise_each_minibatch


Objective = Callable[[jax.Array, jax.Array, Distribution, Distribution], jax.Array]
"""To be maximised: of the ratios [M], the advantages [M], the old and the new distributions of M rows."""


def actor_of(config: SurrogateSettings, policy: Policy) -> Actor:
    """Give a policy its optimiser."""
    return Actor(policy, adam(config.learning_rate, config.max_grad_norm).init(policy))  # pyright: ignore[reportArgumentType]


def advantages_of(config: SurrogateSettings, advantages: jax.Array) -> jax.Array:
    """Return the advantages [M] of a minibatch's rows as the objective takes them; normalised as libraries do."""
    if config.normalise_each_minibatch:
        return ppo.advantage_normalisation(advantages, ddof=1, norm_epsilon=1e-8)
    return advantages


def of_rows(
    config: SurrogateSettings, policy: Policy, batch: Batch, places: jax.Array
) -> tuple[Distribution, jax.Array, jax.Array]:
    """Return a policy's distributions in some rows, their ratios, and the advantages as the objective takes them."""
    new = policy(batch.observations[places])
    ratios = ppo.ratio(new.log_prob(batch.actions[places]), batch.old_log_probs[places])
    return new, ratios, advantages_of(config, batch.advantages[places])


def ascend(config: SurrogateSettings, actor: Actor, batch: Batch, key: jax.Array, objective: Objective) -> Actor:
    """Improve the policy by epochs of minibatches."""

    def loss(policy: Policy, places: jax.Array) -> jax.Array:
        new, ratios, advantages = of_rows(config, policy, batch, places)
        return -objective(ratios, advantages, batch.old.at(places), new)

    start = (actor.policy, actor.optimiser)
    sizes = {"rows": config.batch, "epochs": config.epochs, "minibatch": config.minibatch}
    return Actor(*descend(loss, adam(config.learning_rate, config.max_grad_norm), start, key, **sizes))


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

"""What a probe looks at: one seed's next batch, what is learnt from it, and the rows that are compared."""

from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ...impl.agents import a2c, critic, surrogate
from ...impl.agents.actor_critic import Batch, batch_of
from ...impl.agents.critic import Estimates
from ...impl.agents.data import Rollout
from ...impl.agents.surrogate import SurrogateSettings
from .replay import Replayed

LONGEST = 4096
"""How many transitions are compared where one depends on those after it: columns of the batch, but at least one."""


class Sample(NamedTuple):
    """One seed's next batch.

    Attributes:
        agent: a module of `rlproof.impl.agents`.
        config: its settings.
        state: what it has learnt so far.
        rollout: what it will learn from.
        actor: what acts then.
        info: what the iteration will tell.
        estimates: the critic's, [T, E].
        batch: the rows of the rollout.
        columns: some of the E environments.
        places: M of the B rows, of those that are data.
        actions: [M, ...], taken in these rows.
        old: the distributions in these rows under the policy that acted, each with numbers of its own.
        new: the same under the policy that has learnt from the batch.
    """

    agent: ModuleType
    config: Any
    state: Any
    rollout: Rollout
    actor: Any
    info: Any
    estimates: Estimates
    batch: Batch
    columns: np.ndarray
    places: np.ndarray
    actions: jax.Array
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """The name of the agent."""
        return name_of(self.agent)

    @property
    def advantages(self) -> jax.Array:
        """Advantages [M] of the rows, as a minibatch of them would be given to the objective."""
        rows = self.batch.advantages[self.places]
        return surrogate.advantages_of(self.config, rows) if isinstance(self.config, SurrogateSettings) else rows

    @property
    def regression(self) -> tuple[jax.Array, jax.Array]:
        """Values and returns [M] of the rows."""
        estimates = self.estimates
        return estimates.values.reshape(-1)[self.places], estimates.returns.reshape(-1)[self.places]

    @property
    def is_a2c(self) -> bool:
        """Whether advantages are those of A2C."""
        return isinstance(self.config, a2c.Config)


def name_of(agent: ModuleType) -> str:
    """Return the name of an agent, by which the command line knows it."""
    return agent.__name__.rpartition(".")[2]


def sample(agent: ModuleType, config: Any, replayed: Replayed, random: np.random.Generator, *, rows: int) -> Sample:
    """Evaluate one seed's batch as its agent does, and draw what is compared."""
    state, rollout, actor, info = replayed
    if isinstance(config, a2c.Config):
        estimates = a2c.estimate(config, state, rollout)
    else:
        estimates = critic.estimate(config, state.critic, rollout)
    batch = batch_of(config, state.actor.policy, rollout, estimates)
    width = min(config.environments, max(1, LONGEST // config.horizon))
    columns = np.sort(random.choice(config.environments, width, replace=False))
    data = np.flatnonzero(np.asarray(rollout.valid))
    places = np.sort(random.choice(data, min(rows, len(data)), replace=False))
    return Sample(
        *(agent, config, state, rollout, actor, info, estimates, batch, columns, places),
        actions=batch.actions[places],
        old=batch.old.at(jnp.asarray(places)).apart(),
        new=actor.policy(batch.observations[places]).apart(),
    )

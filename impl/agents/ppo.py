"""PPO with the clipped surrogate objective, equation (7) of Schulman et al. 2017."""

from dataclasses import dataclass
from typing import NamedTuple

import jax

from .. import ppo
from . import surrogate
from .actor_critic import State as State
from .data import Rollout
from .policies import Distribution
from .surrogate import SurrogateSettings
from .surrogate import init as init


@dataclass(frozen=True, kw_only=True)
class Config(SurrogateSettings):
    """Table 3 of the paper.

    Attributes:
        clip_epsilon: ratios beyond 1 ± ε earn no more.
    """

    clip_epsilon: float = 0.2

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("clip_epsilon")


class Info(NamedTuple):
    """What an iteration did.

    Attributes:
        kl: divergence of the policy that acted from the new one, averaged over the states visited.
        entropy: of the new policy, averaged over them.
        explained_variance: of the returns by the values before their regression.
        value_loss: mean squared error of those values.
        clip_fraction: the part of the rows that pull at the new policy no more.
    """

    kl: jax.Array
    entropy: jax.Array
    explained_variance: jax.Array
    value_loss: jax.Array
    clip_fraction: jax.Array


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy."""

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        del old, new
        return ppo.clip_objective(ratios, advantages, clip_epsilon=config.clip_epsilon)

    state, info, batch = surrogate.update(config, state, rollout, key, objective)
    log_probs = state.actor.policy(batch.observations).log_prob(batch.actions)
    slopes = ppo.clip_gradient(
        ppo.ratio(log_probs, batch.old_log_probs), batch.advantages, clip_epsilon=config.clip_epsilon
    )
    clipped = (slopes == 0) & (batch.advantages != 0)
    return state, Info(*info, clip_fraction=clipped.mean(dtype=slopes.dtype))

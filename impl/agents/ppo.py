"""PPO with the clipped surrogate objective, equation (7) of Schulman et al. 2017."""

from dataclasses import dataclass

import jax

from .. import ppo
from . import actor_critic, surrogate
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


class Info(actor_critic.Info):
    """What an iteration did, beside what every agent tells.

    Attributes:
        clip_fraction: the part of the rows that pull at the new policy no more.
    """

    clip_fraction: jax.Array


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy."""

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        del old, new
        return ppo.clip_objective(ratios, advantages, clip_epsilon=config.clip_epsilon)

    state, told, batch = surrogate.update(config, state, rollout, key, objective)
    log_probs = state.actor.policy(batch.observations).log_prob(batch.actions)
    slopes = ppo.clip_gradient(
        ppo.ratio(log_probs, batch.old_log_probs), batch.advantages, clip_epsilon=config.clip_epsilon
    )
    clipped = (slopes == 0) & (batch.advantages != 0)
    return state, Info(**told, clip_fraction=clipped.mean(dtype=slopes.dtype))

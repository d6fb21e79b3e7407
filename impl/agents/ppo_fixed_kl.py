"""PPO with a fixed KL penalty, equation (8) of Schulman et al. 2017 with a constant coefficient."""

from dataclasses import dataclass

import jax

from .. import ppo
from . import surrogate
from .actor_critic import Info as Info
from .actor_critic import State as State
from .data import Rollout
from .policies import Distribution
from .surrogate import SurrogateSettings
from .surrogate import init as init


@dataclass(frozen=True, kw_only=True)
class Config(SurrogateSettings):
    """Table 3 of the paper, and a coefficient of its Table 1.

    Attributes:
        beta: coefficient of the penalty; the paper tried 0.3, 1, 3 and 10.
    """

    beta: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("beta")


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy."""

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        return ppo.kl_penalty(ratios, advantages, old.kl(new), beta=config.beta)

    state, told, _ = surrogate.update(config, state, rollout, key, objective)
    return state, Info(**told)

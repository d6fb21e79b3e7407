"""PPO without clipping or penalty: the surrogate L^CPI alone, equation (6) of Schulman et al. 2017."""

import jax

from .. import ppo
from . import surrogate
from .actor_critic import Info as Info
from .actor_critic import State as State
from .data import Rollout
from .policies import Distribution
from .surrogate import SurrogateSettings as Config
from .surrogate import init as init


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy."""

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        del old, new
        return ppo.cpi_objective(ratios, advantages)

    state, told, _ = surrogate.update(config, state, rollout, key, objective)
    return state, Info(**told)

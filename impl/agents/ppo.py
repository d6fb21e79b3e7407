"""PPO with the clipped surrogate objective, equations (7) and (9) of Schulman et al. 2017."""

from dataclasses import dataclass

import jax

from .. import ppo
from . import actor_critic, combined, surrogate
from .actor_critic import State as State
from .data import Rollout, Sizes
from .policies import Distribution
from .surrogate import SurrogateSettings


@dataclass(frozen=True, kw_only=True)
class Config(SurrogateSettings):
    """Table 3 of the paper.

    Attributes:
        clip_epsilon: ratios beyond 1 ± ε earn no more.
        value_coefficient: c_1 of `ppo.combined_loss`, by which policy and value function learn together, from the same
            minibatches and with one optimiser; `max_grad_norm` is then of both gradients together. None if each learns
            by itself: they share no parameters.
        entropy_coefficient: c_2 of the same loss.
    """

    clip_epsilon: float = 0.2
    value_coefficient: float | None = None
    entropy_coefficient: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        super().__post_init__()
        self._check_positive("clip_epsilon")
        self._check_interval("entropy_coefficient", 0, float("inf"))
        self._check_finite("entropy_coefficient")
        if self.value_coefficient is None:
            if self.entropy_coefficient:
                raise self._wrong("entropy_coefficient", "0 without a value_coefficient: it is of the combined loss")
            return
        self._check_positive("value_coefficient")
        for name in ("learning_rate", "epochs", "minibatch"):
            if getattr(self, f"critic_{name}") != getattr(self, name):
                same = f"{name}, {getattr(self, name)}: with a value_coefficient, both learn together"
                raise self._wrong(f"critic_{name}", same)

    @property
    def critic_learns_apart(self) -> bool:
        """Whether the value function is fitted by itself."""
        return self.value_coefficient is None


class Info(actor_critic.Info):
    """What an iteration did, beside what every agent tells.

    Attributes:
        clip_fraction: the part of the rows that pull at the new policy no more.
    """

    clip_fraction: jax.Array


def init(config: Config, sizes: Sizes, key: jax.Array) -> State:
    """Make an agent that has learnt nothing."""
    return (surrogate if config.critic_learns_apart else combined).init(config, sizes, key)


def update(config: Config, state: State, rollout: Rollout, key: jax.Array) -> tuple[State, Info]:
    """Learn from a rollout of the state's policy."""

    def objective(ratios: jax.Array, advantages: jax.Array, old: Distribution, new: Distribution) -> jax.Array:
        del old, new
        return ppo.clip_objective(ratios, advantages, clip_epsilon=config.clip_epsilon)

    def loss(*arrays: jax.Array) -> jax.Array:
        coefficients = {name: getattr(config, name) for name in ("value_coefficient", "entropy_coefficient")}
        return ppo.combined_loss(*arrays, clip_epsilon=config.clip_epsilon, **coefficients)

    if config.critic_learns_apart:
        state, told, batch = surrogate.update(config, state, rollout, key, objective)
    else:
        state, told, batch = combined.update(config, state, rollout, key, loss)
    log_probs = state.actor.policy(batch.observations).log_prob(batch.actions)
    ratios, advantages = ppo.ratio(log_probs, batch.old_log_probs), surrogate.advantages_of(config, batch.advantages)
    slopes = ppo.clip_gradient(ratios, advantages, clip_epsilon=config.clip_epsilon)
    clipped = (slopes == 0) & (advantages != 0)
    return state, Info(**told, clip_fraction=clipped.mean(dtype=slopes.dtype))

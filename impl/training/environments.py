"""What training needs of an environment, whatever its engine: sizes, actions within their range, pure functions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ...envs.mujoco.jax_env import Transition
from ..agents.data import Sizes


class Environments:
    """N environments as an agent sees them.

    Attributes:
        env: the environments.
        sizes: what an agent's networks depend on.
    """

    def __init__(self, env: Any) -> None:
        """Look at environments: those with a `num_actions` take whole numbers, the others controls in a range."""
        self.env = env
        self._discrete = hasattr(env, "num_actions")
        actions = env.num_actions if self._discrete else env.action_size
        self.sizes = Sizes(env.observation_size, actions, self._discrete)
        self.reset: Callable[[jax.Array], tuple[Any, jax.Array]] = env.reset

    def step(self, state: Any, actions: jax.Array) -> tuple[Any, Transition]:
        """Step with what a policy has sampled: numbers beyond the range of the controls act as its ends do."""
        if not self._discrete:
            low, high = (jnp.asarray(bound, jnp.float32) for bound in (self.env.action_low, self.env.action_high))
            actions = jnp.clip(actions, low, high)
        return self.env.step(state, actions)

    @property
    def physics_seconds(self) -> float:
        """Time spent in MuJoCo so far, on this machine's processor; 0 where physics is compiled with the rest."""
        return getattr(self.env, "physics_seconds", 0.0)

"""What an environment looks like to jitted code, on every engine: two pure functions of explicit state."""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax


class Transition(NamedTuple):
    """One step of N environments. Where an episode has ended, the next has begun already.

    Attributes:
        observation: [N, n], what to act on next: the first of a new episode where one has ended.
        successor: [N, n], the true successor of the observation before, for bootstrapping where it was truncated.
        reward: [N], floats like the observations.
        terminated: [N] bool, the successor is a terminal state.
        truncated: [N] bool, the time limit or an unstable simulation cut the episode.
        info: the terms of the reward and what else the task tells, [N, ...] each.
    """

    observation: jax.Array
    successor: jax.Array
    reward: jax.Array
    terminated: jax.Array
    truncated: jax.Array
    info: dict[str, jax.Array]


@runtime_checkable
class JaxEnv(Protocol):
    """N environments of one task.

    Attributes:
        num_envs: N.
        observation_size: n.
        action_size: k.
        action_low: [k], the least controls.
        action_high: [k], the greatest controls.
    """

    num_envs: int
    observation_size: int
    action_size: int
    action_low: Any
    action_high: Any

    def reset(self, seeds: jax.Array) -> tuple[Any, jax.Array]:
        """Start an episode in every environment.

        Args:
            seeds: [N] unsigned integers, one for each environment.

        Returns:
            The state, which is a tree of arrays, and the observations [N, n].
        """
        ...

    def step(self, state: Any, actions: jax.Array) -> tuple[Any, Transition]:
        """Step every environment with actions [N, k]; return the new state and what happened."""
        ...

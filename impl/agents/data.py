"""What an agent learns from: transitions of E environments over T steps."""

from typing import NamedTuple

import jax


class Sizes(NamedTuple):
    """What an agent must know of an environment to make its networks.

    Attributes:
        observation: n, numbers in an observation.
        action: k, components of an action; or A, the number of actions if they are discrete.
        discrete: whether actions are chosen among A.
    """

    observation: int
    action: int
    discrete: bool


class Rollout(NamedTuple):
    """Transitions, time first. Episodes end inside; after an end the next row belongs to a new episode.

    Attributes:
        observations: [T, E, n], as the networks see them.
        actions: [T, E, k] as sampled, before they are clipped to the controls' range; or [T, E] integers.
        rewards: [T, E], as the agent shall see them.
        successors: [T, E, n], the true successors, also where an episode ended.
        terminated: [T, E] bool, the successor is a terminal state.
        truncated: [T, E] bool, the time limit cut the episode.
        valid: [T, E] bool, rows that are data; False after the first end where whole episodes are collected.
    """

    observations: jax.Array
    actions: jax.Array
    rewards: jax.Array
    successors: jax.Array
    terminated: jax.Array
    truncated: jax.Array
    valid: jax.Array

"""Sample trajectories of a decision process."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities


class Path(NamedTuple):
    """One trajectory of T transitions."""

    states: Array  # [T + 1] integers
    actions: Array  # [T] integers
    rewards: Array  # [T], R(s_t, a_t)


@partial(jax.jit, static_argnames="length")
def rollout(key: Array, mdp: MDP, policy: ArrayLike, length: int) -> Path:
    r"""Sample a trajectory of :math:`\rho_0, \pi, P`; it goes on in terminal states.

    Every outcome is found by inverting its distribution function, so that one of probability zero never occurs.
    """
    policy = probabilities(mdp, policy)
    first, *rest = jax.random.split(key, 2 * length + 1)
    start = outcome(first, mdp.initial)

    def step(state: Array, keys: Array) -> tuple[Array, tuple[Array, Array, Array]]:
        action = outcome(keys[0], policy[state])
        following = outcome(keys[1], mdp.transition[state, action])
        return following, (following, action, mdp.reward[state, action])

    _, (states, actions, rewards) = lax.scan(step, start, jnp.asarray(rest).reshape(length, 2, *key.shape))
    return Path(jnp.concatenate([start[None], states]), actions, rewards)


def outcome(key: Array, distribution: Array) -> Array:
    """Draw an index from probabilities [n]: the least one whose cumulative probability exceeds a uniform number.

    The number lies in [0, 1), scaled to the computed sum, so that it never reaches the last cumulative probability.
    """
    cumulative = jnp.cumsum(distribution)
    uniform = jax.random.uniform(key, dtype=cumulative.dtype) * cumulative[-1]
    found = jnp.searchsorted(cumulative, uniform, side="right")
    last_possible = distribution.size - 1 - jnp.argmax(distribution[::-1] > 0)
    return jnp.minimum(found, last_possible)  # rounding may carry the product up to the sum itself

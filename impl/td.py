r"""Temporal-difference learning."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def error(
    rewards: ArrayLike, values: ArrayLike, next_values: ArrayLike, terminated: ArrayLike, *, gamma: ArrayLike
) -> Array:
    r"""Temporal-difference error: [T, ...].

    .. math:: \delta_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1}) - V(s_t)

    Spec: rlproof.spec.td.error
    """
    return jnp.asarray(rewards) + gamma * jnp.where(terminated, 0, next_values) - values

r"""What batch TD(0) converges to on a finite set of transitions."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear


@jax.jit
def batch(
    state_values: ArrayLike,
    states: ArrayLike,
    rewards: ArrayLike,
    next_states: ArrayLike,
    terminated: ArrayLike,
    *,
    discount: ArrayLike,
) -> Array:
    r"""Fixed point of batch TD(0): [S], [T] -> [S].

    .. math:: V = (I - \gamma \hat P)^{-1} \hat r

    Spec: rlproof.spec.td.batch
    """
    dtype = jnp.result_type(state_values, rewards, discount)
    table, states = jnp.asarray(state_values, dtype), jnp.asarray(states)
    visits = jnp.zeros(table.shape, dtype).at[states].add(1)
    continues = 1 - jnp.asarray(terminated).astype(dtype)
    counts = jnp.zeros((len(table), len(table)), dtype).at[states, jnp.asarray(next_states)].add(continues)
    sums = jnp.zeros(table.shape, dtype).at[states].add(jnp.asarray(rewards, dtype))
    shares = jnp.maximum(visits, 1)
    return linear.solve(jnp.asarray(discount * counts / shares[:, None]), jnp.where(visits > 0, sums / shares, table))

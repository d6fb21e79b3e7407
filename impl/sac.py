r"""Soft actor-critic: the target of twin critics with an entropy bonus."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def target(
    rewards: ArrayLike,
    next_values: ArrayLike,
    other_next_values: ArrayLike,
    next_log_probs: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
    temperature: ArrayLike,
) -> Array:
    r"""Soft target of both critics: [T, ...]; wrap it in stop_gradient in the critics' loss.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \Big[\min\big(Q'_1(s_{t+1}, a'),\ Q'_2(s_{t+1}, a')\big) - \alpha \log\pi(a'|s_{t+1})\Big]

    Spec: rlproof.spec.sac.target
    """
    soft = jnp.minimum(next_values, other_next_values) - temperature * jnp.asarray(next_log_probs)
    return jnp.add(rewards, gamma * jnp.where(jnp.asarray(terminated), 0, soft))

r"""Twin critics, as in TD3: the smaller of two estimates against overestimation."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def target(
    rewards: ArrayLike,
    next_values: ArrayLike,
    other_next_values: ArrayLike,
    terminated: ArrayLike,
    *,
    gamma: ArrayLike,
) -> Array:
    r"""Target of both critics: [T, ...]; wrap it in stop_gradient in the critics' loss.

    .. math:: y_t = R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,
        \min\big(Q'_1(s_{t+1}, a'),\ Q'_2(s_{t+1}, a')\big)

    Spec: rlproof.spec.td3.target
    """
    smaller = jnp.minimum(next_values, other_next_values)
    return jnp.add(rewards, gamma * jnp.where(jnp.asarray(terminated), 0, smaller))


@jax.jit
def priority(targets: ArrayLike, values: ArrayLike, other_values: ArrayLike) -> Array:
    r"""Priority of replayed transitions with twin critics: [T, ...].

    .. math:: p_t = \big|\, y_t - \min\big(Q_1(s_t, a_t),\ Q_2(s_t, a_t)\big) \big|

    Spec: rlproof.spec.td3.priority
    """
    return jnp.abs(jnp.subtract(targets, jnp.minimum(values, other_values)))

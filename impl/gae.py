r"""Generalised advantage estimation."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike

from . import td


@jax.jit
def advantage(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    truncated: ArrayLike,
    *,
    gamma: ArrayLike,
    gae_lambda: ArrayLike,
) -> Array:
    r"""Generalised advantage estimate: [T, ...].

    .. math:: \hat A_t = \delta_t + \gamma\lambda\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,\hat A_{t+1}

    Spec: rlproof.spec.gae.advantage
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    decay = jnp.asarray(gamma * gae_lambda)
    errors = errors.astype(jnp.result_type(errors, decay))

    def step(following: Array, row: tuple[Array, Array]) -> tuple[Array, Array]:
        delta, cut = row
        estimate = delta + decay * jnp.where(cut, 0, following)
        return estimate, estimate

    nothing = jnp.zeros(errors.shape[1:], errors.dtype)
    return lax.scan(step, nothing, (errors, jnp.logical_or(terminated, truncated)), reverse=True)[1]

r"""Vanilla policy gradient with a step size that adapts to the divergence."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def adaptive_stepsize(divergence: ArrayLike, *, step_size: ArrayLike, kl_target: ArrayLike) -> Array:
    r"""Update of the step size by the divergence of the last step: ().

    .. math:: \alpha \leftarrow \begin{cases} \alpha/1.5 & d > 2\, d_{targ}\\ 1.5\,\alpha & d < d_{targ}/2\\
        \alpha & \text{else}\end{cases}

    A step function of the divergence, whose gradient is 0; a NaN divergence gives NaN.

    Spec: rlproof.spec.vpg.adaptive_stepsize
    """
    divergence, step_size = jnp.asarray(divergence), jnp.asarray(step_size)
    shrinks, grows = divergence > 2 * kl_target, 2 * divergence < kl_target
    changed = jnp.where(shrinks, 2 * step_size / 3, jnp.where(grows, 3 * step_size / 2, step_size))
    return jnp.where(jnp.isnan(divergence), divergence, changed)

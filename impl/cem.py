r"""The cross-entropy method: search by sampling and refitting."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@partial(jax.jit, static_argnames=("elites", "ddof"))
def update(samples: ArrayLike, scores: ArrayLike, *, elites: int, ddof: int, extra_variance: ArrayLike) -> Array:
    r"""Mean and variance of the best samples, from which the next ones are drawn: [N, d], [N] -> [2, d].

    .. math:: \mu = \frac1k \sum_{i \in E} x_i, \qquad
        \sigma^2 = \frac{1}{k - \mathrm{ddof}} \sum_{i \in E} (x_i - \mu)^2 + Z

    Of equal scores, the sample of the lower index is better. The gradient is that of the moments, elites held fixed.

    Spec: rlproof.spec.cem.update
    """
    order = jnp.argsort(jnp.asarray(scores), stable=True, descending=True)
    chosen = jnp.asarray(samples)[order[:elites]]
    mean = chosen.sum(axis=0) / elites
    return jnp.stack([mean, ((chosen - mean) ** 2).sum(axis=0) / (elites - ddof) + extra_variance])

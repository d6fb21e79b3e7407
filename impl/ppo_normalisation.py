r"""Normalisation of the advantages of a batch; equal advantages give exact zeros, in every dtype."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .standardisation import deviations, divided, root


@partial(jax.jit, static_argnames="ddof")
def advantage_normalisation(advantages: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike) -> Array:
    r"""Advantages of mean zero and standard deviation one: [T, ...].

    .. math:: \tilde A_t = \frac{\hat A_t - \mathrm{mean}(\hat A)}{\mathrm{std}(\hat A) + \epsilon}

    Spec: rlproof.spec.ppo.advantage_normalisation
    """
    advantages = jnp.asarray(advantages)
    centred, variance = _deviations(advantages, ddof)
    return divided(centred, root(variance) + norm_epsilon).reshape(advantages.shape)


@partial(jax.jit, static_argnames="ddof")
def advantage_whitening(advantages: ArrayLike, *, ddof: int, norm_epsilon: ArrayLike) -> Array:
    r"""Advantages of mean zero and standard deviation one, epsilon added to the variance: [T, ...].

    .. math:: \tilde A_t = \frac{\hat A_t - \mathrm{mean}(\hat A)}{\sqrt{\mathrm{var}(\hat A) + \epsilon}}

    Spec: rlproof.spec.ppo.advantage_whitening
    """
    advantages = jnp.asarray(advantages)
    centred, variance = _deviations(advantages, ddof)
    return divided(centred, root(variance + norm_epsilon)).reshape(advantages.shape)


def _deviations(advantages: Array, ddof: int) -> tuple[Array, Array]:
    sample = advantages.reshape(1, -1)
    return deviations(sample, jnp.ones(sample.shape, bool), ddof)

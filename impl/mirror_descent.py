r"""Mirror descent: the step of a trust region in the other direction of the KL divergence."""

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import ArrayLike


@jax.jit
def step(probabilities: ArrayLike, q_values: ArrayLike, *, temperature: ArrayLike) -> Array:
    r"""The policy that maximises the expected value less its KL divergence from the old one: [T, A].

    .. math:: \frac{\pi(a|s)\, e^{Q(s,a)/\tau}}{\sum_b \pi(b|s)\, e^{Q(s,b)/\tau}}

    Spec: rlproof.spec.mirror_descent.step
    """
    return tilted(jnp.asarray(probabilities), jnp.divide(q_values, temperature))


def tilted(probabilities: Array, exponents: Array) -> Array:
    """Multiply probabilities [..., A] by e^x and normalise, relative to the best supported x."""
    has = probabilities > 0
    best = lax.stop_gradient(jnp.where(has, exponents, -jnp.inf).max(axis=-1, keepdims=True))
    weights = probabilities * jnp.exp(jnp.where(has, exponents - best, 0))
    return weights / weights.sum(axis=-1, keepdims=True)

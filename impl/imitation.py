r"""Imitation: supervised losses of a policy on the actions of a planner or an expert."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .policy_softmax import log_softmax


@jax.jit
def cross_entropy(probabilities: ArrayLike, logits: ArrayLike) -> Array:
    r"""Cross-entropy of a softmax policy with target probabilities: [..., A] -> [...], in nats.

    .. math:: H(p, \pi_\phi) = -\sum_a p(a) \log\pi_\phi(a)

    Spec: rlproof.spec.imitation.cross_entropy
    """
    target, log_probs = jnp.asarray(probabilities), log_softmax(logits)
    # An action that is masked and no target weighs nothing: 0 log 0 = 0.
    weighs = (target != 0) | jnp.isfinite(log_probs)
    return -(target * jnp.where(weighs, log_probs, 0)).sum(axis=-1)


@jax.jit
def mse(actions: ArrayLike, mean: ArrayLike) -> Array:
    r"""Mean squared error of a deterministic policy on target actions, over all entries: [T, k] -> ().

    .. math:: \frac{1}{Tk} \sum_{t=1}^{T} \sum_{i=1}^{k} (a_{ti} - \mu_{ti})^2

    Spec: rlproof.spec.imitation.mse
    """
    return (jnp.subtract(actions, mean) ** 2).mean()

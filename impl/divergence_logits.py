r"""The KL divergence of softmax policies, to first and second order in the logits."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .policy_softmax import softmax


@jax.jit
def kl_fisher(logits: ArrayLike, logit_steps: ArrayLike) -> Array:
    r"""KL divergence to second order in a step of the logits: [..., A] -> [...].

    .. math:: \tfrac12\, d^\top F d = \tfrac12 \sum_a \pi(a)\,\Big(d(a) - \sum_b \pi(b)\,d(b)\Big)^2

    The second form is computed: a common shift of the step costs no digits.

    Spec: rlproof.spec.divergence.kl_fisher
    """
    probabilities, steps = softmax(logits), jnp.asarray(logit_steps)
    steps = steps - steps[..., :1]  # so that a large common shift is taken off without rounding
    centred = steps - (probabilities * steps).sum(axis=-1, keepdims=True)
    return (probabilities * centred**2).sum(axis=-1) / 2


@jax.jit
def kl_logits_gradient(probabilities: ArrayLike, logits: ArrayLike) -> Array:
    r"""Gradient of KL(p || softmax(phi)) in the logits: [..., A] -> [..., A].

    .. math:: \nabla_\phi D_{KL}\big(p\,\|\,\mathrm{softmax}(\phi)\big) = \mathrm{softmax}(\phi) - p

    Spec: rlproof.spec.divergence.kl_logits_gradient
    """
    return softmax(logits) - probabilities

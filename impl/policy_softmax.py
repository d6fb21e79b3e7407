r"""Softmax policies over discrete actions: probabilities, entropy, score, Fisher information.

The largest logit is subtracted first and its own term, which is then one, is kept apart: with the sum of the other
terms, `rest`, the normaliser is log1p(rest), so that nothing is lost where a policy is almost certain.
"""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def log_softmax(logits: ArrayLike) -> Array:
    r"""Log-probabilities of a softmax policy: [..., A] -> [..., A]; minus infinity masks an action.

    .. math:: \log\pi(a|s) = \phi(s,a) - \log\sum_b e^{\phi(s,b)}

    Spec: rlproof.spec.policy.log_softmax
    """
    shifted, rest = _shifted(logits)
    return shifted - jnp.log1p(rest)[..., None]


@jax.jit
def softmax(logits: ArrayLike) -> Array:
    r"""Probabilities of a softmax policy: [..., A] -> [..., A]; minus infinity masks an action.

    .. math:: \pi(a|s) = \frac{e^{\phi(s,a)}}{\sum_b e^{\phi(s,b)}}

    Spec: rlproof.spec.policy.softmax
    """
    shifted, rest = _shifted(logits)
    return jnp.exp(shifted) / (1 + rest)[..., None]


@jax.jit
def log_prob(actions: ArrayLike, logits: ArrayLike) -> Array:
    r"""Log-probability of the actions taken, under a softmax policy: [...] integers, [..., A] -> [...].

    .. math:: \log\pi(a_t|s_t) = \phi(s_t,a_t) - \log\sum_b e^{\phi(s_t,b)}

    Spec: rlproof.spec.policy.log_prob
    """
    return jnp.take_along_axis(log_softmax(logits), jnp.asarray(actions)[..., None], axis=-1)[..., 0]


@jax.jit
def entropy(logits: ArrayLike) -> Array:
    r"""Entropy of a softmax policy: [..., A] -> [...], in nats; minus infinity masks an action.

    .. math:: H(\pi(\cdot|s)) = -\sum_a \pi(a|s)\log\pi(a|s)
        = \log\sum_a e^{\phi(s,a)-\max\phi} + \sum_a \pi(a|s)\,(\max\phi - \phi(s,a))

    The second form is computed: every term is positive, so that the entropy of an almost certain policy keeps its
    digits.

    Spec: rlproof.spec.policy.entropy
    """
    shifted, rest = _shifted(logits)
    below = jnp.where(jnp.isneginf(shifted), 0, -shifted)  # a masked action weighs nothing
    return jnp.log1p(rest) + (softmax(logits) * below).sum(axis=-1)


@jax.jit
def score(actions: ArrayLike, logits: ArrayLike) -> Array:
    r"""Score of the actions taken, in the logits: [...] integers, [..., A] -> [..., A].

    .. math:: \nabla_\phi \log\pi(a_t|s_t) = e_{a_t} - \pi(\cdot|s_t)

    Spec: rlproof.spec.policy.score
    """
    log_probs = log_softmax(logits)
    taken = jax.nn.one_hot(jnp.asarray(actions), log_probs.shape[-1], dtype=bool)
    return jnp.where(taken, -jnp.expm1(log_probs), -softmax(logits))


@jax.jit
def fisher(logits: ArrayLike) -> Array:
    r"""Fisher information of a softmax policy in its logits: [..., A] -> [..., A, A].

    .. math:: F = \mathrm{diag}(\pi) - \pi\pi^\top

    Spec: rlproof.spec.policy.fisher
    """
    log_probs = log_softmax(logits)
    others = -jnp.expm1(log_probs)  # 1 - pi, exact also where pi is almost one
    identity = jnp.eye(log_probs.shape[-1], dtype=bool)
    probabilities = softmax(logits)
    return probabilities[..., None] * jnp.where(identity, others[..., None, :], -probabilities[..., None, :])


def _shifted(logits: ArrayLike) -> tuple[Array, Array]:
    """The logits less the largest of their row, and the sum of the exponentials of all but that one."""
    logits = jnp.asarray(logits)
    top = jnp.argmax(logits, axis=-1, keepdims=True)
    shifted = logits - jnp.take_along_axis(logits, top, axis=-1)
    is_top = jnp.arange(logits.shape[-1]) == top
    return shifted, jnp.where(is_top, 0, jnp.exp(shifted)).sum(axis=-1)

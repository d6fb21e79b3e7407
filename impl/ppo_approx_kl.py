r"""The KL divergence that PPO watches, estimated from the batch."""

import jax
from jax import Array
from jax.typing import ArrayLike

from .divergence_estimators import k1, k3


@jax.jit
def approx_kl(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""Mean of the log-ratio over the batch, which may be negative: [T, ...] -> ().

    .. math:: \hat d = \hat{\mathbb{E}}_t[-\log r_t]

    Spec: rlproof.spec.ppo.approx_kl
    """
    return k1(log_probs, old_log_probs).mean()


@jax.jit
def approx_kl_nonnegative(log_probs: ArrayLike, old_log_probs: ArrayLike) -> Array:
    r"""Mean of (r - 1) - log r over the batch: [T, ...] -> ().

    .. math:: \hat d = \hat{\mathbb{E}}_t[(r_t - 1) - \log r_t]

    Spec: rlproof.spec.ppo.approx_kl_nonnegative
    """
    return k3(log_probs, old_log_probs).mean()

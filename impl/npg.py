r"""Natural policy gradients of tabular softmax policies."""

import jax
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, discount, per_entry, probabilities
from .mirror_descent import tilted
from .value import advantage


@jax.jit
def softmax(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Natural policy gradient in the logits of a tabular softmax policy: [..., S, A].

    .. math:: F^{+} \nabla\eta = \frac{A_\pi}{1-\gamma}

    Spec: rlproof.spec.npg.softmax
    """
    return advantage(mdp, policy) / (1 - discount(mdp, 2))


@jax.jit
def softmax_update(mdp: MDP, policy: ArrayLike, *, step_size: ArrayLike) -> Array:
    r"""A step along the natural gradient of the return, in the logits of a tabular softmax policy: [..., S, A].

    .. math:: \pi_{new}(a|s) = \frac{\pi(a|s)\, e^{\alpha A_\pi(s,a)}}{\sum_b \pi(b|s)\, e^{\alpha A_\pi(s,b)}}

    Spec: rlproof.spec.npg.softmax_update
    """
    return tilted(probabilities(mdp, policy), per_entry(step_size) * advantage(mdp, policy))

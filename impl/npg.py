r"""Natural policy gradients."""

import jax
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, discount
from .value import advantage


@jax.jit
def softmax(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Natural policy gradient in the logits of a tabular softmax policy: [..., S, A].

    .. math:: F^{+} \nabla\eta = \frac{A_\pi}{1-\gamma}

    Spec: rlproof.spec.npg.softmax
    """
    return advantage(mdp, policy) / (1 - discount(mdp, 2))

r"""Which tokens of a response count: up to its end, and no padding."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


@jax.jit
def response_mask(response_tokens: ArrayLike, *, eos_token: ArrayLike, pad_token: ArrayLike) -> Array:
    r"""True up to the first end-of-sequence token, False for padding: [B, L].

    .. math:: m_{it} = \big[o_{is} \ne \mathrm{eos} \text{ for all } s < t\big]
        \cdot \big[o_{it} \ne \mathrm{pad} \text{ or } o_{it} = \mathrm{eos}\big]

    Spec: rlproof.spec.tokens.response_mask
    """
    tokens = jnp.asarray(response_tokens)
    is_end = tokens == eos_token
    ends_before = is_end.cumsum(axis=1) - is_end
    return (ends_before == 0) & ((tokens != pad_token) | is_end)

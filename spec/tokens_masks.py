r"""Which tokens of a response count: up to its end, and no padding."""

import numpy as np

from .errors import ParameterError
from .numbers import Array
from .validation import check_count, check_not_empty, check_shape


def response_mask(response_tokens: Array, *, eos_token: int, pad_token: int) -> Array:
    r"""True for the tokens of a response, its first end-of-sequence token included, False for what follows.

    .. math:: m_{it} = \big[o_{is} \ne \mathrm{eos} \text{ for all } s < t\big]
        \cdot \big[o_{it} \ne \mathrm{pad} \text{ or } o_{it} = \mathrm{eos}\big]

    Args:
        response_tokens: [B, L] integers, padded on the right.
        eos_token: the token that ends a response.
        pad_token: the token of padding; it may be the same.
    Returns:
        [B, L] booleans.
    Conventions:
        A response that was cut before its end is padded without an end-of-sequence token: its padding does not
        count either. If padding and end are the same token, the first of them counts as the end.
    Gradient:
        Not compared: it gives flags.
    Laws:
        response_mask_shows_the_tokens_of_a_list, response_mask_ignores_more_padding,
        response_mask_needs_no_end
    Raises:
        ShapeError, EmptySpaceError, ParameterError.
    Source:
        TRL, GRPOTrainer's completion mask; verl, get_response_mask and issue 3805.
    Since:
        0.3
    """
    tokens = np.asarray(response_tokens)
    if tokens.ndim != 2:
        check_shape("response_tokens", tokens, ("B", "L"), "sequences, tokens")
    check_not_empty("response_tokens", tokens, "sequences and tokens")
    if tokens.dtype.kind not in "iu":
        raise ParameterError(
            "response_tokens are no integers",
            got=f"dtype {tokens.dtype}",
            expected="the number of each token in the vocabulary",
            cause="log-probabilities or a mask passed in their place",
            remedy="pass the token ids",
        )
    check_count("eos_token", eos_token)
    check_count("pad_token", pad_token)
    is_end = tokens == eos_token
    ends_before = is_end.cumsum(axis=1) - is_end
    return (ends_before == 0) & ((tokens != pad_token) | is_end)

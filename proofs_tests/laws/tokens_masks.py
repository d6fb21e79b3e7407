"""Laws of the mask of a response."""

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import true
from rlproof.oracle.law import law
from rlproof.spec import tokens


@law("tokens.response_mask", derivation=True)
def response_mask_shows_the_tokens_of_a_list(response_tokens: Array, eos_token: int, pad_token: int) -> Claims:
    """Read one after the other: it stops after the end, or before padding."""
    found = tokens.response_mask(response_tokens, eos_token=eos_token, pad_token=pad_token)
    for row, shown in zip(response_tokens.tolist(), found.tolist(), strict=True):
        for position, token in enumerate(row):
            expected = eos_token not in row[:position] and (token == eos_token or token != pad_token)
            yield true(shown[position] == expected)


@law("tokens.response_mask")
def response_mask_ignores_more_padding(response_tokens: Array, eos_token: int, pad_token: int) -> Claims:
    """Another column of padding on the right shows nothing more, if padding is not the end as well."""
    wider = np.concatenate([response_tokens, np.full((len(response_tokens), 1), pad_token)], axis=1)
    found = tokens.response_mask(response_tokens, eos_token=eos_token, pad_token=pad_token)
    again = tokens.response_mask(wider, eos_token=eos_token, pad_token=pad_token)
    yield true(bool(np.array_equal(again[:, :-1], found)))
    if pad_token != eos_token:
        yield true(not again[:, -1].any())


@law("tokens.response_mask")
def response_mask_needs_no_end(response_tokens: Array, eos_token: int, pad_token: int) -> Claims:
    """Without an end, all but padding counts; with one, nothing after it does."""
    other = max(int(response_tokens.max()), eos_token, pad_token) + 1
    endless = np.where(response_tokens == eos_token, other, response_tokens)
    found = tokens.response_mask(endless, eos_token=eos_token, pad_token=pad_token)
    yield true(bool(np.array_equal(found, endless != pad_token)))
    found = tokens.response_mask(response_tokens, eos_token=eos_token, pad_token=pad_token)
    after = np.maximum.accumulate(response_tokens == eos_token, axis=1)[:, :-1]
    yield true(not (found[:, 1:] & after).any())

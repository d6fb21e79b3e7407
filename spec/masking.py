"""Reading arrays [B, L] of sequences with a mask: what stands outside the mask plays no role, not even a NaN."""

import numpy as np

from .errors import MissingDataError
from .numbers import Array, as_array, as_scalar, same_system, system_of, where
from .validation import check_finite, check_not_empty, check_shape, read_flags


def read_tokens(token_mask: Array, **arrays: Array) -> tuple[str, Array, list[Array]]:
    """Read arrays [B, L] and their mask, which shows at least one token; entries outside of it become zero."""
    read = {name: as_array(array, name) for name, array in arrays.items()}
    first_name, first = next(iter(read.items()))
    if first.ndim != 2:
        check_shape(first_name, first, ("B", "L"), "sequences, tokens")
    check_not_empty(first_name, first, "sequences and tokens")
    mask = read_flags("token_mask", token_mask, first, "one flag per token")
    for name, array in read.items():
        check_shape(name, array, first.shape, f"as {first_name} has")
        read[name] = where(mask, array, _zero(array, name))
        check_finite(name, read[name])
    if not mask.any():
        raise MissingDataError(
            "the mask shows no tokens",
            got=f"token_mask is False in all {mask.size} places",
            expected="at least one token that counts",
            cause="every sequence filtered out, or a mask that is True where the padding is",
            remedy="skip the batch, or invert the mask",
        )
    return same_system(**read), mask, list(read.values())


def check_every_sequence(token_mask: Array) -> None:
    """Raise MissingDataError unless each sequence has a token; where a sequence's own mean is taken, it must."""
    has_tokens = token_mask.any(axis=1)
    if not has_tokens.all():
        raise MissingDataError(
            "a sequence has no tokens",
            got=f"no True in row {int(np.argmin(has_tokens))} of token_mask",
            expected="at least one token in each sequence",
            cause="an empty or a filtered response, or a mask that is True where the padding is",
            remedy="leave the sequence out, or invert the mask",
        )


def read_per_sequence(name: str, array: Array, tokens: Array) -> Array:
    """Read an array [B] with one finite number for each sequence, in the number system of the tokens' data."""
    array = as_array(array, name)
    check_shape(name, array, tokens.shape[:1], "one number per sequence")
    check_finite(name, array)
    same_system(**{name: array, "the data of the tokens": tokens})
    return array


def _zero(array: Array, name: str) -> Array:
    system = system_of(array)
    return 0 * array if system == "series" else as_scalar(0, name, system)

"""Deviations from a mean, their variance, and division by a standard deviation, where all numbers may be equal.

Shared by the equations that normalise advantages. A sample is the last axis. The variance of equal
numbers is exactly zero in every number system, and dividing their deviations by it gives zeros.
"""

import numpy as np

from .errors import MissingDataError, ParameterError
from .numbers import Array, holds, is_nonzero, where


def read_ddof(ddof: int, counts: Array) -> int:
    """Check that the divisor count - ddof of the variance is positive, for samples of these sizes."""
    if isinstance(ddof, bool) or not isinstance(ddof, (int, np.integer)) or ddof not in {0, 1}:
        raise ParameterError(
            "ddof is neither 0 nor 1",
            got=repr(ddof),
            expected="0 (divide the squares by n) or 1 (by n - 1)",
            cause="a standard deviation passed in its place, or a boolean",
            remedy="say which divisor is meant: NumPy's default is 0, PyTorch's is 1",
        )
    if np.any(counts <= ddof):
        raise MissingDataError(
            "the sample is too small for a standard deviation",
            got=f"{int(np.min(counts))} entries with ddof={ddof}",
            expected=f"more than {ddof} entries in every sample",
            cause="a last mini-batch or a group of one, or a mask that leaves too little",
            remedy="leave such a sample as it is, or take ddof=0",
        )
    return int(ddof)


def deviations(entries: Array, kept: Array, ddof: int) -> tuple[Array, Array]:
    """Deviations [N, n] of the kept entries from their mean and the variance [N, 1]; entries are zero elsewhere."""
    counts = kept.sum(axis=-1)
    ddof = read_ddof(ddof, counts)
    mean = entries.sum(axis=-1) / counts
    centred = where(kept, entries - mean[..., None], 0)
    variance = (centred * centred).sum(axis=-1) / (counts - ddof)
    variance = where(_all_equal(entries, kept), 0, variance)
    return centred, variance[..., None]


def divided(centred: Array, scale: Array) -> Array:
    """Divide by the scale, where it is not zero."""
    return centred / where(is_nonzero(scale), scale, 1)


def _all_equal(entries: Array, kept: Array) -> Array:
    """Whether the kept entries of each sample are the same number; for balls, certainly so."""
    values = getattr(entries, "value", entries)
    first = np.take_along_axis(values, kept.argmax(axis=-1)[..., None], axis=-1)
    return (holds(values == first) | ~kept).all(axis=-1)

"""Which environments a call of `reset` means, and with which seeds; the rules are Gymnasium's."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...spec.errors import ParameterError, ShapeError
from ...spec.numbers import Array


def seeds_of(seed: int | Sequence[int | None] | None, count: int) -> Array:
    """Return [N] seeds or Nones: of an integer s the seeds s, s + 1, ...; of a sequence its entries."""
    if seed is None:
        return np.full(count, None, dtype=object)
    if isinstance(seed, int | np.integer):
        return np.array([int(seed) + index for index in range(count)], dtype=object)
    if len(seed) != count:
        raise ShapeError(
            "there must be one seed for each environment",
            got=f"{len(seed)} seeds",
            expected=f"{count} seeds, an integer, or None",
            cause="a list of seeds for another number of environments",
            remedy="pass one integer s: environment i gets s + i",
        )
    return np.array(seed, dtype=object)


def rows_to_reset(options: Mapping[str, Any] | None, count: int) -> Array:
    """Return the mask [N] of the environments to reset: `options["reset_mask"]`, or all."""
    if options is None or "reset_mask" not in options:
        return np.ones(count, dtype=np.bool_)
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (count,) or not mask.any():
        shown = f"{mask.dtype} of shape {mask.shape}, {mask}" if isinstance(mask, np.ndarray) else f"{mask!r}"
        raise ParameterError(
            "options['reset_mask'] tells which environments to reset",
            got=shown,
            expected=f"a NumPy array of {count} truth values, one of them True at least",
            cause="numbers of environments instead of a mask, or a list",
            remedy="pass terminated | truncated, and do not call reset where no episode has ended",
        )
    return mask

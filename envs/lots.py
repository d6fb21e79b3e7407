"""Draw from the rows of a table by whole numbers, in jitted code.

A row of probabilities is made into thresholds among the 2**32 values of a random word. So each probability is met
within 2**-32, exactly if it is a multiple of that, and an outcome of probability zero never occurs. Cumulative sums
in single precision would promise neither: they may miss one, and a uniform number of theirs has 2**23 values.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

WORDS = 2**32
"""How many values a random word has."""


class Lots(NamedTuple):
    """Distributions over indices, ready to be drawn from.

    Attributes:
        outcomes: [..., b] int32, the indices of positive probability; a row of fewer than b repeats its last one.
        thresholds: [..., b - 1] uint32, the words from which on the outcome is a later one.
    """

    outcomes: jax.Array
    thresholds: jax.Array

    @classmethod
    def of(cls, probabilities: np.ndarray) -> "Lots":
        """Read distributions [..., S] in double precision; where a sum misses one, all its outcomes share that."""
        possible = probabilities > 0
        count = possible.sum(axis=-1, keepdims=True)
        places = np.arange(count.max())
        possible_first = np.argsort(~possible, axis=-1, kind="stable")
        outcomes = np.take_along_axis(possible_first, np.minimum(places, count - 1), axis=-1)
        shares = np.where(places < count, np.take_along_axis(probabilities, outcomes, axis=-1), 0)
        cumulative = np.cumsum(shares, axis=-1)
        thresholds = np.rint(cumulative[..., :-1] / cumulative[..., -1:] * WORDS)
        # 2**32 itself is no word: it comes after a last outcome, which is repeated, or before one below 2**-33.
        words = np.minimum(thresholds, WORDS - 1).astype(np.uint32)
        return cls(jnp.asarray(outcomes, jnp.int32), jnp.asarray(words))

    def draw(self, words: jax.Array, *rows: jax.Array) -> jax.Array:
        """Return the outcomes [N] of uniform words [N], each from the distribution at its place in rows [N]."""
        place = (words[:, None] >= self.thresholds[rows]).sum(axis=-1)
        return self.outcomes[(*rows, place)]

"""What laws about targets along trajectories share: ends of episodes, and sums up to them written out."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array


def last_step(start: int, ended: Array) -> int:
    """The last step of the episode that goes on at `start`, or of the data."""
    return start + int(np.argmax(np.append(ended[start:-1], True)))


def traced_sums(errors: Array, traces: Array, ended: Array, gamma: Any) -> Array:
    """The sums over k >= t of gamma^{k-t} (c_t ... c_{k-1}) x_k within each episode, term by term."""
    return np.array(
        [
            sum(
                gamma ** (k - t) * np.prod(traces[t:k], initial=1) * errors[k]
                for k in range(t, last_step(t, ended) + 1)
            )
            for t in range(len(errors))
        ],
        dtype=object,
    )


def halves(length: int, split: int) -> list[slice]:
    """The whole, and its parts up to and after an index."""
    return [np.s_[:], np.s_[: split + 1], np.s_[split + 1 :]][: 2 if split == length - 1 else 3]

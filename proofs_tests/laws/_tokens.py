"""What the laws of token sequences share: padding, lists of tokens, tokens outside the mask."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rlproof.laws._common import Array
from rlproof.spec import numbers


def padded(token_mask: Array, *arrays: Array) -> list[Array]:
    """Change what the mask hides and add a hidden column, on the left as well as on the right: arrays, mask last."""
    column = np.zeros((len(token_mask), 1), dtype=bool)
    mask = np.concatenate([column, token_mask, column], axis=1)
    wider = [np.concatenate([0 * a[:, :1] + 7, a, 0 * a[:, :1] - 5], axis=1) for a in arrays]
    changed = [np.where(mask, a, 2 * a + 3) for a in wider]
    return [*changed, mask]


def with_empty_sequence(token_mask: Array, *arrays: Array) -> list[Array]:
    """Add a sequence of which the mask shows nothing: arrays, mask last."""
    return [*(np.concatenate([a, a[:1] + 1]) for a in arrays), np.concatenate([token_mask, token_mask[:1] & False])]


def listed(array: Array, token_mask: Array) -> list[Array]:
    """The tokens of each sequence that the mask shows."""
    return [row[shown] for row, shown in zip(array, token_mask, strict=True)]


def lengths(token_mask: Array) -> Array:
    """The number of tokens of each sequence, as rationals."""
    return numbers.exact(token_mask.sum(axis=1))


def slope(objective: Callable[[Array], Any], point: Array, direction: Array) -> Any:
    """The derivative of a function of token_log_probs along a direction."""
    ray = numbers.ray(point, direction)
    return (objective(ray) + 0 * ray.sum())[1]


def hidden(token_mask: Array) -> Array:
    """A direction that moves only what the mask hides."""
    return numbers.ball((~token_mask).astype(int))

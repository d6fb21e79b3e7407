"""Words about batches of token sequences, and groups of sequences with one reward each."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array
from ..draws import Scene, choice, draw_numbers, flags, integers, several
from .proximal import sampled


def _per_token(low: int, high: int) -> Callable[[Scene], Array]:
    return lambda scene: draw_numbers(scene.draw, (scene["number_of_sequences"], scene["length"]), low, high)


def _per_sequence(scene: Scene) -> Array:
    return draw_numbers(scene.draw, (scene["number_of_sequences"],))


def _token_mask(scene: Scene) -> Array:
    """A mask with holes, at least one token in each sequence and, if there is room, two in all."""
    shape = scene["number_of_sequences"], scene["length"]
    size = shape[0] * shape[1]
    mask = np.array(scene.draw(several(flags(), size)), dtype=bool).reshape(shape)
    mask[~mask.any(axis=1)] = True
    return mask if mask.sum() > 1 else np.ones(shape, dtype=bool)


def _group_rewards(scene: Scene) -> Array:
    """Groups of at least two; often of few different rewards, sometimes with a large common part."""
    shape = scene["dimensions"], scene["length"] + 1
    high = scene.draw(choice(1, 8))
    offset = scene.draw(choice("0", "1024"))
    return draw_numbers(scene.draw, shape, 0, high) + offset


VOCABULARY: dict[str, Callable[[Scene], Any]] = {
    "number_of_sequences": lambda scene: scene.draw(integers(*scene.sizes.states)),
    "token_mask": _token_mask,
    **dict.fromkeys(("token_terms", "other_token_terms", "token_advantages"), _per_token(-8, 8)),
    **dict.fromkeys(
        ("token_log_probs", "old_token_log_probs", "reference_token_log_probs", "third_token_log_probs"),
        _per_token(-4, 0),
    ),
    **dict.fromkeys(("sequence_rewards", "sequence_advantages"), _per_sequence),
    "group_rewards": _group_rewards,
    "max_tokens": lambda scene: scene.draw(integers(1, 8)),
    **dict.fromkeys(("clip_low", "clip_high", "other_clip_high"), sampled("1/4", "0", "1/8", "1/2", "1")),
}

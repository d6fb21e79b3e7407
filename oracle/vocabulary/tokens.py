"""Words about batches of token sequences, and groups of sequences with one reward each."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.numbers import Array
from ..draws import Scene, choice, draw_array, draw_numbers, flags, integers, ratios, several
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


def _sparse_token_mask(scene: Scene) -> Array:
    """A mask with holes that may hide whole sequences, but shows two tokens of the first, if there is room."""
    shape = scene["number_of_sequences"], scene["length"]
    mask = np.array(scene.draw(several(flags(), shape[0] * shape[1])), dtype=bool).reshape(shape)
    mask[0] |= mask[0].sum() < 2
    return mask


def _group_token_mask(scene: Scene) -> Array:
    """A mask for the sequences of all groups, one after the other, at least one token in each."""
    size, length = scene["group_rewards"].size, scene["length"]
    mask = np.array(scene.draw(several(flags(), size * length)), dtype=bool).reshape(size, length)
    mask[~mask.any(axis=1)] = True
    return mask


def _responses(scene: Scene) -> Array:
    """Tokens of responses: few different ones, then in most a first end, and padding after it or after a cut."""
    shape = scene["number_of_sequences"], scene["length"]
    end, padding = scene["eos_token"], scene["pad_token"]
    tokens = np.array(scene.draw(several(integers(3, 6), shape[0] * shape[1])), dtype=int).reshape(shape)
    for row, last in zip(tokens, scene.draw(several(integers(0, 2 * shape[1]), shape[0])), strict=True):
        is_cut = last >= shape[1]
        row[last % shape[1] + 1 :] = padding
        row[last % shape[1]] = row[last % shape[1]] if is_cut else end
    return tokens


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
    "token_ratios": lambda scene: draw_array(scene.draw, (scene["number_of_sequences"], scene["length"]), ratios()),
    "group_rewards": _group_rewards,
    "group_token_mask": _group_token_mask,
    "sparse_token_mask": _sparse_token_mask,
    "truncated_sequences": lambda scene: np.array(
        [False, *scene.draw(several(flags(), scene["number_of_sequences"] - 1))], dtype=bool
    ),
    "eos_token": lambda scene: scene.draw(choice(2, 1)),
    "pad_token": lambda scene: scene.draw(choice(0, 2)),
    "response_tokens": _responses,
    "max_tokens": lambda scene: scene.draw(integers(1, 8)),
    **dict.fromkeys(("clip_low", "clip_high", "other_clip_high"), sampled("1/4", "0", "1/8", "1/2", "1")),
}

"""Deviations of rewards of tokens: where the score of a sequence stands."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec.numbers import where
from ..contracts.tokens import Part, score_on_the_last
from ..deviation import BUG, CONTESTED, Deviation, deviation
from ..reading import Facts
from .token_means import exchanged


def _placed(find: Callable[[Any], Any]) -> Part:
    """Scores at one place of each sequence."""

    def score(facts: Facts) -> Any:
        mask = facts["token_mask"]
        places = np.arange(mask.shape[1]) == np.asarray(find(mask))[:, None]
        return where(places, facts["sequence_rewards"][:, None], 0)

    return score


def _last(mask: Any) -> Any:
    return mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)


_SCORES: tuple[tuple[str, str, Part, str, tuple[str, ...]], ...] = (
    (
        "score_on_the_first_padding", "the score stands on the place after the response's last token",
        _placed(lambda m: _last(m) + 1), CONTESTED, ("huggingface/trl#3750",),
    ),
    (
        "score_on_the_last_place", "the score stands on the last place of the row, padding or not",
        _placed(lambda m: 0 * _last(m) + m.shape[1] - 1), BUG, (),
    ),
    (
        "score_on_the_first_token", "the score stands on the response's first token",
        _placed(lambda m: m.argmax(axis=1)), BUG, (),
    ),
    (
        "score_before_the_last_token", "the score stands one place before the response's last token",
        _placed(lambda m: np.maximum(_last(m) - 1, 0)), BUG, (),
    ),
    (
        "score_by_the_number_of_tokens", "the score stands where the last token is if the mask has no holes",
        _placed(lambda m: m.sum(axis=1) - 1), CONTESTED, (),
    ),
    (
        "score_on_every_token", "the score stands on every token",
        lambda f: f["sequence_rewards"][:, None] + 0 * f["token_log_probs"], BUG, (),
    ),
    (
        "score_shared_by_the_tokens", "the score is shared equally by the tokens",
        lambda f: f["sequence_rewards"][:, None] / f["token_mask"].sum(axis=1)[:, None] + 0 * f["token_log_probs"], BUG,
        (),
    ),
    ("score_left_out", "the score is left out", lambda f: 0 * score_on_the_last(f), BUG, ()),
)  # fmt: skip


def _rewards() -> Iterator[Deviation]:
    for label, says, part, kind, seen in _SCORES:
        yield deviation(label, says, exchanged("score", part), kind=kind, seen=seen)


DEVIATIONS = {"tokens.kl_in_reward": tuple(_rewards())}

"""Deviations of rewards of tokens and masks of responses: where the score stands, where a response ends."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec.numbers import where
from ..contracts.tokens import Part, score_on_the_last
from ..deviation import BUG, CONTESTED, DELIBERATE, Deviation, deviation, instead
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
        "score_on_the_first_padding", "the score stands on the place after the response's last token, if there is one",
        _placed(lambda m: np.minimum(_last(m) + 1, m.shape[1] - 1)), CONTESTED, ("huggingface/trl#3750",),
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
    labels = [label for label, *_ in _SCORES]
    for position, (label, says, part, kind, seen) in enumerate(_SCORES):
        spelling = str(position) if label in labels[:position] else ""
        yield deviation(label, says, exchanged("score", part), kind=kind, seen=seen, spelling=spelling)


def _before_padding(facts: Facts, *, end: bool = True) -> Any:
    tokens = facts["response_tokens"]
    is_end = tokens == facts["eos_token"]
    return (is_end.cumsum(axis=1) - (is_end if end else 0)) == 0


def _up_to_the_end(facts: Facts) -> Any:
    """All up to the first end; where there is none, all."""
    return _before_padding(facts)


def _mask(formula: Callable[[Facts], Any]) -> Callable[[Any], Any]:
    return instead(lambda f: {"response_mask": formula(f)})


_MASKS = (
    deviation(
        "padding_counts_without_an_end", "a response without an end counts to the end of the row, padding as well",
        _mask(_up_to_the_end), effect="padding enters statistics, divergences and the loss",
        seen=("verl-project/verl#3805",),
    ),
    deviation(
        "end_does_not_count", "the end of a response does not count, so that ending is not learnt",
        _mask(lambda f: _before_padding(f, end=False) & (f["response_tokens"] != f["pad_token"])),
        effect="the policy does not learn to end its responses",
    ),
    deviation(
        "end_does_not_count", "the end of a response does not count, and padding does where there is none",
        _mask(lambda f: _before_padding(f, end=False)), spelling="padding",
    ),
    deviation(
        "end_as_padding", "what is not padding counts: the end does not, where it serves as padding",
        _mask(lambda f: f["response_tokens"] != f["pad_token"]),
    ),
    deviation("everything_counts", "every place counts", _mask(lambda f: f["response_tokens"] == f["response_tokens"])),
    deviation(
        "only_ended_responses_count", "a response without an end does not count at all",
        _mask(lambda f: _shown(f) & (f["response_tokens"] == f["eos_token"]).any(axis=1)[:, None]), kind=DELIBERATE,
    ),
    deviation(
        "one_place_after_the_end", "the place after the end counts as well",
        _mask(lambda f: np.concatenate([np.ones_like(_shown(f)[:, :1]), _shown(f)[:, :-1]], axis=1)),
    ),
)  # fmt: skip


def _shown(facts: Facts) -> Any:
    tokens = facts["response_tokens"]
    return _before_padding(facts) & ((tokens != facts["pad_token"]) | (tokens == facts["eos_token"]))


DEVIATIONS = {"tokens.kl_in_reward": tuple(_rewards()), "tokens.response_mask": _MASKS}

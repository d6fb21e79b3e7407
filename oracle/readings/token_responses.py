"""Names for the tokens of responses, their end and their padding."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..reading import Facts, Reading, Rule, reading, rule

RESPONSES = ("tokens.response_mask",)
NO_PADDING = "padding after a response that was cut before its end"


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _ended(drawn: Facts) -> Facts:
    """Padding after an end alone: where a response was cut, its last token goes on."""
    tokens, end, padding = drawn["response_tokens"], drawn["eos_token"], drawn["pad_token"]
    after_end = (tokens == end).cumsum(axis=1) > 0
    ordinary = max(int(tokens.max()), int(end), int(padding)) + 1
    return {**drawn, "response_tokens": np.where((tokens == padding) & ~after_end, ordinary, tokens)}


def _attention(drawn: Facts) -> Any:
    """True for every place that is no padding: an end that serves as padding is shown once."""
    is_end = drawn["response_tokens"] == drawn["eos_token"]
    after_end = is_end.cumsum(axis=1) - is_end > 0
    return (drawn["response_tokens"] != drawn["pad_token"]) | (is_end & ~after_end)


READINGS: tuple[Reading, ...] = (
    *(
        reading(
            word, "tokens", f"{word}[i, t]: token t of response i", _told("response_tokens"),
            {"response_tokens": _told(word)}, needs=("response_tokens", "eos_token", "pad_token"), among=RESPONSES,
        )
        for word in ("responses", "actions", "tokens")
    ),
    *(
        reading(
            word, "own", f"{word}[i, t]: place t of response i holds no padding", _attention,
            {"no_padding": _told(word)}, needs=("response_tokens", "eos_token", "pad_token"), among=RESPONSES,
        )
        for word in ("mask", "valid")
    ),
)  # fmt: skip


def _padding_elsewhere(facts: Facts) -> int:
    """A token that is nowhere but where the other flags say so."""
    hidden = facts["response_tokens"][~np.asarray(facts["no_padding"], dtype=bool)]
    hidden = hidden[hidden != facts["eos_token"]]
    return int(hidden[0]) if len(hidden) else int(facts["eos_token"])


RULES: tuple[Rule, ...] = (
    rule("pad_token", ("no_padding", "response_tokens", "eos_token"), _padding_elsewhere, among=RESPONSES,
         beside=("no_padding",)),
    rule("pad_token", ("eos_token",), lambda f: int(f["eos_token"]), limit=NO_PADDING, restrict=_ended, among=RESPONSES,
         unless=("no_padding",), assumes="padding_counts_without_an_end"),
)  # fmt: skip

SYNONYMS = {
    "responses": (
        *("response_ids", "completion_ids", "response_id", "response", "token_ids", "completions", "input_ids"),
        *("sequences", "ids", "x"),
    ),
    "eos_token": ("eos_token_id", "eos_id", "eos", "stop_token_id", "end_token"),
    "pad_token": ("pad_token_id", "pad_id", "pad", "padding_token"),
}

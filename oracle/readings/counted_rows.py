"""Rows that are no transitions: those that a reset takes, padding after a sequence, tokens that another wrote.

Under NEXT_STEP auto-reset the row after the end of an episode is a dummy: it holds the last observation, its action
is ignored, its reward is zero and its successor is the first observation of the next episode. Its result must be
zero. What stands in rows that a mask leaves out, in or after a sequence, may be anything, as may the results there.
"""

from typing import Any

import numpy as np

from ...spec.numbers import stack, where
from ..deviation import joined, later
from ..reading import Facts, Reading, Rule, reading, rule
from .trajectories import STEPWISE, ended, shifted, told, without

COUNTED = (*STEPWISE, "pg.reinforce")
"""Equations whose data may hold rows that do not count."""
DRAWN = ("rewards", "values", "next_values", "terminated", "truncated")


def reset_rows(drawn: Facts) -> Any:
    """Whether a row is the one that a reset takes: that after the end of an episode, unless it is a reset itself."""
    ends = ended(drawn)
    rows = np.zeros_like(ends)
    for t in range(1, len(ends)):
        rows[t] = ends[t - 1] & ~rows[t - 1]
    return rows


def next_step(drawn: Facts) -> Facts:
    """The data as NEXT_STEP auto-reset records it."""
    rows = reset_rows(drawn)
    return {
        **drawn,
        "rewards": where(rows, 0, drawn["rewards"]),
        "values": where(rows, later(drawn["next_values"]), drawn["values"]),
        "terminated": drawn["terminated"] & ~rows,
        "truncated": drawn["truncated"] & ~rows,
        "valid": ~rows,
    }


def _as_sequence(drawn: Facts, counted: Any) -> Facts:
    """Let the last row that counts end the episode; what does not count is not between two episodes, but within one."""
    last, inside = last_counted({"valid": counted}), counted & joined(counted[1:], counted[-1:])
    ends = {"terminated": drawn["terminated"] & inside | last, "truncated": drawn["truncated"] & inside & ~last}
    return {**drawn, **ends, "valid": counted}


def padded(drawn: Facts) -> Facts:
    """Padding after each sequence, of another length in each column."""
    length, shape = len(drawn["rewards"]), drawn["rewards"].shape
    columns = np.arange(int(np.prod(shape[1:]))).reshape(shape[1:])
    counts = 1 + (length - drawn["split"] - 1 + columns) % length
    return _as_sequence(drawn, np.arange(length).reshape(-1, *[1] * columns.ndim) < counts)


def with_holes(drawn: Facts) -> Facts:
    """Rows that do not count anywhere."""
    return _as_sequence(drawn, drawn["valid"])


def last_counted(facts: Facts) -> Any:
    """Whether a row is the last that counts."""
    counted = np.asarray(facts["valid"], dtype=bool)
    after = np.cumsum(counted[::-1], axis=0)[::-1]
    return counted & (after == 1)


def next_counted(facts: Facts) -> Any:
    """The value in the next row that counts, and at the end the last value."""
    counted, values = np.asarray(facts["valid"], dtype=bool), shifted(facts)
    found, following = [], values[-1]
    for t in reversed(range(len(counted))):
        found.append(following)
        following = where(counted[t], facts["values"][t], following)
    return stack(found[::-1])


def _flags(word: str) -> dict[str, Any]:
    return {"valid": lambda arguments: np.asarray(arguments[word], dtype=bool)}


def _resets(word: str) -> dict[str, Any]:
    return {**_flags(word), "reset_rows": lambda arguments: ~np.asarray(arguments[word], dtype=bool)}


READINGS: tuple[Reading, ...] = (
    *(
        entry
        for word in ("valid", "mask")
        for entry in (
            reading(
                word, "next_step", f"{word}[t]: row t is a transition, not one that a reset takes (NEXT_STEP)",
                told("valid"), _resets(word), needs=(*DRAWN, "valid"), prepare=next_step, among=COUNTED,
            ),
            reading(
                word, "tokens", f"{word}[t]: row t counts; the last that does ends the episode",
                told("valid"), _flags(word), needs=(*DRAWN, "valid"), prepare=with_holes, among=COUNTED,
                style={"ends": "mask"},
            ),
            reading(
                word, "padded", f"{word}[t]: row t is not padding after the end of the episode",
                told("valid"), _flags(word), needs=(*DRAWN, "split", "valid"), prepare=padded, among=COUNTED,
                style={"ends": "mask"},
            ),
        )
    ),
    reading(
        "autoreset", "next_step", "the row after the end of an episode is a reset, not a transition",
        told("valid"), _resets("autoreset"), needs=(*DRAWN, "valid"), prepare=next_step, about_data=True,
    ),
    reading(
        "autoreset", "same_step", "an episode that ends is reset in the same row", lambda _: True, {}, needs=(),
        about_data=True,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    rule("next_values", ("values", "last_value"), shifted, beside=("reset_rows",)),
    rule("next_values", ("values", "last_value"), next_counted, beside=("valid",), unless=("truncated", "reset_rows")),
    rule(
        "terminated", ("valid",), last_counted, unless=("reset_rows", "dones", "started"),
        restrict=without("terminated", "truncated"),
    ),
)  # fmt: skip

SYNONYMS = {
    "valid": ("valids", "valid_rows", "is_valid", "real", "valid_mask", "is_transition", "row_mask"),
    "mask": (
        *("masks", "response_mask", "action_mask", "attention_mask", "loss_mask", "padding_mask", "token_mask"),
        *("completion_mask", "eos_mask", "pad_mask", "seq_mask", "sequence_mask"),
    ),
}

"""Names for the rewards of groups of sequences: in rows, in one list with the number or the index of its group."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...spec.numbers import rational, where
from ..reading import Facts, Reading, Rule, reading, rule

GROUPS = ("group_rewards",)
"""Equations of groups, by their parameter."""
REWARDS = ("rewards", "scores", "returns")


def _told(word: str) -> Callable[[Facts], Any]:
    return lambda arguments: arguments[word]


def _adjacent(drawn: Facts) -> Any:
    return drawn["group_rewards"].reshape(-1)


def _interleaved(drawn: Facts) -> Any:
    return drawn["group_rewards"].T.reshape(-1)


def _size(drawn: Facts) -> int:
    return int(drawn["group_rewards"].shape[1])


def _index(drawn: Facts) -> Any:
    """Groups in turn, so that those of a group are not adjacent."""
    groups, size = drawn["group_rewards"].shape
    return np.tile(np.arange(groups), size)


def _flat(word: str) -> tuple[Reading, ...]:
    said = f"{word}[n]: the reward of sequence n"
    return (
        reading(
            word, "adjacent", f"{said}; those of a group stand together", _adjacent,
            {"adjacent_rewards": _told(word)}, needs=("group_rewards",), among=GROUPS, style={"groups": "adjacent"},
        ),
        reading(
            word, "in_turn", f"{said}; groups take turns", _interleaved,
            {"interleaved_rewards": _told(word)}, needs=("group_rewards",), among=GROUPS, style={"groups": "in turn"},
        ),
    )  # fmt: skip


def _scores_of_tokens(drawn: Facts) -> Any:
    mask = drawn["group_token_mask"]
    last = mask & (mask[:, ::-1].cumsum(axis=1)[:, ::-1] == 1)
    return where(last, _interleaved(drawn)[:, None], 0)


READINGS: tuple[Reading, ...] = (
    *(
        reading(
            word, "groups", f"{word}[p, i]: the reward of sequence i of prompt p", _told("group_rewards"),
            {"group_rewards": _told(word)}, needs=GROUPS, among=GROUPS, style={"groups": "rows"},
        )
        for word in REWARDS
    ),
    *(entry for word in REWARDS for entry in _flat(word)),
    reading(
        "group_size", "own", "group_size: how many sequences each prompt has", _size,
        {"group_size": lambda a: int(a["group_size"])}, needs=GROUPS, among=GROUPS,
    ),
    reading(
        "group_index", "own", "group_index[n]: the prompt of sequence n", _index,
        {"group_index": _told("group_index")}, needs=GROUPS, among=GROUPS, style={"groups": "in turn"},
    ),
    reading(
        "token_scores", "own", "token_scores[n, t]: the reward of sequence n, at its last token", _scores_of_tokens,
        {"interleaved_rewards": lambda a: a["token_scores"].sum(axis=1)}, needs=(*GROUPS, "group_token_mask"),
        among=GROUPS, style={"groups": "in turn"},
    ),
    *(
        reading(
            word, "groups", f"{word}[n, t]: token t of sequence n counts", _told("group_token_mask"),
            {"group_token_mask": _told(word)}, needs=("group_token_mask",), among=GROUPS,
        )
        for word in ("mask", "valid", "token_mask")
    ),
)  # fmt: skip


def _constants(fact: str, constants: Sequence[Any], among: Sequence[str]) -> tuple[Rule, ...]:
    return tuple(
        rule(
            fact, (), lambda _, constant=constant: constant if isinstance(constant, int) else rational(constant),
            convention=f"{constant:g}", limit=f"another {fact} than {constant:g}", among=among,
        )
        for constant in constants
    )  # fmt: skip


STANDARDISED = ("tokens.group_advantages", "tokens.leave_one_out_normalised_advantages")

RULES: tuple[Rule, ...] = (
    rule("group_rewards", ("adjacent_rewards", "group_size"),
         lambda f: f["adjacent_rewards"].reshape(-1, f["group_size"]), beside=("adjacent_rewards",)),
    rule("group_rewards", ("interleaved_rewards", "group_size"),
         lambda f: f["interleaved_rewards"].reshape(f["group_size"], -1).T,
         beside=("interleaved_rewards", "group_size")),
    rule("group_rewards", ("interleaved_rewards", "group_index"),
         lambda f: f["interleaved_rewards"].reshape(-1, len(np.unique(f["group_index"]))).T,
         beside=("interleaved_rewards", "group_index"), unless=("group_size",)),
    *_constants("ddof", (0, 1), STANDARDISED),
    *_constants("norm_epsilon", (1e-8, 0.0, 1e-6, 1e-4, 1e-5, 1e-9), STANDARDISED),
)  # fmt: skip

SYNONYMS = {
    "rewards": ("group_scores", "rlhf_reward", "outcome_rewards", "sequence_rewards"),
    "scores": ("score",),
    "group_size": (
        *("num_generations", "n_samples_per_prompt", "num_samples", "samples_per_prompt", "rloo_k", "k", "G", "n"),
        *("group_num", "num_return_sequences", "n_rollouts", "num_rollouts", "n_samples"),
    ),
    "group_index": ("index", "uid", "uids", "group_ids", "group_id", "prompt_ids", "groups", "group", "prompts"),
}

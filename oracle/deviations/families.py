"""What can go wrong with any equation about certain facts."""

from collections.abc import Iterator

import numpy as np

from ..contract import Contract
from ..deviation import Deviation, after, before, deviation, earlier, joined, later

STEPPED = (
    *("rewards", "values", "next_values", "terminated", "truncated", "ratios", "advantages", "returns"),
    *("log_probs", "old_log_probs", "old_values"),
)
FLAGS = ("terminated", "truncated", "token_mask")
DECAYS = ("gamma", "gae_lambda", "trace_decay")


def shifted_in_time(_: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """An array is read one step too early or too late."""
    for word in STEPPED:
        if word in facts:
            yield deviation(
                f"{word}_of_the_previous_step", f"{word}[t] is read one step too late: it is that of step t - 1",
                before(lambda f, w=word: {w: later(f[w])}), needs=(word,),
            )  # fmt: skip
            yield deviation(
                f"{word}_of_the_next_step", f"{word}[t] is read one step too early: it is that of step t + 1",
                before(lambda f, w=word: {w: earlier(f[w])}), needs=(word,),
            )  # fmt: skip


def ignored(_: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Flags or decays that are not applied, or applied twice."""
    for word in FLAGS:
        if word in facts:
            kept = np.ones_like if word == "token_mask" else np.zeros_like
            yield deviation(
                f"{word}_ignored", f"{word} is ignored", before(lambda f, w=word, k=kept: {w: k(f[w])}), needs=(word,)
            )
    for word in DECAYS:
        if word in facts:
            yield deviation(
                f"{word}_is_one", f"{word} is not applied", before(lambda f, w=word: {w: 0 * f[w] + 1}), needs=(word,)
            )
            yield deviation(
                f"{word}_squared", f"{word} is applied twice", before(lambda f, w=word: {w: f[w] * f[w]}), needs=(word,)
            )


def ends_of_episodes(_: Contract, __: frozenset[str]) -> Iterator[Deviation]:
    """Terminations and truncations that are taken for each other, and the values after them."""
    yield deviation(
        "truncation_as_termination",
        "a truncated episode is treated as terminated: the value of its last successor is dropped",
        before(lambda f: {"terminated": f["terminated"] | f["truncated"], "truncated": np.zeros_like(f["truncated"])}),
        needs=("terminated", "truncated"),
        effect="values learn that time runs out, though no observation shows it",
        seen=("vwxyzjn/cleanrl#198", "luchris429/purejaxrl#20", "DLR-RM/stable-baselines3#633", "openai/baselines#436"),
    )
    yield deviation(
        "termination_as_truncation",
        "a terminated episode is treated as truncated: the value of a terminal state is added",
        before(lambda f: {"truncated": f["terminated"] | f["truncated"], "terminated": np.zeros_like(f["terminated"])}),
        needs=("terminated", "truncated"),
    )
    yield deviation(
        "successor_after_reset",
        "the value after the end of an episode is that of the next episode's first state",
        before(lambda f: {"next_values": joined(f["values"][1:], f["next_values"][-1:])}),
        needs=("values", "next_values"),
    )
    yield deviation(
        "own_value_as_successor",
        "V(s_t) stands for V(s_{t+1})",
        before(lambda f: {"next_values": f["values"]}),
        needs=("values", "next_values"),
    )


def scaled(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """A wrong sign or factor."""
    name = contract.equation.name
    yield deviation("negated", "the sign is wrong", after(lambda _, o: {name: -o[name]}))
    yield deviation("doubled", "twice the right result", after(lambda _, o: {name: 2 * o[name]}))
    yield deviation("halved", "half of the right result", after(lambda _, o: {name: o[name] / 2}))


FAMILIES = (ends_of_episodes, shifted_in_time, ignored, scaled)

"""What can go wrong with the alignment of arrays along time, and at the ends of data: for any equation about steps."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...spec.numbers import maximum, minimum, rational, sqrt, where
from ..contract import Contract
from ..deviation import DELIBERATE, Deviation, after, before, deviation, earlier, joined, later
from ..reading import Facts

ARRAYS = ("rewards", "values", "next_values", "ratios")
FLAGS = ("terminated", "truncated")
EPSILONS = ("1e-8", "1e-5", "0", "1e-6", "1e-7", "1e-9", "1e-10", "1/8388608")
"""The last one is the distance of float32's one to the next number, which is what `finfo.eps` gives."""


def _pushed(array: Any) -> Any:
    return joined(_none(array), array[:-1])


def _pulled(array: Any) -> Any:
    return joined(array[1:], _none(array))


def _none(array: Any) -> Any:
    return np.zeros_like(array[:1]) if getattr(getattr(array, "dtype", None), "kind", "") == "b" else 0 * array[:1]


def _rolled(array: Any) -> Any:
    return joined(array[-1:], array[:-1])


def _rolled_back(array: Any) -> Any:
    return joined(array[1:], array[:1])


BACK: tuple[tuple[str, Callable[[Any], Any]], ...] = (("from zero", _pushed), ("rolled", _rolled))
AHEAD: tuple[tuple[str, Callable[[Any], Any]], ...] = (("to zero", _pulled), ("rolled", _rolled_back))
"""What happens at the edge of the data, besides that the edge stays."""


def edges(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """An array is read one step too early or too late, and something else than its own entry stands at the edge."""
    if not _is_about_steps(contract):
        return
    for word in (*ARRAYS, *FLAGS):
        if word in facts:
            for spelling, shift in BACK:
                yield deviation(
                    f"{word}_of_the_previous_step",
                    f"{word}[t] is read one step too late: it is that of step t - 1",
                    before(lambda f, w=word, s=shift: {w: s(f[w])}),
                    needs=(word,),
                    spelling=spelling,
                )
            for spelling, shift in AHEAD:
                yield deviation(
                    f"{word}_of_the_next_step",
                    f"{word}[t] is read one step too early: it is that of step t + 1",
                    before(lambda f, w=word, s=shift: {w: s(f[w])}),
                    needs=(word,),
                    spelling=spelling,
                )


def ends(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Both flags are read one step off, ignored, or exchanged; the last of them, and the last value, left out."""
    if not _is_about_steps(contract) or not facts.issuperset(FLAGS):
        return
    moved = (("", earlier), *AHEAD), (("", later), *BACK)
    for spelling, shift in moved[0]:
        yield deviation(
            "flags_of_the_next_step",
            "the end of transition t is read from the flag of t + 1",
            before(lambda f, s=shift: {name: s(f[name]) for name in FLAGS}),
            needs=FLAGS,
            spelling=spelling,
            effect="estimates leak across the ends of episodes, and stop before them",
            seen=("DLR-RM/stable-baselines3#105", "hill-a/stable-baselines#385"),
        )
    for spelling, shift in moved[1]:
        yield deviation(
            "flags_of_the_previous_step",
            "the end of transition t is read from the flag of t - 1, as if observation t began an episode",
            before(lambda f, s=shift: {name: s(f[name]) for name in FLAGS}),
            needs=FLAGS,
            spelling=spelling,
            effect="estimates leak across the ends of episodes, and stop after them",
            seen=("hill-a/stable-baselines#385",),
        )
    yield deviation(
        "ends_of_episodes_ignored",
        "neither terminations nor truncations are seen",
        before(lambda f: {name: np.zeros_like(f[name]) for name in FLAGS}),
        needs=FLAGS,
        effect="estimates leak across the ends of episodes",
    )
    yield deviation(
        "terminated_and_truncated_exchanged",
        "terminations and truncations are taken for each other",
        before(lambda f: {"terminated": f["truncated"], "truncated": f["terminated"]}),
        needs=FLAGS,
    )
    yield deviation(
        "flags_inverted",
        "True stands for going on where it means the end",
        before(
            lambda f: {"terminated": ~(f["terminated"] | f["truncated"]), "truncated": np.zeros_like(f["truncated"])}
        ),
        needs=FLAGS,
    )
    yield deviation(
        "last_flag_ignored",
        "whether the last transition ended an episode is not asked",
        before(lambda f: {name: joined(f[name][:-1], np.zeros_like(f[name][-1:])) for name in FLAGS}),
        needs=FLAGS,
        effect="the value of a terminal state is added at the end of the data",
    )
    yield deviation(
        "data_end_as_termination",
        "the end of the data is treated as a termination",
        before(lambda f: {"terminated": joined(f["terminated"][:-1], np.ones_like(f["terminated"][-1:]))}),
        needs=FLAGS,
        effect="the value after the last step is dropped",
    )
    yield deviation(
        "reward_of_the_last_step_dropped",
        "the reward of a step that ends an episode is dropped",
        before(lambda f: {"rewards": where(f["terminated"] | f["truncated"], 0, f["rewards"])}),
        needs=(*FLAGS, "rewards"),
    )
    yield deviation(
        "reward_of_the_terminal_step_dropped",
        "the reward of a step that enters a terminal state is dropped",
        before(lambda f: {"rewards": where(f["terminated"], 0, f["rewards"])}),
        needs=(*FLAGS, "rewards"),
    )


def clipped_rewards(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Rewards that are made small, as for games, before anything is computed."""
    if not _is_about_steps(contract):
        return
    for spelling, small in (("sign", 0), ("clip", 1)):
        yield deviation(
            "rewards_clipped",
            "rewards are clipped to [-1, 1], or their signs stand for them",
            before(lambda f, c=small: {"rewards": maximum(minimum(f["rewards"], 1), -1) if c else _sign(f["rewards"])}),
            needs=("rewards",),
            effect="what is maximised is another sum: large and small rewards count alike",
            kind=DELIBERATE,
            spelling=spelling,
        )


def _sign(array: Any) -> Any:
    return where(array > 0, 1, where(array < 0, -1, 0)) + 0 * array


def discounts(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Discounts of each transition, and the flags that are read off them, one step off."""
    if not _is_about_steps(contract) or "gamma" not in facts:
        return
    for name, shift in (("next", earlier), ("previous", later)):
        yield deviation(
            f"gamma_of_the_{name}_step",
            f"the discount of transition t is that of the {name} one",
            before(lambda f, s=shift: {"gamma": s(f["gamma"]) if np.ndim(f["gamma"]) else f["gamma"]}),
        )
        yield deviation(
            f"discounts_of_the_{name}_step",
            f"discount and end of transition t are those of the {name} one",
            before(
                lambda f, s=shift: {
                    "gamma": s(f["gamma"]) if np.ndim(f["gamma"]) else f["gamma"],
                    "terminated": s(f["terminated"]),
                }
            ),
            needs=("terminated",),
        )


def decays(_: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """A decay exchanged with one minus itself, or decays with each other."""
    for word in ("gamma", "gae_lambda", "trace_decay"):
        if word in facts:
            yield deviation(
                f"one_minus_{word}",
                f"one minus {word} stands for {word}",
                before(lambda f, w=word: {w: 1 - f[w]}),
                needs=(word,),
            )
            if word != "gamma" and "gamma" in facts:
                yield deviation(
                    f"gamma_and_{word}_exchanged",
                    f"gamma and {word} stand in each other's place",
                    before(lambda f, w=word: {w: f["gamma"], "gamma": f[w]}),
                    needs=(word, "gamma"),
                )


def results(contract: Contract, _: frozenset[str]) -> Iterator[Deviation]:
    """Results of another step, normalised, discounted once more, or of which the last is left out."""
    if not contract.has_rows:
        return
    name = contract.equation.name
    yield deviation(
        "squared", "the result is squared, as a loss would be", after(lambda _, o: {name: o[name] * o[name]})
    )
    yield deviation("magnitude", "the sign of the result is lost", after(lambda _, o: {name: abs(o[name])}))
    yield deviation(
        "last_step_is_zero", "the last step gets nothing", after(lambda _, o: {name: _pulled(_pushed(o[name]))})
    )
    yield deviation(
        "discounted_once_more",
        "the result is discounted once more",
        after(lambda f, o: {name: f["gamma"] * o[name]}),
        needs=("gamma",),
    )
    yield deviation(
        "result_of_the_next_step", "the result of step t is that of t + 1", after(lambda _, o: {name: earlier(o[name])})
    )
    yield deviation(
        "result_of_the_previous_step",
        "the result of step t is that of t - 1",
        after(lambda _, o: {name: later(o[name])}),
    )
    yield deviation(
        "same_at_every_step",
        "every step gets the result of the first",
        after(lambda _, o: {name: o[name][:1][np.zeros(len(o[name]), dtype=int)]}),
        effect="each action is credited with rewards from before it",
        seen=("udacity/deep-reinforcement-learning#42",),
    )
    yield deviation(
        "centred",
        "the mean over the batch is subtracted",
        after(lambda _, o: {name: o[name] - _mean(o[name])}),
    )
    for epsilon in EPSILONS:
        for ddof in (0, 1):
            yield deviation(
                "normalised",
                "the result is normalised: less its mean, divided by its standard deviation",
                after(lambda _, o, e=epsilon, d=ddof: {name: _normalised(o[name], e, d)}),
                spelling=f"ddof {ddof}, epsilon {epsilon}",
            )


def rows(contract: Contract, facts: frozenset[str]) -> Iterator[Deviation]:
    """Rows that do not count, counted."""
    if not contract.has_rows or "valid" not in facts:
        return
    if "reset_rows" in facts:
        yield deviation(
            "reset_row_counted",
            "the row that a reset takes (NEXT_STEP) is treated as a transition",
            before(_every_row),
            effect="the network is trained on the value of one episode's end and another's start",
            needs=("reset_rows",),
            seen=("vwxyzjn/cleanrl#562",),
        )
        return
    for spelling, changed in (("", _as_rows), ("ends seen", _as_rows_with_ends), ("successors seen", _every_row)):
        yield deviation(
            "masked_rows_counted",
            "rows that do not count are treated as transitions",
            before(changed),
            effect="what stands in padding enters the estimates of what counts",
            spelling=spelling,
        )
    yield deviation(
        "padding_bootstraps",
        "the last token that counts bootstraps from the value of the padding after it",
        before(_padding_bootstraps),
        needs=("truncated", "next_values", "values"),
        seen=("alibaba/ROLL PR#447",),
        effect="values of padding, which nothing trains, enter every advantage",
    )


def _shifted(facts: Facts) -> Any:
    return joined(facts["values"][1:], facts["next_values"][-1:]) if "values" in facts else facts["next_values"]


def _as_rows_with_ends(facts: Facts) -> dict[str, Any]:
    return {**_every_row(facts), "next_values": _shifted(facts)}


def _as_rows(facts: Facts) -> dict[str, Any]:
    return {**_as_rows_with_ends(facts), "terminated": facts["terminated"] & ~_last(facts)}


def _padding_bootstraps(facts: Facts) -> dict[str, Any]:
    last = _last(facts)
    return {
        "next_values": where(last, _shifted(facts), facts["next_values"]),
        "terminated": facts["terminated"] & ~last,
        "truncated": facts["truncated"] | last,
    }


def _every_row(facts: Facts) -> dict[str, Any]:
    return {"valid": np.ones_like(facts["valid"])}


def _last(facts: Facts) -> Any:
    counted = np.asarray(facts["valid"], dtype=bool)
    return counted & (np.cumsum(counted[::-1], axis=0)[::-1] == 1)


def _mean(array: Any) -> Any:
    return array.sum() / int(np.prod(np.shape(array)))


def _normalised(array: Any, epsilon: str, ddof: int) -> Any:
    count = int(np.prod(np.shape(array)))
    centred = array - _mean(array)
    squares = centred * centred
    deviation_of = sqrt(squares.sum() / (count - ddof))
    return centred / (deviation_of + rational(epsilon))


def _is_about_steps(contract: Contract) -> bool:
    return "rewards" in contract.parameters


FAMILIES = (edges, ends, clipped_rewards, discounts, decays, results, rows)

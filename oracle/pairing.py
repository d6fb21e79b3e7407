"""Which two deviations may explain a function together, judged by what each does alone."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from .deviation import Deviation, named
from .trial import Observation, Trial

PROBES = 16
"""On so many observations at which the function is wrong, and half as many others, it is seen what each does alone."""


def pairs_of_deviations(trial: Trial, seen: Sequence[Observation]) -> Iterator[Deviation]:
    """Pairs that are not ruled out: where the one changes nothing, the other must explain the function alone."""
    is_wrong = [trial.is_wrong_roughly(entry) for entry in seen]
    wrong = [entry for entry, found in zip(seen, is_wrong, strict=True) if found][:PROBES]
    others = [entry for entry, found in zip(seen, is_wrong, strict=True) if not found]
    probes = [*wrong, *others[: PROBES // 2]]
    idle: dict[str, set[int]] = {}
    alone: dict[str, set[int]] = {}
    options, right = [], trial.contract.compute
    for deviation in named(trial.contract, trial.setting.told):
        if deviation.spelling:
            continue
        compute = deviation.change(right)
        idle[deviation.id] = {i for i, entry in enumerate(probes) if trial.is_same(entry, right, compute)}
        alone[deviation.id] = {i for i, entry in enumerate(probes) if not trial.is_refuted(entry, compute)}
        if len(idle[deviation.id]) < len(probes):
            options.append(deviation)
    for outer, inner in permutations(options, 2):
        if idle[inner.id] <= alone[outer.id] and idle[outer.id] <= alone[inner.id]:
            yield outer.after(inner)

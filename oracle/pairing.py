"""Which two deviations may explain a function together, judged by what each does alone."""

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np

from .contract import Compute
from .deviation import Deviation, named
from .trial import Observation, Trial

PROBES = 16
"""On so many observations it is seen what each deviation does alone."""


def pairs_of_deviations(trial: Trial, seen: Sequence[Observation]) -> Iterator[Deviation]:
    """Pairs that are not ruled out: where the one changes nothing, the other must explain the function alone."""
    probes = seen[:PROBES]
    right = [trial.in_doubles(entry, trial.contract.compute) for entry in probes]
    idle: dict[str, set[int]] = {}
    alone: dict[str, set[int]] = {}
    options = []
    for deviation in named(trial.contract, trial.setting.told):
        if deviation.spelling:
            continue
        compute = deviation.change(trial.contract.compute)
        idle[deviation.id] = {i for i, entry in enumerate(probes) if _is_idle(trial, entry, compute, right[i])}
        alone[deviation.id] = {i for i, entry in enumerate(probes) if not trial.is_refuted(entry, compute)}
        if len(idle[deviation.id]) < len(probes):
            options.append(deviation)
    for outer, inner in permutations(options, 2):
        if idle[inner.id] <= alone[outer.id] and idle[outer.id] <= alone[inner.id]:
            yield outer.after(inner)


def _is_idle(trial: Trial, seen: Observation, compute: Compute, right: tuple[np.ndarray, ...] | None) -> bool:
    """Whether the deviation changes nothing about these arguments."""
    changed = trial.in_doubles(seen, compute)
    if right is None or changed is None:
        return False
    return all(np.array_equal(one, other, equal_nan=True) for one, other in zip(right, changed, strict=True))

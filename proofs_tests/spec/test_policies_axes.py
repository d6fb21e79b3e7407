"""Equations about rows of actions take any number of leading axes, also none, in floats and in balls."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import divergence, imitation, numbers, policy

COUNT, SHAPES = 3, ((), (2,), (2, 1, 2))
HALF = numbers.rational("1/2")


def logits(shape: tuple[int, ...]) -> np.ndarray:
    """Different numbers in every entry."""
    size = int(np.prod(shape)) * COUNT
    return numbers.exact([(7 * i) % 5 - 2 for i in range(size)]).reshape(*shape, COUNT) * HALF


def distributions(shape: tuple[int, ...], first: int = 1) -> np.ndarray:
    """Different distributions in every row."""
    size = int(np.prod(shape))
    rows = [[first + i, 2, 9 - first - i] for i in range(size)]
    return (numbers.exact(rows) / 11).reshape(*shape, COUNT)


def actions(shape: tuple[int, ...]) -> np.ndarray:
    """Indices that change from row to row."""
    return (np.arange(int(np.prod(shape))) % COUNT).reshape(shape)


CALLS: dict[str, tuple[Callable[..., Any], tuple[Callable[..., Any], ...]]] = {
    "greedy": (policy.greedy, (logits,)),
    "epsilon_greedy": (lambda values: policy.epsilon_greedy(values, epsilon_random="1/4"), (logits,)),
    "deterministic": (lambda chosen: policy.deterministic(chosen, number_of_actions=COUNT), (actions,)),
    "log_softmax": (policy.log_softmax, (logits,)),
    "softmax": (policy.softmax, (logits,)),
    "log_prob": (policy.log_prob, (actions, logits)),
    "entropy": (policy.entropy, (logits,)),
    "score": (policy.score, (actions, logits)),
    "fisher": (policy.fisher, (logits,)),
    "pinsker": (divergence.pinsker, (distributions, lambda shape: distributions(shape, 2))),
    "bretagnolle_huber": (divergence.bretagnolle_huber, (distributions, lambda shape: distributions(shape, 2))),
    "coupling": (divergence.coupling, (distributions, lambda shape: distributions(shape, 2))),
    "kl_fisher": (divergence.kl_fisher, (logits, distributions)),
    "kl_logits_gradient": (divergence.kl_logits_gradient, (distributions, logits)),
    "cross_entropy": (imitation.cross_entropy, (distributions, logits)),
    "gaussian_entropy": (policy.gaussian_entropy, (logits,)),
    "gaussian_log_prob": (policy.gaussian_log_prob, (distributions, logits, logits)),
    "gaussian_kl": (policy.gaussian_kl, (distributions, logits, logits, logits)),
    "squashed_gaussian_log_prob": (policy.squashed_gaussian_log_prob, (logits, distributions, logits)),
}


def in_system(data: np.ndarray, system: str) -> np.ndarray:
    """Indices stay as they are."""
    return data if data.dtype.kind == "i" else numbers.convert(data, system)


@pytest.mark.parametrize("system", ["float64", "ball"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", CALLS)
def test_every_row_is_treated_as_if_it_were_alone(name: str, shape: tuple[int, ...], system: str) -> None:
    """The result of a batch holds, row by row, the results of its rows."""
    function, makers = CALLS[name]
    data = [in_system(make(shape), system) for make in makers]
    together = np.asarray(function(*data))
    for row in np.ndindex(shape):
        alone = np.asarray(function(*(each[row] for each in data)))
        assert together.shape == shape + alone.shape
        assert np.array_equal(numbers.float64(together[row]), numbers.float64(alone))

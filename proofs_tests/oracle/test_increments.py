"""A new version of an estimate may be computed as its change, whose roundings are as large as the estimate."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from rlproof.oracle import check
from rlproof.spec.decision_process import MDP
from rlproof.spec.numbers import exact

from .right.sweeps import backup_as_a_sweep

Array = np.ndarray


def mean_backup_less_estimate(P: Array, R: Array, policy: Array, V: Array, gamma: float) -> Array:
    """The difference of whole backups."""
    return V + ((policy * (R + gamma * P @ V)).sum(axis=1) - V)


def best_backup_less_estimate(P: Array, R: Array, V: Array, gamma: float) -> Array:
    """The best difference."""
    return V + (R + gamma * P @ V - V[:, None]).max(axis=1)


def mean_backup_of_actions(P: Array, R: Array, policy: Array, Q: Array, gamma: float) -> Array:
    """As SARSA has it, with a step size of one."""
    return Q + (R + gamma * P @ (policy * Q).sum(axis=1) - Q)


def best_backup_of_actions(P: Array, R: Array, Q: Array, gamma: float) -> Array:
    """As Q-learning has it, with a step size of one."""
    return Q + (R + gamma * P @ Q.max(axis=1) - Q)


def target_by_error(
    rewards: Array, q_values: Array, actions: Array, next_q_values: Array, terminated: Array, gamma: float
) -> tuple[Array, Array]:
    """The error first, as most libraries log it; the target from it."""
    taken = q_values[np.arange(len(actions)), actions]
    errors = rewards + gamma * (1 - terminated) * next_q_values.max(axis=1) - taken
    return taken + errors, errors


def sweep_in_single(P: Array, R: Array, policy: Array, V: Array, gamma: float) -> Array:
    """The change in float32, added to doubles."""
    change = (policy * (R + gamma * P @ V)).sum(axis=1) - V
    return V + change.astype(np.float32)


def sweep_in_single_that_says_so(P: Array, R: Array, policy: Array, V: Array, gamma: float) -> Array:
    """The same, returned as float32."""
    return sweep_in_single(P, R, policy, V, gamma).astype(np.float32)


def tenths(generator: np.random.Generator, *shape: int) -> Array:
    """Numbers that no float holds exactly, between -1/2 and 1/2."""
    return exact(np.vectorize(lambda n: fmpq(int(n), 10), otypes=[object])(generator.integers(-5, 6, shape)))


def small_from_large(seed: int) -> dict[str, Any]:
    """Estimates a thousand times as large as what a backup makes of them, as everything leads to the first state."""
    generator = np.random.default_rng(seed)
    transition = np.zeros((3, 2, 3), dtype=int)
    transition[..., 0] = 1
    size = exact(np.array([1, 1000, 1000]))
    probabilities = [[fmpq(n, 8), fmpq(8 - n, 8)] for n in generator.integers(1, 8, 3).tolist()]
    return {
        "mdp": MDP(
            exact(transition), tenths(generator, 3, 2), exact(np.eye(3, dtype=int)[0]), fmpq(9, 10),
            terminal=np.zeros(3, dtype=bool),
        ),
        "state_reward": tenths(generator, 3),
        "policy": exact(np.array(probabilities, dtype=object)),
        "state_values": tenths(generator, 3) * size,
        "action_values": tenths(generator, 3, 2) * size[:, None],
        "rewards": tenths(generator, 3),
        "q_values": tenths(generator, 3, 2) * 1000,
        "actions": generator.integers(0, 2, 3),
        "next_q_values": tenths(generator, 3, 2),
        "terminated": np.array([False, True, False]),
        "gamma": fmpq(9, 10),
    }  # fmt: skip


@pytest.fixture
def such_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these be the first cases that a function is tried on."""
    module = import_module("rlproof.oracle.check")
    monkeypatch.setattr(module, "first_cases", lambda *_: [small_from_large(seed) for seed in range(59)])


@pytest.mark.usefixtures("such_cases")
@pytest.mark.parametrize(
    ("identifier", "function"),
    [
        ("bellman.expectation_v", backup_as_a_sweep), ("bellman.expectation_v", mean_backup_less_estimate),
        ("bellman.optimality_v", best_backup_less_estimate), ("bellman.expectation_q", mean_backup_of_actions),
        ("bellman.optimality_q", best_backup_of_actions), ("td.q_learning_target", target_by_error),
        ("bellman.expectation_v", sweep_in_single_that_says_so),
    ],
)  # fmt: skip
def test_a_change_added_to_a_large_estimate_is_right(identifier: str, function: Callable[..., Any]) -> None:
    """What cancels is a thousand times the result, and so are its roundings."""
    verdict = check(function, identifier, examples=60)
    assert verdict, str(verdict)


@pytest.mark.usefixtures("such_cases")
def test_a_change_in_single_precision_is_named() -> None:
    """However large the estimate is, doubles lose far less than that."""
    verdict = check(sweep_in_single, "bellman.expectation_v", examples=60)
    assert verdict.variant == "low_precision", str(verdict)

"""Sampled trajectories follow the process: possible events only, at the right frequencies, reproducibly."""

from typing import Any

import jax
import numpy as np
import pytest

from rlproof.impl.decision_process import MDP as ImplMDP
from rlproof.impl.sampling import outcome, rollout
from rlproof.oracle.search import search
from rlproof.oracle.strategies import Sizes, arguments
from rlproof.spec import mdp, numbers, trajectories

LENGTH, SAMPLES = 2, 4096
FALSE_ALARM = 1e-6
"""The probability with which a right sampler would fail a test of frequencies (keys are fixed: it does not)."""
SIZES = Sizes.fixed(3, 2, 1, 1)


def drawn(count: int) -> list[dict[str, Any]]:
    """Some processes with a policy each."""
    found: list[dict[str, Any]] = []
    search(found.append, arguments(("mdp", "policy"), SIZES), examples=count, seed=5)
    return found


def sample(case: dict[str, Any], samples: int, length: int) -> Any:
    """Trajectories [samples, ...] in float32."""
    process = ImplMDP.from_spec(case["mdp"], "float32")
    policy = np.float32(numbers.float64(case["policy"]))
    keys = jax.random.split(jax.random.key(0), samples)
    return jax.tree.map(np.asarray, jax.vmap(lambda key: rollout(key, process, policy, length))(keys))


@pytest.mark.parametrize("case", drawn(10))
def test_no_impossible_event_is_sampled(case: dict[str, Any]) -> None:
    """Every trajectory has positive probability, and earns the rewards of its states and actions."""
    paths = sample(case, 256, 8)
    for states, actions, rewards in zip(*paths, strict=True):
        assert mdp.trajectory_measure(case["mdp"], case["policy"], states, actions) > 0
        assert np.array_equal(rewards, np.float32(numbers.float64(case["mdp"].reward[states[:-1], actions])))


@pytest.mark.parametrize("case", drawn(10))
def test_frequencies_are_those_of_the_trajectory_measure(case: dict[str, Any]) -> None:
    """The distribution function over all trajectories is met within the Dvoretzky-Kiefer-Wolfowitz bound."""
    paths = sample(case, SAMPLES, LENGTH)
    words = [(*s, *a) for s, a in zip(paths.states.tolist(), paths.actions.tolist(), strict=True)]
    possible = {
        (*path.states, *path.actions): float(numbers.float64(path.probability))
        for path in trajectories.enumerate(case["mdp"], case["policy"], LENGTH)
    }
    order = sorted(possible)
    counted = np.cumsum([words.count(word) for word in order]) / SAMPLES
    assert counted[-1] == 1.0
    bound = np.sqrt(np.log(2 / FALSE_ALARM) / (2 * SAMPLES))
    assert abs(counted - np.cumsum([possible[word] for word in order])).max() <= bound


def test_the_frequencies_of_another_policy_are_outside_the_bound() -> None:
    """Negative control: the bound is tight enough to tell 1/2 from 7/16."""
    assert np.sqrt(np.log(2 / FALSE_ALARM) / (2 * SAMPLES)) < 1 / 16


def test_the_same_key_gives_the_same_trajectory_and_another_key_another() -> None:
    """Sampling is a function of its key."""
    rows = numbers.exact([[["1/2", "1/2"]], [["1/2", "1/2"]]])
    process = ImplMDP.from_spec(mdp.MDP(rows, [[1], [2]], ["1/2", "1/2"], "1/2"), "float32")
    policy = np.ones((2, 1), np.float32)
    first, again, other = (rollout(jax.random.key(seed), process, policy, 64).states for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("distribution", [[0.0, 1.0, 0.0], [0.0, 0.5, 0.5, 0.0], [0.1] * 9 + [0.0]])
def test_outcomes_of_probability_zero_never_occur(distribution: list[float]) -> None:
    """Neither before nor after the possible ones, also if the float sum is not one."""
    keys = jax.random.split(jax.random.key(3), 4096)
    found = np.asarray(jax.vmap(lambda key: outcome(key, np.float32(distribution)))(keys))
    assert set(found.tolist()) == set(np.flatnonzero(distribution).tolist())

r"""The learning rules find the exact values, within bands that follow from the contraction.

Deterministic: sweeps in the mean leave at most (1 - alpha (1 - gamma))^k of the first error.

Sampled: in Q <- Q + alpha_k (T_k Q - Q), T_k a sampled backup of modulus m, let W_k = T_k q - q be the noise at the
right values q, independent of the past, of mean zero. With alpha_k = 1/(k+1) its running mean P_k is within
R sqrt(log(2 N K / delta) / (2 k)) of zero, for all N entries and all K steps, with probability 1 - delta
(Hoeffding; R is the range of the noise), and what is left of the error, b_k = |Q_k - q - P_k|, obeys
b_{k+1} <= (1 - alpha_k) b_k + alpha_k m (b_k + |P_k|).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rlproof.spec import bellman, numbers, td, value
from rlproof.spec.decision_process import MDP

STEPS, FAILURE = 3000, 1e-9
TRANSITION = numbers.exact(
    [
        [["1/2", "1/4", "1/4"], ["1/8", "7/8", 0]],
        [[0, "1/2", "1/2"], ["3/4", "1/4", 0]],
        [["1/4", "1/4", "1/2"], [0, 0, 1]],
    ]
)
REWARD = numbers.exact([[1, 0], [-1, 2], ["1/2", -2]])
POLICY = numbers.exact([["1/4", "3/4"], ["1/2", "1/2"], ["3/4", "1/4"]])
STATES, ACTIONS = (index.ravel() for index in np.indices((3, 2)))
NEVER = np.zeros(6, dtype=bool)


def process(discount: Any) -> MDP:
    """Three states, two actions, no end."""
    return MDP(TRANSITION, REWARD, numbers.exact([1, 0, 0]), discount)


def mean_sweep(table: Any, mdp: MDP, step_size: Any, rule: str) -> Any:
    """The mean over all successors (and next actions) of a sweep in which each pair, or state, occurs once."""
    factors, total = {"gamma": mdp.discount, "step_size": step_size}, 0 * table
    for following in range(3):
        successors = np.full(6, following)
        rows = (STATES, ACTIONS, mdp.reward.ravel(), successors)
        if rule == "td0":
            for action in range(2):
                row = (np.arange(3), mdp.reward[:, action], successors[:3], NEVER[:3])
                weight = POLICY[:, action] * mdp.transition[:, action, following]
                total = total + weight * td.tabular_td0(table, *row, **factors)
        elif rule == "sarsa":
            for action in range(2):
                updated = td.sarsa(table, *rows, np.full(6, action), NEVER, **factors)
                total = total + mdp.transition[..., following] * POLICY[following, action] * updated
        elif rule == "expected_sarsa":
            updated = td.expected_sarsa(table, POLICY, *rows, NEVER, **factors)
            total = total + mdp.transition[..., following] * updated
        else:
            total = total + mdp.transition[..., following] * td.q_learning(table, *rows, NEVER, **factors)
    return total


TRUE_VALUES = {"td0": lambda mdp: value.v(mdp, POLICY), "q_learning": value.optimal_q} | dict.fromkeys(
    ("sarsa", "expected_sarsa"), lambda mdp: value.q(mdp, POLICY)
)


@pytest.mark.parametrize("step_size", ["1/2", "1"])
@pytest.mark.parametrize("rule", TRUE_VALUES)
def test_mean_sweeps_converge_at_the_certified_rate(rule: str, step_size: str) -> None:
    """Twelve sweeps in exact arithmetic: at most (1 - alpha (1 - gamma))^12 of the error is left, and it moved."""
    mdp = process("1/2")
    right = TRUE_VALUES[rule](mdp)
    table = right + numbers.exact(np.arange(1, right.size + 1).reshape(right.shape))
    first, modulus = abs(table - right).max(), 1 - numbers.rational(step_size) * (1 - mdp.discount)
    for sweep in range(1, 13):
        table = mean_sweep(table, mdp, step_size, rule)
        assert abs(table - right).max() <= modulus**sweep * first
    assert abs(table - right).max() < first / 8


def sampled(mdp: MDP, seed: int) -> Callable[[], tuple[Any, Any]]:
    """Draw a next state and a next action for each pair."""
    generator = np.random.default_rng(seed)
    ends = np.cumsum(mdp.transition.reshape(6, 3), axis=1)
    policy = np.cumsum(numbers.float64(POLICY), axis=1)

    def draw() -> tuple[Any, Any]:
        following = (generator.random((6, 1)) > ends).sum(axis=1)
        return following, (generator.random((6, 1)) > policy[following]).sum(axis=1)

    return draw


def band(first_error: float, modulus: float, noise_range: float, entries: int) -> float:
    """The bound on |Q_K - q| after K steps that holds with probability 1 - delta."""
    left, average = first_error, 0.0
    for k in range(STEPS):
        rate = 1 / (k + 1)
        left = (1 - rate) * left + rate * modulus * (left + average)
        average = noise_range * np.sqrt(np.log(2 * entries * STEPS / FAILURE) / (2 * (k + 1)))
    return left + average


def learned(rule: str, mdp: MDP, seed: int) -> tuple[Any, ...]:
    """The tables after K sampled sweeps with step sizes 1/(k+1)."""
    draw, tables = sampled(mdp, seed), (np.zeros((3, 2)), np.zeros((3, 2)))
    rewards = mdp.reward.ravel()
    for k in range(STEPS):
        (following, actions), (others, _) = draw(), draw()
        factors = {"gamma": mdp.discount, "step_size": 1 / (k + 1)}
        rows = (STATES, ACTIONS, rewards, following)
        if rule == "sarsa":
            tables = (td.sarsa(tables[0], *rows, actions, NEVER, **factors),)
        elif rule == "q_learning":
            tables = (td.q_learning(tables[0], *rows, NEVER, **factors),)
        else:
            first, second = tables
            targets = (
                td.double_q_learning_target(rewards, a[after], b[after], NEVER, gamma=mdp.discount)
                for a, b, after in ((first, second, following), (second, first, others))
            )
            tables = tuple(q + (y.reshape(3, 2) - q) / (k + 1) for q, y in zip(tables, targets, strict=True))
    return tables


@pytest.mark.parametrize("rule", ["sarsa", "q_learning", "double_q_learning"])
def test_sampled_updates_end_within_their_band(rule: str) -> None:
    """Double Q-learning has modulus 3 gamma at q_*, since |Q'(argmax Q) - max q_*| <= 2 |Q - q_*| + |Q' - q_*|."""
    mdp = process("1/8" if rule == "double_q_learning" else "1/4").to("float64")
    policy = numbers.float64(POLICY)
    right = value.q(mdp, policy) if rule == "sarsa" else value.optimal_q(mdp)
    modulus = (3 if rule == "double_q_learning" else 1) * mdp.discount
    following = right if rule == "sarsa" else right.max(axis=1)
    noise_range = mdp.discount * (following.max() - following.min())
    allowed = band(abs(right).max(), modulus, noise_range, right.size * (2 if rule == "double_q_learning" else 1))
    assert allowed < abs(right).max() / 8  # the band says something
    for table in learned(rule, mdp, seed=11):
        assert abs(table - right).max() <= allowed


def test_td0_with_decaying_steps_ends_within_its_band() -> None:
    """One transition out of each state under the policy, step sizes 1/(k+1)."""
    mdp, policy, generator = process("1/4").to("float64"), numbers.float64(POLICY), np.random.default_rng(5)
    right = value.v(mdp, policy)
    table = right + 8
    for k in range(STEPS):
        actions = (generator.random((3, 1)) > np.cumsum(policy, axis=1)).sum(axis=1)
        ends = np.cumsum(mdp.transition[np.arange(3), actions], axis=1)
        following = (generator.random((3, 1)) > ends).sum(axis=1)
        row = (np.arange(3), mdp.reward[np.arange(3), actions], following, NEVER[:3])
        table = td.tabular_td0(table, *row, gamma=mdp.discount, step_size=1 / (k + 1))
    noise_range = (mdp.reward.max(axis=1) - mdp.reward.min(axis=1)).max() + mdp.discount * (right.max() - right.min())
    allowed = band(8, mdp.discount, noise_range, 3)
    assert allowed < 8 / 8  # the band says something
    assert abs(table - right).max() <= allowed


def test_sarsa_and_q_learning_end_outside_each_others_band() -> None:
    """Negative control: what SARSA learns is not q_*, by more than the band of Q-learning."""
    mdp, policy = process("1/4").to("float64"), numbers.float64(POLICY)
    best = value.optimal_q(mdp)
    noise_range = mdp.discount * (best.max() - best.min())
    allowed = band(abs(best).max(), mdp.discount, noise_range, best.size)
    assert abs(learned("sarsa", mdp, seed=11)[0] - best).max() > allowed
    assert abs(bellman.expectation_q(mdp, policy, best) - best).max() > 0

"""Formulas that look right and are wrong: each is refuted by an exact instance, on which the right one holds."""

from typing import Any

import numpy as np
import pytest

from rlproof.spec import bellman, mc, numbers, td, value, vf
from rlproof.spec.decision_process import MDP

from ._processes import fractions

HALF = numbers.rational("1/2")
NEVER = np.zeros(3, dtype=bool)


def test_the_printed_n_step_return_lacks_a_reward() -> None:
    """The slide's R_{t+1} + gamma R_{t+2} + gamma^2 + ... counts gamma^2 without R_{t+3}."""
    rewards, next_values = numbers.exact([1, 2, 5]), numbers.exact([0, 0, 8])
    found = td.n_step_return(rewards, next_values, NEVER, NEVER, gamma="1/2", n=3)[0]
    assert found == 1 + HALF * 2 + HALF**2 * 5 + HALF**3 * 8
    assert found != 1 + HALF * 2 + HALF**2 + HALF**3 * 8


@pytest.mark.parametrize("steps", [2, 3, 7])
def test_the_end_of_the_data_is_no_termination(steps: int) -> None:
    """Where fewer than n rewards are left the return bootstraps; only a terminal state ends it without."""
    rewards, next_values = numbers.exact([1, 1]), numbers.exact([4, 6])
    for estimate in (
        lambda ended: td.n_step_return(rewards, next_values, ended, NEVER[:2], gamma=1, n=steps),
        lambda ended: td.lambda_return(rewards, next_values, ended, NEVER[:2], gamma=1, trace_decay=1),
    ):
        assert list(estimate(NEVER[:2])) == [8, 7]
        assert list(estimate(np.array([False, True]))) == [2, 1]


def test_a_truncation_keeps_the_value_of_the_true_successor() -> None:
    """Neither zero nor the value of the next row, which belongs to another episode, is the bootstrap."""
    rewards, next_values = numbers.exact([1, 1]), numbers.exact([4, 6])
    cut = np.array([True, False])
    for estimate in (
        td.n_step_return(rewards, next_values, NEVER[:2], cut, gamma=1, n=2),
        td.lambda_return(rewards, next_values, NEVER[:2], cut, gamma=1, trace_decay="1/3"),
    ):
        assert estimate[0] == 1 + 4


def test_on_line_updates_are_not_the_forward_view() -> None:
    """Where a state is visited again, changing the table during the episode gives another total."""
    table, states, following = numbers.exact([1]), np.array([0, 0]), np.array([0, 0])
    rewards, ended = numbers.exact([1, 1]), np.array([False, True])
    rows = (states, rewards, following, ended)
    total = td.lambda_backward(table, *rows, NEVER[:2], gamma=1, trace_decay=1)
    forward = td.lambda_return(rewards, table[following], ended, NEVER[:2], gamma=1, trace_decay=1)
    assert total[0] == (forward - table[states]).sum()
    online, trace = table, 0
    for t in range(2):
        errors = td.error(rewards[t : t + 1], online[:1], online[:1], ended[t : t + 1], gamma=1)
        trace = trace + 1
        online = online + HALF * errors * trace
    assert online[0] != table[0] + HALF * total[0]


def test_replacing_traces_are_not_the_forward_view() -> None:
    """A trace that is set to one, instead of raised by one, forgets the first visit."""
    table, rewards, ended = numbers.exact([0]), numbers.exact([0, 1]), np.array([False, True])
    rows = (np.array([0, 0]), rewards, np.array([0, 0]), ended, NEVER[:2])
    assert td.lambda_backward(table, *rows, gamma=1, trace_decay=1)[0] == 2  # with replacing traces: 1


def test_the_modulus_of_the_lambda_operator_is_not_gamma_times_one_minus_lambda() -> None:
    """Long returns still bootstrap: constants shrink by gamma (1 - lambda) / (1 - gamma lambda), which is more."""
    process, policy = fractions(), np.array([0, 1])
    images = [td.lambda_operator(process, policy, numbers.exact([c, c]), trace_decay="1/2") for c in (0, 1)]
    gamma = process.discount
    assert list(images[1] - images[0]) == [gamma * HALF / (1 - gamma * HALF)] * 2
    assert (images[1] - images[0])[0] > gamma * HALF


def test_sarsa_is_not_expected_sarsa() -> None:
    """Only the mean of the sampled targets is the expected one; the maximum is neither."""
    row = (numbers.exact([1]), numbers.exact([[0, 4]]))
    sampled = [td.sarsa_target(*row, np.array([a]), NEVER[:1], gamma="1/2")[0] for a in (0, 1)]
    mean = td.expected_sarsa_target(*row, numbers.exact([["1/2", "1/2"]]), NEVER[:1], gamma="1/2")[0]
    assert sampled == [1, 3]
    assert mean == 2
    assert td.q_learning_target(*row, NEVER[:1], gamma="1/2")[0] == 3


def test_double_q_learning_chooses_by_one_table_and_values_by_the_other() -> None:
    """Roles exchanged, or the minimum of both maxima (clipped double Q), give other targets."""
    first, second = numbers.exact([[2, 1]]), numbers.exact([[0, 4]])
    zero = numbers.exact([0])
    assert td.double_q_learning_target(zero, first, second, NEVER[:1], gamma=1)[0] == 0
    assert td.double_q_learning_target(zero, second, first, NEVER[:1], gamma=1)[0] == 1
    assert min(td.q_learning_target(zero, table, NEVER[:1], gamma=1)[0] for table in (first, second)) == 2


def test_estimates_of_equal_actions_look_better_than_they_are() -> None:
    """Two fair coins of mean zero have a largest estimate of mean 1/2: bias is not noise that averages out."""
    coins = numbers.exact([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    assert td.maximisation(coins) == HALF


def test_batch_monte_carlo_is_not_batch_td() -> None:
    """The predictor (S&B example 6.4): the fit to the returns says 0, the fit of the process says 3/4."""
    states, ended = np.array([0, 1, 1, 1, 1]), np.array([False, True, True, True, True])
    rewards, following = numbers.exact([0, 0, 1, 1, 1]), np.ones(5, dtype=int)
    zero = numbers.exact([0, 0])
    assert td.batch(zero, states, rewards, following, ended, discount=1)[0] == numbers.rational("3/4")
    assert mc.every_visit(zero, states, rewards, ended, gamma=1)[0] == 0


def test_visits_of_one_episode_are_not_independent() -> None:
    """One loop, then the end: the first visit sees R_s + R_T, every visit the mean with the second one's R_T."""
    rows = (numbers.exact([0]), np.array([0, 0]), numbers.exact([1, 3]), np.array([False, True]))
    assert mc.first_visit(*rows, gamma=1)[0] == 4
    assert mc.every_visit(*rows, gamma=1)[0] == 4 - HALF


def test_off_policy_the_error_bound_fails() -> None:
    """Values w and 4w of two states of value 4, nearly as many updates of the first as lose the fixed point."""
    into = numbers.exact([[[0, 1]], [[0, 1]]])
    process, policy = MDP(into, numbers.exact([[1], [1]]), numbers.exact([1, 0]), "3/4"), np.array([0, 0])
    features, weights = numbers.exact([[1], [4]]), numbers.exact([2, "101/100"])
    values = value.v(process, policy)
    assert list(values) == [4, 4]

    def error(w: Any) -> Any:
        return (weights * (features @ w - values) ** 2).sum()

    w = vf.td_fixed_point(process, policy, features, weights)
    assert (1 - process.discount**2) * error(w) > 100 * error(vf.regression(features, values, weights))


def test_off_policy_semi_gradients_diverge_from_a_fixed_point_that_exists() -> None:
    """Values w and 2w, updated in the first state only: w = 0 is right and fixed, and every other w grows."""
    process = MDP(numbers.exact([[[0, 1]], [[0, 1]]]), numbers.exact([[0], [0]]), numbers.exact([1, 0]), "9/10")
    features, first = numbers.exact([[1], [2]]), numbers.exact([1, 0])
    assert vf.td_fixed_point(process, np.array([0, 0]), features, first)[0] == 0
    w = numbers.exact([1])
    for _ in range(20):
        values = features @ w
        errors = bellman.expectation_v(process, np.array([0, 0]), values) - values
        grown = w + features.T @ (first * errors) / 10
        assert grown[0] == w[0] * (1 + numbers.rational("8/100"))
        w = grown


def test_bairds_star_diverges_although_zero_is_right() -> None:
    """Semi-gradient sweeps over all states alike, target policy into the centre: exact weights grow fivefold."""
    centre = numbers.exact([[0] * 6 + [1]] * 7)[:, None]
    process = MDP(centre, numbers.exact([[0]] * 7), numbers.exact([1] * 7) / 7, "99/100")
    features = numbers.exact(np.hstack([2 * np.eye(7, dtype=int), np.ones((7, 1), dtype=int)]))
    features[6, 6], features[6, 7] = numbers.rational(1), numbers.rational(2)
    assert list(value.v(process, np.zeros(7, dtype=int))) == [0] * 7
    w = numbers.exact([1, 1, 1, 1, 1, 1, 10, 1])
    for _ in range(400):
        values = features @ w
        errors = bellman.expectation_v(process, np.zeros(7, dtype=int), values) - values
        w = w + features.T @ errors / 700
    assert abs(w).max() > 5 * 10

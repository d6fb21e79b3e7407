"""Formulas that are often mistaken for those of models, replay and planning, each refuted by an exact instance."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rlproof.spec import cem, dyna, mcts, model, numbers, plan, replay, value
from rlproof.spec.decision_process import MDP

HALF = numbers.rational(Fraction(1, 2))


def exact(data: Any) -> Any:
    """An exact array."""
    return numbers.exact(data)


def test_adding_one_to_every_count_is_not_the_maximum_likelihood() -> None:
    """Laplace's rule gives 2/3 where three of four transitions went, and 1/6 where none of four did."""
    counts = exact([[[3, 1], [0, 4]], [[1, 1], [2, 0]]])
    assert (model.maximum_likelihood(counts)[0] == exact([["3/4", "1/4"], [0, 1]])).all()
    assert (model.maximum_likelihood(counts + 1)[0] == exact([["2/3", "1/3"], ["1/6", "5/6"]])).all()


def test_squared_error_predicts_a_state_that_is_none() -> None:
    """Positions 0 and 10 half of the time each: the prediction is 5, where the process never is."""
    positions = exact([[0], [10], [0], [10]])
    where_to = model.regression(positions, np.zeros(4, int), np.zeros(4, int), number_of_states=1, number_of_actions=1)
    assert where_to.item() == 5
    assert 5 not in positions


def test_the_backward_model_depends_on_the_behaviour_and_the_forward_model_does_not() -> None:
    """Two behaviours in one process: the predecessors differ by 8/10, the forward model learned is the same."""
    forward = exact([[["1/2", "1/2"]], [["1/2", "1/2"]]])
    seldom, often = exact([["1/10"], ["9/10"]]), exact([["9/10"], ["1/10"]])
    first, second = (model.backward(forward, behaviour) for behaviour in (seldom, often))
    assert abs(first - second).max() == numbers.rational("4/5")
    learned = [model.maximum_likelihood(behaviour[..., None] * forward) for behaviour in (seldom, often)]
    assert (learned[0] == forward).all()
    assert (learned[1] == forward).all()


def test_the_backward_model_is_not_the_inverse_model() -> None:
    """Actions that mostly lead to a state of their own are recognised; where they were taken is not."""
    forward = exact([[["3/4", "1/4"], ["1/4", "3/4"]]] * 2)
    behaviour = exact([["1/3", "1/3"], ["1/6", "1/6"]])
    assert (model.inverse(forward, behaviour) == forward).all()
    assert (model.backward(forward, behaviour) == exact(["2/3", "1/3"])).all()


LAZY = MDP(exact([[[1, 0]], [[0, 1]]]), [[1], [0]], [1, 0], Fraction(9, 10))
"""A state that pays one and stays, and one that pays nothing and stays."""


def test_half_the_bound_of_the_simulation_lemma_is_too_small() -> None:
    """With the discount squared, or with half of the total variation, the bound fails where the true one is met."""
    leaves = LAZY.replace(transition=exact([[[0, 1]], [[0, 1]]]))
    error = model.simulation_error(LAZY, leaves, [0, 0])[0]
    bound = model.simulation_bound(LAZY, leaves, [0, 0])
    assert error == bound == 9
    assert LAZY.discount * bound < error
    assert bound / 2 < error


def test_the_error_is_weighted_by_the_models_values() -> None:
    """Along the process with the model's values it is exact; with the process' own values it is not."""
    leaves = LAZY.replace(transition=exact([[[0, 1]], [[0, 1]]]))
    gamma, change = LAZY.discount, exact([[1, -1], [0, 0]])  # P - P^
    wrong = (gamma * (change @ value.v(LAZY, [0, 0])))[0] / (1 - gamma)
    assert wrong == 90
    assert model.simulation_error(LAZY, leaves, [0, 0])[0] == 9


def test_one_times_the_largest_error_does_not_bound_the_loss_of_planning() -> None:
    """Without the factor two the bound fails on one state with two actions that seem alike."""
    process = MDP(exact([[[1], [1]]]), [[0, 1]], [1], Fraction(1, 2))
    seems = process.replace(reward=exact([["1/2", "1/2"]]))
    loss = (value.optimal_v(process) - value.v(process, [0]))[0]
    assert loss == model.planning_loss(process, seems) == 2
    assert model.planning_loss(process, seems) / 2 < loss


def test_imagined_updates_lead_to_the_values_of_the_model_and_not_of_the_process() -> None:
    """With step size one and a deterministic model, two sweeps find q_* of the model, which is wrong."""
    process = MDP(exact([[[0, 1]], [[0, 1]]]), [[0], [0]], [1, 0], Fraction(1, 2), [False, True])
    wrong = process.replace(reward=exact([[1], [0]]))
    found = dyna.q_planning(wrong, exact([[5], [7]]), np.array([1, 0] * 3), np.zeros(6, int), step_size=1)
    assert found[0, 0] == 1 + HALF * numbers.rational(7) / 8
    settled = dyna.q_planning(wrong, exact([[5], [0]]), np.array([0]), np.array([0]), step_size=1)
    assert (settled == value.optimal_q(wrong)).all()
    assert (settled != value.optimal_q(process)).any()


def chain(length: int) -> MDP:
    """A corridor of so many states, the last step of which pays one."""
    kernel = np.eye(length, k=1, dtype=int)
    kernel[-1, -1] = 1
    reward = np.zeros((length, 1), dtype=int)
    reward[-2] = 1
    end = np.arange(length) == length - 1
    return MDP(exact(kernel[:, None]), exact(reward), exact((np.arange(length) == 0).astype(int)), HALF, end)


def test_the_order_of_imagined_updates_decides_how_far_one_sweep_gets() -> None:
    """Backwards one sweep solves a corridor; forwards it moves the reward by one state; synchronously likewise."""
    corridor, nothing = chain(5), exact(np.zeros((5, 1), dtype=int))
    zeros, best = np.zeros(4, int), value.optimal_q(corridor)
    backwards = dyna.q_planning(corridor, nothing, np.array([3, 2, 1, 0]), zeros, step_size=1)
    forwards = dyna.q_planning(corridor, nothing, np.array([0, 1, 2, 3]), zeros, step_size=1)
    assert (backwards == best).all()
    assert forwards[:, 0].tolist() == [0, 0, 0, 1, 0]
    for _ in range(3):
        forwards = dyna.q_planning(corridor, forwards, np.array([0, 1, 2, 3]), zeros, step_size=1)
    assert (forwards == best).all()


def test_a_full_buffer_does_not_lie_in_the_order_of_age() -> None:
    """After five items, three slots hold numbers 3, 4, 2, not 2, 3, 4; the next one replaces number 2."""
    items = exact([0, 1, 2, 3, 4])
    assert replay.ring_buffer(items, capacity=3).tolist() == [3, 4, 2]
    assert replay.ring_buffer(np.append(items, 5), capacity=3).tolist() == [3, 4, 5]


@pytest.mark.parametrize("capacity", [3, 1000, 10**6])
def test_a_pointer_of_32_bits_loses_its_place(capacity: int) -> None:
    """After 2^31 items it would be negative and another slot, unless the capacity divides 2^32."""
    pushed = 2**31
    with np.errstate(over="ignore"):
        wrapped = int(np.array(pushed - 1, dtype=np.int32) + np.int32(1))
    assert wrapped == -pushed
    assert wrapped % capacity != pushed % capacity
    assert wrapped % 1024 == pushed % 1024


def test_truncation_stored_as_termination_poisons_the_values() -> None:
    """A state that pays one for ever, cut by a time limit: its value is 2, as the last step's flag says it is less."""
    data = (np.array([0, 0]), np.array([0, 0]), exact([1, 1]), np.array([0, 0]))
    truncated = np.array([False, True])
    right = replay.fixed_point(exact([[0]]), *data, np.zeros(2, bool), discount=HALF)
    wrong = replay.fixed_point(exact([[0]]), *data, truncated, discount=HALF)
    assert right.item() == 2
    assert wrong.item() == numbers.rational("4/3")


def test_a_first_value_that_is_never_corrected_decides_the_others() -> None:
    """An optimistic value of a pair that is not in the buffer is where all values lead."""
    data = (np.array([0]), np.array([0]), exact([0]), np.array([0]), np.array([False]))
    found = replay.fixed_point(exact([[0, 100]]), *data, discount=HALF)
    assert found.tolist() == [[50, 100]]


GUESS = MDP(exact([[[0, HALF, HALF]] * 2, [[0, 1, 0]] * 2, [[0, 0, 1]] * 2]), [[0, 0], [2, 0], [0, 2]], [1, 0, 0], HALF)
"""A coin is tossed, then the action that it shows pays two, in every later step."""


def test_open_loop_plans_lose_what_reacting_earns() -> None:
    """Of all sequences of two actions the best earns 1/2, the policy that sees the coin 1."""
    every = np.array([[a, b] for a in (0, 1) for b in (0, 1)])
    assert plan.random_shooting(GUESS, every)[0] == HALF
    assert plan.exhaustive_tree(GUESS, exact([0, 0, 0]), horizon=2)[0] == 1


def test_the_best_return_that_was_sampled_is_no_value_of_a_plan() -> None:
    """The largest return along a path, 1, is above what the best sequence earns on average: max and mean differ."""
    paths = [GUESS.discount * GUESS.reward[state, action] for state in (1, 2) for action in (0, 1)]
    assert max(paths) == 1
    assert max(paths) > plan.random_shooting(GUESS, np.array([[0, 0], [0, 1]]))[0]


def test_half_the_bound_on_a_receding_horizon_is_too_small() -> None:
    """Without the factor two, one step ahead, the bound fails where the true one is met."""
    gamma = numbers.rational("9/10")
    process = MDP(exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), [[-2 * gamma, 0], [0, 0]], [1, 0], gamma)
    scores = plan.receding_horizon(process, exact([1, -1]), depth=1)
    assert scores[0].tolist() == [-gamma, -gamma]
    assert value.v(process, [0, 0])[0] == -2 * gamma / (1 - gamma) < -gamma / (1 - gamma)


def test_elites_of_equal_score_are_the_earlier_ones() -> None:
    """Three equal scores, two elites: the first two samples, and neither the last two nor all three."""
    samples, scores = exact([[0], [2], [7]]), exact([1, 1, 1])
    fitted = cem.update(samples, scores, elites=2, ddof=0, extra_variance=0)
    assert fitted.tolist() == [[1], [1]]
    assert cem.update(samples[::-1], scores, elites=2, ddof=0, extra_variance=0)[0, 0] != 1


def test_the_divisor_of_the_variance_is_not_left_open() -> None:
    """Two elites at distance two: variance 1 of the elites themselves, 2 without bias."""
    arguments = (exact([[0], [2]]), exact([0, 0]))
    assert [cem.update(*arguments, elites=2, ddof=u, extra_variance=0)[1, 0] for u in (0, 1)] == [1, 2]


def test_noise_is_added_to_the_variance_and_not_to_the_deviation() -> None:
    """Variance 1 and noise 3 make variance 4, deviation 2; added to the deviation it would be 4."""
    fitted = cem.update(exact([[0], [2]]), exact([0, 0]), elites=2, ddof=0, extra_variance=3)
    assert fitted[1, 0] == 4


def test_the_mean_backup_is_below_the_maximum() -> None:
    """After one visit each of rewards 0 and 1 the node's mean is 1/2, what it is worth 1."""
    process = MDP(exact([[[1], [1]]]), [[0, 1]], [1], HALF)
    returns, visits = process.reward[0], exact([1, 1])
    assert (visits * returns).sum() / visits.sum() == HALF
    assert mcts.search(process, exact([0]), np.ones((1, 1, 2), bool))[0] == 1


def test_bounds_without_the_node_visits_would_never_come_back() -> None:
    """With the logarithm of the action's own visits an action that looked bad once is never tried again."""
    means, visits = np.array([1.0, 0.0]), np.array([1000.0, 1.0])
    right = mcts.uct(means, visits, exploration=1.0)
    wrong = means + np.sqrt(np.log(visits) / visits)
    assert right.argmax() == 1
    assert wrong.argmax() == 0


@pytest.mark.parametrize("exploration", [0.5, 1.0, 2.0])
def test_uct_visits_worse_actions_as_seldom_as_the_proof_says(exploration: float) -> None:
    """Certain returns with gaps D: each worse action is tried at most c^2 ln(n) / D^2 + 1 times, whatever n.

    It is tried at a total of n only if c sqrt(ln n / N) >= D, since the best action's bound is above its mean. So
    the mean of all simulations comes as near to the best return as the bound says, and the most visited is best.
    """
    rewards = np.array([0.25, 1.0, 0.5])
    means, visits = np.zeros(3), np.zeros(3)
    for simulation in range(1000):
        scores = mcts.uct(means, visits, exploration=exploration) if simulation else np.full(3, np.inf)
        edge = int(scores.argmax())
        means[edge] = mcts.backup(means[[edge]], visits[[edge]], rewards[[edge]])[0]
        visits[edge] += 1
        gaps = 1 - rewards[[0, 2]]
        allowed = exploration**2 * np.log(max(visits.sum() - 1, 1)) / gaps**2 + 1
        assert (visits[[0, 2]] <= allowed).all()
    assert visits.sum() == 1000
    assert (means == rewards).all()
    assert visits.argmax() == 1
    assert 1 - (visits * means).sum() / visits.sum() <= (gaps * allowed).sum() / visits.sum()


def test_uct_on_a_tree_tries_every_edge_and_its_search_is_the_exhaustive_tree() -> None:
    """Full-width simulations of two steps: each node takes its best bound, and backs up what it was worth.

    Since unexplored edges come first, A simulations of each node expand everything, after which the maximising
    backup is exact; the mean backup stays below it and comes nearer as the counts settle.
    """
    process = MDP(
        np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.0, 1.0]]]), np.array([[0.0, 0.5], [1.0, 0.0]]),
        np.array([1.0, 0.0]), 0.5,
    )  # fmt: skip
    depths, (states, actions) = 2, process.reward.shape
    means, visits = np.zeros((depths, states, actions)), np.zeros((depths, states, actions))
    leaves = np.zeros(states)
    best = plan.exhaustive_tree(process, leaves, horizon=depths)
    shortfalls = []
    for simulation in range(600):
        below = leaves
        for depth in reversed(range(depths)):
            worth = np.zeros(states)
            for state in range(states):
                node = (means[depth, state], visits[depth, state])
                edge = int(mcts.uct(*node, exploration=0.5).argmax()) if simulation else 0
                worth[state] = process.reward[state, edge] + process.discount * process.transition[state, edge] @ below
                means[depth, state, edge] = mcts.backup(node[0][[edge]], node[1][[edge]], worth[[state]])[0]
                visits[depth, state, edge] += 1
            below = worth
        if simulation == 0:
            assert (mcts.search(process, leaves, visits > 0) < best).any()
        if simulation in (1, 20, 200, 599):
            assert (mcts.search(process, leaves, visits > 0) == best).all()
            shortfalls.append((best - (visits[0] * means[0]).sum(axis=1) / visits[0].sum(axis=1)).max())
    assert all(later < earlier for earlier, later in pairwise(shortfalls))
    assert shortfalls[-1] > 0
    assert (visits[0].argmax(axis=1) == plan.receding_horizon(process, leaves, depth=depths).argmax(axis=1)).all()

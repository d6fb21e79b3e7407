"""Negative controls: formulas that look right and are refuted by one exact process."""

from typing import Any

import numpy as np

from rlproof.spec import dp, mdp, numbers, value
from rlproof.spec.decision_process import MDP

from ._processes import corridor, fractions

HALF = [["1/2", "1/2"], ["1/2", "1/2"]]


def entering(process: MDP) -> Any:
    """The flags of transitions into state 1."""
    return np.broadcast_to(np.arange(process.number_of_states) == 1, process.transition.shape)


def test_a_flag_belongs_to_the_transition_and_not_to_the_next_state() -> None:
    """Ended on the way into state 1, an episode that *starts* in state 1 is still worth something."""
    process = fractions()
    by_flag = mdp.terminal_absorbing(process, HALF, entering(process))
    terminal = np.array([False, True])
    transition, reward = process.transition.copy(), process.reward.copy()
    transition[1], reward[1] = numbers.exact([0, 1]), numbers.exact(0)
    by_state = value.v(process.replace(transition=transition, reward=reward, terminal=terminal), HALF)
    assert by_flag[0] == by_state[0]
    assert by_flag[1] != by_state[1]


def test_truncation_is_not_termination() -> None:
    """Zeroing the bootstrap at a time limit changes the value that is estimated."""
    process = fractions()
    cut_everywhere = np.ones(process.transition.shape, dtype=bool)
    assert (mdp.terminal_absorbing(process, HALF, cut_everywhere) != value.v(process, HALF)).all()


def test_undiscounted_flags_end_what_no_terminal_state_ends() -> None:
    """At discount one the flags alone may guarantee the end: three steps down a corridor cost three."""
    process = corridor()
    flags = np.zeros((3, 3, 3), dtype=bool)
    flags[1, 0, 2] = True
    assert mdp.terminal_absorbing(process, [0, 0, 0], flags)[0] == -2


def test_a_shift_of_the_reward_changes_the_best_policy_of_an_episodic_task() -> None:
    """Each step costs 1 and action 0 leads out: paid 2 more for each step, nobody wants to leave."""
    process = corridor(discount="9/10")
    paid = process.replace(reward=mdp.reward_affine(process, scale=1, shift=2))
    assert dp.policy_iteration(process)[0] == 0
    assert dp.policy_iteration(paid)[0] != 0


def test_a_shift_does_not_add_b_over_one_minus_gamma_to_an_episodic_value() -> None:
    """It adds b times the expected discounted length, which is shorter."""
    process = corridor(discount="9/10")
    paid = process.replace(reward=mdp.reward_affine(process, scale=1, shift=2))
    gained = value.v(paid, [0, 0, 0]) - value.v(process, [0, 0, 0])
    assert gained[1] == 2
    assert gained[0] == 2 + 2 * numbers.rational("9/10")


def test_shaping_with_a_potential_at_the_end_would_change_advantages() -> None:
    """The shaped reward must count the potential of terminal states as zero."""
    process, potential = corridor(discount="9/10"), numbers.exact([0, 0, 8])
    naive = process.reward + process.discount * (process.transition @ potential) - potential[:, None]
    naive[2] = numbers.exact(0)
    policy = [[0, 1, 0]] * 3
    plain = value.advantage(process, policy)
    assert (value.advantage(process.replace(reward=naive), policy) != plain).any()
    shaped = process.replace(reward=mdp.potential_shaping(process, potential))
    assert (value.advantage(shaped, policy) == plain).all()


def test_shaping_without_gamma_changes_advantages() -> None:
    """Differences Phi(s') - Phi(s) are no shaping below discount one."""
    process, potential = fractions(), numbers.exact([0, 1])
    naive = process.replace(reward=process.reward + process.transition @ potential - potential[:, None])
    assert (value.advantage(naive, HALF) != value.advantage(process, HALF)).any()


def test_the_two_reward_conventions_have_different_values() -> None:
    """Paid on entering and paid now, the same state rewards give other returns: one visit and one discount."""
    process, paid = fractions(), numbers.exact([1, 3])
    now = process.replace(reward=paid[:, None] + 0 * process.reward)
    enter = process.replace(reward=mdp.reward_convention(process, paid))
    assert mdp.eta(now, HALF) != mdp.eta(enter, HALF)
    assert (value.advantage(now, HALF) != value.advantage(enter, HALF)).any()


def test_half_of_the_greedy_loss_bound_is_not_a_bound() -> None:
    """The factor two is needed: the two actions' values may be wrong in opposite directions."""
    gamma = numbers.rational("1/2")
    moves = [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]
    process = MDP(moves, [[-1, 0], [0, 0]], [1, 0], "1/2")
    estimate, best = numbers.exact([1, -1]), value.optimal_v(process)
    chosen = np.array((process.reward + gamma * (process.transition @ estimate)).tolist()).argmax(axis=1)
    loss = (best - value.v(process, chosen)).max()
    bound = dp.greedy_loss_bound(process, estimate, best)
    assert loss == bound
    assert loss > bound / 2


def test_the_last_state_must_not_be_counted_twice_when_a_measure_is_split() -> None:
    """p(tau) is not the product of the measures of its parts, each from the initial distribution."""
    process, states, actions = fractions(), [0, 1, 0], [0, 1]
    whole = mdp.trajectory_measure(process, HALF, states, actions)
    parts = [mdp.trajectory_measure(process, HALF, states[i : i + 2], actions[i : i + 1]) for i in range(2)]
    assert whole != parts[0] * parts[1]

"""Laws of the updates of tables of action values: SARSA, expected SARSA, Q-learning."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._values import pair_sums
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import bellman, numbers, policy, td
from rlproof.spec.decision_process import MDP

greedy = policy.greedy


@law("td.sarsa")
def sarsa_moves_visited_pairs_only(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    next_actions: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """Each pair moves by alpha times the sum of target - Q over its occurrences, the others stay."""
    targets = td.sarsa_target(rewards, action_values[next_states], next_actions, terminated, gamma=gamma)
    rows = (states, actions, rewards, next_states, next_actions, terminated)

    def update(step_size: Any) -> Array:
        return td.sarsa(action_values, *rows, gamma=gamma, step_size=step_size)

    yield from _moves_visited_pairs_only(action_values, states, actions, targets, step_size, update)


@law("td.sarsa", derivation=True)
def sarsa_is_td0_on_pairs(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    next_actions: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """It is TD(0) on the process whose states are the pairs of a state and an action."""
    count = action_values.shape[1]
    updated = td.sarsa(
        action_values,
        states,
        actions,
        rewards,
        next_states,
        next_actions,
        terminated,
        gamma=gamma,
        step_size=step_size,
    )
    pairs = td.tabular_td0(
        action_values.ravel(),
        count * states + actions,
        rewards,
        count * next_states + next_actions,
        terminated,
        gamma=gamma,
        step_size=step_size,
    )
    yield equal(updated.ravel(), pairs)


@law("td.sarsa", derivation=True)
def sarsa_sweep_has_the_bellman_backup_as_mean(mdp: MDP, policy: Array, action_values: Array, step_size: Any) -> Claims:
    """A sweep over all pairs gives Q + alpha (T_pi Q - Q) in the mean; at alpha = 1 a sweep of policy evaluation."""
    values = _off_terminal(mdp, action_values)
    backup = bellman.expectation_q(mdp, policy, values)
    for alpha, expected in ((step_size, values + step_size * (backup - values)), (1, backup)):
        means = 0 * values
        for state, rows in _sweeps(mdp):
            for action in range(mdp.number_of_actions):
                updated = _sarsa_sweep(values, rows, action, mdp.discount, alpha)
                means = means + mdp.transition[..., state] * policy[state, action] * updated
        yield equal(means, expected)


@law("td.sarsa")
def sarsa_sweep_contracts(mdp: MDP, action_values: Array, other_action_values: Array, step_size: Any) -> Claims:
    """Over all pairs, |Q - Q'| shrinks to at most 1 - alpha (1 - gamma) of itself, whatever comes next."""
    for action in range(mdp.number_of_actions):
        yield from _sweep_contracts(
            mdp,
            (action_values, other_action_values),
            step_size,
            lambda q, rows, action=action: _sarsa_sweep(q, rows, action, mdp.discount, step_size),
        )


@law("td.expected_sarsa", derivation=True)
def expected_sarsa_has_the_bellman_backup_as_mean(
    mdp: MDP, policy: Array, action_values: Array, step_size: Any
) -> Claims:
    """A sweep over all pairs gives Q + alpha (T_pi Q - Q) in the mean; at alpha = 1 a sweep of policy evaluation."""
    values = _off_terminal(mdp, action_values)
    backup = bellman.expectation_q(mdp, policy, values)
    for alpha, expected in ((step_size, values + step_size * (backup - values)), (1, backup)):
        yield equal(
            _mean_over_successors(
                mdp,
                lambda rows, alpha=alpha: td.expected_sarsa(values, policy, *rows, gamma=mdp.discount, step_size=alpha),
            ),
            expected,
        )


@law("td.expected_sarsa")
def expected_sarsa_is_the_mean_sarsa(mdp: MDP, policy: Array, action_values: Array, step_size: Any) -> Claims:
    """It is the mean of SARSA over the next action; a deterministic policy makes them equal."""
    for state, rows in _sweeps(mdp):
        expected = td.expected_sarsa(action_values, policy, *rows, gamma=mdp.discount, step_size=step_size)
        sampled = [
            _sarsa_sweep(action_values, rows, action, mdp.discount, step_size)
            for action in range(mdp.number_of_actions)
        ]
        yield equal(expected, sum(policy[state, action] * table for action, table in enumerate(sampled)))
        certain = numbers.exact((np.arange(mdp.number_of_actions) == greedy(policy)[:, None]).astype(int))
        of_one = td.expected_sarsa(action_values, certain, *rows, gamma=mdp.discount, step_size=step_size)
        yield equal(of_one, sampled[greedy(policy)[state]])


@law("td.expected_sarsa")
def expected_sarsa_varies_less(mdp: MDP, policy: Array, action_values: Array, step_size: Any) -> Claims:
    """Every entry after a sweep has at most the variance that it has under SARSA, over next state and action."""
    squares = {"expected": 0 * action_values, "sarsa": 0 * action_values}
    for state, rows in _sweeps(mdp):
        expected = td.expected_sarsa(action_values, policy, *rows, gamma=mdp.discount, step_size=step_size)
        squares["expected"] = squares["expected"] + mdp.transition[..., state] * expected**2
        for action in range(mdp.number_of_actions):
            sampled = _sarsa_sweep(action_values, rows, action, mdp.discount, step_size)
            weight = mdp.transition[..., state] * policy[state, action]
            squares["sarsa"] = squares["sarsa"] + weight * sampled**2
    yield at_most(squares["expected"], squares["sarsa"])  # the means are equal


@law("td.expected_sarsa")
def expected_sarsa_sweep_contracts(
    mdp: MDP, policy: Array, action_values: Array, other_action_values: Array, step_size: Any
) -> Claims:
    """Over all pairs, |Q - Q'| shrinks to at most 1 - alpha (1 - gamma) of itself, whatever comes next."""
    yield from _sweep_contracts(
        mdp,
        (action_values, other_action_values),
        step_size,
        lambda q, rows: td.expected_sarsa(q, policy, *rows, gamma=mdp.discount, step_size=step_size),
    )


@law("td.expected_sarsa")
def expected_sarsa_moves_visited_pairs_only(
    action_values: Array,
    policy: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """Each pair moves by alpha times the sum of target - Q over its occurrences, the others stay."""
    following = (action_values[next_states], policy[next_states])
    targets = td.expected_sarsa_target(rewards, *following, terminated, gamma=gamma)
    rows = (policy, states, actions, rewards, next_states, terminated)

    def update(step_size: Any) -> Array:
        return td.expected_sarsa(action_values, *rows, gamma=gamma, step_size=step_size)

    yield from _moves_visited_pairs_only(action_values, states, actions, targets, step_size, update)


@law("td.q_learning", derivation=True)
def q_learning_has_the_optimal_backup_as_mean(mdp: MDP, action_values: Array, step_size: Any) -> Claims:
    """A sweep over all pairs gives Q + alpha (T_* Q - Q) in the mean; at alpha = 1 a sweep of value iteration."""
    values = _off_terminal(mdp, action_values)
    backup = bellman.optimality_q(mdp, values)
    for alpha, expected in ((step_size, values + step_size * (backup - values)), (1, backup)):
        yield equal(
            _mean_over_successors(
                mdp, lambda rows, alpha=alpha: td.q_learning(values, *rows, gamma=mdp.discount, step_size=alpha)
            ),
            expected,
        )


@law("td.q_learning")
def q_learning_is_greedy_expected_sarsa(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """It is expected SARSA whose target policy is greedy, and SARSA whose next action is."""
    rows, factors = (states, actions, rewards, next_states), {"gamma": gamma, "step_size": step_size}
    best = greedy(action_values)
    certain = numbers.exact((np.arange(action_values.shape[1]) == best[:, None]).astype(int))
    updated = td.q_learning(action_values, *rows, terminated, **factors)
    yield equal(updated, td.expected_sarsa(action_values, certain, *rows, terminated, **factors))
    yield equal(updated, td.sarsa(action_values, *rows, best[next_states], terminated, **factors))


@law("td.q_learning")
def q_learning_sweep_contracts(mdp: MDP, action_values: Array, other_action_values: Array, step_size: Any) -> Claims:
    """Over all pairs, |Q - Q'| shrinks to at most 1 - alpha (1 - gamma) of itself, whatever comes next."""
    yield from _sweep_contracts(
        mdp,
        (action_values, other_action_values),
        step_size,
        lambda q, rows: td.q_learning(q, *rows, gamma=mdp.discount, step_size=step_size),
    )


@law("td.q_learning")
def q_learning_dominates_expected_sarsa(
    action_values: Array,
    policy: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """No entry is below that of expected SARSA from the same data, whatever the target policy."""
    rows = (states, actions, rewards, next_states, terminated)
    expected = td.expected_sarsa(action_values, policy, *rows, gamma=gamma, step_size=step_size)
    yield at_most(expected, td.q_learning(action_values, *rows, gamma=gamma, step_size=step_size))


@law("td.q_learning")
def q_learning_moves_visited_pairs_only(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """Each pair moves by alpha times the sum of target - Q over its occurrences, the others stay."""
    targets = td.q_learning_target(rewards, action_values[next_states], terminated, gamma=gamma)
    rows = (states, actions, rewards, next_states, terminated)

    def update(step_size: Any) -> Array:
        return td.q_learning(action_values, *rows, gamma=gamma, step_size=step_size)

    yield from _moves_visited_pairs_only(action_values, states, actions, targets, step_size, update)


def _moves_visited_pairs_only(
    table: Array, states: Array, actions: Array, targets: Array, step_size: Any, update: Callable[[Any], Array]
) -> Claims:
    increments = pair_sums(table, states, targets - table[states, actions], actions)
    yield equal(update(step_size) - table, step_size * increments)
    visited = np.zeros(table.shape, dtype=bool)
    visited[states, actions] = True
    yield true(visited | (update(step_size) == table))
    yield equal(update(0), table)


def _sweeps(mdp: MDP) -> Iterator[tuple[int, tuple[Array, ...]]]:
    """For each next state, the transitions of all pairs into it: each pair occurs once."""
    states, actions = (index.ravel() for index in np.indices(mdp.reward.shape))
    for state in range(mdp.number_of_states):
        flags = np.full(len(states), mdp.terminal[state])
        yield state, (states, actions, mdp.reward.ravel(), np.full_like(states, state), flags)


def _mean_over_successors(mdp: MDP, update: Callable[[tuple[Array, ...]], Array]) -> Array:
    return sum(mdp.transition[..., state] * update(rows) for state, rows in _sweeps(mdp))


def _sarsa_sweep(values: Array, rows: tuple[Array, ...], action: int, gamma: Any, step_size: Any) -> Array:
    states, actions, rewards, next_states, terminated = rows
    next_actions = np.full(len(terminated), action)
    return td.sarsa(
        values, states, actions, rewards, next_states, next_actions, terminated, gamma=gamma, step_size=step_size
    )


def _sweep_contracts(
    mdp: MDP, tables: tuple[Array, Array], step_size: Any, update: Callable[[Array, tuple[Array, ...]], Array]
) -> Claims:
    distance = abs(tables[0] - tables[1]).max()
    for _, rows in _sweeps(mdp):
        updated, other = (update(table, rows) for table in tables)
        yield at_most(abs(updated - other).max(), (1 - step_size * (1 - mdp.discount)) * distance)


def _off_terminal(mdp: MDP, action_values: Array) -> Array:
    return np.where(mdp.terminal[:, None], 0 * action_values, action_values)

"""Laws of the targets of SARSA, expected SARSA, Q-learning and double Q-learning, and of maximisation bias."""

from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import bellman, numbers, policy, td
from rlproof.spec.decision_process import MDP


@law("td.sarsa_target")
def sarsa_target_has_the_expected_target_as_mean(
    rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, gamma: Any
) -> Claims:
    """Averaged over the next action a ~ pi, it is the target of expected SARSA."""
    targets = _of_every_action(rewards, next_q_values, terminated, gamma)
    expected = td.expected_sarsa_target(rewards, next_q_values, next_policy, terminated, gamma=gamma)
    yield equal((next_policy * targets).sum(axis=1), expected)


@law("td.sarsa_target")
def sarsa_target_of_the_greedy_action_is_q_learning(
    rewards: Array, next_q_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """If the next action is greedy, it is the target of Q-learning; no action gives more."""
    best = policy.greedy(next_q_values)
    targets = td.sarsa_target(rewards, next_q_values, best, terminated, gamma=gamma)
    yield equal(targets, td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma))
    yield at_most(_of_every_action(rewards, next_q_values, terminated, gamma), targets[:, None])


@law("td.sarsa_target", derivation=True)
def sarsa_target_has_the_bellman_backup_as_mean(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """E[y | s, a] = (T_pi Q)(s, a) over all next states and next actions."""
    values = _off_terminal(mdp, action_values)
    states, actions = mdp.reward.shape
    shape = (states, actions, states, actions)
    targets = td.sarsa_target(
        np.broadcast_to(mdp.reward[:, :, None, None], shape),
        np.broadcast_to(values[:, None, :], (*shape, actions)),
        np.broadcast_to(np.arange(actions), shape),
        np.broadcast_to(mdp.terminal[:, None], shape),
        gamma=mdp.discount,
    )
    means = (mdp.transition[..., None] * policy * targets).sum(axis=-1).sum(axis=-1)
    yield equal(means, bellman.expectation_q(mdp, policy, values))


@law("td.sarsa_target")
def sarsa_target_reads_one_entry(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, next_actions: Array, terminated: Array, gamma: Any
) -> Claims:
    """Values of actions not taken play no role; that of the action taken counts gamma times, if the episode goes on."""
    taken = np.arange(next_q_values.shape[1]) == next_actions[:, None]
    mixed = np.where(taken, next_q_values, other_next_q_values)
    targets = td.sarsa_target(rewards, next_q_values, next_actions, terminated, gamma=gamma)
    yield equal(td.sarsa_target(rewards, mixed, next_actions, terminated, gamma=gamma), targets)
    moved = td.sarsa_target(rewards, next_q_values + taken.astype(int), next_actions, terminated, gamma=gamma)
    yield equal(moved - targets, gamma * (~terminated).astype(int))


@law("td.expected_sarsa_target")
def expected_sarsa_target_never_varies_more(
    rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, gamma: Any
) -> Claims:
    """Var[expected SARSA] <= Var[SARSA] over row and next action; the difference is the mean variance in a row."""
    rows = len(rewards)
    targets = _of_every_action(rewards, next_q_values, terminated, gamma)
    expected = td.expected_sarsa_target(rewards, next_q_values, next_policy, terminated, gamma=gamma)
    mean = expected.sum() / rows
    sarsa_variance = (next_policy * (targets - mean) ** 2).sum() / rows
    expected_variance = ((expected - mean) ** 2).sum() / rows
    within = (next_policy * (targets - expected[:, None]) ** 2).sum() / rows
    yield at_most(expected_variance, sarsa_variance)
    yield equal(sarsa_variance - expected_variance, within)


@law("td.expected_sarsa_target")
def expected_sarsa_target_of_a_certain_action_is_sarsa(
    rewards: Array, next_q_values: Array, next_actions: Array, terminated: Array, gamma: Any
) -> Claims:
    """A deterministic target policy gives the target of SARSA with its action; a greedy one that of Q-learning."""
    for actions, targets in (
        (next_actions, td.sarsa_target(rewards, next_q_values, next_actions, terminated, gamma=gamma)),
        (policy.greedy(next_q_values), td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma)),
    ):
        certain = numbers.exact((np.arange(next_q_values.shape[1]) == actions[:, None]).astype(int))
        expected = td.expected_sarsa_target(rewards, next_q_values, certain, terminated, gamma=gamma)
        yield equal(expected, targets)


@law("td.expected_sarsa_target", derivation=True)
def expected_sarsa_target_has_the_bellman_backup_as_mean(mdp: MDP, policy: Array, action_values: Array) -> Claims:
    """E[y | s, a] = (T_pi Q)(s, a) over all next states."""
    values = _off_terminal(mdp, action_values)
    shape = mdp.transition.shape
    targets = td.expected_sarsa_target(
        np.broadcast_to(mdp.reward[:, :, None], shape),
        np.broadcast_to(values, (*shape, shape[1])),
        np.broadcast_to(policy, (*shape, shape[1])),
        np.broadcast_to(mdp.terminal, shape),
        gamma=mdp.discount,
    )
    yield equal((mdp.transition * targets).sum(axis=-1), bellman.expectation_q(mdp, policy, values))


@law("td.expected_sarsa_target")
def expected_sarsa_target_is_below_q_learning(
    rewards: Array, next_q_values: Array, next_policy: Array, terminated: Array, gamma: Any
) -> Claims:
    """It is at most the target of Q-learning, and at least that of the worst action."""
    expected = td.expected_sarsa_target(rewards, next_q_values, next_policy, terminated, gamma=gamma)
    yield at_most(expected, td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma))
    yield at_most(-td.q_learning_target(-rewards, -next_q_values, terminated, gamma=gamma), expected)


@law("td.q_learning_target")
def q_learning_target_is_the_best_sarsa_target(
    rewards: Array, next_q_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """It is the largest target of SARSA over all next actions."""
    targets = td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma)
    yield equal(targets, _of_every_action(rewards, next_q_values, terminated, gamma).max(axis=1))


@law("td.q_learning_target", derivation=True)
def q_learning_target_has_the_optimal_backup_as_mean(mdp: MDP, action_values: Array) -> Claims:
    """E[y | s, a] = (T_* Q)(s, a) over all next states."""
    values = _off_terminal(mdp, action_values)
    shape = mdp.transition.shape
    targets = td.q_learning_target(
        np.broadcast_to(mdp.reward[:, :, None], shape),
        np.broadcast_to(values, (*shape, shape[1])),
        np.broadcast_to(mdp.terminal, shape),
        gamma=mdp.discount,
    )
    yield equal((mdp.transition * targets).sum(axis=-1), bellman.optimality_q(mdp, values))


@law("td.q_learning_target")
def q_learning_target_is_a_gamma_contraction(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """|y - y'| <= gamma max_a |Q - Q'| in every row."""
    first, second = (
        td.q_learning_target(rewards, q, terminated, gamma=gamma) for q in (next_q_values, other_next_q_values)
    )
    yield at_most(abs(first - second), gamma * abs(next_q_values - other_next_q_values).max(axis=1))


@law("td.q_learning_target")
def q_learning_target_shifts_by_gamma(
    rewards: Array, next_q_values: Array, terminated: Array, gamma: Any, shift: Any
) -> Claims:
    """Raising all next values by c raises y by gamma c, unless the episode terminated; raising rewards, by c."""
    targets = td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma)
    moved = td.q_learning_target(rewards, next_q_values + shift, terminated, gamma=gamma)
    yield equal(moved - targets, np.where(terminated, 0 * rewards, gamma * shift))
    yield equal(td.q_learning_target(rewards + shift, next_q_values, terminated, gamma=gamma), targets + shift)


@law("td.double_q_learning_target")
def double_target_with_equal_tables_is_q_learning(
    rewards: Array, next_q_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """If both tables are the same it is the target of Q-learning."""
    targets = td.double_q_learning_target(rewards, next_q_values, next_q_values, terminated, gamma=gamma)
    yield equal(targets, td.q_learning_target(rewards, next_q_values, terminated, gamma=gamma))


@law("td.double_q_learning_target")
def double_target_is_between_the_others_values(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """It is a target of SARSA with the other table, hence at most that table's target of Q-learning."""
    targets = td.double_q_learning_target(rewards, next_q_values, other_next_q_values, terminated, gamma=gamma)
    best = policy.greedy(next_q_values)
    yield equal(targets, td.sarsa_target(rewards, other_next_q_values, best, terminated, gamma=gamma))
    yield at_most(targets, td.q_learning_target(rewards, other_next_q_values, terminated, gamma=gamma))


@law("td.double_q_learning_target")
def double_target_depends_on_the_order_only(
    rewards: Array, next_q_values: Array, other_next_q_values: Array, terminated: Array, gamma: Any, scale: Any
) -> Claims:
    """The first table matters through its best action only, whatever its scale and shift; the other enters linearly."""
    tables = (next_q_values, other_next_q_values)
    targets = td.double_q_learning_target(rewards, *tables, terminated, gamma=gamma)
    scaled = td.double_q_learning_target(rewards, scale * tables[0] - 1, tables[1], terminated, gamma=gamma)
    yield equal(scaled, targets)
    doubled = td.double_q_learning_target(scale * rewards, tables[0], scale * tables[1], terminated, gamma=gamma)
    yield equal(doubled, scale * targets)


@law("td.double_q_learning_target", derivation=True)
def double_target_does_not_overestimate(q_values: Array, other_action_values: Array) -> Claims:
    """For independent, equally likely estimates Q of one kind and Q' of another, E[Q'(argmax Q)] <= max_a E[Q'(a)]."""
    count = min(q_values.shape[1], other_action_values.shape[1])
    pairs = list(product(q_values[:, :count], other_action_values[:, :count]))
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    none = 0 * first[:, 0]
    targets = td.double_q_learning_target(none, first, second, np.zeros(len(pairs), dtype=bool), gamma=1)
    means = other_action_values[:, :count].sum(axis=0) / len(other_action_values)
    yield at_most(targets.sum() / len(pairs), means.max())


@law("td.maximisation")
def maximisation_bias_is_not_negative(q_values: Array) -> Claims:
    """E[max] >= max E, and the bias is at most the mean distance of the estimates from their means."""
    bias = td.maximisation(q_values)
    deviations = abs(q_values - q_values.sum(axis=0) / len(q_values))
    yield at_most(0, bias)
    yield at_most(bias, deviations.max(axis=1).sum() / len(q_values))


@law("td.maximisation", derivation=True)
def maximisation_bias_equals_enumerated_plans(q_values: Array) -> Claims:
    """E[max] is the best mean over all ways to choose an action for each row; max E that over constant ways."""
    rows, actions = q_values.shape
    plans = [q_values[np.arange(rows), list(plan)].sum() / rows for plan in product(range(actions), repeat=rows)]
    constant = [q_values[:, action].sum() / rows for action in range(actions)]
    yield equal(td.maximisation(q_values), max(plans) - max(constant))


@law("td.maximisation")
def maximisation_bias_of_certain_estimates_is_zero(q_values: Array) -> Claims:
    """There is none with one action, with one outcome, or where one action is best in every outcome."""
    yield equal(td.maximisation(q_values[:, :1]), 0)
    yield equal(td.maximisation(q_values[:1]), 0)
    lead = q_values.max() - q_values.min()
    best = np.concatenate([q_values[:, :1] + lead, q_values[:, 1:]], axis=1)
    yield equal(td.maximisation(best), 0)


@law("td.maximisation")
def maximisation_bias_scales_and_ignores_shifts(q_values: Array, scale: Any, shift: Any) -> Claims:
    """A common shift changes nothing, a factor c > 0 multiplies it, and listing every outcome twice changes nothing."""
    bias = td.maximisation(q_values)
    yield equal(td.maximisation(scale * q_values + shift), scale * bias)
    yield equal(td.maximisation(np.concatenate([q_values, q_values])), bias)


def _of_every_action(rewards: Array, next_q_values: Array, terminated: Array, gamma: Any) -> Array:
    """[T, A]: the target of SARSA for each next action."""
    shape = next_q_values.shape
    return td.sarsa_target(
        np.broadcast_to(rewards[:, None], shape),
        np.broadcast_to(next_q_values[:, None], (*shape, shape[1])),
        np.broadcast_to(np.arange(shape[1]), shape),
        np.broadcast_to(terminated[:, None], shape),
        gamma=gamma,
    )


def _off_terminal(mdp: MDP, action_values: Array) -> Array:
    return np.where(mdp.terminal[:, None], 0 * action_values, action_values)

"""Laws of planning with a model."""

from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, deterministic_policies
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, plan
from rlproof.spec.bellman import expectation_v
from rlproof.spec.decision_process import MDP
from rlproof.spec.dp import value_iteration
from rlproof.spec.policy import greedy
from rlproof.spec.value import optimal_q, optimal_v, v


@law("plan.exhaustive_tree", derivation=True)
def tree_equals_value_iteration(mdp: MDP, state_values: Array, horizon: int) -> Claims:
    """The tree of H steps is worth what H sweeps of dynamic programming give: T_*^H V_0."""
    tree = plan.exhaustive_tree(mdp, state_values, horizon=horizon)
    yield equal(tree, value_iteration(mdp, state_values, sweeps=horizon))


@law("plan.exhaustive_tree")
def tree_error_shrinks_by_gamma_each_step(mdp: MDP, state_values: Array, horizon: int) -> Claims:
    """|V_H - v_*| <= gamma^H |V_0 - v_*|, and leaves worth v_* make every root worth v_*."""
    best = optimal_v(mdp)
    error = abs(plan.exhaustive_tree(mdp, state_values, horizon=horizon) - best).max()
    yield at_most(error, mdp.discount**horizon * abs(state_values - best).max())
    yield equal(plan.exhaustive_tree(mdp, best, horizon=horizon), best)


@law("plan.exhaustive_tree", derivation=True)
def tree_equals_the_best_nonstationary_policy(mdp: MDP, state_values: Array) -> Claims:
    """Over two steps, it is the largest value among all pairs of deterministic policies, one for each step."""
    rules = list(deterministic_policies(mdp))
    last = [expectation_v(mdp, rule, state_values) for rule in rules]
    plans = np.stack([expectation_v(mdp, first, values) for first, values in product(rules, last)])
    yield equal(plan.exhaustive_tree(mdp, state_values, horizon=2), plans.max(axis=0))


@law("plan.exhaustive_tree")
def tree_shifts_by_the_discounted_leaves(mdp: MDP, state_values: Array, horizon: int, shift: Any) -> Claims:
    """Leaves worth b more make every root worth gamma^H b more, and worthier leaves never hurt."""
    tree = plan.exhaustive_tree(mdp, state_values, horizon=horizon)
    raised = plan.exhaustive_tree(mdp, state_values + shift, horizon=horizon)
    yield equal(raised, tree + mdp.discount**horizon * shift)
    leaves = np.arange(len(state_values)) == 0
    yield at_most(tree, plan.exhaustive_tree(mdp, state_values + abs(shift) * leaves, horizon=horizon))


@law("plan.receding_horizon")
def receding_horizon_loses_little(mdp: MDP, state_values: Array, depth: int) -> Claims:
    """Taking the best first action in every step loses at most 2 gamma^H |V_0 - v_*| / (1 - gamma)."""
    best = optimal_v(mdp)
    planner = greedy(plan.receding_horizon(mdp, state_values, depth=depth))
    bound = 2 * mdp.discount**depth * abs(state_values - best).max() / (1 - mdp.discount)
    yield at_most(best - v(mdp, planner), bound)


@law("plan.receding_horizon", derivation=True)
def receding_horizon_is_the_tree_below_each_action(mdp: MDP, state_values: Array, depth: int) -> Claims:
    """Its largest entry is the tree of H steps; if only one action is allowed first, so is that action's."""
    values = plan.receding_horizon(mdp, state_values, depth=depth)
    yield equal(values.max(axis=1), plan.exhaustive_tree(mdp, state_values, horizon=depth))
    children = plan.exhaustive_tree(mdp, state_values, horizon=depth - 1)
    for action in range(mdp.number_of_actions):
        first = np.full(mdp.number_of_states, action)
        yield equal(values[:, action], expectation_v(mdp, first, children))


@law("plan.receding_horizon")
def receding_horizon_from_optimal_values_is_optimal(mdp: MDP, state_values: Array, depth: int) -> Claims:
    """With V_0 = v_* it gives q_*; otherwise it is within gamma^H |V_0 - v_*| of it."""
    yield equal(plan.receding_horizon(mdp, optimal_v(mdp), depth=depth), optimal_q(mdp))
    error = abs(plan.receding_horizon(mdp, state_values, depth=depth) - optimal_q(mdp)).max()
    yield at_most(error, mdp.discount**depth * abs(state_values - optimal_v(mdp)).max())


@law("plan.receding_horizon")
def receding_horizon_loss_is_attained(mdp: MDP) -> Claims:
    """One step ahead the bound is met: staying costs 2 gamma, seems as good as leaving for nothing, and goes on."""
    gamma = mdp.discount
    process = MDP(
        numbers.exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), np.array([[-2 * gamma, 0], [0, 0]]), [1, 0], gamma
    )
    misled = numbers.exact([1, -1])  # v_* is zero
    planner = greedy(plan.receding_horizon(process, misled, depth=1))
    yield equal(optimal_v(process), 0)
    yield equal(v(process, planner)[0], -2 * gamma / (1 - gamma))


@law("plan.random_shooting")
def shooting_is_below_the_tree(mdp: MDP, action_sequences: Array) -> Claims:
    """No sequence earns more than the best policy, which reacts: the tree of H steps with worthless leaves."""
    nothing = 0 * mdp.reward[:, 0]
    tree = plan.exhaustive_tree(mdp, nothing, horizon=action_sequences.shape[1])
    yield at_most(plan.random_shooting(mdp, action_sequences), tree)


@law("plan.random_shooting", derivation=True)
def shooting_all_sequences_solves_deterministic_processes(mdp: MDP) -> Claims:
    """If nothing is random, all A^H sequences together attain the tree: reacting has no worth."""
    target = mdp.transition.argmax(axis=2)
    certain = (np.arange(mdp.number_of_states) == target[..., None]).astype(int)
    process = mdp.replace(transition=numbers.exact(certain))
    for steps in (1, 2):
        every = np.array(list(product(range(mdp.number_of_actions), repeat=steps)))
        tree = plan.exhaustive_tree(process, 0 * mdp.reward[:, 0], horizon=steps)
        yield equal(plan.random_shooting(process, every), tree)


@law("plan.random_shooting")
def shooting_improves_with_the_number_of_sequences(mdp: MDP, action_sequences: Array) -> Claims:
    """The best of N drawn from the given ones, on average over all draws, grows with N; all of them are best."""
    returns = np.stack([plan.random_shooting(mdp, each[None]) for each in action_sequences])
    means = []
    for draws in (1, 2):
        best = [returns[list(chosen)].max(axis=0) for chosen in product(range(len(returns)), repeat=draws)]
        means.append(sum(best) / len(best))
    whole = plan.random_shooting(mdp, action_sequences)
    yield at_most(means[0], means[1])
    yield at_most(means[1], whole)
    yield equal(whole, returns.max(axis=0))


@law("plan.random_shooting", derivation=True)
def shooting_equals_enumeration_over_paths(mdp: MDP, action_sequences: Array) -> Claims:
    """A sequence's value is the sum over all paths of states of the path's chance times its discounted return."""
    sequence, states = action_sequences[0], range(mdp.number_of_states)
    values = []
    for start in states:
        total = 0
        for path in product(states, repeat=len(sequence) - 1):
            visited, chance = (start, *path), 1
            for t in range(len(path)):
                chance = chance * mdp.transition[visited[t], sequence[t], visited[t + 1]]
            earned = sum(mdp.discount**t * mdp.reward[visited[t], sequence[t]] for t in range(len(sequence)))
            total = total + chance * earned
        values.append(total)
    yield equal(plan.random_shooting(mdp, sequence[None]), np.array(values))

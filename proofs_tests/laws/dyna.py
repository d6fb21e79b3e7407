"""Laws of updates by an imagined experience."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import dyna
from rlproof.spec.decision_process import MDP
from rlproof.spec.policy import greedy
from rlproof.spec.value import optimal_q, q


@law("dyna.q_planning")
def q_planning_contracts_to_the_values_of_the_model(
    model: MDP,
    action_values: Array,
    visited_states: Array,
    taken_actions: Array,
    number_of_states: int,
    alpha: Any,
) -> Claims:
    """Once every pair was visited, in any order, |Q - q_*| <= (1 - alpha (1 - gamma)) |Q_0 - q_*|, q_* of the model."""
    del number_of_states  # asks for data that visit every pair
    best = optimal_q(model)
    planned = dyna.q_planning(model, action_values, visited_states, taken_actions, alpha=alpha)
    modulus = 1 - alpha * (1 - model.discount)
    yield at_most(abs(planned - best).max(), modulus * abs(action_values - best).max())


@law("dyna.q_planning", derivation=True)
def q_planning_rests_at_the_optimal_values(
    model: MDP, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """q_* of the model, found by policy iteration, is left as it is."""
    best = optimal_q(model)
    yield equal(dyna.q_planning(model, best, visited_states, taken_actions, alpha=alpha), best)


@law("dyna.q_planning", derivation=True)
def q_planning_is_the_mean_of_imagined_outcomes(
    model: MDP, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """A single update is the mean of Q-learning's over the next states that the model may imagine."""
    state, action = visited_states[0], taken_actions[0]
    planned = dyna.q_planning(model, action_values, visited_states[:1], taken_actions[:1], alpha=alpha)
    old, mean = action_values[state, action], 0
    for following, chance in enumerate(model.transition[state, action]):
        target = model.reward[state, action] + model.discount * max(action_values[following])
        mean = mean + chance * ((1 - alpha) * old + alpha * target)
    expected = action_values.copy()
    expected[state, action] = mean
    yield equal(planned, expected)


@law("dyna.q_planning")
def q_planning_repeated_on_a_pair_is_a_larger_step(
    model: MDP, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """At discount zero, n updates of a pair are one of step size 1 - (1 - alpha)^n."""
    shortsighted = model.replace(discount=0)
    often = [np.repeat(each[:1], 3) for each in (visited_states, taken_actions)]
    once = dyna.q_planning(
        shortsighted, action_values, visited_states[:1], taken_actions[:1], alpha=1 - (1 - alpha) ** 3
    )
    yield equal(dyna.q_planning(shortsighted, action_values, *often, alpha=alpha), once)


@law("dyna.q_planning")
def q_planning_goes_on_where_it_stopped(
    model: MDP, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any, split: int
) -> Claims:
    """Planning interrupted at any point goes on as if it had not been; with alpha = 0 nothing ever changes."""
    whole = dyna.q_planning(model, action_values, visited_states, taken_actions, alpha=alpha)
    first = dyna.q_planning(model, action_values, visited_states[: split + 1], taken_actions[: split + 1], alpha=alpha)
    if split + 1 < len(visited_states):
        first = dyna.q_planning(model, first, visited_states[split + 1 :], taken_actions[split + 1 :], alpha=alpha)
    yield equal(first, whole)
    yield equal(dyna.q_planning(model, action_values, visited_states, taken_actions, alpha=0), action_values)


@law("dyna.imagined_sarsa")
def imagined_sarsa_contracts_to_the_values_of_the_model(
    model: MDP,
    policy: Array,
    action_values: Array,
    visited_states: Array,
    taken_actions: Array,
    number_of_states: int,
    alpha: Any,
) -> Claims:
    """Once every pair was visited, |Q - q_pi| <= (1 - alpha (1 - gamma)) |Q_0 - q_pi|, q_pi of the model."""
    del number_of_states  # asks for data that visit every pair
    values = q(model, policy)
    pairs = (visited_states, taken_actions)
    planned = dyna.imagined_sarsa(model, policy, action_values, *pairs, alpha=alpha)
    modulus = 1 - alpha * (1 - model.discount)
    yield at_most(abs(planned - values).max(), modulus * abs(action_values - values).max())
    yield equal(dyna.imagined_sarsa(model, policy, values, *pairs, alpha=alpha), values)


@law("dyna.imagined_sarsa", derivation=True)
def imagined_sarsa_is_a_product_of_matrices(
    model: MDP, policy: Array, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """Q_T - q_pi = prod_t (I - alpha E_t (I - gamma P Pi)) (Q_0 - q_pi), where E_t selects the pair updated."""
    states, actions = model.reward.shape
    spread = np.eye(states, dtype=int)[:, :, None] * policy  # [S, S, A], from a state to its pairs
    onward = model.transition.reshape(-1, states) @ spread.reshape(states, -1)
    system = np.eye(states * actions, dtype=int) - model.discount * onward
    error = (action_values - q(model, policy)).reshape(-1)
    for pair in visited_states * actions + taken_actions:
        selection = np.diag((np.arange(states * actions) == pair).astype(int))
        error = error - alpha * (selection @ (system @ error))
    planned = dyna.imagined_sarsa(model, policy, action_values, visited_states, taken_actions, alpha=alpha)
    yield equal(planned, q(model, policy) + error.reshape(states, actions))


@law("dyna.imagined_sarsa")
def imagined_sarsa_of_the_greedy_policy_is_q_planning(
    model: MDP, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """With the policy that is greedy before each update, it is Q-planning."""
    values = action_values
    for t in range(len(visited_states)):
        pair = (visited_states[t : t + 1], taken_actions[t : t + 1])
        values = dyna.imagined_sarsa(model, greedy(values), values, *pair, alpha=alpha)
    yield equal(values, dyna.q_planning(model, action_values, visited_states, taken_actions, alpha=alpha))


@law("dyna.imagined_sarsa")
def imagined_sarsa_is_below_q_planning(
    model: MDP, policy: Array, action_values: Array, visited_states: Array, taken_actions: Array, alpha: Any
) -> Claims:
    """From the same start and over the same pairs, no value is above that of Q-planning."""
    pairs = (visited_states, taken_actions)
    planned = dyna.q_planning(model, action_values, *pairs, alpha=alpha)
    yield at_most(dyna.imagined_sarsa(model, policy, action_values, *pairs, alpha=alpha), planned)

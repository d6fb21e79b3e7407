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
    states: Array,
    actions: Array,
    number_of_states: int,
    step_size: Any,
) -> Claims:
    """Once every pair was visited, in any order, |Q - q_*| <= (1 - alpha (1 - gamma)) |Q_0 - q_*|, q_* of the model."""
    del number_of_states  # asks for data that visit every pair
    best = optimal_q(model)
    planned = dyna.q_planning(model, action_values, states, actions, step_size=step_size)
    modulus = 1 - step_size * (1 - model.discount)
    yield at_most(abs(planned - best).max(), modulus * abs(action_values - best).max())


@law("dyna.q_planning", derivation=True)
def q_planning_rests_at_the_optimal_values(model: MDP, states: Array, actions: Array, step_size: Any) -> Claims:
    """q_* of the model, found by policy iteration, is left as it is."""
    best = optimal_q(model)
    yield equal(dyna.q_planning(model, best, states, actions, step_size=step_size), best)


@law("dyna.q_planning", derivation=True)
def q_planning_is_the_mean_of_imagined_outcomes(
    model: MDP, action_values: Array, states: Array, actions: Array, step_size: Any
) -> Claims:
    """A single update is the mean of Q-learning's over the next states that the model may imagine."""
    state, action = states[0], actions[0]
    planned = dyna.q_planning(model, action_values, states[:1], actions[:1], step_size=step_size)
    old, mean = action_values[state, action], 0
    for following, chance in enumerate(model.transition[state, action]):
        target = model.reward[state, action] + model.discount * max(action_values[following])
        mean = mean + chance * ((1 - step_size) * old + step_size * target)
    expected = action_values.copy()
    expected[state, action] = mean
    yield equal(planned, expected)


@law("dyna.q_planning")
def q_planning_repeated_on_a_pair_is_a_larger_step(
    model: MDP, action_values: Array, states: Array, actions: Array, step_size: Any
) -> Claims:
    """At discount zero, n updates of a pair are one of step size 1 - (1 - step_size)^n."""
    shortsighted = model.replace(discount=0)
    often = [np.repeat(each[:1], 3) for each in (states, actions)]
    once = dyna.q_planning(shortsighted, action_values, states[:1], actions[:1], step_size=1 - (1 - step_size) ** 3)
    yield equal(dyna.q_planning(shortsighted, action_values, *often, step_size=step_size), once)


@law("dyna.q_planning")
def q_planning_goes_on_where_it_stopped(
    model: MDP, action_values: Array, states: Array, actions: Array, step_size: Any, split: int
) -> Claims:
    """Planning interrupted at any point goes on as if it had not been; with step_size = 0 nothing ever changes."""
    whole = dyna.q_planning(model, action_values, states, actions, step_size=step_size)
    first = dyna.q_planning(model, action_values, states[: split + 1], actions[: split + 1], step_size=step_size)
    if split + 1 < len(states):
        first = dyna.q_planning(model, first, states[split + 1 :], actions[split + 1 :], step_size=step_size)
    yield equal(first, whole)
    yield equal(dyna.q_planning(model, action_values, states, actions, step_size=0), action_values)


@law("dyna.imagined_sarsa")
def imagined_sarsa_contracts_to_the_values_of_the_model(
    model: MDP,
    policy: Array,
    action_values: Array,
    states: Array,
    actions: Array,
    number_of_states: int,
    step_size: Any,
) -> Claims:
    """Once every pair was visited, |Q - q_pi| <= (1 - alpha (1 - gamma)) |Q_0 - q_pi|, q_pi of the model."""
    del number_of_states  # asks for data that visit every pair
    values = q(model, policy)
    pairs = (states, actions)
    planned = dyna.imagined_sarsa(model, policy, action_values, *pairs, step_size=step_size)
    modulus = 1 - step_size * (1 - model.discount)
    yield at_most(abs(planned - values).max(), modulus * abs(action_values - values).max())
    yield equal(dyna.imagined_sarsa(model, policy, values, *pairs, step_size=step_size), values)


@law("dyna.imagined_sarsa", derivation=True)
def imagined_sarsa_is_a_product_of_matrices(
    model: MDP, policy: Array, action_values: Array, states: Array, actions: Array, step_size: Any
) -> Claims:
    """Q_T - q_pi = prod_t (I - alpha E_t (I - gamma P Pi)) (Q_0 - q_pi), where E_t selects the pair updated."""
    count, choices = model.reward.shape
    spread = np.eye(count, dtype=int)[:, :, None] * policy  # [S, S, A], from a state to its pairs
    onward = model.transition.reshape(-1, count) @ spread.reshape(count, -1)
    system = np.eye(count * choices, dtype=int) - model.discount * onward
    error = (action_values - q(model, policy)).reshape(-1)
    for pair in choices * states + actions:
        selection = np.diag((np.arange(count * choices) == pair).astype(int))
        error = error - step_size * (selection @ (system @ error))
    planned = dyna.imagined_sarsa(model, policy, action_values, states, actions, step_size=step_size)
    yield equal(planned, q(model, policy) + error.reshape(count, choices))


@law("dyna.imagined_sarsa")
def imagined_sarsa_of_the_greedy_policy_is_q_planning(
    model: MDP, action_values: Array, states: Array, actions: Array, step_size: Any
) -> Claims:
    """With the policy that is greedy before each update, it is Q-planning."""
    values = action_values
    for t in range(len(states)):
        pair = (states[t : t + 1], actions[t : t + 1])
        values = dyna.imagined_sarsa(model, greedy(values), values, *pair, step_size=step_size)
    yield equal(values, dyna.q_planning(model, action_values, states, actions, step_size=step_size))


@law("dyna.imagined_sarsa")
def imagined_sarsa_is_below_q_planning(
    model: MDP, policy: Array, action_values: Array, states: Array, actions: Array, step_size: Any
) -> Claims:
    """From the same start and over the same pairs, no value is above that of Q-planning."""
    pairs = (states, actions)
    planned = dyna.q_planning(model, action_values, *pairs, step_size=step_size)
    yield at_most(dyna.imagined_sarsa(model, policy, action_values, *pairs, step_size=step_size), planned)

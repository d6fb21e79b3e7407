"""Laws of experience replay."""

from collections import deque
from itertools import product
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import model, numbers, replay
from rlproof.spec.bellman import optimality_q
from rlproof.spec.decision_process import MDP
from rlproof.spec.value import optimal_q, q


@law("replay.ring_buffer")
def ring_buffer_holds_the_last_items(items: Array, capacity: int) -> Claims:
    """Rotated so that the oldest comes first, it is the last min(n, c) items in the order in which they came."""
    held = replay.ring_buffer(items, capacity=capacity)
    oldest = len(items) % capacity if len(items) >= capacity else 0
    yield equal(np.roll(held, -oldest), items[-capacity:])


@law("replay.ring_buffer")
def ring_buffer_overwrites_the_oldest(items: Array, capacity: int, shift: Any) -> Claims:
    """One more item goes to slot n mod c, where the oldest was if there was no room, and nothing else changes."""
    before = replay.ring_buffer(items, capacity=capacity)
    after = replay.ring_buffer(np.append(items, shift), capacity=capacity)
    pointer = len(items) % capacity
    yield equal(after[pointer], shift)
    others = np.arange(len(before)) != pointer
    yield true(len(after) == min(len(items) + 1, capacity))
    if others.any():
        yield equal(after[: len(before)][others], before[others])
    if len(items) >= capacity:
        yield equal(before[pointer], items[-capacity])


@law("replay.ring_buffer", derivation=True)
def ring_buffer_equals_a_simulated_one(items: Array, capacity: int) -> Claims:
    """Pushing the items one by one, into slots by a pointer and into a queue of bounded length, holds the same."""
    slots, queue, pointer = {}, deque(maxlen=capacity), 0
    for item in items:
        slots[pointer] = item
        queue.append(item)
        pointer = 0 if pointer == capacity - 1 else pointer + 1
    held = replay.ring_buffer(items, capacity=capacity)
    yield equal(held, np.array([slots[slot] for slot in sorted(slots)]))
    yield equal(np.sort(held), np.sort(np.array(queue)))


@law("replay.ring_buffer")
def ring_buffer_with_room_holds_everything(items: Array, capacity: int) -> Claims:
    """With at least n slots every item lies where it came; with one slot only the last is held."""
    yield equal(replay.ring_buffer(items, capacity=len(items) + capacity - 1), items)
    yield equal(replay.ring_buffer(items, capacity=1), items[-1:])


@law("replay.uniform_update", derivation=True)
def uniform_update_is_the_mean_over_transitions(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """The full-batch update is the mean of the Q-learning tables after each transition alone."""
    data = (states, actions, rewards, next_states, terminated)
    total = 0 * action_values
    for state, action, reward, following, ended in zip(*data, strict=True):
        table = action_values.copy()
        target = reward if ended else reward + gamma * max(action_values[following])
        table[state, action] = (1 - step_size) * table[state, action] + step_size * target
        total = total + table
    yield equal(replay.uniform_update(action_values, *data, gamma=gamma, step_size=step_size), total / len(rewards))


@law("replay.uniform_update")
def uniform_update_ignores_how_the_data_lie_in_the_buffer(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
    split: int,
) -> Claims:
    """Rotating the data, or storing all of them twice, changes nothing."""
    data = (states, actions, rewards, next_states, terminated)
    update = replay.uniform_update(action_values, *data, gamma=gamma, step_size=step_size)
    for change in (lambda column: np.roll(column, split), lambda column: np.concatenate([column, column])):
        yield equal(replay.uniform_update(action_values, *map(change, data), gamma=gamma, step_size=step_size), update)


@law("replay.uniform_update", derivation=True)
def uniform_update_is_the_bellman_update_of_the_learned_model(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    number_of_states: int,
    number_of_actions: int,
    discount: Any,
    step_size: Any,
) -> Claims:
    """It is Q + step_size N(s, a) / T (T_* Q - Q), where T_* is that of the maximum-likelihood model."""
    data = (states, actions, rewards, next_states, terminated)
    learned, visits = _learned(*data, number_of_states, number_of_actions, discount)
    extended = np.concatenate([action_values, 0 * action_values[:1]])
    change = optimality_q(learned, extended)[:-1] - action_values
    update = replay.uniform_update(action_values, *data, gamma=discount, step_size=step_size)
    yield equal(update, action_values + step_size * visits * change / len(rewards))


@law("replay.uniform_update")
def uniform_update_moves_only_what_was_visited(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """Pairs that are not in the buffer keep their values, and with step_size = 0 all do."""
    data = (states, actions, rewards, next_states, terminated)
    update = replay.uniform_update(action_values, *data, gamma=gamma, step_size=step_size)
    visited = np.zeros(action_values.shape, dtype=int)
    visited[states, actions] = 1
    yield equal((1 - visited) * update, (1 - visited) * action_values)
    yield equal(replay.uniform_update(action_values, *data, gamma=gamma, step_size=0), action_values)


@law("replay.fixed_point", derivation=True)
def fixed_point_is_left_alone_by_the_update(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    discount: Any,
) -> Claims:
    """No average update with any step size changes it, and pairs never visited have their first values."""
    data = (states, actions, rewards, next_states, terminated)
    found = replay.fixed_point(action_values, *data, discount=discount)
    yield equal(replay.uniform_update(found, *data, gamma=discount, step_size=1), found)
    visited = np.zeros(action_values.shape, dtype=int)
    visited[states, actions] = 1
    yield equal((1 - visited) * found, (1 - visited) * action_values)


@law("replay.fixed_point", derivation=True)
def fixed_point_is_optimal_for_the_learned_model(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    number_of_states: int,
    number_of_actions: int,
    discount: Any,
) -> Claims:
    """Once every pair was visited it is q_* of the maximum-likelihood model, whatever the first values."""
    data = (states, actions, rewards, next_states, terminated)
    learned, _ = _learned(*data, number_of_states, number_of_actions, discount)
    yield equal(replay.fixed_point(action_values, *data, discount=discount), optimal_q(learned)[:-1])


@law("replay.fixed_point")
def fixed_point_attracts_the_update(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    discount: Any,
    step_size: Any,
) -> Claims:
    """|Q' - Q_oo| <= (1 - step_size (1 - gamma) n / T) |Q - Q_oo|, n the fewest visits of a pair that has any."""
    data = (states, actions, rewards, next_states, terminated)
    found = replay.fixed_point(action_values, *data, discount=discount)
    update = replay.uniform_update(action_values, *data, gamma=discount, step_size=step_size)
    pairs = list(zip(states.tolist(), actions.tolist(), strict=True))
    fewest = numbers.rational(min(pairs.count(pair) for pair in pairs)) / len(pairs)
    modulus = 1 - step_size * (1 - discount) * fewest
    yield at_most(abs(update - found).max(), modulus * abs(action_values - found).max())


@law("replay.fixed_point", derivation=True)
def fixed_point_is_the_best_of_all_policies(
    action_values: Array,
    states: Array,
    actions: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    discount: Any,
) -> Claims:
    """Among the action values of all deterministic policies of the process that the data describe, the largest."""
    data = (states, actions, rewards, next_states, terminated)
    described = replay.empirical_process(action_values, *data, discount=discount)
    rules = product(range(described.number_of_actions), repeat=described.number_of_states - 1)
    every = np.stack([q(described, np.array([*rule, 0]))[:-1] for rule in rules])
    yield equal(replay.fixed_point(action_values, *data, discount=discount), every.max(axis=0))


def _learned(
    states: Array,
    actions: Array,
    rewards: Array,
    successors: Array,
    terminated: Array,
    number_of_states: int,
    number_of_actions: int,
    discount: Any,
) -> tuple[MDP, Array]:
    """The maximum-likelihood process, with an end as its last state, and the visits of each pair."""
    arrivals = np.where(terminated, number_of_states, successors)
    end = np.array([number_of_states])
    sizes = {"number_of_states": number_of_states + 1, "number_of_actions": number_of_actions}
    counts = model.transition_counts(states, actions, arrivals, **sizes)
    counts[end, :, end] += 1
    rates = model.maximum_likelihood(numbers.exact(counts))
    means = model.reward_model(
        rewards, states, actions, number_of_states=number_of_states, number_of_actions=number_of_actions
    )
    initial = (np.arange(number_of_states + 1) == number_of_states).astype(int)
    process = MDP(rates, np.concatenate([means, 0 * means[:1]]), numbers.exact(initial), discount, initial == 1)
    return process, counts.sum(axis=2)[:-1]

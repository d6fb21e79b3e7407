"""Laws of the fixed point of batch TD(0)."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, td, value
from rlproof.spec.decision_process import MDP


@law("td.batch")
def batch_is_the_fixed_point_of_td0(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    discount: Any,
    step_size: Any,
) -> Claims:
    """Another batch update, with any step size, changes nothing."""
    rows = (states, rewards, next_states, terminated)
    values = td.batch(state_values, *rows, discount=discount)
    yield equal(td.tabular_td0(values, *rows, gamma=discount, step_size=step_size), values)


@law("td.batch", derivation=True)
def batch_is_certainty_equivalent(
    state_values: Array, states: Array, rewards: Array, next_states: Array, terminated: Array, discount: Any
) -> Claims:
    """It is v of the process with the observed frequencies and mean rewards; states never left pay their value."""
    count = len(state_values)
    transition, reward = numbers.exact(np.zeros((count + 1, count + 1), dtype=int)), numbers.exact([0] * (count + 1))
    for state in range(count):
        rows = np.flatnonzero(states == state)
        if not len(rows):
            transition[state, count], reward[state] = numbers.rational(1), state_values[state]
        for t in rows:
            entered = count if terminated[t] else next_states[t]
            transition[state, entered] += numbers.rational(1) / len(rows)
            reward[state] = reward[state] + rewards[t] / len(rows)
    transition[count, count] = numbers.rational(1)
    initial = numbers.exact((np.arange(count + 1) == 0).astype(int))
    model = MDP(transition[:, None], reward[:, None], initial, discount, np.arange(count + 1) == count)
    values = td.batch(state_values, states, rewards, next_states, terminated, discount=discount)
    yield equal(values, value.v(model, np.zeros(count + 1, dtype=int))[:count])


@law("td.batch")
def batch_attracts_td0(
    state_values: Array, states: Array, rewards: Array, next_states: Array, terminated: Array, discount: Any
) -> Claims:
    """With alpha = 1 / max N, each batch update shrinks the error at least to 1 - (1 - gamma) min N / max N of it."""
    rows = (states, rewards, next_states, terminated)
    limit, visits = td.batch(state_values, *rows, discount=discount), np.unique(states, return_counts=True)[1]
    most = int(visits.max())
    modulus = 1 - (1 - discount) * numbers.rational(int(visits.min())) / most
    table = state_values
    for _ in range(3):
        following = td.tabular_td0(table, *rows, gamma=discount, step_size=numbers.rational(1) / most)
        yield at_most(abs(following - limit).max(), modulus * abs(table - limit).max())
        table = following


@law("td.batch")
def batch_ignores_order_and_copies(
    state_values: Array, states: Array, rewards: Array, next_states: Array, terminated: Array, discount: Any, split: int
) -> Claims:
    """Neither the order of the transitions counts nor listing all of them twice."""
    rows = (states, rewards, next_states, terminated)
    values = td.batch(state_values, *rows, discount=discount)
    rotated = [np.concatenate([row[split:], row[:split]]) for row in rows]
    yield equal(td.batch(state_values, *rotated, discount=discount), values)
    yield equal(td.batch(state_values, *(np.concatenate([row, row]) for row in rows), discount=discount), values)


@law("td.batch")
def batch_without_discount_is_the_mean_reward(
    state_values: Array, states: Array, rewards: Array, next_states: Array, terminated: Array
) -> Claims:
    """At gamma = 0 it is the mean reward out of each state that is left, and the first table elsewhere."""
    values = td.batch(state_values, states, rewards, next_states, terminated, discount=0)
    for state, found in enumerate(values):
        here = rewards[states == state]
        yield equal(found, here.sum() / len(here) if len(here) else state_values[state])

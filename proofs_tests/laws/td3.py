"""Laws of twin critics: the smaller of two targets, and what it is for."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import ddpg, numbers, td, td3


@law("td3.target", derivation=True)
def twin_target_is_the_smaller_target(
    rewards: Array, next_values: Array, other_next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """y is the smaller of the two targets that DDPG has with either critic, as gamma is not negative."""
    first, second = (ddpg.target(rewards, each, terminated, gamma=gamma) for each in (next_values, other_next_values))
    target = td3.target(rewards, next_values, other_next_values, terminated, gamma=gamma)
    yield equal(target, (first + second - abs(first - second)) / 2)


@law("td3.target")
def twin_target_with_equal_critics_is_ddpg(rewards: Array, next_values: Array, terminated: Array, gamma: Any) -> Claims:
    """Two critics that agree are one."""
    target = td3.target(rewards, next_values, next_values, terminated, gamma=gamma)
    yield equal(target, ddpg.target(rewards, next_values, terminated, gamma=gamma))


@law("td3.target")
def twin_target_does_not_overestimate(rewards: Array, values: Array, terminated: Array, gamma: Any) -> Claims:
    """Over every pair out of N equally likely critics, the mean target is at most that of the mean critic."""
    count, nothing = len(values), 0 * rewards
    targets = [
        td3.target(rewards, nothing + one, nothing + other, terminated, gamma=gamma)
        for one in values
        for other in values
    ]
    mean = ddpg.target(rewards, nothing + values.sum() / count, terminated, gamma=gamma)
    yield at_most(sum(targets) / count**2, mean)


@law("td3.target")
def twin_target_contracts(
    rewards: Array, next_values: Array, other_next_values: Array, values: Array, terminated: Array, gamma: Any
) -> Claims:
    """Moving one critic moves y by at most gamma times as much, and never the other way."""
    before = td3.target(rewards, next_values, other_next_values, terminated, gamma=gamma)
    after = td3.target(rewards, next_values + abs(values), other_next_values, terminated, gamma=gamma)
    yield at_most(before, after)
    yield at_most(after - before, gamma * np.where(terminated, 0 * rewards, abs(values)))


@law("td3.priority", derivation=True)
def twin_priority_is_one_of_two(targets: Array, values: Array, other_values: Array) -> Claims:
    """Since y - min = max(y - Q_1, y - Q_2), it is the larger of the two errors, in magnitude."""
    errors = numbers.maximum(targets - values, targets - other_values)
    yield equal(td3.priority(targets, values, other_values), numbers.maximum(errors, -errors))


@law("td3.priority")
def twin_priority_of_equal_critics_is_the_td_error(
    rewards: Array, values: Array, next_values: Array, terminated: Array, gamma: Any
) -> Claims:
    """With critics that agree it is the magnitude of the TD error."""
    targets = td3.target(rewards, next_values, next_values, terminated, gamma=gamma)
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    yield equal(td3.priority(targets, values, values), abs(errors))


@law("td3.priority")
def twin_priority_moves_no_faster(targets: Array, values: Array, other_values: Array, rewards: Array) -> Claims:
    """Changing the target by d changes the priority by at most |d|."""
    before, after = (td3.priority(y, values, other_values) for y in (targets, targets + rewards))
    yield at_most(abs(after - before), abs(rewards))


@law("td3.priority")
def twin_priority_is_symmetric(targets: Array, values: Array, other_values: Array) -> Claims:
    """It does not matter which critic is called the first; adding a number to all three changes nothing."""
    priority = td3.priority(targets, values, other_values)
    yield equal(td3.priority(targets, other_values, values), priority)
    yield equal(td3.priority(targets + 3, values + 3, other_values + 3), priority)

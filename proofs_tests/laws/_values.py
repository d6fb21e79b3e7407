"""What the laws about learning values share: expectations over trajectories, episodes, consistent successors."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rlproof.laws._common import Array
from rlproof.spec import numbers, trajectories
from rlproof.spec.decision_process import MDP


def expected_estimate(
    mdp: MDP, policy: Array, horizon: int, state_values: Array, estimate: Callable[..., Array]
) -> Array:
    """E[estimate at t = 0 | s_0 = s] for each s, from the columns of all trajectories of `horizon` steps."""
    count = mdp.number_of_states
    uniform = mdp.replace(initial=numbers.exact([1] * count) / count)
    courses = list(trajectories.enumerate(uniform, policy, horizon))
    states, actions = (np.array([course[i] for course in courses]).T for i in (0, 1))
    estimates = estimate(
        mdp.reward[states[:-1], actions],
        state_values[..., states[1:]],
        mdp.terminal[states[1:]],
        np.zeros(actions.shape, dtype=bool),
    )
    weighted = count * np.array([course.probability for course in courses]) * estimates[0]
    return numbers.stack([weighted[states[0] == state].sum() for state in range(count)])


def parts_at(split: int, ended: tuple[Array, Array]) -> Iterator[tuple[tuple[Array, Array], list[slice]]]:
    """Flags by which an episode ends at `split`, in either way, and the parts of the data before and after."""
    terminated, truncated = ended
    here = np.arange(len(terminated)) == split
    parts = [np.s_[: split + 1], np.s_[split + 1 :]][: 1 if split == len(terminated) - 1 else 2]
    yield (terminated | here, truncated), parts
    yield (terminated, truncated | here), parts


def end_of(start: int, ended: Array) -> int:
    """The last step of the episode that goes on at `start`, or of the data."""
    return start + int(np.argmax(np.append(ended[start:-1], True)))


def joined(first: Array, following: Array, ended: Array) -> Array:
    """What follows each step, made to agree with the next row of the data wherever the episode goes on."""
    goes_on = np.append(~ended[:-1], False)
    return np.where(goes_on, np.append(first[1:], following[-1:]), following)


def pair_sums(table: Array, states: Array, increments: Array, actions: Any = None) -> Array:
    """Add each increment to its own entry of a table of zeros, one after the other."""
    sums = 0 * table
    for t, increment in enumerate(increments):
        entry = states[t] if actions is None else (states[t], actions[t])
        sums[entry] = sums[entry] + increment
    return sums

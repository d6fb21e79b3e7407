"""Laws of TD(0) with a table."""

from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims, off_terminal
from rlproof.laws._values import pair_sums
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import bellman, td
from rlproof.spec.decision_process import MDP


@law("td.tabular_td0")
def td0_moves_visited_states_only(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """Each state moves by alpha times the sum of its errors, the others stay; at alpha = 0 all do."""
    rows = (states, rewards, next_states, terminated)
    errors = td.error(rewards, state_values[states], state_values[next_states], terminated, gamma=gamma)
    updated = td.tabular_td0(state_values, *rows, gamma=gamma, step_size=step_size)
    yield equal(updated - state_values, step_size * pair_sums(state_values, states, errors))
    yield true(np.isin(np.arange(len(state_values)), states) | (updated == state_values))
    yield equal(td.tabular_td0(state_values, *rows, gamma=gamma, step_size=0), state_values)


@law("td.tabular_td0", derivation=True)
def td0_has_the_bellman_backup_as_mean(mdp: MDP, policy: Array, state_values: Array, step_size: Any) -> Claims:
    """A sweep from each state once moves V to V + alpha (T_pi V - V) in the mean, over all transitions."""
    values, states = off_terminal(mdp, state_values), np.arange(mdp.number_of_states)
    means = 0 * values
    for action in range(mdp.number_of_actions):
        for state in states:
            updated = td.tabular_td0(
                values,
                states,
                mdp.reward[:, action],
                np.full_like(states, state),
                np.full(len(states), mdp.terminal[state]),
                gamma=mdp.discount,
                step_size=step_size,
            )
            means = means + policy[:, action] * mdp.transition[:, action, state] * updated
    yield equal(means, values + step_size * (bellman.expectation_v(mdp, policy, values) - values))


@law("td.tabular_td0")
def td0_is_the_backward_view_without_traces(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
) -> Claims:
    """It adds alpha times the off-line update of TD(lambda) at lambda = 0."""
    rows = (states, rewards, next_states, terminated)
    total = td.lambda_backward(state_values, *rows, np.zeros_like(terminated), gamma=gamma, trace_decay=0)
    updated = td.tabular_td0(state_values, *rows, gamma=gamma, step_size=step_size)
    yield equal(updated, state_values + step_size * total)


@law("td.tabular_td0")
def td0_sweep_contracts(
    mdp: MDP, state_values: Array, other_state_values: Array, relabelling: Array, step_size: Any
) -> Claims:
    """From each state once, |V - V'| shrinks to at most 1 - alpha (1 - gamma) of itself, whatever the successors."""
    rows = (np.arange(mdp.number_of_states), mdp.reward[:, 0], relabelling, mdp.terminal)
    updated, other = (
        td.tabular_td0(values, *rows, gamma=mdp.discount, step_size=step_size)
        for values in (state_values, other_state_values)
    )
    distance = abs(state_values - other_state_values).max()
    yield at_most(abs(updated - other).max(), (1 - step_size * (1 - mdp.discount)) * distance)


@law("td.tabular_td0")
def td0_increments_add_up(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    gamma: Any,
    step_size: Any,
    split: int,
) -> Claims:
    """The increments from two parts of the data add up; where no later row meets a state moved before, they chain."""
    rows, factors = (states, rewards, next_states, terminated), {"gamma": gamma, "step_size": step_size}
    first = [row[: split + 1] for row in rows]
    after = td.tabular_td0(state_values, *first, **factors)
    whole = td.tabular_td0(state_values, *rows, **factors)
    if split == len(states) - 1:
        yield equal(whole, after)
        return
    rest = [row[split + 1 :] for row in rows]
    yield equal(whole - after, td.tabular_td0(state_values, *rest, **factors) - state_values)
    if not set(first[0]) & {*rest[0], *rest[2]}:
        yield equal(td.tabular_td0(after, *rest, **factors), whole)

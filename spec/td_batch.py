r"""What batch TD(0) converges to on a finite set of transitions."""

import numpy as np

from .decision_process import check_termination
from .numbers import Array, Scalar, as_array, identity_minus, same_system, solve, where
from .tables import read_table
from .validation import read_flags, read_parameter


def batch(
    state_values: Array,
    states: Array,
    rewards: Array,
    next_states: Array,
    terminated: Array,
    *,
    discount: Scalar,
) -> Array:
    r"""Fixed point of batch TD(0): the values of the maximum-likelihood model of the data.

    .. math:: V(s) = \frac{1}{N(s)} \sum_{t:\, s_t = s} \big[R_{t+1} + \gamma\,(1 - \mathrm{term}_t)\,V(s_{t+1})\big]
        \quad\Longleftrightarrow\quad V = (I - \gamma \hat P)^{-1} \hat r

    Args:
        state_values: [S], the first table: a state that is never left keeps its value.
        states: [T] integers, s_t.
        rewards: [T], reward of each transition.
        next_states: [T] integers, the true successor of each transition, whatever auto-reset did.
        terminated: [T] booleans, the transition entered a terminal state.
        discount: gamma in [0, 1); 1 only if the data lead to an end from each state.
    Returns:
        [S], in units of reward.
    Conventions:
        Certainty equivalence: relative frequencies of successors, mean rewards. Repeating the update of
        tabular_td0 from state_values with a small step size converges to it.
    Laws:
        batch_is_the_fixed_point_of_td0, batch_is_certainty_equivalent, batch_attracts_td0,
        batch_ignores_order_and_copies, batch_without_discount_is_the_mean_reward
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError, TerminationError.
    Source:
        Sutton & Barto 2018, section 6.3, example 6.4.
    Since:
        0.2
    """
    state_values, (states, next_states) = read_table(state_values, rewards, states=states, next_states=next_states)
    system = same_system(state_values=state_values)
    continues = 1 - read_flags("terminated", terminated, states).astype(int)
    discount, every = read_parameter("discount", discount, system), np.arange(len(state_values))
    leaves = (states == every[:, None]).astype(int)
    enters = (next_states[:, None] == every).astype(int) * continues[:, None]
    visits, counts = leaves.sum(axis=1), leaves @ enters
    if system not in ("series", "rounded") and discount == 1:
        check_termination(counts, (visits == 0) | (visits > counts.sum(axis=1)), "the data set")
    kernel = discount * counts / np.maximum(visits, 1)[:, None]
    means = leaves @ as_array(rewards, "rewards") / np.maximum(visits, 1)
    return solve(identity_minus(kernel), where(visits > 0, means, state_values))

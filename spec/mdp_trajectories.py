r"""The probability of one trajectory, and the Markov property."""

import numpy as np

from .decision_process import MDP, read_policy
from .errors import SupportError
from .numbers import Array, Scalar, is_nonzero
from .tables import read_indices


def trajectory_measure(mdp: MDP, policy: Array, visited: Array, taken: Array) -> Scalar:
    r"""Probability of a trajectory.

    .. math:: p(\tau) = \rho_0(s_0) \prod_{t=0}^{T-1} \pi(a_t|s_t)\, P(s_{t+1}|s_t,a_t)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        visited: [T + 1] integers, the states s_0, ..., s_T.
        taken: [T] integers, the actions a_0, ..., a_{T-1}.
    Returns:
        One number, a probability.
    Conventions:
        A trajectory goes on in terminal states. States and actions are counted from zero.
    Laws:
        measure_sums_to_one, measure_equals_enumeration, measure_splits_at_any_time,
        measure_without_actions_is_that_of_the_chain
    Raises:
        ShapeError, EmptySpaceError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError.
    Source:
        Slides "Property of the Environment"; Schulman et al. 2015 (TRPO), section 2.
    Since:
        0.2
    """
    policy = read_policy(mdp, policy)
    visited, taken = _read_path(mdp, visited, taken)
    probability = mdp.initial[visited[0]]
    for state, action, following in zip(visited[:-1], taken, visited[1:], strict=True):
        probability = probability * policy[state, action] * mdp.transition[state, action, following]
    return probability


def markov_property(mdp: MDP, policy: Array, visited: Array, taken: Array) -> Scalar:
    r"""Conditional probability of a trajectory's last state, given everything before it.

    .. math:: p(s_T | s_0, a_0, \dots, s_{T-1}, a_{T-1}) = \frac{p(s_0, a_0, \dots, a_{T-1}, s_T)}
        {\sum_s p(s_0, a_0, \dots, a_{T-1}, s)} = P(s_T | s_{T-1}, a_{T-1})

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        visited: [T + 1] integers, the states s_0, ..., s_T.
        taken: [T] integers, the actions a_0, ..., a_{T-1}.
    Returns:
        One number, a probability.
    Conventions:
        The history before the last state must be possible; the last state need not be.
    Laws:
        next_state_depends_on_the_present_only, next_state_equals_enumerated_frequency,
        next_state_probabilities_sum_to_one, next_state_forgets_how_the_present_came_about
    Raises:
        SupportError for an impossible history; ShapeError, EmptySpaceError, ActionSetError, NotAProbabilityError,
        NumberSystemError, ParameterError.
    Source:
        Slides "Property of the Environment"; Sutton & Barto 2018, eqs. (3.2)-(3.4).
    Since:
        0.2
    """
    visited, taken = _read_path(mdp, visited, taken)
    joint = [trajectory_measure(mdp, policy, [*visited[:-1], s], taken) for s in range(mdp.number_of_states)]
    history = sum(joint[1:], joint[0])
    if mdp.system != "series" and not is_nonzero(history):
        raise SupportError(
            "a probability given an impossible history",
            got=f"states {list(map(int, visited[:-1]))}, actions {list(map(int, taken))}, of probability 0",
            expected="a history of positive probability",
            cause="actions that the policy never takes, or states counted from one",
            remedy="take the history from a rollout of this policy in this process",
        )
    return joint[int(visited[-1])] / history


def _read_path(mdp: MDP, visited: Array, taken: Array) -> tuple[Array, Array]:
    """Read T + 1 states and T actions, all of them existing."""
    visited = read_indices("visited", visited, None, mdp.number_of_states)
    steps = (len(visited) - 1,)
    if steps == (0,) == np.shape(taken):
        return visited, np.zeros(0, dtype=int)
    return visited, read_indices("taken", taken, steps, mdp.number_of_actions)

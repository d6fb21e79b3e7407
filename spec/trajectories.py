r"""Every trajectory with its probability: expectations of estimators become finite sums."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .decision_process import MDP, read_policy
from .numbers import Array, Scalar, is_nonzero
from .validation import check_count

Beginning = tuple[tuple[int, ...], tuple[int, ...], Scalar]
"""The states and actions so far, and their probability."""


class Trajectory(NamedTuple):
    """One possible course of events."""

    states: tuple[int, ...]
    actions: tuple[int, ...]
    rewards: Array
    probability: Scalar


def enumerate(mdp: MDP, policy: Array, horizon: int) -> Iterator[Trajectory]:
    r"""Every trajectory of positive probability over a finite horizon.

    .. math:: p(\tau) = \rho_0(s_0) \prod_{t=0}^{H-1} \pi(a_t|s_t)\, P(s_{t+1}|s_t,a_t)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
        horizon: number H >= 0 of transitions.
    Returns:
        An iterator of Trajectory: H + 1 states, H actions, H rewards R(s_t, a_t), probability.
    Conventions:
        A trajectory goes on in terminal states, at zero reward. There are up to S (A S)^H of them.
    Gradient:
        Not compared: it gives trajectories; its probabilities are products that eta sums.
    Laws:
        probabilities_sum_to_one, trajectories_are_possible_and_distinct, the_process_is_markov,
        the_policy_is_followed, state_frequencies_follow_the_kernel, mean_rewards_follow_the_kernel
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError.
    Source:
        Slides "Property of the Environment"; Sutton & Barto 2018, section 3.1.
    Since:
        0.1
    """
    check_count("horizon", horizon)
    policy = read_policy(mdp, policy)
    beginnings: list[tuple[tuple[int, ...], tuple[int, ...], Scalar]] = [
        ((int(s),), (), mdp.initial[s]) for s in np.flatnonzero(is_nonzero(mdp.initial))
    ]
    while beginnings:
        states, actions, probability = beginnings.pop()
        if len(actions) == horizon:
            rewards = mdp.reward[list(states[:-1]), list(actions)]
            yield Trajectory(states, actions, rewards, probability)
            continue
        joint = policy[states[-1]][:, None] * mdp.transition[states[-1]]
        for action, state in np.argwhere(is_nonzero(joint))[::-1]:
            step = ((*states, int(state)), (*actions, int(action)), probability * joint[action, state])
            beginnings.append(step)

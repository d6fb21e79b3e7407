"""What laws about policy gradients share: softmax policies along a ray of logits, expected sums of scores."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rlproof.laws._common import Array
from rlproof.spec import numbers, trajectories
from rlproof.spec.decision_process import MDP
from rlproof.spec.trajectories import Trajectory


def softmax_ray(policy: Array, direction: Array) -> Array:
    """The softmax policy when its logits move along a direction, to first order: pi e^(t d), normalised."""
    tilted = policy * numbers.ray(0 * policy + 1, direction)
    return tilted / tilted.sum(axis=1, keepdims=True)


def slope(series: Any) -> Any:
    """The derivative that a number computed along a ray carries."""
    return series[1] if hasattr(series, "coeffs") else numbers.rational(0)


def score(policy: Array, state: int, action: int) -> Array:
    """The derivative of log pi(action|state) in all logits: [S, A]."""
    states, actions = policy.shape
    here = np.arange(states) == state
    return here[:, None] * ((np.arange(actions) == action).astype(int) - policy)


def expected_scores(mdp: MDP, policy: Array, horizon: int, weights: Callable[[Trajectory], Any]) -> Array:
    """E[sum_t w_t grad log pi(a_t|s_t)] over all trajectories of `horizon` steps: [S, A]."""
    total = 0 * mdp.reward
    for course in trajectories.enumerate(mdp, policy, horizon):
        for state, action, weight in zip(course.states[:-1], course.actions, weights(course), strict=True):
            total = total + course.probability * weight * score(policy, state, action)
    return total


def after(mdp: MDP, policy: Array, steps: int) -> MDP:
    """The process as it goes on after some steps: its first state is drawn like the state then."""
    initial = 0 * mdp.initial
    for course in trajectories.enumerate(mdp, policy, steps):
        initial = initial + course.probability * (np.arange(len(initial)) == course.states[-1])
    return mdp.replace(initial=initial)

"""Random linear systems with quadratic costs, and their trajectories under Gaussian policies: in NumPy alone."""

from typing import NamedTuple

import numpy as np

from ..spec.linear_system import LinearSystem, is_stable, linear_system
from ..spec.numbers import Array, Scalar, convert, exact, rational

GRAIN = 8
"""Entries are multiples of 1/8, so that every system is exact in floats too."""


class LinearRollouts(NamedTuple):
    """E episodes of T steps: states [E, T + 1, n], actions [E, T, k], rewards [E, T]."""

    states: Array
    actions: Array
    rewards: Array


def random_system(
    states: int, actions: int, *, seed: int, discount: Scalar = "7/8", number_system: str = "exact"
) -> LinearSystem:
    """Draw a system that is stable without control; the matrix of its costs in (s, a) is positive definite.

    The dynamics are halved until discount * rho(A)^2 < 1. In float64 the numbers are the same as in rationals.
    """
    generator = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return exact(generator.integers(-GRAIN, GRAIN, shape, endpoint=True)) / GRAIN

    def square(size: int) -> Array:
        lower = exact(np.tril(draw(size, size), k=-1)) + exact(np.eye(size, dtype=int))
        return lower @ lower.T

    costs = square(states + actions)
    fields = {
        "dynamics": draw(states, states),
        "control": draw(states, actions),
        "noise": square(states) / GRAIN,
        "state_cost": costs[:states, :states],
        "cross_cost": costs[:states, states:],
        "action_cost": costs[states:, states:],
        "discount": rational(discount),
        "initial_mean": draw(states),
        "initial_covariance": square(states),
    }
    system = linear_system(**fields)
    while not is_stable(system, exact(np.zeros((actions, states)))):
        system = system._replace(dynamics=system.dynamics / 2)
    return LinearSystem(*(convert(field, number_system)[()] for field in system))


def rollouts(
    system: LinearSystem, gain: Array, covariance: Array, *, episodes: int, steps: int, seed: int
) -> LinearRollouts:
    """Draw episodes of a system in float64 under the policy a ~ N(K s, Sigma)."""
    generator = np.random.default_rng(seed)
    shape, action_shape = (episodes, len(system.dynamics)), (episodes, len(covariance))
    start, noise, exploration = (_factor(each) for each in (system.initial_covariance, system.noise, covariance))
    states = [system.initial_mean + generator.standard_normal(shape) @ start.T]
    actions, rewards = [], []
    for _ in range(steps):
        state = states[-1]
        action = state @ gain.T + generator.standard_normal(action_shape) @ exploration.T
        costs = (state @ system.state_cost * state).sum(axis=1) + (action @ system.action_cost * action).sum(axis=1)
        rewards.append(-(costs + 2 * (state @ system.cross_cost * action).sum(axis=1)))
        following = state @ system.dynamics.T + action @ system.control.T
        states.append(following + generator.standard_normal(shape) @ noise.T)
        actions.append(action)
    return LinearRollouts(np.stack(states, axis=1), np.stack(actions, axis=1), np.stack(rewards, axis=1))


def _factor(covariance: Array) -> Array:
    """Give G with G G^T = covariance, also where that is singular."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0))

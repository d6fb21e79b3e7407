"""What the laws of linear systems share: means of quadratics, second moments along a rollout, scalar systems."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rlproof.spec import numbers
from rlproof.spec.linear_system import LinearSystem

Array = Any


def mean_of_quadratic(function: Callable[[Array], Array], means: Array, covariance: Array) -> Array:
    """E f(x) for x of these means [T, d] and covariance C: f(m) + 1/2 sum_ij C_ij d_i d_j f, by differences.

    Exact if f, which takes rows [., d], is quadratic.
    """
    size = means.shape[1]
    unit = numbers.exact(np.eye(size, dtype=int))
    pairs = [(i, j) for i in range(size) for j in range(size) if numbers.is_nonzero(covariance[i, j])]
    offsets = [0 * unit[0], *unit, *(unit[i] + unit[j] for i, j in pairs)]
    values = function((means[:, None] + np.array(offsets)).reshape(-1, size)).reshape(len(means), -1).T
    total = values[0]
    for (i, j), both in zip(pairs, values[1 + size :], strict=True):
        total = total + covariance[i, j] * (both - values[1 + i] - values[1 + j] + values[0]) / 2
    return total


def mean_over_actions(
    function: Callable[[Array, Array], Array], states: Array, gain: Array, covariance: Array
) -> Array:
    """E f(s, a) over a ~ N(K s, Sigma), for each row of states; f takes rows of states and of actions."""
    n, none = states.shape[1], 0 * gain
    block = np.block([[0 * (none.T @ none), none.T], [none, covariance]])
    means = np.concatenate([states, states @ gain.T], axis=1)
    return mean_of_quadratic(lambda rows: function(rows[:, :n], rows[:, n:]), means, block)


def action_slopes(function: Callable[[Array, Array], Array], states: Array, actions: Array) -> Array:
    """The gradient [T, k] in the actions, by central differences: exact if the function is quadratic in them."""
    unit = numbers.exact(np.eye(actions.shape[1], dtype=int))
    return np.array([function(states, actions + e) - function(states, actions - e) for e in unit]).T / 2


def second_moments(system: LinearSystem, gain: Array, covariance: Array, steps: int) -> list[Array]:
    """E[s_t s_t^T] for t = 0 .. steps, by propagating mean and covariance through the dynamics."""
    mean, spread, found = system.initial_mean, system.initial_covariance, []
    for _ in range(steps + 1):
        found.append(spread + np.outer(mean, mean))
        # The pair (s, a) has covariance [[S, S K^T], [K S, K S K^T + Sigma]].
        joint = np.block([[spread, spread @ gain.T], [gain @ spread, gain @ spread @ gain.T + covariance]])
        both = np.concatenate([system.dynamics, system.control], axis=1)
        mean, spread = both @ np.concatenate([mean, gain @ mean]), both @ joint @ both.T + system.noise
    return found


def joint_moment(moment: Array, gain: Array, covariance: Array) -> Array:
    """E[x x^T] of the pair x = (s, a)."""
    return np.block([[moment, moment @ gain.T], [gain @ moment, gain @ moment @ gain.T + covariance]])


def joint_cost(system: LinearSystem) -> Array:
    """The matrix of the cost as a quadratic form in (s, a)."""
    return np.block([[system.state_cost, system.cross_cost], [system.cross_cost.T, system.action_cost]])


def scalar(system: LinearSystem) -> LinearSystem:
    """The scalar system of the first state and the first action."""
    return LinearSystem(*(np.asarray(x)[(slice(1),) * np.ndim(x)] if np.ndim(x) else x for x in system))


def changed(system: LinearSystem, coordinates: Array) -> LinearSystem:
    """The same system in coordinates z, where s = T z."""
    inverse = numbers.solve(coordinates, numbers.exact(np.eye(len(coordinates), dtype=int)))
    return system._replace(
        dynamics=inverse @ system.dynamics @ coordinates,
        control=inverse @ system.control,
        noise=_symmetric(inverse @ system.noise @ inverse.T),
        state_cost=_symmetric(coordinates.T @ system.state_cost @ coordinates),
        cross_cost=coordinates.T @ system.cross_cost,
        initial_mean=inverse @ system.initial_mean,
        initial_covariance=_symmetric(inverse @ system.initial_covariance @ inverse.T),
    )


def _symmetric(matrix: Array) -> Array:
    return (matrix + matrix.T) / 2

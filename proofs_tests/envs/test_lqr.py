"""Simulated linear systems have the moments, returns and gradients that the equations say: seeded z-scores."""

from typing import Any

import numpy as np
import pytest

from rlproof.envs.lqr import LinearRollouts, random_system, rollouts
from rlproof.laws._linear import second_moments
from rlproof.oracle.cases import exactly
from rlproof.spec import lqr
from rlproof.spec.linear_system import LinearSystem, is_definite, is_stable
from rlproof.spec.numbers import exact, float64

EPISODES, STEPS = 20_000, 8
HIGHEST = 4.5
"""No |z| above it: of two hundred normal ones, the seeds being fixed, one in seven hundred times some would be."""


def prepared(seed: int) -> tuple[LinearSystem, Any, Any, LinearRollouts]:
    """A system of two states and two actions, a policy with correlated exploration, and its episodes."""
    system = random_system(2, 2, seed=seed, number_system="float64")
    gain, covariance = np.array([[0.25, 0.0], [-0.125, 0.125]]), np.array([[0.5, 0.25], [0.25, 0.25]])
    while not is_stable(system, gain):
        gain = gain / 2
    return system, gain, covariance, rollouts(system, gain, covariance, episodes=EPISODES, steps=STEPS, seed=seed)


def z_scores(samples: Any, expected: Any) -> Any:
    """How many standard errors the means over episodes are off; zero where there is no spread and no error."""
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return (samples.mean(axis=0) - float64(expected)) / error


@pytest.mark.parametrize("seed", range(3))
def test_the_return_is_eta_up_to_the_tail(seed: int) -> None:
    """The mean discounted return of T steps is eta - gamma^T E V(s_T)."""
    system, gain, covariance, data = prepared(seed)
    exact_system, k, sigma = (exactly(each) for each in (system, gain, covariance))
    last = second_moments(exact_system, k, sigma, STEPS)[STEPS]
    tail = (lqr.value_matrix(exact_system, k) * last).sum() + lqr.value_constant(exact_system, k, sigma)
    expected = lqr.eta(exact_system, k, sigma) + exact_system.discount**STEPS * tail
    returns = data.rewards @ system.discount ** np.arange(STEPS)
    assert abs(z_scores(returns, expected)) < HIGHEST


@pytest.mark.parametrize("seed", range(3))
def test_the_second_moments_add_up_to_the_visits(seed: int) -> None:
    """The discounted sum of s s^T over T steps is M less gamma^T times the M of a start at s_T."""
    system, gain, covariance, data = prepared(seed)
    exact_system, k, sigma = (exactly(each) for each in (system, gain, covariance))
    expected = truncated_moment(exact_system, k, sigma)
    weights = system.discount ** np.arange(STEPS)
    sums = np.einsum("t,eti,etj->eij", weights, data.states[:, :-1], data.states[:, :-1])
    assert np.all(abs(z_scores(sums, expected)) < HIGHEST)


@pytest.mark.parametrize("seed", range(3))
def test_the_score_function_estimates_the_gradient(seed: int) -> None:
    """The sum of gamma^t Q(s_t, a_t) grad log pi(a_t | s_t) over T steps has the mean -2 E M_T."""
    system, gain, covariance, data = prepared(seed)
    exact_system, k, sigma = (exactly(each) for each in (system, gain, covariance))
    slopes = lqr.action_gradient(exact_system, k, exact(np.eye(2, dtype=int))).T
    expected = slopes @ truncated_moment(exact_system, k, sigma)
    states, actions = data.states[:, :-1].reshape(-1, 2), data.actions.reshape(-1, 2)
    # The mean action's value, by which Q is lowered, is a baseline: it changes the variance only.
    advantages = lqr.advantage(system, gain, covariance, states, actions).reshape(EPISODES, STEPS)
    scores = (actions - states @ gain.T) @ np.linalg.inv(covariance)
    weights = system.discount ** np.arange(STEPS)
    shape = (EPISODES, STEPS, 2)
    terms = np.einsum("t,et,eti,etj->eij", weights, advantages, scores.reshape(shape), states.reshape(shape))
    assert np.all(abs(z_scores(terms, expected)) < HIGHEST)


def test_a_wrong_noise_is_noticed() -> None:
    """Negative control: half of the noise moves the moments by many standard errors."""
    system, gain, covariance, data = prepared(0)
    quieter = exactly(system._replace(noise=system.noise / 2))
    expected = truncated_moment(quieter, exactly(gain), exactly(covariance))
    weights = system.discount ** np.arange(STEPS)
    sums = np.einsum("t,eti,etj->eij", weights, data.states[:, :-1], data.states[:, :-1])
    assert abs(z_scores(sums, expected)).max() > 2 * HIGHEST


@pytest.mark.parametrize(("states", "actions"), [(1, 1), (1, 2), (2, 1), (3, 2)])
def test_random_systems_are_stable_and_repeatable(states: int, actions: int) -> None:
    """The same seed gives the same system, in floats too; costs are positive definite."""
    system = random_system(states, actions, seed=1)
    floats = random_system(states, actions, seed=1, number_system="float64")
    assert lqr.optimality_gap(system, exact(np.zeros((actions, states)))) > 0
    assert is_definite(system.action_cost)
    for name, field in floats._asdict().items():
        assert np.array_equal(exact(field), exact(getattr(system, name))), name
    other = random_system(states, actions, seed=2)
    assert not np.array_equal(other.control, system.control)


def test_rollouts_are_repeatable_and_follow_the_dynamics() -> None:
    """Without noise and exploration the trajectory is that of the matrix A + B K."""
    system = random_system(2, 1, seed=0, number_system="float64")
    quiet = system._replace(noise=0 * system.noise, initial_covariance=0 * system.noise)
    gain = np.array([[0.25, -0.5]])
    first, again = (rollouts(quiet, gain, np.zeros((1, 1)), episodes=2, steps=3, seed=5) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert first.states.shape == (2, 4, 2)
    assert np.array_equal(first.actions, first.states[:, :-1] @ gain.T)
    loop = system.dynamics + system.control @ gain  # dyadic, like the states: the products are exact
    assert np.array_equal(first.states[:, 1:], first.states[:, :-1] @ loop.T)


def truncated_moment(system: LinearSystem, gain: Any, covariance: Any) -> Any:
    """The sum of gamma^t E[s s^T] over T steps: M of the start, less that of a start at s_T."""
    last = second_moments(system, gain, covariance, STEPS)[STEPS]
    later = system._replace(initial_mean=0 * system.initial_mean, initial_covariance=last)
    rest = lqr.visitation_moment(later, gain, covariance)
    return lqr.visitation_moment(system, gain, covariance) - system.discount**STEPS * rest

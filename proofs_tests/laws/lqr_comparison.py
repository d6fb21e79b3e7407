"""Laws of linear systems: divergence, performance difference, surrogate."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.laws._linear import mean_of_quadratic, mean_over_actions, second_moments
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import lqr, numbers, policy
from rlproof.spec.linear_system import LinearSystem, kronecker


@law("lqr.kl", system="ball", derivation=True)
def kl_is_the_mean_gaussian_kl_of_the_visits(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """For diagonal covariances it is policy.gaussian_kl, a quadratic in s, summed over the visits M, 1/(1-gamma)."""
    stds = [numbers.log(np.diag(matrix)) / 2 for matrix in (covariance, new_covariance)]
    diagonal = [numbers.ball(np.diag(np.diag(matrix))) for matrix in (covariance, new_covariance)]

    def divergence(rows: Array) -> Array:
        return policy.gaussian_kl(rows @ gain.T, stds[0], rows @ new_gain.T, stds[1])

    moment = lqr.visitation_moment(system, gain, diagonal[0])
    at_rest = divergence(0 * system.initial_mean[None])[0]
    mean = mean_of_quadratic(divergence, 0 * system.initial_mean[None], moment)[0] - at_rest
    total = mean + at_rest / (1 - system.discount)
    yield equal(lqr.kl(system, gain, diagonal[0], new_gain, diagonal[1]), total)


@law("lqr.kl", system="ball")
def kl_of_itself_is_zero_and_else_positive(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """It is zero between equal policies, and positive as soon as the covariances differ."""
    yield equal(lqr.kl(system, gain, covariance, gain, covariance), 0)
    divergence = lqr.kl(system, gain, covariance, new_gain, new_covariance)
    differ = bool(numbers.holds(covariance != new_covariance).any())
    yield at_most(0, divergence if differ else numbers.arb(0))
    yield true(not differ or divergence > 0)


@law("lqr.kl", system="ball")
def kl_grows_like_fisher_in_the_gain(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, scale: Any
) -> Claims:
    """Along c D with equal covariances it is c^2/2 vec(D)^T (Sigma^-1 kron M) vec(D), exactly."""
    change = new_gain - gain
    unit = numbers.ball(np.eye(len(covariance), dtype=int))
    fisher = kronecker(numbers.solve(covariance, unit), lqr.visitation_moment(system, gain, covariance))
    half = change.reshape(-1) @ fisher @ change.reshape(-1) / 2
    yield equal(lqr.kl(system, gain, covariance, new_gain, covariance), half)
    small = 1 / (1 + scale)  # between the two gains, where the new policy is stable too
    yield equal(lqr.kl(system, gain, covariance, gain + small * change, covariance), small**2 * half)


@law("lqr.kl", system="ball")
def kl_adds_gain_and_covariance(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """It is that of the covariances alone, times nothing of the system but 1 / (1 - gamma), and that of the gains."""
    whole = lqr.kl(system, gain, covariance, new_gain, new_covariance)
    alone = lqr.kl(system, gain, covariance, gain, new_covariance)
    change, moment = new_gain - gain, lqr.visitation_moment(system, gain, covariance)
    yield equal(whole - alone, np.trace(change.T @ numbers.solve(new_covariance, change) @ moment) / 2)
    spread = numbers.solve(new_covariance, covariance)
    volume = numbers.log(_determinant(new_covariance)) - numbers.log(_determinant(covariance))
    yield equal(alone, (np.trace(spread) - len(spread) + volume) / 2 / (1 - system.discount))


@law("lqr.performance_difference", derivation=True)
def the_difference_is_that_of_eta(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """It is eta(pi') - eta(pi)."""
    difference = lqr.eta(system, new_gain, new_covariance) - lqr.eta(system, gain, covariance)
    yield equal(lqr.performance_difference(system, gain, covariance, new_gain, new_covariance), difference)


@law("lqr.performance_difference", derivation=True)
def the_difference_is_a_rollout_of_advantages(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """Over three steps of pi' it sums gamma^t E[A_pi], and then misses gamma^3 E[V_pi' - V_pi]."""
    mean_advantage = _mean_advantage(system, gain, covariance, new_gain, new_covariance)
    moments, rest = second_moments(system, new_gain, new_covariance, 3), 0 * system.initial_mean[None]
    total = sum(system.discount**t * mean_of_quadratic(mean_advantage, rest, moments[t])[0] for t in range(3))
    values = [partial(lqr.value, system, *pair) for pair in ((gain, covariance), (new_gain, new_covariance))]
    tails = [mean_of_quadratic(value, rest, moments[3])[0] for value in values]
    difference = lqr.performance_difference(system, gain, covariance, new_gain, new_covariance)
    yield equal(difference, total + system.discount**3 * (tails[1] - tails[0]))


@law("lqr.performance_difference")
def the_difference_is_antisymmetric(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """Exchanging the policies changes the sign, although other advantages and visits are used."""
    forth = lqr.performance_difference(system, gain, covariance, new_gain, new_covariance)
    yield equal(forth, -lqr.performance_difference(system, new_gain, new_covariance, gain, covariance))


@law("lqr.surrogate")
def the_surrogate_at_the_old_policy_is_eta_here_too(system: LinearSystem, gain: Array, covariance: Array) -> Claims:
    """L_pi(pi) = eta(pi)."""
    yield equal(lqr.surrogate(system, gain, covariance, gain, covariance), lqr.eta(system, gain, covariance))


@law("lqr.surrogate", derivation=True)
def the_surrogate_and_eta_agree_to_first_order(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """Along K + t D, Sigma + t C both have the same value and slope at t = 0, as exact power series."""
    gains = numbers.ray(gain, new_gain - gain)
    covariances = numbers.ray(covariance, new_covariance - covariance)
    yield equal(lqr.surrogate(system, gain, covariance, gains, covariances), lqr.eta(system, gains, covariances))


@law("lqr.surrogate", derivation=True)
def the_surrogate_averages_advantages(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """L - eta is the mean advantage of pi' over the visits of pi: a quadratic in s, over M and 1 / (1 - gamma)."""
    mean_advantage = _mean_advantage(system, gain, covariance, new_gain, new_covariance)
    rest, moment = 0 * system.initial_mean[None], lqr.visitation_moment(system, gain, covariance)
    at_rest = mean_advantage(rest)[0]
    total = mean_of_quadratic(mean_advantage, rest, moment)[0] - at_rest + at_rest / (1 - system.discount)
    gain_in_return = lqr.surrogate(system, gain, covariance, new_gain, new_covariance)
    yield equal(gain_in_return - lqr.eta(system, gain, covariance), total)


@law("lqr.surrogate")
def the_improved_gain_maximises_the_surrogate(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Claims:
    """With any covariance, no gain has a larger surrogate than K - H^-1 E, the gain of policy iteration."""
    best = lqr.policy_improvement(system, gain)
    yield at_most(
        lqr.surrogate(system, gain, covariance, new_gain, new_covariance),
        lqr.surrogate(system, gain, covariance, best, new_covariance),
    )


def _mean_advantage(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Callable[[Array], Array]:
    """E_a A_pi(s, a) over a ~ pi', for rows of states."""
    advantage = partial(lqr.advantage, system, gain, covariance)
    return lambda states: mean_over_actions(advantage, states, new_gain, new_covariance)


def _determinant(matrix: Array) -> Any:
    """By expansion: two rows at most."""
    return matrix[0, 0] if len(matrix) == 1 else matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]

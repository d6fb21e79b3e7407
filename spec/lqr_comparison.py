r"""Linear systems with quadratic costs: divergence, performance difference and surrogate of two Gaussian policies."""

import numpy as np

from .linear_policy import cost_to_go, expected_loss, expected_return, improvement_terms, visits
from .linear_system import LinearSystem, pivots, read_covariance, read_gain, read_policy, solve, trace_of_product
from .numbers import Array, Scalar, log


def kl(system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array) -> Scalar:
    r"""KL divergence of the old policy from the new one, summed over the old policy's visits.

    .. math:: \sum_t \gamma^t\,\mathbb{E}\,D_{KL}(\pi\|\pi') = \tfrac12\Big[\frac{\mathrm{tr}(\Sigma'^{-1}\Sigma) - k
        + \log\det\Sigma' - \log\det\Sigma}{1-\gamma} + \mathrm{tr}(D^\top\Sigma'^{-1}DM)\Big], \quad D = K' - K

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        new_gain: [k, n], K' of the candidate.
        new_covariance: [k, k], Sigma' of the candidate.
    Returns:
        One number, in nats, >= 0.
    Conventions:
        Old policy first, as in TRPO; unnormalised visits of the old policy. Both covariances are positive definite.
    Laws:
        kl_is_the_mean_gaussian_kl_of_the_visits, kl_of_itself_is_zero_and_else_positive,
        kl_grows_like_fisher_in_the_gain, kl_adds_gain_and_covariance
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError;
        NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), eq. (12), for linear systems; Kullback 1959.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    system, new_gain = read_policy(system, new_gain, "new_gain")
    covariance = read_covariance(system, covariance, full=True)
    new_covariance = read_covariance(system, new_covariance, "new_covariance", full=True)
    change, moment = new_gain - gain, visits(system, gain, covariance)
    ratio = solve(new_covariance, covariance)
    excess = (np.eye(len(ratio), dtype=int) * ratio).sum() - len(ratio)
    volume = (log(pivots(new_covariance)) - log(pivots(covariance))).sum()
    moved = trace_of_product(change.T @ solve(new_covariance, change), moment)
    return ((excess + volume) / (1 - system.discount) + moved) / 2


def performance_difference(
    system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array
) -> Scalar:
    r"""Difference of the expected returns of two Gaussian policies.

    .. math:: \eta(\pi') - \eta(\pi) = -\Big[\mathrm{tr}\big((D^\top HD + D^\top E + E^\top D)\,M'\big)
        + \frac{\mathrm{tr}\big((\Sigma'-\Sigma)H\big)}{1-\gamma}\Big], \quad D = K' - K

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        new_gain: [k, n], K' of the candidate.
        new_covariance: [k, k], Sigma' of the candidate.
    Returns:
        One number, in units of reward.
    Conventions:
        Advantages (H, E) of the old policy, visits M' of the new one, unnormalised.
    Laws:
        the_difference_is_that_of_eta, the_difference_is_a_rollout_of_advantages,
        the_difference_is_antisymmetric
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Schulman et al. 2015 (TRPO), eqs. (1), (2), for linear systems; Fazel et al. 2018, lemma 6.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    system, new_gain = read_policy(system, new_gain, "new_gain")
    covariance = read_covariance(system, covariance)
    new_covariance = read_covariance(system, new_covariance, "new_covariance")
    terms = improvement_terms(system, gain, cost_to_go(system, gain))
    exploration = trace_of_product(new_covariance - covariance, terms[0]) / (1 - system.discount)
    return -(expected_loss(terms, new_gain - gain, visits(system, new_gain, new_covariance)) + exploration)


def surrogate(system: LinearSystem, gain: Array, covariance: Array, new_gain: Array, new_covariance: Array) -> Scalar:
    r"""Surrogate of the expected return: the new policy's actions in the old policy's states.

    .. math:: L_\pi(\pi') = \eta(\pi) - \Big[\mathrm{tr}\big((D^\top HD + D^\top E + E^\top D)\,M\big)
        + \frac{\mathrm{tr}\big((\Sigma'-\Sigma)H\big)}{1-\gamma}\Big], \quad D = K' - K

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
        new_gain: [k, n], K' of the candidate.
        new_covariance: [k, k], Sigma' of the candidate.
    Returns:
        One number, in units of reward.
    Conventions:
        Advantages and visits of the old policy; concave in D if H is positive semidefinite. TRPO's penalty is infinite
        here (advantages are unbounded), so that the surrogate alone is no bound.
    Laws:
        the_surrogate_at_the_old_policy_is_eta_here_too, the_surrogate_and_eta_agree_to_first_order,
        the_surrogate_averages_advantages, the_improved_gain_maximises_the_surrogate
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (3), for linear systems.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    new_gain = read_gain(system, new_gain, "new_gain")
    covariance = read_covariance(system, covariance)
    new_covariance = read_covariance(system, new_covariance, "new_covariance")
    matrix, moment = cost_to_go(system, gain), visits(system, gain, covariance)
    terms = improvement_terms(system, gain, matrix)
    exploration = trace_of_product(new_covariance - covariance, terms[0]) / (1 - system.discount)
    return expected_return(system, covariance, matrix) - (expected_loss(terms, new_gain - gain, moment) + exploration)

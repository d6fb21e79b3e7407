"""Laws of Gaussian policies with a full covariance."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers, policy
from rlproof.spec.numbers import log


@law("policy.full_gaussian_log_prob", system="ball", derivation=True)
def full_log_prob_has_the_covariance(actions: Array, mean: Array, scale_tril: Array) -> Claims:
    """log pi = -1/2 (a - mu)^T Sigma^-1 (a - mu) - 1/2 log det(2 pi Sigma), by a linear system and a determinant."""
    log_probs = policy.full_gaussian_log_prob(actions, mean, scale_tril)
    for log_prob, offset, covariance in zip(log_probs, actions - mean, _covariances(scale_tril), strict=True):
        volume = _determinant(2 * numbers.pi("ball") * covariance)
        yield equal(log_prob, -(offset @ numbers.solve(covariance, offset) + volume.log()) / 2)


@law("policy.full_gaussian_log_prob", system="ball")
def full_log_prob_of_a_diagonal_adds_over_dimensions(actions: Array, mean: Array, log_std: Array) -> Claims:
    """With a diagonal L = sigma it is the log-density of the diagonal Gaussian."""
    log_probs = policy.full_gaussian_log_prob(actions, mean, _diagonal(log_std))
    yield equal(log_probs, policy.gaussian_log_prob(actions, mean, log_std))


@law("policy.full_gaussian_log_prob", system="ball", derivation=True)
def full_log_prob_chains_over_dimensions(actions: Array, mean: Array, scale_tril: Array) -> Claims:
    """pi(a) is the product of one-dimensional densities of each action given those before it."""
    # Given a_j for j < i, action i has mean mu_i + Sigma_i< Sigma_<<^-1 (a - mu)_< and variance the Schur complement.
    total, offsets, covariances = 0 * mean[:, 0], actions - mean, _covariances(scale_tril)
    for t, covariance in enumerate(covariances):
        for i in range(mean.shape[1]):
            shift, variance = 0 * mean[t, i], covariance[i, i]
            if i > 0:
                regression = numbers.solve(covariance[:i, :i], covariance[:i, i])
                shift, variance = regression @ offsets[t, :i], variance - regression @ covariance[:i, i]
            one = np.array([[offsets[t, i] - shift]])
            total[t] = total[t] + policy.gaussian_log_prob(one, 0 * one, np.array([variance.log() / 2]))[0]
    yield equal(policy.full_gaussian_log_prob(actions, mean, scale_tril), total)


@law("policy.full_gaussian_log_prob", system="ball")
def full_log_prob_changes_variables(
    actions: Array, mean: Array, scale_tril: Array, other_scale_tril: Array, old_mean: Array
) -> Claims:
    """The actions B a + b, with B lower triangular, have the factor B L and a density det B times smaller."""
    moved = policy.full_gaussian_log_prob(
        _times(other_scale_tril, actions) + old_mean,
        _times(other_scale_tril, mean) + old_mean,
        other_scale_tril @ scale_tril,
    )
    units = np.array([_determinant(matrix).log() for matrix in other_scale_tril])
    yield equal(moved, policy.full_gaussian_log_prob(actions, mean, scale_tril) - units)


@law("policy.full_gaussian_kl", system="ball", derivation=True)
def full_kl_is_the_mean_log_ratio(old_mean: Array, old_scale_tril: Array, mean: Array, scale_tril: Array) -> Claims:
    """KL = E_old[log old - log new]: a quadratic, whose mean is that of its values at mu +- sqrt(k) L e_i."""
    ratios = [
        policy.full_gaussian_log_prob(point, old_mean, old_scale_tril)
        - policy.full_gaussian_log_prob(point, mean, scale_tril)
        for point in _sigma_points(old_mean, old_scale_tril)
    ]
    yield equal(policy.full_gaussian_kl(old_mean, old_scale_tril, mean, scale_tril), sum(ratios) / len(ratios))


@law("policy.full_gaussian_kl", system="ball")
def full_kl_of_a_diagonal_is_the_diagonal_kl(
    old_mean: Array, old_log_std: Array, mean: Array, log_std: Array
) -> Claims:
    """With diagonal factors it is the divergence of the diagonal Gaussians."""
    divergences = policy.full_gaussian_kl(old_mean, _diagonal(old_log_std), mean, _diagonal(log_std))
    yield equal(divergences, policy.gaussian_kl(old_mean, old_log_std, mean, log_std))


@law("policy.full_gaussian_kl", system="ball")
def full_kl_is_not_negative(old_mean: Array, old_scale_tril: Array, mean: Array, scale_tril: Array) -> Claims:
    """KL >= 0, above zero as soon as a mean or a factor differs, and zero from itself."""
    divergences = policy.full_gaussian_kl(old_mean, old_scale_tril, mean, scale_tril)
    moved = numbers.holds(old_mean != mean).any(axis=1)
    moved |= numbers.holds(old_scale_tril != scale_tril).any(axis=(1, 2))
    yield true(~moved | numbers.is_positive(divergences))
    yield equal(policy.full_gaussian_kl(mean, scale_tril, mean, scale_tril), 0)


@law("policy.full_gaussian_kl", system="ball", derivation=True)
def full_kl_is_the_textbook_form(old_mean: Array, old_scale_tril: Array, mean: Array, scale_tril: Array) -> Claims:
    """KL = 1/2 [tr(Sigma^-1 Sigma_old) - k + d^T Sigma^-1 d + log(det Sigma / det Sigma_old)]."""
    divergences = policy.full_gaussian_kl(old_mean, old_scale_tril, mean, scale_tril)
    pairs = zip(_covariances(old_scale_tril), _covariances(scale_tril), old_mean - mean, divergences, strict=True)
    for old, new, offset, divergence in pairs:
        forms = np.trace(numbers.solve(new, old)) + offset @ numbers.solve(new, offset) - len(offset)
        yield equal(divergence, (forms + (_determinant(new) / _determinant(old)).log()) / 2)


@law("policy.full_gaussian_kl", system="ball")
def full_kl_is_invariant_to_affine_maps(
    old_mean: Array, old_scale_tril: Array, mean: Array, scale_tril: Array, other_scale_tril: Array
) -> Claims:
    """In other coordinates B a + b of the actions the divergence is the same."""
    moved = policy.full_gaussian_kl(
        _times(other_scale_tril, old_mean) + 1,
        other_scale_tril @ old_scale_tril,
        _times(other_scale_tril, mean) + 1,
        other_scale_tril @ scale_tril,
    )
    yield equal(moved, policy.full_gaussian_kl(old_mean, old_scale_tril, mean, scale_tril))


@law("policy.full_gaussian_entropy", system="ball", derivation=True)
def full_entropy_is_the_mean_of_minus_log_prob(mean: Array, scale_tril: Array) -> Claims:
    """H = -E[log pi]: a quadratic, whose mean is that of its values at mu +- sqrt(k) L e_i."""
    values = [policy.full_gaussian_log_prob(point, mean, scale_tril) for point in _sigma_points(mean, scale_tril)]
    yield equal(policy.full_gaussian_entropy(scale_tril), -sum(values) / len(values))


@law("policy.full_gaussian_entropy", system="ball", derivation=True)
def full_entropy_is_that_of_the_determinant(scale_tril: Array) -> Claims:
    """H = 1/2 log det(2 pi e Sigma)."""
    unit = 2 * numbers.pi("ball") * numbers.arb(1).exp()
    logs = [_determinant(unit * covariance).log() / 2 for covariance in _covariances(scale_tril)]
    yield equal(policy.full_gaussian_entropy(scale_tril), np.array(logs))


@law("policy.full_gaussian_entropy", system="ball")
def full_entropy_is_at_most_that_of_the_marginals(scale_tril: Array) -> Claims:
    """H is at most the sum of the entropies of the single actions, and less if these are correlated (Hadamard)."""
    variances = np.stack([np.diagonal(covariance) for covariance in _covariances(scale_tril)])
    marginal, joint = policy.gaussian_entropy(log(variances) / 2), policy.full_gaussian_entropy(scale_tril)
    below = np.tri(scale_tril.shape[1], k=-1, dtype=bool)
    correlated = (numbers.is_nonzero(scale_tril) & below).any(axis=(1, 2))
    yield at_most(np.where(correlated, joint, 0), np.where(correlated, marginal, 0))
    yield equal(np.where(correlated, 0, joint), np.where(correlated, 0, marginal))


@law("policy.full_gaussian_entropy", system="ball")
def full_entropy_changes_variables(scale_tril: Array, other_scale_tril: Array) -> Claims:
    """Of the actions B a it is log det B larger."""
    units = np.array([_determinant(matrix).log() for matrix in other_scale_tril])
    moved = policy.full_gaussian_entropy(other_scale_tril @ scale_tril)
    yield equal(moved, policy.full_gaussian_entropy(scale_tril) + units)


def _covariances(lower: Array) -> Array:
    return np.stack([matrix @ matrix.T for matrix in lower])


def _determinant(matrix: Array) -> Any:
    return numbers.arb_mat(len(matrix), len(matrix), list(matrix.flat)).det()


def _diagonal(log_std: Array) -> Array:
    return numbers.exp(log_std)[:, :, None] * np.eye(log_std.shape[1], dtype=int)


def _times(matrices: Array, vectors: Array) -> Array:
    return (matrices @ vectors[:, :, None])[:, :, 0]


def _sigma_points(mean: Array, lower: Array) -> Iterator[Array]:
    """The points mu +- sqrt(k) L e_i, whose mean of a quadratic is that of the Gaussian."""
    reach = numbers.arb(mean.shape[1]).sqrt()
    for column in range(mean.shape[1]):
        for sign in (1, -1):
            yield mean + sign * reach * lower[:, :, column]

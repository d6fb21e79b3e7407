r"""Gaussian policies with a full covariance, given by its lower Cholesky factor."""

import numpy as np

from .errors import NotPositiveDefiniteError
from .numbers import Array, as_array, is_nonzero, is_positive, log, pi, same_system, stack
from .validation import check_finite, check_not_empty, check_shape


def full_gaussian_log_prob(actions: Array, mean: Array, scale_tril: Array) -> Array:
    r"""Log-density of a Gaussian policy with covariance Sigma = L L^T.

    .. math:: \log\pi(a|s) = -\tfrac12 \|z\|^2 - \sum_{i=1}^{k} \log L_{ii} - \tfrac{k}{2}\log 2\pi,
        \qquad L z = a - \mu

    Args:
        actions: [T, k].
        mean: [T, k], the means mu.
        scale_tril: [T, k, k], lower triangular L with positive diagonal.
    Returns:
        [T], natural logarithm of a density.
    Conventions:
        L is the factor of the covariance, not of the precision; its diagonal holds standard deviations, of each
        action given those before it.
    Laws:
        full_log_prob_has_the_covariance, full_log_prob_of_a_diagonal_adds_over_dimensions,
        full_log_prob_chains_over_dimensions, full_log_prob_changes_variables
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotPositiveDefiniteError if L is no such
        factor; NumberSystemError in exact (logarithms).
    Source:
        Sutton & Barto 2018, eq. (13.19), in several dimensions.
    Since:
        0.2
    """
    system, (actions, mean), (scale_tril,) = _read([("actions", actions), ("mean", mean)], scale_tril=scale_tril)
    standardised = _forward_substitution(scale_tril, actions - mean)
    dimensions = standardised.shape[-1]
    half_log_2_pi = log(2 * pi(system)) / 2
    return -((standardised * standardised).sum(axis=-1) / 2 + _log_diagonal(scale_tril) + dimensions * half_log_2_pi)


def full_gaussian_kl(old_mean: Array, old_scale_tril: Array, mean: Array, scale_tril: Array) -> Array:
    r"""KL divergence of the old Gaussian from the new one, with covariances L L^T.

    .. math:: D_{KL}(\pi_{old}\|\pi) = \tfrac12\big[\|L^{-1}L_{old}\|_F^2 - k
        + \|L^{-1}(\mu_{old}-\mu)\|^2\big] + \sum_{i=1}^{k}\log\frac{L_{ii}}{L^{old}_{ii}}

    Args:
        old_mean: [T, k].
        old_scale_tril: [T, k, k], lower triangular with positive diagonal.
        mean: [T, k].
        scale_tril: [T, k, k], lower triangular with positive diagonal.
    Returns:
        [T], in nats.
    Conventions:
        Old policy first, as in TRPO and PPO.
    Laws:
        full_kl_is_the_mean_log_ratio, full_kl_of_a_diagonal_is_the_diagonal_kl, full_kl_is_not_negative,
        full_kl_is_the_textbook_form, full_kl_is_invariant_to_affine_maps
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotPositiveDefiniteError if a factor is none;
        NumberSystemError in exact (logarithms).
    Source:
        Kullback 1959; tr(Sigma^-1 Sigma_old) and the determinants, written in the factors.
    Since:
        0.2
    """
    _, (old_mean, mean), (old_scale_tril, scale_tril) = _read(
        [("old_mean", old_mean), ("mean", mean)], old_scale_tril=old_scale_tril, scale_tril=scale_tril
    )
    dimensions = mean.shape[-1]
    differences = [old_mean - mean, *(old_scale_tril[:, :, column] for column in range(dimensions))]
    solved = [_forward_substitution(scale_tril, each) for each in differences]
    squares = sum((each * each).sum(axis=-1) for each in solved)
    return (squares - dimensions) / 2 + _log_diagonal(scale_tril) - _log_diagonal(old_scale_tril)


def full_gaussian_entropy(scale_tril: Array) -> Array:
    r"""Differential entropy of a Gaussian policy with covariance L L^T.

    .. math:: H(\pi(\cdot|s)) = \sum_{i=1}^{k} \log L_{ii} + \tfrac{k}{2} \log(2\pi e)

    Args:
        scale_tril: [T, k, k], lower triangular L with positive diagonal.
    Returns:
        [T], in nats; negative for narrow policies.
    Conventions:
        Of a density: it depends on the units of the actions.
    Laws:
        full_entropy_is_the_mean_of_minus_log_prob, full_entropy_is_that_of_the_determinant,
        full_entropy_is_at_most_that_of_the_marginals, full_entropy_changes_variables
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; NotPositiveDefiniteError if L is no such
        factor; NumberSystemError in exact (logarithms).
    Source:
        Shannon 1948; 1/2 log det(2 pi e Sigma), written in the factor.
    Since:
        0.2
    """
    system, _, (scale_tril,) = _read([], scale_tril=scale_tril)
    return _log_diagonal(scale_tril) + scale_tril.shape[-1] * (1 + log(2 * pi(system))) / 2


def _forward_substitution(lower: Array, right_hand_side: Array) -> Array:
    """Solve L z = b for each transition, from the first row down: [T, k, k], [T, k] -> [T, k]."""
    solution: list[Array] = []
    for i in range(lower.shape[-1]):
        rest = right_hand_side[:, i]
        for j, known in enumerate(solution):
            rest = rest - lower[:, i, j] * known
        solution.append(rest / lower[:, i, i])
    return stack(solution).T


def _log_diagonal(lower: Array) -> Array:
    """The sum of the logarithms of the diagonal, half the log-determinant of L L^T."""
    diagonal = np.arange(lower.shape[-1])
    return log(lower[:, diagonal, diagonal]).sum(axis=-1)


def _read(vectors: list[tuple[str, Array]], **factors: Array) -> tuple[str, list[Array], list[Array]]:
    """Read [T, k] vectors and [T, k, k] factors of the same T and k."""
    read = {name: as_array(array, name) for name, array in (*vectors, *factors.items())}
    name, first = next(iter(read.items()))
    if first.ndim != (2 if vectors else 3):
        expected = ("T", "k") if vectors else ("T", "k", "k")
        check_shape(name, first, expected, "transitions, action dimensions")
    for each, array in read.items():
        check_shape(each, array, first.shape[:2] + first.shape[1:2] * (each in factors), "transitions, dimensions")
        check_not_empty(each, array, "transitions and action dimensions")
        check_finite(each, array)
    system = same_system(**read)
    for each in factors:
        _check_factor(each, read[each])
    return system, [read[each] for each, _ in vectors], [read[each] for each in factors]


def _check_factor(name: str, lower: Array) -> None:
    """Raise NotPositiveDefiniteError unless the matrices are lower triangular with positive diagonals."""
    above, diagonal = np.triu_indices(lower.shape[-1], 1), np.arange(lower.shape[-1])
    if np.any(is_nonzero(lower[:, above[0], above[1]])) or not np.all(is_positive(lower[:, diagonal, diagonal])):
        raise NotPositiveDefiniteError(
            f"{name} is not a Cholesky factor",
            got="a number above the diagonal, or one on it that is not positive",
            expected="lower triangular matrices with positive diagonals",
            cause="a covariance, an upper factor, or logarithms on the diagonal",
            remedy=f"write {name} = numpy.linalg.cholesky(covariance)",
        )

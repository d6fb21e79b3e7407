"""Deviations of Gaussian policies with a full covariance: determinants, constants, directions, diagonals."""

from typing import Any

import numpy as np

from ...spec import policy
from ...spec.numbers import log, where
from ..contract import Outputs
from ..deviation import Deviation, before, deviation
from ..reading import Facts
from .distributions import directions, half_log_2_pi, weighted

TRIL = ("scale_tril", "old_scale_tril")


def _log_diagonal(factor: Any) -> Any:
    index = np.arange(factor.shape[-1])
    return log(factor[:, index, index]).sum(axis=-1)


def _density(facts: Facts, *, square: Any = 1, determinant: Any = 1, constant: Any = 1, once: bool = False) -> Outputs:
    """The log-density with its terms weighted."""
    factor = facts["scale_tril"]
    whole = policy.full_gaussian_log_prob(facts["actions"], facts["mean"], factor)
    half, logs, count = half_log_2_pi(factor), _log_diagonal(factor), factor.shape[-1]
    squares = whole + logs + count * half
    return {"full_gaussian_log_prob": square * squares - determinant * logs - constant * (1 if once else count) * half}


def _entropy(facts: Facts, *, determinant: Any = 1, constant: Any = 1, once: bool = False, e: Any = 1) -> Outputs:
    factor = facts["scale_tril"]
    half, count = half_log_2_pi(factor), 1 if once else factor.shape[-1]
    number = count * (constant * half + e * 0.5)
    return {"full_gaussian_entropy": determinant * _log_diagonal(factor) + number}


def _kl(facts: Facts, *, determinant: Any = 1, dimensions: Any = 1) -> Outputs:
    """The divergence with other weights of the determinants' ratio and of the number of dimensions."""
    old, new = facts["old_scale_tril"], facts["scale_tril"]
    whole = policy.full_gaussian_kl(facts["old_mean"], old, facts["mean"], new)
    logs, half_count = _log_diagonal(new) - _log_diagonal(old), new.shape[-1] * 0.5
    return {"full_gaussian_kl": whole + (determinant - 1) * logs - (dimensions - 1) * half_count}


def _diagonals(facts: Facts) -> Facts:
    return {word: where(np.eye(facts[word].shape[-1], dtype=bool), facts[word], 0) for word in TRIL if word in facts}


def _squared(facts: Facts) -> Facts:
    """Covariances in the place of their factors, where these are diagonal."""
    return {word: _products(facts[word]) for word in TRIL if word in facts}


def _products(factor: Any) -> Any:
    lower = np.tri(factor.shape[-1], dtype=bool)
    products = (factor[:, :, None, :] * factor[:, None, :, :]).sum(axis=-1)
    return where(lower, products, 0)


DIAGONAL = deviation(
    "correlations_ignored",
    "the factor's diagonal alone is used: dimensions are taken as independent",
    before(_diagonals),
)
COVARIANCE = deviation(
    "covariance_taken_for_its_factor",
    "the lower half of the covariance is taken for its Cholesky factor",
    before(_squared),
)

DEVIATIONS: dict[str, tuple[Deviation, ...]] = {
    "policy.full_gaussian_log_prob": (
        weighted("no_determinant", "the logarithm of the determinant is missing", _density, determinant=0),
        weighted("determinant_not_halved", "the logarithm of the determinant is not halved", _density, determinant=2),
        weighted("determinant_halved", "log det L is halved, as if it were that of the covariance", _density,
                 determinant=0.5),
        weighted("determinant_added", "the logarithm of the determinant has the wrong sign", _density, determinant=-1),
        weighted("no_log_2_pi", "log(2 pi) k / 2 is missing", _density, constant=0),
        weighted("log_2_pi_once", "log(2 pi) / 2 counts once, not for each dimension", _density, once=True),
        weighted("log_2_pi_not_halved", "log(2 pi) is not halved", _density, constant=2),
        weighted("squares_not_halved", "the squares are not halved", _density, square=2),
        weighted("only_the_squares", "only the squares are there", _density, determinant=0, constant=0),
        DIAGONAL,
        COVARIANCE,
    ),
    "policy.full_gaussian_entropy": (
        weighted("no_constant", "log(2 pi e) k / 2 is missing", _entropy, constant=0, e=0),
        weighted("no_log_2_pi", "log(2 pi) k / 2 is missing", _entropy, constant=0),
        weighted("no_one_half", "the k / 2 of log(e) is missing", _entropy, e=0),
        weighted("constant_once", "log(2 pi e) / 2 counts once, not for each dimension", _entropy, once=True),
        weighted("constant_not_halved", "log(2 pi e) is not halved", _entropy, constant=2, e=2),
        weighted("determinant_not_halved", "the logarithm of the determinant is not halved", _entropy, determinant=2),
        weighted("determinant_halved", "log det L is halved, as if it were that of the covariance", _entropy,
                 determinant=0.5),
        COVARIANCE,
    ),
    "policy.full_gaussian_kl": (
        *directions(
            "full_gaussian_kl",
            {"old_mean": "mean", "mean": "old_mean", "old_scale_tril": "scale_tril", "scale_tril": "old_scale_tril"},
            {"old_mean": "mean", "old_scale_tril": "scale_tril"},
            {"mean": "old_mean", "scale_tril": "old_scale_tril"},
        ),
        weighted("no_determinants", "the logarithm of the determinants' ratio is missing", _kl, determinant=0),
        weighted("determinants_inverted", "the determinants' ratio is inverted", _kl, determinant=-1),
        weighted("determinants_not_halved", "the logarithm of the determinants' ratio is not halved", _kl,
                 determinant=2),
        weighted("no_dimensions", "the number of dimensions is not subtracted", _kl, dimensions=0),
        DIAGONAL,
        COVARIANCE,
    ),
}  # fmt: skip

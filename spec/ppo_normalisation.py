r"""Normalisation of the advantages of a batch, an implementation detail that the paper does not mention."""

import numpy as np

from .numbers import Array, Scalar, sqrt
from .standardisation import deviations, divided
from .validation import read_arrays, read_parameter


def advantage_normalisation(advantages: Array, *, ddof: int, norm_epsilon: Scalar) -> Array:
    r"""Advantages of mean zero and standard deviation one, a small number added to the deviation.

    .. math:: \tilde A_t = \frac{\hat A_t - \mathrm{mean}(\hat A)}{\mathrm{std}(\hat A) + \epsilon}, \qquad
        \mathrm{std}(\hat A)^2 = \frac{1}{n - \mathrm{ddof}} \sum_t (\hat A_t - \mathrm{mean}(\hat A))^2

    Args:
        advantages: [T, ...], advantage estimates.
        ddof: 0 divides the squares by their number n, 1 by n - 1.
        norm_epsilon: epsilon >= 0, in units of reward.
    Returns:
        [T, ...], without units but for epsilon.
    Conventions:
        Over all entries, time and batch alike. Equal advantages have standard deviation zero and give zeros,
        also for epsilon = 0. Changes signs of advantages, hence which side of the ratio is clipped.
    Laws:
        normalised_advantages_have_mean_zero, normalised_advantages_have_unit_variance,
        normalisation_is_invariant_to_scale_and_shift, normalisation_of_equal_advantages_is_zero,
        normalisation_shrinks_by_epsilon
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for one
        entry and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        OpenAI baselines, ppo2; Andrychowicz et al. 2021 (What matters in on-policy RL), appendix B.
    Since:
        0.2
    """
    sample, shape, epsilon = _read(advantages, norm_epsilon)
    centred, variance = deviations(sample, np.ones(sample.shape, bool), ddof)
    return divided(centred, sqrt(variance) + epsilon).reshape(*shape)


def advantage_whitening(advantages: Array, *, ddof: int, norm_epsilon: Scalar) -> Array:
    r"""Advantages of mean zero and standard deviation one, a small number added to the variance.

    .. math:: \tilde A_t = \frac{\hat A_t - \mathrm{mean}(\hat A)}{\sqrt{\mathrm{var}(\hat A) + \epsilon}}, \qquad
        \mathrm{var}(\hat A) = \frac{1}{n - \mathrm{ddof}} \sum_t (\hat A_t - \mathrm{mean}(\hat A))^2

    Args:
        advantages: [T, ...], advantage estimates.
        ddof: 0 divides the squares by their number n, 1 by n - 1.
        norm_epsilon: epsilon >= 0, in squared units of reward.
    Returns:
        [T, ...], without units but for epsilon.
    Conventions:
        As advantage_normalisation, from which it differs in where epsilon stands.
    Laws:
        whitened_advantages_have_mean_zero, whitening_without_epsilon_is_normalisation,
        whitened_squares_fall_short_by_epsilon, whitening_is_covariant_with_its_epsilon
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for one
        entry and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        OpenAI lm-human-preferences (Ziegler et al. 2019), whiten; Huang et al. 2024 (N+ implementation details).
    Since:
        0.2
    """
    sample, shape, epsilon = _read(advantages, norm_epsilon)
    centred, variance = deviations(sample, np.ones(sample.shape, bool), ddof)
    return divided(centred, sqrt(variance + epsilon)).reshape(*shape)


def _read(advantages: Array, norm_epsilon: Scalar) -> tuple[Array, tuple[int, ...], Scalar]:
    system, (advantages,) = read_arrays(advantages=advantages)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system, high=None)
    return advantages.reshape(1, -1), advantages.shape, epsilon

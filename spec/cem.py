r"""The cross-entropy method: search by sampling and refitting."""

import numpy as np

from .errors import ParameterError
from .numbers import Array, Scalar, as_array, holds, same_system, stack
from .tabular_data import read_rows
from .validation import check_count, check_finite, check_shape, read_parameter


def update(samples: Array, scores: Array, *, elites: int, ddof: int, extra_variance: Scalar) -> Array:
    r"""Mean and variance of the best samples, from which the next ones are drawn.

    .. math:: \mu = \frac1k \sum_{i \in E} x_i, \qquad
        \sigma^2 = \frac{1}{k - \mathrm{ddof}} \sum_{i \in E} (x_i - \mu)^2 + Z, \qquad
        E = \{k \text{ samples of the largest score}\}

    Args:
        samples: [N, d], candidates x_i, such as sequences of actions.
        scores: [N], the larger the better.
        elites: number k of samples that are kept, 1 <= k <= N.
        ddof: 0, the variance of the elites themselves, or 1, for which k >= 2.
        extra_variance: Z >= 0, added to every variance so that the search does not freeze too early.
    Returns:
        [2, d]: the means, then the variances; the square root of these is the standard deviation.
    Conventions:
        Of equal scores, the sample of the lower index is better. No smoothing: the old mean and variance play
        no part. Z widens the variance, not the deviation. Components are treated one by one.
    Gradient:
        Not compared: it jumps where two scores change places.
    Laws:
        cem_depends_on_ranks_only, cem_moves_with_the_samples, cem_of_all_samples_has_their_moments,
        cem_of_one_elite_is_the_best_sample, cem_breaks_ties_by_the_index, cem_equals_sorting, cem_ignores_the_order
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, ParameterError.
    Source:
        Slide "Dreamer", Figure 3 "CEM"; Rubinstein & Kroese 2004; Szita & Lorincz 2006, whose noise
        is added to the variance.
    Since:
        0.2
    """
    samples, scores = read_rows("samples", samples), as_array(scores, "scores")
    if samples.ndim != 2:
        check_shape("samples", samples, (len(samples), "d"), "samples, components")
    check_shape("scores", scores, (len(samples),), "one score per sample")
    check_finite("scores", scores)
    system = same_system(samples=samples, scores=scores)
    extra_variance = read_parameter("extra_variance", extra_variance, system, high=None)
    _check_elites(elites, ddof, len(samples))
    better = holds(scores[:, None] < scores)  # [i, j]: j is better than i
    earlier = holds(scores[:, None] == scores) & (np.arange(len(samples)) < np.arange(len(samples))[:, None])
    chosen = samples[np.flatnonzero((better | earlier).sum(axis=1) < elites)]
    mean = chosen.sum(axis=0) / elites
    deviations = chosen - mean
    return stack([mean, (deviations * deviations).sum(axis=0) / (elites - ddof) + extra_variance])


def _check_elites(elites: int, ddof: int, samples: int) -> None:
    check_count("elites", elites)
    if not ddof < elites <= samples:
        raise ParameterError(
            "the number of elites is out of range",
            got=f"{elites} elites of {samples} samples",
            expected=f"at least {1 + ddof}" + (" with ddof 1" if ddof else "") + ", at most all",
            cause="a share of elites in the place of their number, or fewer samples than elites",
            remedy="write elites=max(2, int(share * len(samples)))",
        )

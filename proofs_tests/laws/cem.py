"""Laws of the cross-entropy method."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import cem, numbers


@law("cem.update")
def cem_depends_on_ranks_only(samples: Array, scores: Array, elites: int, ddof: int, extra_variance: Any) -> Claims:
    """Scores c s + b, s^3 or ranks choose the same elites."""
    fitted = cem.update(samples, scores, elites=elites, ddof=ddof, extra_variance=extra_variance)
    ranks = numbers.exact([int((scores < score).sum()) for score in scores])
    for changed in (3 * scores - 5, scores**3, ranks):
        yield equal(cem.update(samples, changed, elites=elites, ddof=ddof, extra_variance=extra_variance), fitted)


@law("cem.update")
def cem_moves_with_the_samples(
    samples: Array, scores: Array, elites: int, ddof: int, extra_variance: Any, scale: Any, shift: Any
) -> Claims:
    """Samples c x + b have mean c mu + b and variance c^2 sigma^2, and the extra variance is added once."""
    mean, variance = cem.update(samples, scores, elites=elites, ddof=ddof, extra_variance=0)
    moved = cem.update(-scale * samples + shift, scores, elites=elites, ddof=ddof, extra_variance=extra_variance)
    yield equal(moved[0], -scale * mean + shift)
    yield equal(moved[1], scale**2 * variance + extra_variance)


@law("cem.update", derivation=True)
def cem_of_all_samples_has_their_moments(samples: Array, scores: Array) -> Claims:
    """With k = N: the sample mean, and sum_{i<j} (x_i - x_j)^2 / (N (N - u)) without any mean."""
    size = len(samples)
    pairs = sum((samples[i] - samples[j]) ** 2 for i, j in combinations(range(size), 2))
    for ddof in (0, 1):
        mean, variance = cem.update(samples, scores, elites=size, ddof=ddof, extra_variance=0)
        yield equal(size * mean, samples.sum(axis=0))
        yield equal(variance, pairs / (size * (size - ddof)))


@law("cem.update")
def cem_of_one_elite_is_the_best_sample(samples: Array, scores: Array, extra_variance: Any) -> Claims:
    """With k = 1: the first sample of the largest score, and no variance but the extra one."""
    mean, variance = cem.update(samples, scores, elites=1, ddof=0, extra_variance=extra_variance)
    yield equal(mean, samples[int(np.argmax(scores))])
    yield equal(variance, extra_variance)


@law("cem.update")
def cem_breaks_ties_by_the_index(samples: Array, scores: Array, elites: int, shift: Any) -> Claims:
    """Of samples of equal score the first k are kept, and what comes after them plays no part."""
    kept = cem.update(samples, 0 * scores + shift, elites=elites, ddof=0, extra_variance=0)
    options = {"elites": elites, "ddof": 0, "extra_variance": 0}
    yield equal(kept, cem.update(samples[:elites], scores[:elites], **options))


@law("cem.update", derivation=True)
def cem_equals_sorting(samples: Array, scores: Array, elites: int, ddof: int, extra_variance: Any) -> Claims:
    """Sorting by score, stably, best first, and cutting off after k; the variance from mean squares."""
    order = sorted(range(len(scores)), key=lambda i: Fraction(int(-scores[i].p), int(scores[i].q)))
    chosen = samples[order[:elites]]
    mean = sum(chosen) / elites
    variance = (sum(chosen**2) - elites * mean**2) / (elites - ddof) + extra_variance
    fitted = cem.update(samples, scores, elites=elites, ddof=ddof, extra_variance=extra_variance)
    yield equal(fitted, np.stack([mean, variance]))


@law("cem.update")
def cem_ignores_the_order(samples: Array, scores: Array, elites: int, ddof: int, extra_variance: Any) -> Claims:
    """With distinct scores, the samples may be listed backwards; the mean score of the elites is the largest of all."""
    distinct = scores + numbers.exact(np.arange(len(scores))) / 64
    fitted = cem.update(samples, distinct, elites=elites, ddof=ddof, extra_variance=extra_variance)
    yield equal(
        cem.update(samples[::-1], distinct[::-1], elites=elites, ddof=ddof, extra_variance=extra_variance),
        fitted,
    )
    best = cem.update(scores[:, None], scores, elites=elites, ddof=0, extra_variance=0)[0, 0]
    for chosen in combinations(range(len(scores)), elites):
        yield at_most(sum(scores[list(chosen)]) / elites, best)

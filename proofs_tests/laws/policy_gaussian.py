"""Laws of the density and the divergence of diagonal Gaussian policies."""

from typing import Any

import numpy as np
from flint import arb_series

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal, true
from rlproof.oracle.law import law
from rlproof.spec import numbers, policy


@law("policy.gaussian_log_prob", system="ball")
def gaussian_log_prob_adds_over_dimensions(actions: Array, mean: Array, log_std: Array) -> Claims:
    """The joint log-density is the sum over dimensions; a log_std [k] serves every transition."""
    columns = [np.s_[:, i : i + 1] for i in range(mean.shape[1])]
    parts = [policy.gaussian_log_prob(actions[i], mean[i], log_std[i]) for i in columns]
    yield equal(policy.gaussian_log_prob(actions, mean, log_std), sum(parts))
    everywhere = np.broadcast_to(log_std[0], mean.shape)
    yield equal(
        policy.gaussian_log_prob(actions, mean, log_std[0]),
        policy.gaussian_log_prob(actions, mean, everywhere),
    )


@law("policy.gaussian_log_prob", system="ball", derivation=True)
def gaussian_log_prob_is_a_density(mean: Array, log_std: Array) -> Claims:
    """It has mass 1, mean mu and variance sigma^2: sums in steps of sigma/2 miss these by less than 1e-19."""
    # The tails beyond 11 sigma weigh e^-60; the sum over the whole grid errs by e^(-8 pi^2) (Poisson).
    steps = numbers.ball(np.arange(-22, 23)) / 2
    centre, std = mean[0, 0], numbers.exp(log_std[0, 0])
    grid = (centre + std * steps)[:, None]
    masses = std / 2 * numbers.exp(policy.gaussian_log_prob(grid, 0 * grid + centre, log_std[0, :1]))
    moments = [masses.sum() - 1, masses @ steps, masses @ steps**2 - 1]
    yield at_most(abs(np.array(moments)), numbers.arb(10) ** -19)


@law("policy.gaussian_log_prob", system="ball")
def gaussian_log_prob_peaks_at_the_mean(actions: Array, mean: Array, log_std: Array) -> Claims:
    """At mu + t d log pi is t^2/2 sum_i (d_i/sigma_i)^2 below its peak, log prod_i 1/(sigma_i sqrt(2 pi))."""
    offset = actions - mean
    along = policy.gaussian_log_prob(_curve(mean, offset), mean, log_std)
    volume = (2 * numbers.pi("ball")) ** mean.shape[1] * numbers.exp(2 * log_std.sum(axis=1))
    yield equal(_coefficients(along, 0), -numbers.log(volume) / 2)
    yield equal(_coefficients(along, 1), 0)
    yield equal(_coefficients(along, 2), -(offset**2 / numbers.exp(2 * log_std)).sum(axis=1) / 2)


@law("policy.gaussian_log_prob", system="ball")
def gaussian_log_prob_changes_variables(actions: Array, mean: Array, log_std: Array, scale: Any, shift: Any) -> Claims:
    """In units c a + b, of either sign of c, the density is |c|^k times smaller."""
    unit = numbers.log(scale)
    plain = policy.gaussian_log_prob(actions, mean, log_std)
    for factor in (scale, -scale):
        moved = policy.gaussian_log_prob(factor * actions + shift, factor * mean + shift, log_std + unit)
        yield equal(moved, plain - mean.shape[1] * unit)


@law("policy.gaussian_kl", system="ball")
def gaussian_kl_is_not_negative(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Claims:
    """KL >= 0, and above zero as soon as a mean or a standard deviation differs."""
    divergences = policy.gaussian_kl(old_mean, old_log_std, mean, log_std)
    moved = numbers.holds((old_mean != mean) | (old_log_std != log_std)).any(axis=1)
    yield at_most(0, np.where(moved, divergences, 0))
    yield true(~moved | numbers.is_positive(divergences))


@law("policy.gaussian_kl", system="ball")
def gaussian_kl_of_itself_is_zero(mean: Array, log_std: Array) -> Claims:
    """KL(pi || pi) = 0."""
    yield equal(policy.gaussian_kl(mean, log_std, mean, log_std), 0)


@law("policy.gaussian_kl", system="ball", derivation=True)
def gaussian_kl_equals_the_expected_log_ratio(
    old_mean: Array, old_log_std: Array, mean: Array, log_std: Array
) -> Claims:
    """KL = E_old[log old - log new]: a quadratic, whose mean is that of its values at mu_old +- sigma_old."""
    total = 0
    for sign in (1, -1):
        points = old_mean + sign * numbers.exp(old_log_std)
        total = total + policy.gaussian_log_prob(points, old_mean, old_log_std)
        total = total - policy.gaussian_log_prob(points, mean, log_std)
    yield equal(policy.gaussian_kl(old_mean, old_log_std, mean, log_std), total / 2)


@law("policy.gaussian_kl", system="ball")
def gaussian_kl_grows_like_fisher(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Claims:
    """Along (mu + t d, log sigma + t e) it grows as t^2/2 sum_i (d_i^2/sigma_i^2 + 2 e_i^2) + O(t^3)."""
    along, widening = mean - old_mean, log_std - old_log_std
    grown = policy.gaussian_kl(old_mean, old_log_std, _curve(old_mean, along), _curve(old_log_std, widening))
    yield equal(_coefficients(grown, 1), 0)
    fisher = along**2 / numbers.exp(2 * old_log_std) + 2 * widening**2
    yield equal(_coefficients(grown, 2), fisher.sum(axis=1) / 2)


@law("policy.gaussian_entropy", system="ball", derivation=True)
def gaussian_entropy_is_the_mean_of_minus_log_prob(mean: Array, log_std: Array) -> Claims:
    """H = -E[log pi]: a quadratic, whose mean is that of its values at mu +- sigma."""
    std = numbers.exp(log_std)
    total = sum(policy.gaussian_log_prob(mean + sign * std, mean, log_std) for sign in (1, -1))
    yield equal(policy.gaussian_entropy(log_std), -total / 2)


@law("policy.gaussian_entropy", system="ball")
def gaussian_entropy_adds_over_dimensions(log_std: Array) -> Claims:
    """The joint entropy is the sum over dimensions, that of the standard normal 1/2 log(2 pi e) each."""
    columns = [np.s_[:, i : i + 1] for i in range(log_std.shape[1])]
    yield equal(policy.gaussian_entropy(log_std), sum(policy.gaussian_entropy(log_std[i]) for i in columns))
    unit = (2 * numbers.pi("ball") * numbers.arb(1).exp()).log() / 2
    yield equal(policy.gaussian_entropy(0 * log_std), log_std.shape[1] * unit)


@law("policy.gaussian_entropy", system="ball")
def gaussian_entropy_changes_units(log_std: Array, scale: Any) -> Claims:
    """In units c a the entropy is k log c larger."""
    unit = numbers.log(scale)
    moved = policy.gaussian_entropy(log_std + unit)
    yield equal(moved, policy.gaussian_entropy(log_std) + log_std.shape[1] * unit)


@law("policy.gaussian_entropy", system="ball")
def gaussian_entropy_is_the_largest_of_its_variance(old_log_std: Array, log_std: Array) -> Claims:
    """Minus the mean of log pi under pi_old exceeds H(pi_old) by KL(pi_old || pi) >= 0."""
    std, mean = numbers.exp(old_log_std), 0 * log_std
    cross = -sum(policy.gaussian_log_prob(sign * std, mean, log_std) for sign in (1, -1)) / 2
    yield equal(cross - policy.gaussian_entropy(old_log_std), policy.gaussian_kl(mean, old_log_std, mean, log_std))


@law("policy.squashed_gaussian_log_prob", system="ball", derivation=True)
def squashed_log_prob_subtracts_the_log_slope_of_tanh(unsquashed: Array, mean: Array, log_std: Array) -> Claims:
    """Density times slope da/du is the Gaussian density, with the slope from the power series of tanh at u."""
    ray = numbers.exp(numbers.ray(2 * unsquashed, 0 * unsquashed + 2))
    slopes = np.frompyfunc(lambda series: series[1], 1, 1)((ray - 1) / (ray + 1))
    density = numbers.exp(policy.squashed_gaussian_log_prob(unsquashed, mean, log_std)) * np.prod(slopes, axis=1)
    yield equal(density, numbers.exp(policy.gaussian_log_prob(unsquashed, mean, log_std)))


@law("policy.squashed_gaussian_log_prob", system="ball", derivation=True)
def squashed_log_prob_is_a_density(mean: Array, log_std: Array) -> Claims:
    """It has mass 1 over the actions (-1, 1): a sum in steps of sigma/2 of u misses it by less than 1e-19."""
    centre, std = mean[0, 0], numbers.exp(log_std[0, 0])
    grid = (centre + std * numbers.ball(np.arange(-22, 23)) / 2)[:, None]
    action = np.frompyfunc(lambda u: u.tanh(), 1, 1)(grid)[:, 0]
    log_densities = policy.squashed_gaussian_log_prob(grid, 0 * grid + centre, log_std[0, :1])
    mass = (std / 2 * (1 - action**2) * numbers.exp(log_densities)).sum()
    yield at_most(abs(mass - 1), numbers.arb(10) ** -19)


@law("policy.squashed_gaussian_log_prob", system="ball")
def squashed_log_prob_is_symmetric(unsquashed: Array, mean: Array, log_std: Array) -> Claims:
    """Turning the signs of u and mu changes nothing, and the joint log-density is the sum over dimensions."""
    log_probs = policy.squashed_gaussian_log_prob(unsquashed, mean, log_std)
    yield equal(policy.squashed_gaussian_log_prob(-unsquashed, -mean, log_std), log_probs)
    columns = [np.s_[:, i : i + 1] for i in range(mean.shape[1])]
    yield equal(sum(policy.squashed_gaussian_log_prob(unsquashed[i], mean[i], log_std[i]) for i in columns), log_probs)


@law("policy.squashed_gaussian_log_prob", system="ball")
def squashed_log_prob_grows_linearly_in_the_tails(unsquashed: Array, mean: Array, log_std: Array) -> Claims:
    """Squashing adds sum_i 2 |u_i| - 2 log 2 + 2 log(1 + e^(-2|u_i|)), also at u = 10^4."""
    far = np.where(numbers.holds(unsquashed >= 0), unsquashed + 10**4, unsquashed - 10**4)
    gain = policy.squashed_gaussian_log_prob(far, far, log_std) - policy.gaussian_log_prob(far, far, log_std)
    excess = gain - (2 * abs(far) - 2 * numbers.arb(2).log()).sum(axis=1)
    yield at_most(abs(excess), numbers.arb(10) ** -30)
    near = policy.squashed_gaussian_log_prob(0 * mean, mean, log_std)
    yield equal(near, policy.gaussian_log_prob(0 * mean, mean, log_std))


def _curve(start: Array, direction: Array) -> Array:
    """The series start + t direction up to t^2."""
    return np.frompyfunc(lambda point, slope: arb_series([point, slope], prec=3), 2, 1)(start, direction)


def _coefficients(series: Array, power: int) -> Array:
    """The coefficient of t^power of each entry."""
    return np.frompyfunc(lambda entry: entry[power], 1, 1)(series)

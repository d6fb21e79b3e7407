"""Laws of sampling from diagonal Gaussian policies, of their scores and of gradients along a sample's path."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from flint import arb_series

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import equal
from rlproof.oracle.law import law
from rlproof.spec import numbers, policy


@law("policy.gaussian_sample", system="ball", derivation=True)
def gaussian_sample_has_mean_and_variance(mean: Array, log_std: Array) -> Claims:
    """E[a] = mu, E[(a_i - mu_i)(a_j - mu_j)] = sigma_i^2 [i = j], by a quadrature exact to the fifth degree."""
    first, second = 0, 0
    for weight, noise in _nodes(mean):
        actions = policy.gaussian_sample(mean, log_std, noise)
        first = first + weight * actions
        second = second + weight * (actions - mean)[:, :, None] * (actions - mean)[:, None, :]
    yield equal(first, mean)
    yield equal(second, np.eye(mean.shape[1], dtype=int) * numbers.exp(2 * log_std)[:, None, :])


@law("policy.gaussian_sample", system="ball")
def gaussian_sample_has_its_density(mean: Array, log_std: Array, noise: Array) -> Claims:
    """log pi(mu + sigma eps) = log N(eps; 0, 1) - sum_i log sigma_i: the change of variables."""
    actions = policy.gaussian_sample(mean, log_std, noise)
    standard = policy.gaussian_log_prob(noise, 0 * mean, 0 * log_std)
    yield equal(policy.gaussian_log_prob(actions, mean, log_std), standard - log_std.sum(axis=1))


@law("policy.gaussian_sample", system="ball")
def gaussian_sample_is_undone(mean: Array, log_std: Array, noise: Array) -> Claims:
    """eps = (a - mu) / sigma, and a log_std [k] serves every transition."""
    actions = policy.gaussian_sample(mean, log_std, noise)
    yield equal((actions - mean) / numbers.exp(log_std), noise)
    everywhere = np.broadcast_to(log_std[0], mean.shape)
    yield equal(policy.gaussian_sample(mean, log_std[0], noise), policy.gaussian_sample(mean, everywhere, noise))


@law("policy.gaussian_score", system="ball", derivation=True)
def gaussian_score_is_the_derivative_of_log_prob(
    actions: Array, mean: Array, log_std: Array, old_mean: Array, old_log_std: Array
) -> Claims:
    """Along (mu + t d, log sigma + t e), log pi(a) has slope score . (d, e)."""
    along = policy.gaussian_log_prob(actions, numbers.ray(mean, old_mean), numbers.ray(log_std, old_log_std))
    in_mean, in_log_std = policy.gaussian_score(actions, mean, log_std)
    slopes = (in_mean * old_mean + in_log_std * old_log_std).sum(axis=1)
    yield equal(np.array([series[1] for series in along]), slopes)


@law("policy.gaussian_score", system="ball")
def gaussian_score_has_mean_zero(mean: Array, log_std: Array) -> Claims:
    """E_pi[score] = 0, by a quadrature exact to the fifth degree."""
    yield equal(sum(weight * scores for weight, scores in _scores(mean, log_std)), 0)


@law("policy.gaussian_score", system="ball")
def gaussian_score_at_the_mean(mean: Array, log_std: Array) -> Claims:
    """At a = mu it is (0, -1), at a = mu +- sigma it is (+-1/sigma, 0), at a = mu + 2 sigma (2/sigma, 3)."""
    std = numbers.exp(log_std)
    for steps, in_log_std in ((0, -1), (1, 0), (-1, 0), (2, 3)):
        scores = policy.gaussian_score(mean + steps * std, mean, log_std)
        yield equal(scores[0] * std, steps)
        yield equal(scores[1], in_log_std)


@law("policy.gaussian_score", system="ball")
def gaussian_score_has_the_fisher_information(mean: Array, log_std: Array) -> Claims:
    """E_pi[score^2] = (1/sigma^2, 2), by a quadrature exact to the fifth degree."""
    squares: Any = sum(weight * scores**2 for weight, scores in _scores(mean, log_std))
    yield equal(squares[0], numbers.exp(log_std) ** -2)
    yield equal(squares[1], 2)


@law("policy.gaussian_fisher", system="ball", derivation=True)
def gaussian_fisher_is_the_mean_square_of_the_score(mean: Array, log_std: Array) -> Claims:
    """E_pi[score score^T] has this diagonal and nothing else: integrated exactly by Gauss-Hermite nodes."""
    means: Any = 0
    for weight, scores in _scores(mean, log_std):
        together = np.concatenate(list(scores), axis=1)
        means = means + weight * together[:, :, None] * together[:, None, :]
    diagonal = np.concatenate(list(policy.gaussian_fisher(log_std)), axis=1)
    yield equal(means, np.eye(diagonal.shape[1], dtype=int) * diagonal[:, None, :])


@law("policy.gaussian_fisher", system="ball", derivation=True)
def gaussian_fisher_is_the_curvature_of_kl(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Claims:
    """Along (mu + t d, log sigma + t e), KL grows as t^2/2 (d, e) F (d, e) + O(t^3), in both directions of KL."""
    old, new = (old_mean, old_log_std), (_curve(old_mean, mean), _curve(old_log_std, log_std))
    in_mean, in_log_std = policy.gaussian_fisher(old_log_std)
    form = (in_mean * mean**2 + in_log_std * log_std**2).sum(axis=1)
    for divergences in (policy.gaussian_kl(*old, *new), policy.gaussian_kl(*new, *old)):
        yield equal(np.array([[series[0], series[1]] for series in divergences]), 0)
        yield equal(np.array([series[2] for series in divergences]), form / 2)


@law("policy.gaussian_fisher", system="ball", derivation=True)
def gaussian_fisher_is_minus_the_mean_curvature(mean: Array, log_std: Array, old_mean: Array) -> Claims:
    """It is -E_pi of the second derivatives of log pi in the means and in the logarithms of sigma."""
    curvatures: Any = 0
    for weight, noise in _nodes(mean):
        actions = policy.gaussian_sample(mean, log_std, noise)
        along_mean = policy.gaussian_log_prob(actions, _curve(mean, old_mean), log_std)
        along_std = policy.gaussian_log_prob(actions, mean, _curve(log_std, old_mean))
        seconds = [[2 * series[2] for series in along] for along in (along_mean, along_std)]
        curvatures = curvatures + weight * np.array(seconds)
    yield equal(curvatures, -(policy.gaussian_fisher(log_std) * old_mean**2).sum(axis=2))


@law("policy.gaussian_fisher", system="ball")
def gaussian_fisher_changes_units(log_std: Array, scale: Any) -> Claims:
    """In units c a the information on the mean is c^2 times smaller, that on log sigma the same."""
    there = policy.gaussian_fisher(log_std + numbers.log(scale))
    here = policy.gaussian_fisher(log_std)
    yield equal(scale**2 * there[0], here[0])
    yield equal(there[1], here[1])
    yield equal(policy.gaussian_fisher(0 * log_std), np.array([1, 2])[:, None, None])


@law("policy.pathwise_gradient", system="ball", derivation=True)
def pathwise_gradient_is_the_derivative_of_the_sample(
    mean: Array, log_std: Array, noise: Array, old_mean: Array, old_log_std: Array
) -> Claims:
    """With the noise fixed, f(mu + sigma eps) has this gradient in (mu, log sigma), for a cubic f."""
    actions = policy.gaussian_sample(mean, log_std, noise)
    in_mean, in_log_std = policy.pathwise_gradient(_slopes(actions), log_std, noise)
    moved = policy.gaussian_sample(numbers.ray(mean, old_mean), numbers.ray(log_std, old_log_std), noise)
    slopes = (in_mean * old_mean + in_log_std * old_log_std).sum(axis=1)
    yield equal(np.array([series[1] for series in _cubic(moved)]), slopes)


@law("policy.pathwise_gradient", system="ball", derivation=True)
def pathwise_gradient_has_the_mean_of_the_score_times_f(mean: Array, log_std: Array) -> Claims:
    """E[f'(a)] = E[f(a) (a - mu)/sigma^2], likewise in log sigma (Stein): both are the gradient of E[f], for cubics."""

    def score_times_f(actions: Array, _noise: Array) -> Array:
        return _cubic(actions)[:, None] * policy.gaussian_score(actions, mean, log_std)

    def along_the_path(actions: Array, noise: Array) -> Array:
        return policy.pathwise_gradient(_slopes(actions), log_std, noise)

    yield equal(_mean(along_the_path, mean, log_std), _mean(score_times_f, mean, log_std))


@law("policy.pathwise_gradient", system="ball", derivation=True)
def pathwise_gradient_has_the_derivative_of_the_mean(mean: Array, log_std: Array) -> Claims:
    """Its mean is the gradient of E[a^3] = mu^3 + 3 mu sigma^2, (3 mu^2 + 3 sigma^2, 6 mu sigma^2)."""
    variance = numbers.exp(2 * log_std)

    def along_the_path(actions: Array, noise: Array) -> Array:
        return policy.pathwise_gradient(3 * actions**2, log_std, noise)

    in_mean, in_log_std = _mean(along_the_path, mean, log_std)
    yield equal(in_mean, 3 * mean**2 + 3 * variance)
    yield equal(in_log_std, 6 * mean * variance)


def _nodes(like: Array) -> Iterator[tuple[Any, Array]]:
    """Weights and nodes of the Gauss-Hermite rule of three points per dimension, exact to the fifth degree in each."""
    root = numbers.arb(3).sqrt()
    rule = ((numbers.arb(2) / 3, 0 * root), (numbers.arb(1) / 6, root), (numbers.arb(1) / 6, -root))
    for points in product(rule, repeat=like.shape[1]):
        weights, steps = zip(*points, strict=True)
        yield np.prod(weights), 0 * like + np.array(steps)


def _mean(quantity: Callable[[Array, Array], Array], mean: Array, log_std: Array) -> Array:
    """E[quantity(a, eps)], exact for polynomials of the fifth degree in each dimension."""
    return sum(weight * quantity(policy.gaussian_sample(mean, log_std, noise), noise) for weight, noise in _nodes(mean))


def _scores(mean: Array, log_std: Array) -> Iterator[tuple[Any, Array]]:
    for weight, noise in _nodes(mean):
        yield weight, policy.gaussian_score(policy.gaussian_sample(mean, log_std, noise), mean, log_std)


def _cubic(actions: Array) -> Array:
    """A polynomial of each action: sum_i (2 a_i^3 - a_i^2 + 3 a_i) + 5 prod_i a_i."""
    return (2 * actions**3 - actions**2 + 3 * actions).sum(axis=-1) + 5 * np.prod(actions, axis=-1)


def _slopes(actions: Array) -> Array:
    """Its gradient."""
    others = [np.prod(np.delete(actions, i, axis=-1), axis=-1) for i in range(actions.shape[-1])]
    return 6 * actions**2 - 2 * actions + 3 + 5 * np.stack([numbers.boxed(other) for other in others], axis=-1)


def _curve(start: Array, direction: Array) -> Array:
    """The series start + t direction up to t^2."""
    return np.frompyfunc(lambda point, slope: arb_series([point, slope], prec=3), 2, 1)(start, direction)

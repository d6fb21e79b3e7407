"""Laws of the KL divergence to first and second order in the logits."""

from typing import Any

import numpy as np
from flint import arb_series

from rlproof.laws._common import Array, Claims
from rlproof.oracle.claims import at_most, equal
from rlproof.oracle.law import law
from rlproof.spec import divergence, numbers, policy
from rlproof.spec.numbers import log


@law("divergence.kl_fisher", system="ball", derivation=True)
def kl_fisher_is_the_second_order_of_kl(logits: Array, logit_steps: Array) -> Claims:
    """KL(phi || phi + t d) and KL(phi + t d || phi) both are t^2 times it + O(t^3), without a linear term."""
    old, new = policy.softmax(logits), policy.softmax(_curve(logits, logit_steps))
    for grown in (divergence.kl(old, new), divergence.kl(new, old)):
        yield equal(np.array([[series[0], series[1]] for series in grown]), 0)
        yield equal(np.array([series[2] for series in grown]), divergence.kl_fisher(logits, logit_steps))


@law("divergence.kl_fisher", system="ball", derivation=True)
def kl_fisher_is_half_the_variance(logits: Array, logit_steps: Array) -> Claims:
    """It is half the second derivative at t = 0 of log E_pi[e^(t d)], the cumulants' generating function."""
    grown = numbers.exp(_curve(0 * logits, logit_steps))
    cumulants = log((policy.softmax(logits) * grown).sum(axis=1))
    yield equal(divergence.kl_fisher(logits, logit_steps), np.array([series[2] for series in cumulants]))


@law("divergence.kl_fisher", system="ball")
def kl_fisher_is_chi_square_of_the_change(logits: Array, logit_steps: Array) -> Claims:
    """It is 1/2 sum_a (F d)(a)^2 / pi(a): Fisher's metric of the change F d in the probabilities."""
    change = (policy.fisher(logits) @ logit_steps[:, :, None])[:, :, 0]
    chi_square = (change * change / policy.softmax(logits)).sum(axis=1)
    yield equal(divergence.kl_fisher(logits, logit_steps), chi_square / 2)


@law("divergence.kl_fisher", system="ball")
def kl_fisher_is_a_quadratic_form(logits: Array, logit_steps: Array, values: Array, scale: Any) -> Claims:
    """It takes c^2 times itself at c d, ignores a common shift of d or phi, and is 1/8 for a step 1 of a fair coin."""
    form = divergence.kl_fisher(logits, logit_steps)
    yield equal(divergence.kl_fisher(logits, scale * logit_steps), scale**2 * form)
    yield equal(divergence.kl_fisher(logits, logit_steps + values[:, None]), form)
    yield equal(divergence.kl_fisher(logits + values[:, None], logit_steps), form)
    yield equal(divergence.kl_fisher(numbers.ball([[3, 3]]), numbers.ball([[1, 0]])), numbers.arb(1) / 8)


@law("divergence.kl_fisher", system="ball")
def kl_fisher_misses_kl_by_the_cube_of_the_span(logits: Array, logit_steps: Array) -> Claims:
    """|KL(phi || phi + d) - form| <= (max d - min d)^3 / (36 sqrt 3), the largest third cumulant divided by 3!."""
    divergences = divergence.kl(policy.softmax(logits), policy.softmax(logits + logit_steps))
    span = logit_steps.max(axis=1) - logit_steps.min(axis=1)
    misses = abs(divergences - divergence.kl_fisher(logits, logit_steps))
    moved = numbers.is_positive(span)
    bound = span**3 / (36 * numbers.arb(3).sqrt())
    yield at_most(np.where(moved, misses, 0), np.where(moved, bound, 0))
    yield equal(np.where(moved, 0, misses), 0)


@law("divergence.kl_logits_gradient", system="ball", derivation=True)
def kl_logits_gradient_is_the_derivative_of_kl(probabilities: Array, logits: Array, logit_steps: Array) -> Claims:
    """Along phi + t d, KL(p || softmax) has slope gradient . d."""
    along = divergence.kl(probabilities, policy.softmax(numbers.ray(logits, logit_steps)))
    slopes = (divergence.kl_logits_gradient(probabilities, logits) * logit_steps).sum(axis=1)
    yield equal(np.array([series[1] for series in along]), slopes)


@law("divergence.kl_logits_gradient", system="ball", derivation=True)
def kl_logits_gradient_is_the_mean_of_minus_the_score(probabilities: Array, logits: Array) -> Claims:
    """It is -E_{a ~ p}[score of a under softmax], summed over all actions."""
    mean: Any = 0
    for action in range(logits.shape[1]):
        mean = mean + probabilities[:, [action]] * policy.score(np.full(len(logits), action), logits)
    yield equal(divergence.kl_logits_gradient(probabilities, logits), -mean)


@law("divergence.kl_logits_gradient", system="ball")
def kl_logits_gradient_supports_kl_from_below(probabilities: Array, logits: Array, logit_steps: Array) -> Claims:
    """KL(p || phi + d) >= KL(p || phi) + gradient . d: convex, strictly but for a common shift of the logits."""
    before, after = (divergence.kl(probabilities, policy.softmax(each)) for each in (logits, logits + logit_steps))
    line = before + (divergence.kl_logits_gradient(probabilities, logits) * logit_steps).sum(axis=1)
    moved = numbers.is_positive(logit_steps.max(axis=1) - logit_steps.min(axis=1))
    yield at_most(np.where(moved, line, 0), np.where(moved, after, 0))
    yield equal(np.where(moved, 0, line), np.where(moved, 0, after))


@law("divergence.kl_logits_gradient", system="ball")
def kl_logits_gradient_vanishes_at_p(full_probabilities: Array, logits: Array, shift: Any) -> Claims:
    """At phi = log p + c it is zero; its entries always sum to zero."""
    yield equal(divergence.kl_logits_gradient(full_probabilities, log(full_probabilities) + shift), 0)
    yield equal(divergence.kl_logits_gradient(full_probabilities, logits).sum(axis=1), 0)


def _curve(start: Array, direction: Array) -> Array:
    """The series start + t direction up to t^2."""
    return np.frompyfunc(lambda point, slope: arb_series([point, slope], prec=3), 2, 1)(start, direction)

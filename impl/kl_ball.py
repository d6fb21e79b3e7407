r"""The best distribution within a KL ball, for every state at once: the inner problem of TRPO's steps.

.. math:: f(\delta) = \max_q\ \textstyle\sum_a q(a) A(a) \quad\text{subject to}\quad D_{KL}(p\|q) \le \delta

Its solution is :math:`q = \lambda p / (\nu - A)` with a threshold :math:`\nu` above every supported advantage and
:math:`\lambda = f'(\delta) = 1 / \sum_a p/(\nu - A)`. If an action outside the support of p is better than all inside
(an *outsider*), then :math:`\nu` sticks at its advantage once :math:`\delta` is large enough; the mass by which q
then falls short of one is spilt onto it.

Everything is written in the height :math:`x` of the threshold above the best supported advantage and in the gaps
:math:`G` of the others below it, both in units of the largest gap, so that the step does not depend on the scale of
the rewards. How q depends on the height is the matter of `tilt`.
"""

from math import log
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from .roots import root_of_decreasing
from .tilt import Tilt, tilt_at


class Ball(NamedTuple):
    """The inner problem of every state, scaled."""

    old: Array  # [..., S, A], the probabilities p
    gaps: Array  # [..., S, A], G >= 0 where supported, 0 elsewhere
    outsider: Array  # [..., S, A], one at the best unsupported action
    edge: Array  # [..., S], height of the outsider; 0 where it is no better
    top: Array  # [..., S], best supported advantage
    scale: Array  # [..., S], unit of gaps and heights
    varied: Array  # [..., S], True where supported advantages differ


class Step(NamedTuple):
    """Its solution at some radius."""

    policy: Array  # [..., S, A]
    multiplier: Array  # [..., S], lambda, in units of reward
    log_height: Array  # [..., S], logarithm of x


def ball(old: Array, advantages: Array) -> Ball:
    """State the inner problem for every row of probabilities and advantages [..., S, A]."""
    old, advantages = jnp.broadcast_arrays(old, advantages)
    supported = old > 0
    inside, outside = jnp.where(supported, advantages, -jnp.inf), jnp.where(supported, -jnp.inf, advantages)
    best, outsider = _first_best(inside), _first_best(outside)
    top = jnp.where(best, advantages, 0).sum(axis=-1)
    bottom = jnp.where(supported, advantages, jnp.inf).min(axis=-1)
    excess = jnp.where(outsider, advantages, 0).sum(axis=-1) - top
    # Negated comparisons, so that a NaN counts as varied and comes out again.
    edge = jnp.where(supported.all(axis=-1) | (excess <= 0), 0, excess)
    varied = ~(top <= bottom)
    # The unit does not matter to the solution, hence it carries no gradient.
    scale = lax.stop_gradient(jnp.where(varied, top - bottom, jnp.where(edge > 0, edge, 1)))
    gaps = jnp.where(supported & ~best, (top[..., None] - advantages) / scale[..., None], 0)
    return Ball(old, gaps, outsider.astype(old.dtype), edge / scale, top, scale, varied)


def step_within(problem: Ball, radius: Array) -> Step:
    """Solve the inner problem of every state at a radius [..., S], or one that broadcasts.

    A row whose supported advantages are all equal and which no outsider exceeds is returned as it is, since every
    choice is as good; so is every row at radius zero.
    """
    has_outsider = problem.edge != 0
    radius = jnp.broadcast_to(radius, problem.edge.shape)
    still = ~problem.varied & ~has_outsider | (radius == 0)
    radius = jnp.where(still, 1, radius)
    log_edge = jnp.log(jnp.where(has_outsider, problem.edge, 1))
    shortfall = radius - _tilt(problem, log_edge).divergence
    spills = has_outsider & (shortfall >= 0)
    shortfall = jnp.where(spills, shortfall, 0)
    log_height = jnp.where(spills, log_edge, _log_height_at(problem, radius))
    tilt = _tilt(problem, log_height)
    multiplier = jnp.where(still, 0, problem.scale * jnp.exp(tilt.log_multiplier - shortfall))
    policy = _distribution(problem, tilt, shortfall)
    return Step(jnp.where(still[..., None], problem.old, policy), multiplier, log_height)


def step_at(problem: Ball, log_multiplier: Array) -> tuple[Step, Array]:
    r"""Maximise :math:`q \cdot A - \lambda D_{KL}(p\|q)` in every state, given log lambda [..., S]; also give the KL.

    The multiplier grows with the height; it is at most the height, and at least p of the best action times it.
    """
    target = log_multiplier - jnp.log(problem.scale)
    best = jnp.where(problem.gaps == 0, problem.old, 0).sum(axis=-1)
    log_edge = jnp.log(jnp.where(problem.edge != 0, problem.edge, 1))
    shortfall = _tilt(problem, log_edge).log_multiplier - target
    spills = (problem.edge != 0) & (shortfall >= 0)
    shortfall = jnp.where(spills, shortfall, 0)
    lower = target + jnp.log(best)
    found = root_of_decreasing(lambda height: target - _tilt(problem, height).log_multiplier, lower, target, lower)
    log_height = jnp.where(spills, log_edge, found)
    tilt = _tilt(problem, log_height)
    still = ~problem.varied & ~spills
    policy = jnp.where(still[..., None], problem.old, _distribution(problem, tilt, shortfall))
    divergence = jnp.where(still, 0, tilt.divergence + shortfall)
    return Step(policy, jnp.exp(log_multiplier) + jnp.zeros_like(target), log_height), divergence


def greedy_limit(problem: Ball) -> Array:
    """Give the limit of the step as the radius grows, all mass on the best actions: [..., S, A].

    Among supported best actions in proportion to the old policy; if only outsiders are best, on the first of them.
    """
    best = jnp.where(problem.gaps == 0, problem.old, 0)
    inside = jnp.where(problem.varied[..., None], best / best.sum(axis=-1, keepdims=True), problem.old)
    return jnp.where(problem.edge[..., None] > 0, problem.outsider, inside)


def greatest_advantage(problem: Ball) -> Array:
    """Give the largest advantage of each state: [..., S]."""
    return problem.top + problem.scale * problem.edge


def spread(problem: Ball) -> Array:
    """Give the standard deviation of each state's advantages under the old policy: [..., S]."""
    return problem.scale * jnp.sqrt(_variance(problem))


def dual_bound(problem: Ball, multiplier: Array, log_height: Array) -> Array:
    r"""Bound :math:`\max_q [q \cdot A - w D_{KL}(p\|q)]` in every state from above, by weak duality: [..., S].

    .. math:: \nu - w + w \sum_a p \log\frac{w}{\nu - A}

    Valid for every multiplier w >= 0 and every height of the threshold that is not below the outsider's, exact at
    the optimal pair. Where no supported advantage differs, the best height is known, and is used instead.
    """
    weight = multiplier / problem.scale
    known = jnp.maximum(weight, problem.edge)
    bottomless = ~problem.varied & (known == 0)  # then the bound is the best advantage
    log_height = jnp.where(problem.varied, log_height, jnp.log(jnp.where(bottomless, 1, known)))
    tilt = _tilt(problem, log_height)
    natural = jnp.exp(tilt.log_multiplier)  # the multiplier that belongs to this height when nothing spills
    share = weight / natural
    entropy = jnp.where(share > 0, share * jnp.log(jnp.where(share > 0, share, 1)), 0)
    mean_gap = _mean_gap(problem)
    increase = problem.old * jnp.expm1(tilt.log_ratio)
    gain = (increase * (mean_gap[..., None] - problem.gaps)).sum(axis=-1)
    bound = gain + natural * (1 - share + entropy) - weight * tilt.divergence - mean_gap
    return problem.top + problem.scale * jnp.where(bottomless, 0, bound)


def _first_best(values: Array) -> Array:
    return jnp.arange(values.shape[-1]) == jnp.argmax(values, axis=-1, keepdims=True)


def _log_height_at(problem: Ball, radius: Array) -> Array:
    """Solve for the height at which the divergence is the radius; log 1 where nothing is varied."""

    def excess(log_height: Array) -> Array:
        divergence = _tilt(problem, log_height).divergence
        logarithm = jnp.log(jnp.where(problem.varied, divergence, 1)) - jnp.log(radius)
        return jnp.where(problem.varied, logarithm, -log_height)

    # The divergence is at most variance / x^2, half of that for large x. At the lower end, p / x of the best action
    # is so large that all others get no more than the root of the smallest number.
    log_variance = jnp.log(jnp.where(problem.varied, _variance(problem), 1))
    ceiling = (log_variance - jnp.log(radius)) / 2
    best = jnp.where(problem.gaps == 0, problem.old, 0).sum(axis=-1)
    lower = jnp.log(best) + log(jnp.finfo(best.dtype).tiny) / 2
    return root_of_decreasing(excess, lower, jnp.maximum(ceiling, 1), ceiling)


def _distribution(problem: Ball, tilt: Tilt, shortfall: Array) -> Array:
    """Compute the tilted distribution, of which a share e^-shortfall stays and the rest is spilt on the outsider."""
    weights = _tilted(problem.old, tilt.log_ratio)
    # They sum to one, up to the rounding of large logarithms, which would show as a row that does not.
    kept = weights * (jnp.exp(-shortfall) / weights.sum(axis=-1))[..., None]
    return _rounded_up(problem.old, kept) - jnp.expm1(-shortfall)[..., None] * problem.outsider


def _tilt(problem: Ball, log_height: Array) -> Tilt:
    return tilt_at(log_height, problem.old, problem.gaps)


def _tilted(old: Array, tilt: Array) -> Array:
    """Compute p e^tilt; where little changes, as an increment, so that it is rounded once."""
    little = tilt > -0.5
    increment = old + old * jnp.expm1(jnp.where(little, tilt, 0))
    return jnp.where(little, increment, old * jnp.exp(jnp.where(little, 0, tilt)))


def _rounded_up(old: Array, new: Array) -> Array:
    """Round a supported probability that is too small for a float up: zero would make the divergence infinite."""
    smallest = jnp.finfo(old.dtype).tiny
    return jnp.where((old > 0) & (new < smallest), smallest, new)


def _mean_gap(problem: Ball) -> Array:
    return (problem.old * problem.gaps).sum(axis=-1)


def _variance(problem: Ball) -> Array:
    return (problem.old * (problem.gaps - _mean_gap(problem)[..., None]) ** 2).sum(axis=-1)

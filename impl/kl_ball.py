r"""The best distribution within a KL ball, for every state at once: the inner problem of TRPO's steps.

.. math:: f(\delta) = \max_q\ \textstyle\sum_a q(a) A(a) \quad\text{subject to}\quad D_{KL}(p\|q) \le \delta

Its solution is :math:`q = \lambda p / (\nu - A)` with a threshold :math:`\nu` above every supported advantage and
:math:`\lambda = f'(\delta) = 1 / \sum_a p/(\nu - A)`. If an action outside the support of p is better than all inside
(an *outsider*), then :math:`\nu` sticks at its advantage once :math:`\delta` is large enough; the mass by which q
then falls short of one is spilt onto it.

Everything is written in the height :math:`x` of the threshold above the best supported advantage and in the gaps
:math:`G` of the others below it, both in units of the largest gap: so no two large numbers cancel, and the step does
not depend on the scale of the rewards.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from .roots import root_of_decreasing
from .series import log_excess


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
    height: Array  # [..., S], x


def ball(old: Array, advantages: Array) -> Ball:
    """State the inner problem for every row of probabilities and advantages [..., S, A]."""
    old, advantages = jnp.broadcast_arrays(old, advantages)
    supported = old > 0
    # The solution does not depend on the origin and the unit of heights, hence they carry no gradient.
    values = lax.stop_gradient(advantages)
    top, bottom = jnp.where(supported, values, -jnp.inf).max(-1), jnp.where(supported, values, jnp.inf).min(-1)
    outside = jnp.where(supported, -jnp.inf, values)
    outsider = jax.nn.one_hot(jnp.argmax(outside, axis=-1), old.shape[-1], dtype=old.dtype)
    excess = (outsider * advantages).sum(axis=-1) - top
    # Negated comparisons, so that a NaN counts as varied and comes out again.
    edge = jnp.where(supported.all(axis=-1) | (excess <= 0), 0, excess)
    varied = ~(top <= bottom)
    scale = jnp.where(varied, top - bottom, jnp.where(edge > 0, lax.stop_gradient(edge), 1))
    gaps = jnp.where(supported, (top[..., None] - advantages) / scale[..., None], 0)
    return Ball(old, gaps, outsider, edge / scale, top, scale, varied)


def step_within(problem: Ball, radius: Array) -> Step:
    """Solve the inner problem of every state at a radius [..., S], or one that broadcasts.

    A row whose supported advantages are all equal and which no outsider exceeds is returned as it is, since every
    choice is as good; so is every row at radius zero.
    """
    has_outsider = problem.edge != 0
    radius = jnp.broadcast_to(radius, problem.edge.shape)
    still = ~problem.varied & ~has_outsider | (radius == 0)
    radius = jnp.where(still, 1, radius)
    edge = jnp.where(has_outsider, problem.edge, 1)
    shortfall = radius - divergence_at(problem, edge)
    spills = has_outsider & (shortfall >= 0)
    shortfall = jnp.where(spills, shortfall, 0)
    height = jnp.where(spills, edge, _height_at(problem, radius))
    inverse = problem.old / (height[..., None] + problem.gaps)
    total = inverse.sum(axis=-1)
    kept = jnp.exp(-shortfall) / total
    policy = kept[..., None] * inverse - jnp.expm1(-shortfall)[..., None] * problem.outsider
    multiplier = jnp.where(still, 0, kept * problem.scale)
    return Step(jnp.where(still[..., None], problem.old, policy), multiplier, height)


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


def divergence_at(problem: Ball, height: Array) -> Array:
    r"""Compute :math:`D_{KL}(p\|q) = \sum p\log(x+G) + \log\sum p/(x+G)` of the solution at a height x > 0.

    Around the mean of x + G both logarithms are of 1 + t with a mean-free t; their first-order terms, equal and
    opposite, are left out.
    """
    _, change, ratio = _about_mean(problem, height)
    return jnp.log1p(_bend(problem, height)) - (problem.old * log_excess(change, ratio)).sum(axis=-1)


def dual_bound(problem: Ball, multiplier: Array, height: Array) -> Array:
    r"""Bound :math:`\max_q [q \cdot A - w D_{KL}(p\|q)]` in every state from above, by weak duality: [..., S].

    .. math:: \nu - w + w \sum_a p \log\frac{w}{\nu - A}

    Valid for every multiplier w >= 0 and every height of the threshold that is not below the outsider's, exact at
    the optimal pair. Where no supported advantage differs, the best height is known, and is used instead.
    """
    weight = multiplier / problem.scale
    height = jnp.where(problem.varied, height, jnp.maximum(weight, problem.edge))
    above = height != 0  # at height zero the multiplier is zero too: the bound is the best advantage
    height = jnp.where(above, height, 1)
    bend = _bend(problem, height)
    natural = _about_mean(problem, height)[0] / (1 + bend)  # the multiplier of this height when nothing spills
    share = weight / natural
    entropy = jnp.where(share > 0, share * jnp.log(jnp.where(share > 0, share, 1)), 0)
    mean_gap = (problem.old * problem.gaps).sum(axis=-1)
    gain = bend + (1 - share + entropy) - share * divergence_at(problem, height)
    return problem.top + problem.scale * jnp.where(above, natural * gain - mean_gap, 0)


def _height_at(problem: Ball, radius: Array) -> Array:
    """Solve for the height at which the divergence is the radius, in logarithms; 1 where nothing is varied."""
    tiny = jnp.finfo(problem.gaps.dtype).tiny

    def excess(log_height: Array) -> Array:
        divergence = divergence_at(problem, jnp.exp(log_height))
        logarithm = jnp.log(jnp.where(problem.varied, divergence, 1)) - jnp.log(radius)
        return jnp.where(problem.varied, logarithm, -log_height)

    # The divergence is at most variance / x^2, half of that for large x. Below the square root of the smallest
    # number, the other actions are impossible for all purposes, and 1/x^2 would overflow.
    variance = jnp.where(problem.varied, _variance(problem), 1)
    ceiling = (jnp.log(variance) - jnp.log(radius)) / 2
    lower = jnp.full_like(ceiling, jnp.log(tiny) / 2)
    return jnp.exp(root_of_decreasing(excess, lower, jnp.maximum(ceiling, 1), ceiling - jnp.log(2) / 2))


def _about_mean(problem: Ball, height: Array) -> tuple[Array, Array, Array]:
    """Write x + G as its mean [..., S] times a ratio 1 + t [..., S, A]; give the mean, t and the ratio."""
    mean_gap = (problem.old * problem.gaps).sum(axis=-1)
    mean = height + mean_gap
    change = (problem.gaps - mean_gap[..., None]) / mean[..., None]
    return mean, change, (height[..., None] + problem.gaps) / mean[..., None]


def _bend(problem: Ball, height: Array) -> Array:
    """By how much the mean of 1/(1+t) exceeds one: the mean of t^2/(1+t)."""
    _, change, ratio = _about_mean(problem, height)
    return (problem.old * change**2 / ratio).sum(axis=-1)


def _variance(problem: Ball) -> Array:
    mean_gap = (problem.old * problem.gaps).sum(axis=-1, keepdims=True)
    return (problem.old * (problem.gaps - mean_gap) ** 2).sum(axis=-1)

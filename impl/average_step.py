r"""The maximiser of the surrogate within an average KL region: one multiplier for all states.

.. math:: \max_q\ \textstyle\sum_s d_s\, q_s \cdot A_s \quad\text{subject to}\quad
    \textstyle\sum_s d_s\, D_{KL}(p_s\|q_s) \le \delta

The mean divergence falls with the multiplier, nearly as a power: the root is found in logarithms.
"""

import jax.numpy as jnp
from jax import Array, lax

from .kl_ball import Ball, Step, greatest_advantage, spread, step_at
from .roots import root_of_decreasing


def best_average_step(problem: Ball, weights: Array, radius: Array) -> Step:
    """Solve for the multiplier common to all states, and take its step; states without weight stay.

    weights [..., S] sum to one; radius [...]. Where nothing can be gained, the old policy stays, with multiplier 0.
    """
    radius = jnp.broadcast_to(radius, weights.shape[:-1])
    gain = _mean(weights, jnp.maximum(greatest_advantage(problem), 0))
    stays = lax.stop_gradient((gain <= 0) | (radius == 0))
    log_radius = jnp.log(jnp.where(stays, 1, radius))
    log_gain = jnp.log(jnp.where(stays, 1, gain))

    # At the optimum the multiplier is the derivative of the concave gain, hence at most gain / radius.
    upper = jnp.where(stays, 0, log_gain - log_radius)
    # A multiplier smaller than that by the root of the smallest number leaves no probability to be moved.
    lower = upper + jnp.log(jnp.finfo(upper.dtype).tiny) / 2

    def excess(log_multiplier: Array) -> Array:
        _, divergences = step_at(problem, log_multiplier[..., None])
        mean = _mean(weights, jnp.where(weights > 0, divergences, 0))
        moves = ~stays & (mean > 0)
        logarithm = jnp.log(jnp.where(moves, mean, 1)) - log_radius
        # Where nothing moves any more, the multiplier is too large.
        return jnp.where(moves, logarithm, lower - 1 - log_multiplier)

    variance = _mean(weights, spread(problem) ** 2)
    start = (jnp.log(jnp.where(variance > 0, variance, 1)) - jnp.log(2) - log_radius) / 2
    found = root_of_decreasing(excess, lower, upper, jnp.where(variance > 0, start, upper))
    step, _ = step_at(problem, found[..., None])
    keeps = stays[..., None] | (weights <= 0)
    policy = jnp.where(keeps[..., None], problem.old, step.policy)
    return step._replace(policy=policy, multiplier=jnp.where(stays[..., None], 0, step.multiplier))


def _mean(weights: Array, per_state: Array) -> Array:
    return (weights * per_state).sum(axis=-1)

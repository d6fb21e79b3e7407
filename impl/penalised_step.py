r"""The maximiser of the KL-penalised surrogate: the outer problem of TRPO's Algorithm 1.

.. math:: \max_\delta\ \textstyle\sum_s \rho_s f_s(\delta) - C \delta, \qquad
    \textstyle\sum_s \rho_s \lambda_s(\delta) = C \text{ at the optimum}

where :math:`f_s` is the best expected advantage within radius :math:`\delta` and :math:`\lambda_s` its derivative
(see `kl_ball`). The left side falls with the radius, nearly as a power: the root is found in logarithms.
"""

import jax.numpy as jnp
from jax import Array, lax

from .kl_ball import Ball, Step, greatest_advantage, greedy_limit, spread, step_within
from .roots import root_of_decreasing


def best_step(problem: Ball, visitation: Array, coefficient: Array) -> Step:
    """Solve for the radius common to all states, and take its step.

    The old policy stays if the first infinitesimal bit of divergence costs more than it gains. Without a penalty the
    step is greedy. Multipliers are those of the radius found, or of a vanishing one where the policy stays.
    """
    free = coefficient == 0
    log_penalty = jnp.log(jnp.where(free, 1, coefficient))
    # Smaller radii than this root leave every probability unchanged to the last bit.
    lowest = jnp.broadcast_to(jnp.log(jnp.finfo(problem.old.dtype).tiny) / 2, jnp.shape(log_penalty))
    gain = _total(visitation, jnp.maximum(greatest_advantage(problem), 0))
    first = _total(visitation, step_within(problem, jnp.exp(lowest)[..., None]).multiplier)
    stays = lax.stop_gradient((gain <= 0) | (first <= coefficient * (1 + _rounding(problem))) & ~free)
    found = lax.stop_gradient(free | stays)

    def excess(log_radius: Array) -> Array:
        slopes = step_within(problem, jnp.exp(log_radius)[..., None]).multiplier
        total = jnp.where(found, 1, _total(visitation, slopes))
        return jnp.where(found, -log_radius, jnp.log(total) - log_penalty)

    # f is concave and starts at zero, so that C delta <= gain; for small radii lambda_s = spread_s / sqrt(2 delta).
    highest = jnp.maximum(jnp.log(jnp.where(found, 1, gain)) - log_penalty, lowest)
    start = 2 * (jnp.log(jnp.where(found, 1, _total(visitation, spread(problem)))) - log_penalty) - jnp.log(2)
    log_radius = jnp.where(stays, lowest, root_of_decreasing(excess, lowest, highest, start))
    step = step_within(problem, jnp.exp(log_radius)[..., None])
    policy = jnp.where(free[..., None, None], greedy_limit(problem), step.policy)
    return step._replace(policy=jnp.where(stays[..., None, None], problem.old, policy))


def balanced_multipliers(step: Step, visitation: Array, coefficient: Array) -> Array:
    """Scale the multipliers of a step so that they satisfy sum_s rho_s lambda_s = C; if all are zero, equal ones."""
    total = _total(visitation, step.multiplier)
    equal = jnp.broadcast_to((coefficient / visitation.sum(axis=-1))[..., None], step.multiplier.shape)
    scaled = step.multiplier * (coefficient / jnp.where(total == 0, 1, total))[..., None]
    return jnp.where((total == 0)[..., None], equal, scaled)


def _total(visitation: Array, per_state: Array) -> Array:
    return (visitation * per_state).sum(axis=-1)


def _rounding(problem: Ball) -> float:
    """Bound the relative rounding error of a sum over states of products of positive numbers, and of C."""
    return (problem.edge.shape[-1] + 8) * float(jnp.finfo(problem.old.dtype).eps)

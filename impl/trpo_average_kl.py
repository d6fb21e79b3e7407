r"""TRPO's step within an *average* KL trust region, solved exactly for tabular policies and certified by duality."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .average_step import best_average_step
from .decision_process import MDP, probabilities
from .kl_ball import ball, dual_bound, greatest_advantage
from .mdp import discounted_visitation
from .trpo_surrogate import expected_advantage, over_visits
from .value import advantage


@jax.jit
def average_kl_step(mdp: MDP, policy: ArrayLike, *, delta: ArrayLike) -> Array:
    r"""The policy that maximises the surrogate within a trust region of the average KL divergence: [..., S, A].

    .. math:: \operatorname{argmax}_{\tilde\pi} L_\pi(\tilde\pi) \quad\text{subject to}\quad
        \mathbb{E}_{s\sim d_\pi}[D_{KL}(\pi\|\tilde\pi)(s)] \le \delta

    States that are never visited stay. Differentiable (implicitly) with the support of the policy held fixed, except
    where the best action or the spilling onto an unsupported one changes.

    Spec: rlproof.spec.trpo.average_kl_step
    """
    visits = jnp.maximum(discounted_visitation(mdp, policy), 0)
    problem = ball(probabilities(mdp, policy), advantage(mdp, policy))
    return best_average_step(problem, visits / visits.sum(axis=-1, keepdims=True), jnp.asarray(delta)).policy


@jax.jit
def average_kl_gap(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, *, delta: ArrayLike) -> Array:
    r"""How far a policy can be from the largest surrogate within the average KL region, by duality: [...].

    .. math:: \sum_s \rho_\pi(s) \Big[\lambda\delta + \nu_s - \lambda
        + \lambda \sum_a \pi(a|s) \log\frac{\lambda}{\nu_s - A_\pi(s,a)}\Big] + \eta(\pi) - L_\pi(\tilde\pi)

    A bound up to the rounding of its own evaluation, for the multiplier found by average_kl_step.

    Spec: rlproof.spec.trpo.average_kl_gap
    """
    visits = jnp.maximum(discounted_visitation(mdp, policy), 0)
    problem = ball(probabilities(mdp, policy), advantage(mdp, policy))
    radius = jnp.asarray(delta)
    step = best_average_step(problem, visits / visits.sum(axis=-1, keepdims=True), radius)
    moves = step.multiplier > 0
    bounds = dual_bound(problem, jnp.where(moves, step.multiplier, 1), step.log_height)
    bounds = jnp.where(moves, bounds + step.multiplier * radius[..., None], greatest_advantage(problem))
    return (visits * bounds).sum(axis=-1) - over_visits(mdp, policy, expected_advantage(mdp, policy, new_policy))

r"""TRPO's Algorithm 1 and the trust-region step, solved by their optimality conditions."""

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from .decision_process import MDP, probabilities
from .kl_ball import ball, dual_bound, greatest_advantage, step_within
from .mdp import discounted_visitation, eta
from .penalised_step import balanced_multipliers, best_step
from .trpo_bounds import kl_bound, penalty_coefficient
from .value import advantage


@jax.jit
def max_kl_step(mdp: MDP, policy: ArrayLike, *, delta: ArrayLike) -> Array:
    r"""The policy that maximises the surrogate within a KL trust region in every state: [..., S, A].

    .. math:: \operatorname{argmax}_{\tilde\pi} L_\pi(\tilde\pi) \quad\text{subject to}\quad
        D_{KL}^{max}(\pi, \tilde\pi) \le \delta

    Every state takes its own full step, also one that is never visited. Between advantages the computed ones decide,
    so that equals may be told apart by rounding. Differentiable (implicitly) with the support of the policy held
    fixed, except where the best action or the spilling onto an unsupported one changes. Rounding moves probabilities
    by eps and hence the divergence by about eps sqrt(delta): radii below eps^2 are not resolved.

    Spec: rlproof.spec.trpo.max_kl_step
    """
    advantages = advantage(mdp, policy)
    radius = jnp.asarray(delta, advantages.dtype)[..., None]  # [..., 1], the same for every state
    advantages = jnp.broadcast_to(advantages, jnp.broadcast_shapes(advantages.shape, (*radius.shape, 1)))
    return step_within(ball(probabilities(mdp, policy), advantages), radius).policy


@jax.jit
def algorithm1(mdp: MDP, policy: ArrayLike) -> Array:
    r"""One iteration of Algorithm 1, the maximiser of the KL-penalised bound: [..., S, A].

    .. math:: \pi_{i+1} = \operatorname{argmax}_\pi\big[L_{\pi_i}(\pi) - C\, D_{KL}^{max}(\pi_i, \pi)\big]

    States that are never visited take the step of the common radius. Without a penalty (discount zero) all mass goes
    to the best actions, among several in the proportions of the old policy, or to the first if it takes none of
    them. Gradient as in max_kl_step and epsilon; the identity where the policy is a fixed point. At discounts near
    one the radius is about (1 - gamma)^2 / 32: in float32 it keeps few digits beyond gamma = 0.999.

    Spec: rlproof.spec.trpo.algorithm1
    """
    problem = ball(probabilities(mdp, policy), advantage(mdp, policy))
    return best_step(problem, discounted_visitation(mdp, policy), penalty_coefficient(mdp, policy)).policy


@jax.jit
def algorithm1_gap(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""How far a policy can be from the maximum M of Algorithm 1's objective, by duality: [...].

    .. math:: \max_\pi M(\pi) - M(\tilde\pi) \le \eta(\pi) + \sum_s \rho_\pi(s) \Big[\nu_s - \lambda_s
        + \lambda_s \sum_a \pi(a|s) \log\frac{\lambda_s}{\nu_s - A_\pi(s,a)}\Big] - M(\tilde\pi)

    A bound up to the rounding of its own evaluation, for the multipliers found by algorithm1.

    Spec: rlproof.spec.trpo.algorithm1_gap
    """
    problem = ball(probabilities(mdp, policy), advantage(mdp, policy))
    visitation, coefficient = discounted_visitation(mdp, policy), penalty_coefficient(mdp, policy)
    step = best_step(problem, visitation, coefficient)
    bounds = dual_bound(problem, balanced_multipliers(step, visitation, coefficient), step.log_height)
    bounds = jnp.where((coefficient == 0)[..., None], greatest_advantage(problem), bounds)
    upper = eta(mdp, policy) + (visitation * bounds).sum(axis=-1)
    return upper - kl_bound(mdp, policy, new_policy)

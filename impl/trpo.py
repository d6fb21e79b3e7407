r"""Trust region policy optimisation: identity, surrogate, bounds, Algorithm 1.

A product of a zero coefficient and an infinite divergence counts as zero. Bounds are infinite or NaN at discount one.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

from . import linear
from .decision_process import MDP, probabilities
from .divergence import kl_max, tv_max
from .kl_ball import ball, dual_bound, greatest_advantage, step_within
from .mdp import discounted_visitation, eta
from .penalised_step import balanced_multipliers, best_step
from .value import advantage, q


@jax.jit
def expected_advantage(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Expected advantage of one policy over another: [..., S].

    .. math:: \bar A(s) = \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.expected_advantage
    """
    return linear.contract("...sa,...sa->...s", probabilities(mdp, new_policy), advantage(mdp, policy))


@jax.jit
def performance_difference(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Performance difference as an expectation over time: [...].

    .. math:: \eta(\tilde\pi) - \eta(\pi) =
        \mathbb{E}_{\tau\sim\tilde\pi}\Big[\sum_{t\ge0} \gamma^t A_\pi(s_t, a_t)\Big]

    Spec: rlproof.spec.trpo.performance_difference
    """
    return eta(replace(mdp, reward=advantage(mdp, policy)), new_policy)


@jax.jit
def performance_difference_by_visitation(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Performance difference as a sum over states visited by the new policy: [...].

    .. math:: \eta(\tilde\pi) - \eta(\pi) = \sum_s \rho_{\tilde\pi}(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.performance_difference_by_visitation
    """
    return _over_visits(mdp, new_policy, expected_advantage(mdp, policy, new_policy))


@jax.jit
def surrogate(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Local approximation of the expected return, with the visits of the old policy: [...].

    .. math:: L_\pi(\tilde\pi) = \eta(\pi) + \sum_s \rho_\pi(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Spec: rlproof.spec.trpo.surrogate
    """
    return eta(mdp, policy) + _over_visits(mdp, policy, expected_advantage(mdp, policy, new_policy))


@jax.jit
def importance_sampled_surrogate(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike
) -> Array:
    r"""Surrogate gain with actions drawn from a sampling policy q: [...]; NaN if q lacks support.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, A_\pi(s,a)\Big]

    Spec: rlproof.spec.trpo.importance_sampled_surrogate
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, advantage(mdp, policy))


@jax.jit
def importance_sampled_q_surrogate(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike
) -> Array:
    r"""The objective of TRPO's sampled problem, with action values: [...]; NaN if q lacks support.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, q_\pi(s,a)\Big]

    Spec: rlproof.spec.trpo.importance_sampled_q_surrogate
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, q(mdp, policy))


@jax.jit
def epsilon(mdp: MDP, policy: ArrayLike) -> Array:
    r"""The largest advantage in absolute value: [...].

    .. math:: \epsilon = \max_{s,a} |A_\pi(s,a)|

    Where several entries attain the maximum, the gradient is the mean of theirs (JAX's convention), a subgradient.

    Spec: rlproof.spec.trpo.epsilon
    """
    return abs(advantage(mdp, policy)).max(axis=(-2, -1))


@jax.jit
def penalty_coefficient(mdp: MDP, policy: ArrayLike) -> Array:
    r"""Penalty coefficient of the KL-penalised bound: [...].

    .. math:: C = \frac{4 \epsilon \gamma}{(1-\gamma)^2}

    Gradient at ties as in epsilon.

    Spec: rlproof.spec.trpo.penalty_coefficient
    """
    return 4 * epsilon(mdp, policy) * mdp.discount / (1 - mdp.discount) ** 2


@jax.jit
def tv_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by total variation (Theorem 1): [...].

    .. math:: L_\pi(\tilde\pi) - \frac{4\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2,
        \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Gradients at ties as in epsilon and divergence.tv_max.

    Spec: rlproof.spec.trpo.tv_bound
    """
    alpha = tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    return surrogate(mdp, policy, new_policy) - penalty_coefficient(mdp, policy) * alpha**2


@jax.jit
def tv_bound_refined(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Theorem 1 before its last relaxation, attained with equality: [...].

    .. math:: L_\pi(\tilde\pi) - \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}

    Gradients at ties as in tv_bound.

    Spec: rlproof.spec.trpo.tv_bound_refined
    """
    alpha = tv_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    below_one, remaining = 1 - mdp.discount, 1 - mdp.discount * (1 - alpha)
    loss = 4 * epsilon(mdp, policy) * mdp.discount * alpha**2 / (below_one * remaining)
    return surrogate(mdp, policy, new_policy) - loss


@jax.jit
def kl_bound(mdp: MDP, policy: ArrayLike, new_policy: ArrayLike) -> Array:
    r"""Lower bound on the return of a new policy, by KL divergence, the objective of Algorithm 1: [...].

    .. math:: L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi), \qquad C = \frac{4\epsilon\gamma}{(1-\gamma)^2}

    Minus infinity on lost support. Gradients at ties as in epsilon and divergence.kl_max.

    Spec: rlproof.spec.trpo.kl_bound
    """
    coefficient = penalty_coefficient(mdp, policy)
    divergence = kl_max(probabilities(mdp, policy), probabilities(mdp, new_policy))
    penalty = coefficient * jnp.where(coefficient == 0, 0, divergence)
    return surrogate(mdp, policy, new_policy) - penalty


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


def _over_visits(mdp: MDP, policy: ArrayLike, per_state: Array) -> Array:
    return linear.contract("...s,...s->...", discounted_visitation(mdp, policy), per_state)


def _importance_sampled(
    mdp: MDP, policy: ArrayLike, new_policy: ArrayLike, sampling_policy: ArrayLike, weights: Array
) -> Array:
    new, sampling = probabilities(mdp, new_policy), probabilities(mdp, sampling_policy)
    sampled = sampling > 0
    ratios = jnp.where(sampled, new / jnp.where(sampled, sampling, 1), jnp.where(new == 0, 0, jnp.nan))
    return _over_visits(mdp, policy, linear.contract("...sa,...sa,...sa->...s", sampling, ratios, weights))

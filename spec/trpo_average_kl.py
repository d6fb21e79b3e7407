r"""TRPO's step within an *average* KL trust region, solved exactly for tabular policies and certified by duality."""

import numpy as np

from . import kl_ball
from .decision_process import MDP, read_policy
from .divergence import kl
from .mdp import discounted_visitation, eta
from .numbers import Array, Scalar, ball, convert, exact, float64, is_nonzero, largest, log, maximum, where
from .trpo_algorithm1 import float_problem, shorten
from .trpo_bounds import epsilon
from .trpo_surrogate import surrogate
from .validation import read_parameter
from .value import advantage


def average_kl_step(mdp: MDP, policy: Array, *, delta: Scalar) -> Array:
    r"""The policy that maximises the surrogate within a trust region of the average KL divergence.

    .. math:: \operatorname{argmax}_{\tilde\pi} L_\pi(\tilde\pi) \quad\text{subject to}\quad
        \mathbb{E}_{s\sim d_\pi}\big[D_{KL}(\pi\|\tilde\pi)(s)\big] \le \delta, \qquad
        \tilde\pi(a|s) = \frac{\lambda\,\pi(a|s)}{\nu_s - A_\pi(s,a)}

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        delta: radius >= 0, in nats.
    Returns:
        [S, A], the new policy.
    Conventions:
        Normalised visits d of the old policy. One multiplier lambda for all states, so that states with more to gain
        go further. States that are never visited stay. In exact, a rational policy just inside the region.
    Gradient:
        Not compared: it is solved in float64: no exact quotient.
    Laws:
        average_kl_step_is_feasible, average_kl_step_is_certified, average_kl_step_beats_the_max_kl_step,
        average_kl_step_at_zero_stays, average_kl_step_is_the_natural_gradient_for_small_radii
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, ParameterError; NumberSystemError for balls.
    Source:
        Schulman et al. 2015 (TRPO), eqs. (12), (13).
    Since:
        0.2
    """
    step = float_average_step(mdp, policy, delta).policy
    if mdp.system == "float64":
        return step
    old, weights = read_policy(mdp, policy), _weights(mdp, policy)
    delta = read_parameter("delta", delta, "exact", high=None)
    visited = is_nonzero(weights)
    return shorten(old, step, lambda new: _average_kl(weights[visited], old[visited], new[visited]) <= ball(delta))


def average_kl_gap(mdp: MDP, policy: Array, new_policy: Array, *, delta: Scalar) -> Scalar:
    r"""How far a policy can be from the largest surrogate within the average KL region, by duality.

    .. math:: \max_{\bar D_{KL} \le \delta} L_\pi - L_\pi(\tilde\pi) \le \eta(\pi) - L_\pi(\tilde\pi)
        + \sum_s \rho_\pi(s) \Big[\lambda\delta + \nu_s - \lambda
        + \lambda \sum_a \pi(a|s) \log\frac{\lambda}{\nu_s - A_\pi(s,a)}\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the candidate.
        delta: radius > 0, in nats.
    Returns:
        The right-hand side for a multiplier found numerically; in exact, a ball.
    Conventions:
        Valid for any lambda >= 0 and nu above the advantages; small for the best step. Whether the candidate
        lies in the region is another matter: outside, the right-hand side may be negative.
    Gradient:
        Not compared: it is solved in float64: no exact quotient.
    Laws:
        average_gap_is_not_negative, average_gap_bounds_every_challenger, average_gap_of_the_step_is_small
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, ParameterError; NumberSystemError for balls.
    Source:
        Lagrangian dual of Schulman et al. 2015 (TRPO), eqs. (12), (13).
    Since:
        0.2
    """
    step = float_average_step(mdp, policy, delta)
    old, advantages, visits = read_policy(mdp, policy), advantage(mdp, policy), discounted_visitation(mdp, policy)
    delta = read_parameter("delta", delta, mdp.system, high=None)
    lift = exact if mdp.system == "exact" else float64
    inside = where(is_nonzero(old), advantages, advantages * 0 - epsilon(mdp, policy))
    top, best = largest(inside, axis=1), largest(advantages, axis=1)
    new_policy, multiplier = read_policy(mdp, new_policy, "new_policy"), lift(step.multiplier)
    gained = surrogate(mdp, policy, new_policy) - eta(mdp, policy)
    if not is_nonzero(multiplier).any():  # nothing to gain: staying is best
        return convert(visits @ best - gained, "ball" if mdp.system == "exact" else "float64")[()]
    height = maximum(lift(step.slack), best - top)  # of nu above the supported advantages
    heights = height[:, None] + (top[:, None] - inside)
    if mdp.system == "exact":
        old, visits, multiplier, top, height, heights = map(ball, (old, visits, multiplier, top, height, heights))
    logs = log(multiplier[:, None] / heights)
    upper = multiplier * delta + top + height - multiplier + multiplier * (old * logs).sum(axis=1)
    return visits @ upper - gained


def float_average_step(mdp: MDP, policy: Array, delta: Scalar) -> kl_ball.KLStep:
    """The step in float64, with its multiplier."""
    old, advantages, visits, _ = float_problem(mdp, policy)
    delta = read_parameter("delta", delta, mdp.system, high=None)
    weights = np.maximum(visits, 0.0)
    return kl_ball.best_average_step(old, advantages, weights / weights.sum(), float(float64(delta)))


def _weights(mdp: MDP, policy: Array) -> Array:
    visits = discounted_visitation(mdp, policy)
    return visits / visits.sum()


def _average_kl(weights: Array, old: Array, new: Array) -> Scalar:
    return ball(weights) @ kl(ball(old), ball(new))

r"""TRPO's Algorithm 1 and the trust-region step, solved by their optimality conditions and certified by duality."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import kl_ball
from .decision_process import MDP, read_policy
from .divergence import kl_max
from .errors import NumberSystemError
from .mdp import discounted_visitation, eta
from .numbers import Array, Scalar, ball, exact, float64, is_nonzero, largest, log, maximum, rational, where
from .trpo_bounds import epsilon, kl_bound, penalty_coefficient
from .validation import read_parameter
from .value import advantage


def max_kl_step(mdp: MDP, policy: Array, *, delta: Scalar) -> Array:
    r"""The policy that maximises the surrogate within a KL trust region in every state.

    .. math:: \operatorname{argmax}_{\tilde\pi} L_\pi(\tilde\pi) \quad\text{subject to}\quad
        D_{KL}^{max}(\pi, \tilde\pi) \le \delta

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        delta: radius >= 0, in nats.
    Returns:
        [S, A], the new policy.
    Conventions:
        States that are never visited take the step of their own ball too. In exact, a rational
        policy just inside the ball.
    Gradient:
        Not compared: it is solved in float64: no exact quotient.
    Laws:
        max_kl_step_is_feasible, max_kl_step_beats_challengers, max_kl_step_at_zero_stays
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, ParameterError; NumberSystemError for balls.
    Source:
        Schulman et al. 2015 (TRPO), eq. (11).
    Since:
        0.1
    """
    old, advantages, _, _ = float_problem(mdp, policy)
    delta = read_parameter("delta", delta, mdp.system, high=None)
    step = kl_ball.step_at_radius(old, advantages, float(float64(delta))).policy
    if mdp.system == "float64":
        return step
    exact_old = read_policy(mdp, policy)
    return shorten(exact_old, step, lambda new: kl_max(ball(exact_old), ball(new)) <= ball(delta))


def algorithm1(mdp: MDP, policy: Array) -> Array:
    r"""One iteration of Algorithm 1: the maximiser of the KL-penalised bound.

    .. math:: \pi_{i+1} = \operatorname{argmax}_\pi\big[L_{\pi_i}(\pi) - C\, D_{KL}^{max}(\pi_i, \pi)\big],
        \qquad C = \frac{4\epsilon\gamma}{(1-\gamma)^2}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the present policy.
    Returns:
        [S, A], the next policy.
    Conventions:
        The inner problem is solved by its optimality conditions (kl_ball); algorithm1_gap certifies
        how far the result can be from the maximum. A deterministic policy, even the worst, is a
        fixed point for every discount >= 1/5. In exact, a rational policy whose bound is certified
        not to be below eta(pi_i).
    Gradient:
        Not compared: it is solved in float64: no exact quotient.
    Laws:
        algorithm1_improves_monotonically, algorithm1_beats_challengers, algorithm1_gap_is_small,
        algorithm1_keeps_deterministic_policies, algorithm1_is_invariant_to_shaping
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError for balls.
    Source:
        Schulman et al. 2015 (TRPO), algorithm 1; slide "Algorithm 1".
    Since:
        0.1
    """
    step = float_step(mdp, policy)
    if mdp.system == "float64":
        return step.policy
    old = read_policy(mdp, policy)
    new = rational_policy(step.policy, old)
    balls = mdp.to("ball")
    improves = kl_bound(balls, ball(old), ball(new)) >= eta(balls, ball(old))
    return new if improves else old


def algorithm1_gap(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""How far a policy can be from the maximum of Algorithm 1's objective, by duality.

    .. math:: \max_\pi M(\pi) - M(\tilde\pi) \le \eta(\pi) + \sum_s \rho_\pi(s) \Big[\nu_s - \lambda_s
        + \lambda_s \sum_a \pi(a|s) \log\frac{\lambda_s}{\nu_s - A_\pi(s,a)}\Big] - M(\tilde\pi)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the present policy.
        new_policy: [S, A] probabilities or [S] integers, the candidate.
    Returns:
        The right-hand side for multipliers found numerically; in exact, a ball.
    Conventions:
        Valid for any lambda >= 0 with sum rho lambda = C and nu above the advantages.
    Gradient:
        Not compared: it is solved in float64: no exact quotient.
    Laws:
        gap_is_not_negative, gap_bounds_every_challenger, gap_of_the_step_is_small
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError for balls.
    Source:
        Lagrangian dual of Schulman et al. 2015 (TRPO), algorithm 1.
    Since:
        0.1
    """
    step = float_step(mdp, policy)
    old, advantages = read_policy(mdp, policy), advantage(mdp, policy)
    visits, coefficient = discounted_visitation(mdp, policy), penalty_coefficient(mdp, policy)
    lift = exact if mdp.system == "exact" else float64
    multiplier = lift(step.multiplier)
    if is_nonzero(total := visits @ multiplier):
        multiplier = multiplier * (coefficient / total)  # exactly sum_s rho_s lambda_s = C
    inside = where(is_nonzero(old), advantages, advantages * 0 - epsilon(mdp, policy))
    level = maximum(largest(inside, axis=1) + lift(step.slack), largest(advantages, axis=1))
    new_policy = read_policy(mdp, new_policy, "new_policy")
    if mdp.system == "exact":
        mdp, policy, new_policy = mdp.to("ball"), ball(old), ball(new_policy)
        old, advantages, visits, multiplier, level = map(ball, (old, advantages, visits, multiplier, level))
    upper = [_dual_value(*state) for state in zip(old, advantages, multiplier, level, strict=True)]
    return eta(mdp, policy) + visits @ np.array(upper) - kl_bound(mdp, policy, new_policy)


def _dual_value(old: Array, advantages: Array, multiplier: Scalar, level: Scalar) -> Scalar:
    """An upper bound on max_q [q . A - lambda KL(p || q)] in one state, for any level above the advantages."""
    if not is_nonzero(multiplier):
        return largest(advantages)
    supported = is_nonzero(old)
    logs = log(multiplier / (level - advantages[supported]))
    return level - multiplier + multiplier * (old[supported] * logs).sum()


def float_step(mdp: MDP, policy: Array) -> kl_ball.KLStep:
    """Algorithm 1's step in float64, with its radius and multipliers."""
    return kl_ball.best_penalised_step(*float_problem(mdp, policy))


def float_problem(mdp: MDP, policy: Array) -> tuple[Array, Array, Array, float]:
    """The data of Algorithm 1's inner problem in float64: policy, advantages, visits, C."""
    if mdp.system not in ("float64", "exact"):
        raise NumberSystemError(
            "Algorithm 1 is solved in float64 and certified in balls",
            got=mdp.system,
            expected="float64 or exact",
            cause="a process already converted to balls",
            remedy="pass mdp in exact: the result is rational, and algorithm1_gap is a ball",
        )
    coefficient = penalty_coefficient(mdp, policy) if mdp.discount != 1 else 0
    return (
        float64(read_policy(mdp, policy)),
        float64(advantage(mdp, policy)),
        float64(discounted_visitation(mdp, policy)),
        float(float64(coefficient)),
    )


def rational_policy(new_policy: Array, old: Array) -> Array:
    """Round to multiples of 2^-60 that sum to one and keep the old support; unmoved rows stay as they are."""
    counts = np.array([[round(x * 2**60) for x in row] for row in new_policy.tolist()], dtype=object)
    counts = np.where(is_nonzero(old) & (counts == 0), 1, counts)
    for row in counts:
        row[row.argmax()] += 2**60 - row.sum()
    unmoved = (new_policy == float64(old)).all(axis=1)
    return where(unmoved[:, None], old, exact(counts) / 2**60)


def shorten(old: Array, step: Array, is_feasible: Callable[[Array], Any]) -> Array:
    """Round a step to rationals and shorten it until balls certify that it is feasible: KL is convex along it."""
    new = rational_policy(step, old)
    for shortening in (0, *(rational(2) ** -bits for bits in range(52, 0, -4))):
        candidate = new + shortening * (old - new)
        if bool(is_feasible(candidate)):
            return candidate
    return old

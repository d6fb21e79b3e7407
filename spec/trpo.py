r"""Trust region policy optimisation: identity, surrogate, bounds, Algorithm 1."""

import numpy as np

from . import kl_ball
from .decision_process import MDP, read_policy
from .divergence import kl_max, tv_max
from .errors import DiscountError, NumberSystemError, SupportError
from .mdp import discounted_visitation, eta
from .numbers import Array, Scalar, ball, exact, float64, is_nonzero, largest, log, maximum, rational, where
from .validation import read_parameter
from .value import advantage, q


def expected_advantage(mdp: MDP, policy: Array, new_policy: Array) -> Array:
    r"""Expected advantage :math:`\bar A` of one policy over another.

    .. math:: \bar A(s) = \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the policy pi whose advantage is taken.
        new_policy: [S, A] probabilities or [S] integers, the policy that acts.
    Returns:
        [S], in units of reward.
    Conventions:
        Zero in terminal states.
    Laws:
        expected_advantage_of_itself_is_zero, expected_advantage_is_bounded_by_tv,
        expected_advantage_is_the_bellman_gap
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, eq. (22).
    Since:
        0.1
    """
    return (read_policy(mdp, new_policy, "new_policy") * advantage(mdp, policy)).sum(axis=1)


def performance_difference(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Performance difference :math:`\eta(\tilde\pi) - \eta(\pi)`, as an expectation over time.

    .. math:: \eta(\tilde\pi) - \eta(\pi) =
        \mathbb{E}_{\tau\sim\tilde\pi}\Big[\sum_{t\ge0} \gamma^t A_\pi(s_t, a_t)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy; no support condition.
    Returns:
        One number, in units of reward.
    Conventions:
        The advantage is the old policy's, the trajectories are the new one's. Computed as the
        return of the new policy in the process whose reward is the old policy's advantage.
    Laws:
        difference_identity_over_time, difference_is_antisymmetric, difference_is_invariant_to_shaping,
        difference_equals_enumeration
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (1); Kakade & Langford 2002, lemma 6.1.
    Since:
        0.1
    """
    return eta(mdp.replace(reward=advantage(mdp, policy)), new_policy)


def performance_difference_by_visitation(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Performance difference :math:`\eta(\tilde\pi) - \eta(\pi)`, as a sum over states.

    .. math:: \eta(\tilde\pi) - \eta(\pi) = \sum_s \rho_{\tilde\pi}(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy; no support condition.
    Returns:
        One number, in units of reward.
    Conventions:
        Visits of the *new* policy; with those of the old one it is the surrogate.
    Laws:
        difference_identity_over_states, both_difference_forms_agree, difference_has_a_q_form
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (2).
    Since:
        0.1
    """
    return discounted_visitation(mdp, new_policy) @ expected_advantage(mdp, policy, new_policy)


def surrogate(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Local approximation :math:`L_\pi(\tilde\pi)` of the expected return.

    .. math:: L_\pi(\tilde\pi) = \eta(\pi) + \sum_s \rho_\pi(s) \sum_a \tilde\pi(a|s)\, A_\pi(s,a)

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        One number, in units of reward.
    Conventions:
        Visits of the *old* policy, where the exact identity has the new one's.
    Laws:
        surrogate_at_the_old_policy_is_eta, surrogate_matches_eta_to_first_order,
        surrogate_error_is_the_shift_of_visits, surrogate_is_affine, surrogate_is_exact_for_bandits
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eqs. (3), (4).
    Since:
        0.1
    """
    return eta(mdp, policy) + discounted_visitation(mdp, policy) @ expected_advantage(mdp, policy, new_policy)


def importance_sampled_surrogate(mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array) -> Scalar:
    r"""Surrogate gain with actions drawn from a sampling policy q.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, A_\pi(s,a)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
        sampling_policy: [S, A] probabilities, positive where new_policy is.
    Returns:
        One number, in units of reward: L - eta(pi), whatever q.
    Conventions:
        Unnormalised visits; eta(pi) is not added.
    Laws:
        importance_sampling_leaves_the_surrogate, importance_sampling_is_free_of_q,
        importance_sampled_gain_of_the_old_policy_is_zero
    Raises:
        SupportError; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), text before eq. (14).
    Since:
        0.1
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, advantage(mdp, policy))


def importance_sampled_q_surrogate(mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array) -> Scalar:
    r"""The objective of TRPO's sampled problem, with action values.

    .. math:: \sum_s \rho_\pi(s)\, \mathbb{E}_{a\sim q}\Big[\frac{\tilde\pi(a|s)}{q(a|s)}\, q_\pi(s,a)\Big]

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
        sampling_policy: [S, A] probabilities, positive where new_policy is.
    Returns:
        One number, in units of reward.
    Conventions:
        Unnormalised visits. "Exactly equivalent" in the paper means the same maximiser: the value
        differs from the advantage form by the constant sum of rho_pi v_pi.
    Laws:
        q_form_exceeds_the_advantage_form_by_a_constant, q_form_is_free_of_q, q_form_at_the_old_policy
    Raises:
        SupportError; ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (14).
    Since:
        0.1
    """
    return _importance_sampled(mdp, policy, new_policy, sampling_policy, q(mdp, policy))


def epsilon(mdp: MDP, policy: Array) -> Scalar:
    r"""The largest advantage :math:`\epsilon` in absolute value.

    .. math:: \epsilon = \max_{s,a} |A_\pi(s,a)|

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities or [S] integers.
    Returns:
        One number, in units of reward.
    Conventions:
        Over all states and actions, also those never visited or taken.
    Laws:
        epsilon_scales_with_the_reward, epsilon_dominates_expected_advantages, epsilon_is_invariant_to_shaping
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Schulman et al. 2015 (TRPO), eq. (8).
    Since:
        0.1
    """
    return largest(abs(advantage(mdp, policy)))


def penalty_coefficient(mdp: MDP, policy: Array) -> Scalar:
    r"""Penalty coefficient :math:`C` of the KL-penalised bound.

    .. math:: C = \frac{4 \epsilon \gamma}{(1-\gamma)^2}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers.
    Returns:
        One number, in units of reward (per nat).
    Conventions:
        Recomputed from the present policy at every iteration of Algorithm 1.
    Laws:
        penalty_scales_with_the_reward, penalty_vanishes_for_bandits, penalty_is_four_epsilon_sums
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), eq. (9).
    Since:
        0.1
    """
    return 4 * epsilon(mdp, policy) * mdp.discount / _below_one(mdp) ** 2


def tv_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by total variation (Theorem 1).

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - \frac{4\epsilon\gamma}{(1-\gamma)^2}\,\alpha^2,
        \qquad \alpha = D_{TV}^{max}(\pi, \tilde\pi)

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        epsilon and alpha are maxima over all states. Holds two-sided: |eta - L| is at most L - bound.
    Laws:
        tv_bound_holds_two_sided, tv_bound_is_tight_at_the_old_policy, tv_bound_holds_on_extremal_instances
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), theorem 1, eq. (8).
    Since:
        0.1
    """
    alpha = _tv_max(mdp, policy, new_policy)
    return surrogate(mdp, policy, new_policy) - penalty_coefficient(mdp, policy) * alpha**2


def tv_bound_refined(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Theorem 1 before its last relaxation; attained with equality.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi)
        - \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        As tv_bound.
    Laws:
        refined_bound_holds_two_sided, refined_bound_is_attained, refined_bound_is_above_the_simple_one
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; DiscountError at discount one.
    Source:
        Schulman et al. 2015 (TRPO), appendix A, sum before the last step of the proof of theorem 1.
    Since:
        0.1
    """
    alpha, below_one = _tv_max(mdp, policy, new_policy), _below_one(mdp)
    loss = 4 * epsilon(mdp, policy) * mdp.discount * alpha**2 / (below_one * (1 - mdp.discount * (1 - alpha)))
    return surrogate(mdp, policy, new_policy) - loss


def kl_bound(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    r"""Lower bound on the return of a new policy, by KL divergence: the objective of Algorithm 1.

    .. math:: \eta(\tilde\pi) \ge L_\pi(\tilde\pi) - C\, D_{KL}^{max}(\pi, \tilde\pi),
        \qquad C = \frac{4\epsilon\gamma}{(1-\gamma)^2}

    Args:
        mdp: decision process of S states, discount below one.
        policy: [S, A] probabilities or [S] integers, the old policy.
        new_policy: [S, A] probabilities or [S] integers, the new policy.
    Returns:
        The right-hand side, in units of reward; minus infinity on lost support.
    Conventions:
        As a function of the new policy it is the minorant M_i of eq. (10). The maximum of the
        divergence over states, not its mean.
    Laws:
        kl_bound_holds_two_sided, kl_bound_at_the_old_policy_is_eta, kl_bound_is_below_the_tv_bound,
        kl_bound_holds_on_the_random_walk
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError in exact (logarithms).
    Source:
        Schulman et al. 2015 (TRPO), eqs. (9), (10).
    Since:
        0.1
    """
    coefficient = penalty_coefficient(mdp, policy)
    old, new = read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy")
    divergence = kl_max(old, new)
    penalty = coefficient * divergence if is_nonzero(coefficient) else 0 * coefficient
    return surrogate(mdp, policy, new_policy) - penalty


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
    Laws:
        max_kl_step_is_feasible, max_kl_step_beats_challengers, max_kl_step_at_zero_stays
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, ParameterError; NumberSystemError for balls.
    Source:
        Schulman et al. 2015 (TRPO), eq. (11).
    Since:
        0.1
    """
    old, advantages, _, _ = _float_problem(mdp, policy)
    delta = read_parameter("delta", delta, mdp.system, high=None)
    step = kl_ball.step_at_radius(old, advantages, float(float64(delta))).policy
    return step if mdp.system == "float64" else _shrink_into_ball(read_policy(mdp, policy), step, delta)


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
    step = kl_ball.best_penalised_step(*_float_problem(mdp, policy))
    if mdp.system == "float64":
        return step.policy
    old = read_policy(mdp, policy)
    new = _rational_policy(step.policy, old)
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
    Laws:
        gap_is_not_negative, gap_bounds_every_challenger, gap_of_the_step_is_small
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError; NumberSystemError for balls.
    Source:
        Lagrangian dual of Schulman et al. 2015 (TRPO), algorithm 1.
    Since:
        0.1
    """
    step = kl_ball.best_penalised_step(*_float_problem(mdp, policy))
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


def _float_problem(mdp: MDP, policy: Array) -> tuple[Array, Array, Array, float]:
    """The data of Algorithm 1's inner problem in float64: policy, advantages, visits, C."""
    if mdp.system not in ("float64", "exact"):
        raise NumberSystemError(
            "Algorithm 1 is solved in float64 and certified in balls", got=mdp.system,
            expected="float64 or exact", cause="a process already converted to balls",
            remedy="pass mdp in exact: the result is rational, and algorithm1_gap is a ball")
    coefficient = penalty_coefficient(mdp, policy) if mdp.discount != 1 else 0
    return (float64(read_policy(mdp, policy)), float64(advantage(mdp, policy)),
            float64(discounted_visitation(mdp, policy)), float(float64(coefficient)))


def _rational_policy(new_policy: Array, old: Array) -> Array:
    """Round to multiples of 2^-60 that sum to one and keep the old support; unmoved rows stay as they are."""
    counts = np.array([[round(x * 2**60) for x in row] for row in new_policy.tolist()], dtype=object)
    counts = np.where(is_nonzero(old) & (counts == 0), 1, counts)
    for row in counts:
        row[row.argmax()] += 2**60 - row.sum()
    unmoved = (new_policy == float64(old)).all(axis=1)
    return where(unmoved[:, None], old, exact(counts) / 2**60)


def _shrink_into_ball(old: Array, step: Array, delta: Scalar) -> Array:
    """Shorten a rounded step until balls certify that it is feasible: KL is convex along it."""
    new = _rational_policy(step, old)
    for shortening in (0, *(rational(2) ** -bits for bits in range(52, 0, -4))):
        candidate = new + shortening * (old - new)
        if bool(kl_max(ball(old), ball(candidate)) <= ball(delta)):
            return candidate
    return old


def _importance_sampled(
    mdp: MDP, policy: Array, new_policy: Array, sampling_policy: Array, weights: Array
) -> Scalar:
    new = read_policy(mdp, new_policy, "new_policy")
    sampling = read_policy(mdp, sampling_policy, "sampling_policy")
    sampled = is_nonzero(sampling)
    if np.any(lost := ~sampled & is_nonzero(new)):
        state, action = (int(i) for i in np.argwhere(lost)[0])
        raise SupportError(
            "the sampling policy never takes an action that the new policy takes",
            got=f"q = 0 at state {state}, action {action}, where the new policy has {new[state, action]}",
            expected="q > 0 wherever the new policy is positive", cause="a deterministic sampling policy",
            remedy="sample from a policy of full support")
    ratio = where(sampled, new, new * 0) / where(sampled, sampling, sampling * 0 + 1)
    return discounted_visitation(mdp, policy) @ (sampling * ratio * weights).sum(axis=1)


def _tv_max(mdp: MDP, policy: Array, new_policy: Array) -> Scalar:
    return tv_max(read_policy(mdp, policy), read_policy(mdp, new_policy, "new_policy"))


def _below_one(mdp: MDP) -> Scalar:
    """One minus the discount, which the bounds divide by."""
    if mdp.system != "series" and mdp.discount == 1:
        raise DiscountError(
            "the bound is infinite at discount one", got="discount 1", expected="discount < 1",
            cause="an undiscounted episodic problem", remedy="take a discount below one")
    return 1 - mdp.discount

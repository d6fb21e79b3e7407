r"""Dynamic programming: evaluation, improvement, policy iteration, value iteration."""

import numpy as np

from .bellman import check_discounted, expectation_v, linear_program, optimality_v, read_state_values
from .decision_process import MDP, reaches_terminal
from .errors import NumberSystemError
from .mdp import policy_reward, resolvent_matrix
from .numbers import Array, Scalar, holds, largest, solve
from .policy import greedy
from .validation import check_count


def policy_evaluation(mdp: MDP, policy: Array, state_values: Array, *, sweeps: int) -> Array:
    r"""Iterative policy evaluation: n synchronous sweeps of :math:`T_\pi`.

    .. math:: V_{k+1} = T_\pi V_k, \qquad \|V_n - v_\pi\|_\infty \le \gamma^n \|V_0 - v_\pi\|_\infty

    Args:
        mdp: decision process of S states.
        policy: [S, A] probabilities, or [S] integers.
        state_values: [S], the first estimate V_0.
        sweeps: number n >= 0 of sweeps.
    Returns:
        [S], the estimate V_n.
    Conventions:
        Synchronous: every sweep reads only the values of the sweep before.
    Laws:
        evaluation_contracts, evaluation_equals_enumeration, evaluation_sweeps_add_up
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (4.5).
    Since:
        0.1
    """
    check_count("sweeps", sweeps)
    for _ in range(sweeps):
        state_values = expectation_v(mdp, policy, state_values)
    return state_values


def value_iteration(mdp: MDP, state_values: Array, *, sweeps: int) -> Array:
    r"""Value iteration: n synchronous sweeps of :math:`T_*`.

    .. math:: V_{k+1} = T_* V_k, \qquad \|V_n - v_*\|_\infty \le \gamma^n \|V_0 - v_*\|_\infty

    Args:
        mdp: decision process of S states.
        state_values: [S], the first estimate V_0.
        sweeps: number n >= 0 of sweeps.
    Returns:
        [S], the estimate V_n; from V_0 = 0 the optimal return over n steps.
    Conventions:
        Synchronous.
    Laws:
        value_iteration_contracts, value_iteration_equals_expectimax, value_iteration_dominates_evaluation,
        value_iteration_equals_the_best_plan
    Raises:
        ShapeError, NumberSystemError, ParameterError.
    Source:
        Sutton & Barto 2018, eq. (4.10).
    Since:
        0.1
    """
    check_count("sweeps", sweeps)
    for _ in range(sweeps):
        state_values = optimality_v(mdp, state_values)
    return state_values


def policy_improvement(mdp: MDP, policy: Array) -> Array:
    r"""Policy improvement: act greedily with respect to :math:`q_\pi`.

    .. math:: \pi'(s) = \operatorname{argmax}_a q_\pi(s,a) \quad\Rightarrow\quad v_{\pi'} \ge v_\pi

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S] integers, the greedy action of each state.
    Conventions:
        Ties go to the lowest index.
    Gradient:
        Not compared: it gives actions.
    Laws:
        improvement_never_worsens, improvement_is_strict_unless_optimal, improvement_is_invariant_to_shaping,
        improvement_backs_up_the_best, improvement_passes_over_copies, improvement_equals_brute_force
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Sutton & Barto 2018, eqs. (4.7)-(4.9).
    Since:
        0.1
    """
    values = solve(resolvent_matrix(mdp, policy), policy_reward(mdp, policy))
    return greedy(mdp.reward + mdp.discount * (mdp.transition @ values))


def policy_iteration(mdp: MDP) -> Array:
    r"""An optimal deterministic policy :math:`\pi_*`, by policy iteration.

    .. math:: \pi_{k+1}(s) = \operatorname{argmax}_a q_{\pi_k}(s,a) \quad\text{until}\quad \pi_{k+1} = \pi_k

    Args:
        mdp: decision process of S states and A actions.
    Returns:
        [S] integers, an optimal action of each state.
    Conventions:
        An action is kept unless another is better (in float64: by more than rounding can
        explain), so that ties cannot make the iteration circle.
    Gradient:
        Not compared: it gives actions.
    Laws:
        policy_iteration_is_optimal, policy_iteration_equals_brute_force, policy_iteration_is_a_fixed_point,
        policy_iteration_avoids_costly_loops
    Raises:
        NumberSystemError for balls: a comparison may be undecided.
    Source:
        Sutton & Barto 2018, section 4.3; Howard 1960.
    Since:
        0.1
    """
    if mdp.system not in ("float64", "exact"):
        raise NumberSystemError(
            "policy iteration compares action values",
            got=mdp.system,
            expected="float64 or exact",
            cause="balls that overlap cannot be ordered",
            remedy="solve mdp.to('exact'), then convert the values",
        )
    rows, policy = np.arange(mdp.number_of_states), _proper_start(mdp)
    while True:
        values = solve(resolvent_matrix(mdp, policy), policy_reward(mdp, policy))
        action_values = mdp.reward + mdp.discount * (mdp.transition @ values)
        best = greedy(action_values)
        gain = action_values[rows, best] - action_values[rows, policy]
        better = holds(gain > (0 if mdp.system == "exact" else tie_tolerance(mdp, values)))
        if not better.any():
            return policy
        policy = np.where(better, best, policy)


def modified_policy_iteration(mdp: MDP, state_values: Array, *, sweeps: int) -> Array:
    r"""One round of modified policy iteration: act greedily, then sweep :math:`T_\pi` m times.

    .. math:: V' = T_{\pi}^m V, \qquad \pi(s) = \operatorname{argmax}_a
        \Big[R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s')\Big]

    Args:
        mdp: decision process of S states and A actions.
        state_values: [S], the estimate V.
        sweeps: number m >= 0 of sweeps.
    Returns:
        [S], the estimate V'.
    Conventions:
        One sweep is value iteration; infinitely many are policy iteration. Ties go to the lowest index.
    Gradient:
        Not compared: where two actions tie, the greedy policy jumps.
    Laws:
        one_sweep_is_value_iteration, many_sweeps_approach_policy_iteration, modified_equals_enumeration,
        modified_improves_monotonically
    Raises:
        ShapeError, NumberSystemError, NonFiniteError, ParameterError.
    Source:
        Puterman & Shin 1978; Puterman 1994, section 6.5; Sutton & Barto 2018, section 4.6.
    Since:
        0.2
    """
    check_count("sweeps", sweeps)
    policy = greedy(-linear_program(mdp, state_values))
    return policy_evaluation(mdp, policy, state_values, sweeps=sweeps)


def greedy_loss_bound(mdp: MDP, state_values: Array, optimal_values: Array) -> Scalar:
    r"""A bound on what acting greedily on an estimate of :math:`v_*` loses.

    .. math:: \|v_* - v_{\pi_U}\|_\infty \le \frac{2\gamma}{1-\gamma}\, \|U - v_*\|_\infty,
        \qquad \pi_U \text{ greedy with respect to } U

    Args:
        mdp: decision process of S states, discount below one.
        state_values: [S], the estimate U.
        optimal_values: [S], v_*, as value.optimal_v gives it.
    Returns:
        One number, in units of reward.
    Conventions:
        Supremum norm; holds however ties are broken.
    Laws:
        greedy_loss_is_bounded, greedy_loss_bound_is_attained, greedy_loss_bound_holds_of_every_greedy_policy
    Raises:
        DiscountError at discount one; ShapeError, NumberSystemError, NonFiniteError.
    Source:
        Singh & Yee 1994, theorem 1; Bertsekas & Tsitsiklis 1996, proposition 6.1.
    Since:
        0.2
    """
    check_discounted(mdp, "the loss is bounded by the error")
    error = read_state_values(mdp, state_values) - read_state_values(mdp, optimal_values, "optimal_values")
    return 2 * mdp.discount * largest(abs(error)) / (1 - mdp.discount)


def tie_tolerance(mdp: MDP, values: Array, eps: float = float(np.finfo(float).eps)) -> float:
    """How much two computed action values may differ although they are equal.

    The computed values solve a system perturbed by at most n eps (Gaussian elimination of a
    diagonally dominant matrix), which moves them by n eps |v| / (1 - gamma).
    """
    horizon = 1 / (1 - mdp.discount) if mdp.discount < 1 else len(values)
    magnitude = abs(mdp.reward).max() + abs(values).max()
    return float(2 * len(values) * eps * magnitude * horizon)


def _proper_start(mdp: MDP) -> Array:
    """Start from the first action; at discount one, from actions that lead to a terminal state."""
    policy = np.zeros(mdp.number_of_states, dtype=int)
    if mdp.discount != 1:
        return policy
    reached = mdp.terminal.copy()
    while not reached.all():
        leads = holds((mdp.transition * reached.astype(int)).sum(axis=2) > 0)
        new = ~reached & leads.any(axis=1)
        policy, reached = np.where(new, leads.argmax(axis=1), policy), reached | new
    assert reaches_terminal(mdp.transition[np.arange(len(policy)), policy], mdp.terminal).all()
    return policy

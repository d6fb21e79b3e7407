r"""What an error of the model does to values and to plans."""

from itertools import product

import numpy as np

from .decision_process import MDP
from .divergence import tv
from .errors import DiscountError, ParameterError
from .mdp import policy_kernel, policy_reward, resolvent_matrix
from .numbers import Array, Scalar, largest, solve, stack
from .validation import check_shape
from .value import v


def simulation_error(mdp: MDP, model: MDP, policy: Array) -> Array:
    r"""How far a policy's values in the process are above those in the model (the simulation lemma).

    .. math:: v_\pi - \hat v_\pi = (I - \gamma P_\pi)^{-1}
        \big(r_\pi - \hat r_\pi + \gamma (P_\pi - \hat P_\pi)\,\hat v_\pi\big)

    Args:
        mdp: the decision process, of S states.
        model: a model of it: a process with the same states, actions and discount.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        [S], in units of reward.
    Conventions:
        Process minus model. Errors of the model are weighted by the model's own values, and summed along
        the process.
    Laws:
        simulation_error_is_the_difference_of_values, simulation_error_changes_sign_with_the_roles,
        simulation_errors_add_up, simulation_error_of_shaping_is_the_potential
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError; ParameterError if
        the discounts differ.
    Source:
        Kearns & Singh 2002, lemma 4 (the simulation lemma).
    Since:
        0.2
    """
    _check_same_kind(mdp, model)
    change = (policy_kernel(mdp, policy) - policy_kernel(model, policy)) @ v(model, policy)
    surplus = policy_reward(mdp, policy) - policy_reward(model, policy) + mdp.discount * change
    return solve(resolvent_matrix(mdp, policy), surplus)


def simulation_bound(mdp: MDP, model: MDP, policy: Array) -> Scalar:
    r"""A bound on the error of a policy's values, from the errors of the model.

    .. math:: \|v_\pi - \hat v_\pi\|_\infty \le
        \frac{\epsilon_R + \gamma\,\epsilon_P\,(\max \hat v_\pi - \min \hat v_\pi)}{1-\gamma},
        \qquad \epsilon_R = \max_{s,a} |R - \hat R|,\quad \epsilon_P = \max_{s,a} D_{TV}(P, \hat P)

    Args:
        mdp: the decision process, of S states, discount below one.
        model: a model of it: a process with the same states, actions and discount.
        policy: [S, A] probabilities, or [S] integers.
    Returns:
        One number, in units of reward.
    Conventions:
        Total variation has the factor one half; the span of the model's values takes the place of twice
        their largest magnitude.
    Laws:
        simulation_bound_holds, simulation_bound_is_attained_by_rewards, simulation_bound_is_attained_by_transitions,
        simulation_bound_ignores_a_constant_reward
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError; ParameterError if the discounts
        differ; DiscountError at discount one.
    Source:
        Kearns & Singh 2002, lemma 4, here with the span of the values.
    Since:
        0.2
    """
    _check_same_kind(mdp, model)
    _check_below_one(mdp)
    values = v(model, policy)
    span = largest(values) + largest(-values)
    loss = largest(abs(mdp.reward - model.reward)) + mdp.discount * largest(tv(mdp.transition, model.transition)) * span
    return loss / (1 - mdp.discount)


def planning_loss(mdp: MDP, model: MDP) -> Scalar:
    r"""A bound on what is lost by acting optimally for the model.

    .. math:: \|v_* - v_{\hat\pi_*}\|_\infty \le 2 \max_\pi \|v_\pi - \hat v_\pi\|_\infty

    Args:
        mdp: the decision process, of S states and A actions.
        model: a model of it: a process with the same states, actions and discount.
    Returns:
        The right-hand side, in units of reward.
    Conventions:
        The maximum is over the deterministic policies, A^S of them, among which are optimal ones of both: for
        small problems only.
    Laws:
        planning_loss_bounds_the_loss, planning_loss_is_attained, planning_loss_is_twice_the_largest_simulation_error,
        planning_loss_is_symmetric
    Raises:
        ShapeError, NumberSystemError; ParameterError if the discounts differ; TerminationError if some policy never
        ends at discount one.
    Source:
        Slide "Planning with a learned model"; Jiang et al. 2015 (planning with an inaccurate model).
    Since:
        0.2
    """
    _check_same_kind(mdp, model)
    policies = map(np.array, product(range(mdp.number_of_actions), repeat=mdp.number_of_states))
    return 2 * largest(stack([abs(v(mdp, policy) - v(model, policy)) for policy in policies]))


def _check_same_kind(mdp: MDP, model: MDP) -> None:
    check_shape("model.transition", model.transition, mdp.transition.shape, "as mdp.transition has")
    known = {mdp.system, model.system} <= {"float64", "exact"}  # balls of equal numbers are not surely equal
    if known and mdp.discount != model.discount:
        raise ParameterError(
            "the process and the model have different discounts",
            got=f"{mdp.discount} and {model.discount}",
            expected="one discount",
            cause="a model that was made for another problem",
            remedy="write model.replace(discount=mdp.discount)",
        )


def _check_below_one(mdp: MDP) -> None:
    if mdp.system != "series" and mdp.discount == 1:
        raise DiscountError(
            "errors of a model add up to a finite bound only below discount one",
            got="discount 1",
            expected="discount < 1",
            cause="an undiscounted episodic problem",
            remedy="take model.simulation_error instead",
        )

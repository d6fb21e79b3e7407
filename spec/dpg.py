r"""Deterministic policy gradients: finite states with continuous actions, and the limit of stochastic gradients."""

from .continuous_process import ContinuousActionProcess as ContinuousActionProcess
from .continuous_process import action_slopes, read_actor, read_jacobian, visitation
from .linear_policy import closed_loop, cost_to_go, improvement_terms
from .linear_system import LinearSystem, lyapunov, read_covariance, read_policy
from .numbers import Array


def action_gradient(continuous_process: ContinuousActionProcess, mean_actions: Array) -> Array:
    r"""Gradient of the action value at the policy's action.

    .. math:: \nabla_a q_\mu(s,a)\big|_{a=\mu(s)} = \nabla_a r(s,a) + \gamma \sum_{s'} \nabla_a P(s'|s,a)\, v_\mu(s')

    Args:
        continuous_process: process of S states with actions of k numbers.
        mean_actions: [S, k], the actions mu(s) of the deterministic policy.
    Returns:
        [S, k], in units of reward per unit of action.
    Conventions:
        The policy is followed from the next step on: v_mu does not depend on a.
    Laws:
        the_action_gradient_is_the_derivative_of_q, the_action_gradient_at_discount_zero,
        the_action_gradient_ignores_constants
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NotAProbabilityError, DiscountError,
        NotPositiveDefiniteError; NumberSystemError in exact (exponentials).
    Source:
        Silver et al. 2014, theorem 1.
    Since:
        0.2
    """
    process, mean_actions = read_actor(continuous_process, mean_actions)
    return action_slopes(process, mean_actions)


def theorem(continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array) -> Array:
    r"""Deterministic policy gradient.

    .. math:: \nabla_\theta \eta = \sum_s \rho_\mu(s)\, \nabla_\theta\mu_\theta(s)\, \nabla_a q_\mu(s,a)\big|_{a=\mu(s)}

    Args:
        continuous_process: process of S states with actions of k numbers.
        mean_actions: [S, k], the actions mu(s) of the deterministic policy.
        jacobian: [S, k, p], derivative of mu(s) in the p parameters of the policy.
    Returns:
        [p], in units of reward per unit of parameter.
    Conventions:
        rho_mu is unnormalised, so that it is the gradient of eta itself.
    Laws:
        the_theorem_is_the_derivative_of_eta, the_theorem_of_a_tabular_actor,
        the_theorem_follows_the_chain_rule, the_theorem_is_the_flow_of_a_killed_process
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NotAProbabilityError, DiscountError,
        NotPositiveDefiniteError; NumberSystemError in exact (exponentials).
    Source:
        Silver et al. 2014, theorem 1; slides DPG.
    Since:
        0.2
    """
    process, mean_actions = read_actor(continuous_process, mean_actions)
    jacobian = read_jacobian(process, jacobian)
    slopes = action_slopes(process, mean_actions)
    return visitation(process, mean_actions) @ (jacobian * slopes[:, :, None]).sum(axis=1)


def single_state(continuous_process: ContinuousActionProcess, mean_actions: Array, jacobian: Array) -> Array:
    r"""The gradient that the slide writes: of one action value, with the action values frozen.

    .. math:: g(s) = \nabla_\theta\, Q\big(s, \mu_\theta(s)\big) = \nabla_\theta\mu_\theta(s)\,
        \nabla_a q_\mu(s,a)\big|_{a=\mu(s)} \approx \nabla_\theta v_\mu(s)

    Args:
        continuous_process: process of S states with actions of k numbers.
        mean_actions: [S, k], the actions mu(s) of the deterministic policy.
        jacobian: [S, k, p], derivative of mu(s) in the p parameters of the policy.
    Returns:
        [S, p], one row for each start state.
    Conventions:
        It keeps the start state's term of the theorem alone, with weight 1 in place of rho(s) >= 1: equal to the
        gradient of v(s) at discount zero, biased otherwise.
    Laws:
        the_single_state_is_exact_at_discount_zero, the_single_states_sum_to_the_theorem,
        the_single_state_freezes_the_values
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NotAProbabilityError, DiscountError,
        NotPositiveDefiniteError; NumberSystemError in exact (exponentials).
    Source:
        Slides DPG; Silver et al. 2014, theorem 1.
    Since:
        0.2
    """
    process, mean_actions = read_actor(continuous_process, mean_actions)
    jacobian = read_jacobian(process, jacobian)
    return (jacobian * action_slopes(process, mean_actions)[:, :, None]).sum(axis=1)


def limit_of_spg(system: LinearSystem, gain: Array, covariance: Array) -> Array:
    r"""What the stochastic policy gradient differs by from the deterministic one, on a linear system.

    .. math:: \nabla_K \eta(K, \Sigma) - \nabla_K \eta(K, 0) = -2 E\, \Delta, \qquad
        \Delta = \frac{\gamma}{1-\gamma} B\Sigma B^\top + \gamma F \Delta F^\top

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        [k, n], in units of reward per unit of gain.
    Conventions:
        Linear in Sigma, hence of second order in the standard deviation; zero for a deterministic policy.
    Laws:
        the_limit_is_the_difference_of_the_gradients, the_limit_is_linear_in_the_covariance,
        the_limit_of_a_scalar_system, the_limit_is_a_rollout_of_exploration
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Silver et al. 2014, theorem 2.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    _, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    exploration = system.control @ read_covariance(system, covariance) @ system.control.T
    noise = system.discount / (1 - system.discount) * exploration
    return -2 * (slope @ lyapunov(closed_loop(system, gain), noise, system.discount))

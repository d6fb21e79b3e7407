r"""Linear systems with quadratic costs: visits, expected return and its gradients."""

from .linear_policy import closed_loop, cost_to_go, expected_return, improvement_terms, visits
from .linear_system import LinearSystem, read_covariance, read_policy, read_vectors, solve
from .numbers import Array, Scalar, identity_minus


def visitation_moment(system: LinearSystem, gain: Array, covariance: Array) -> Array:
    r"""Discounted sum of the second moments of the state.

    .. math:: M = \sum_{t\ge0} \gamma^t\, \mathbb{E}[s_t s_t^\top]
        = M_0 + \frac{\gamma}{1-\gamma}(W + B\Sigma B^\top) + \gamma F M F^\top, \quad M_0 = S_0 + m_0 m_0^\top

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        [n, n], symmetric, positive semidefinite, in squared state units.
    Conventions:
        Unnormalised: the weights sum to 1 / (1 - gamma), as those of mdp.discounted_visitation. A second moment,
        not a covariance; the noise enters from the first step on, hence gamma / (1 - gamma).
    Laws:
        the_moment_is_a_rollout, the_moment_is_dual_to_the_value, the_moment_of_a_scalar_system,
        the_moment_exceeds_that_of_the_mean
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        TRPO's rho for linear systems; Fazel et al. 2018, section 3 (Sigma_K).
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    return visits(system, gain, read_covariance(system, covariance))


def visitation_mean(system: LinearSystem, gain: Array) -> Array:
    r"""Discounted sum of the mean states.

    .. math:: m = \sum_{t\ge0} \gamma^t\, \mathbb{E}[s_t] = (I - \gamma F)^{-1} m_0

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        [n], in state units.
    Conventions:
        Unnormalised. Neither the noise nor the policy's covariance moves the mean.
    Laws:
        the_mean_is_a_rollout, the_mean_of_a_scalar_system, the_mean_at_discount_zero
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sum of a geometric series.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    return solve(identity_minus(system.discount * closed_loop(system, gain)), system.initial_mean)


def eta(system: LinearSystem, gain: Array, covariance: Array) -> Scalar:
    r"""Expected discounted return of a Gaussian policy.

    .. math:: \eta = -\big(\mathrm{tr}(P M_0) + c\big), \qquad M_0 = S_0 + m_0 m_0^\top

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        One number, in units of reward.
    Conventions:
        To be maximised; minus the expected cost.
    Laws:
        eta_is_the_cost_of_the_visits, eta_is_a_rollout, eta_at_discount_zero_is_the_mean_reward
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Schulman et al. 2015 (TRPO), section 2, for linear systems.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    return expected_return(system, read_covariance(system, covariance), cost_to_go(system, gain))


def policy_gradient(system: LinearSystem, gain: Array, covariance: Array) -> Array:
    r"""Gradient of the expected return in the gain.

    .. math:: \nabla_K \eta = \sum_t \gamma^t\, \mathbb{E}[Q(s_t,a_t)\nabla_K\log\pi(a_t|s_t)] = -2 E M, \qquad
        E = HK + N^\top + \gamma B^\top PA

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        [k, n], in units of reward per unit of gain.
    Conventions:
        The sum over visits is unnormalised, as TRPO's; the gradient of eta itself.
    Laws:
        the_gradient_in_the_gain_is_the_derivative_of_eta, the_gradient_is_the_mean_score_times_q,
        the_gradient_vanishes_where_no_action_improves
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sutton et al. 2000, theorem 1; Fazel et al. 2018, lemma 1.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    _, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    return -2 * (slope @ visits(system, gain, read_covariance(system, covariance)))


def covariance_gradient(system: LinearSystem, gain: Array) -> Array:
    r"""Gradient of the expected return in the covariance of the actions.

    .. math:: \nabla_\Sigma \eta = -\frac{H}{1-\gamma}, \qquad H = R + \gamma B^\top PB

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        [k, k], symmetric, in units of reward per squared action.
    Conventions:
        Along a symmetric direction D, eta changes by tr(D grad): off-diagonal entries count twice.
    Laws:
        the_gradient_in_the_covariance_is_the_derivative_of_eta, eta_is_affine_in_the_covariance,
        exploration_never_pays
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Sutton et al. 2000, theorem 1, for the covariance.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    curvature, _ = improvement_terms(system, gain, cost_to_go(system, gain))
    return -curvature / (1 - system.discount)


def action_gradient(system: LinearSystem, gain: Array, state_vectors: Array) -> Array:
    r"""Gradient of the action value at the mean action.

    .. math:: \nabla_a Q(s,a)\big|_{a=Ks} = -2 E s, \qquad E = HK + N^\top + \gamma B^\top PA

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        state_vectors: [T, n].
    Returns:
        [T, k], in units of reward per unit of action.
    Conventions:
        The same for every covariance of the policy.
    Laws:
        the_action_gradient_is_the_slope_of_q, the_action_gradient_does_not_see_the_covariance,
        the_action_gradient_vanishes_at_the_improved_action
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Silver et al. 2014, theorem 1, for linear systems.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    (state_vectors,) = read_vectors(system, state_vectors=state_vectors)
    _, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    return -2 * (state_vectors @ slope.T)


def deterministic_policy_gradient(system: LinearSystem, gain: Array) -> Array:
    r"""Gradient of the expected return of the deterministic policy in its gain.

    .. math:: \nabla_K \eta(K, 0) = \sum_t \gamma^t\,
        \mathbb{E}\big[\nabla_K \mu_K(s_t)\, \nabla_a Q(s_t,a)|_{a=Ks_t}\big] = -2 E M_{\Sigma=0}

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
    Returns:
        [k, n], in units of reward per unit of gain.
    Conventions:
        The visits are those of the deterministic policy; only the system's own noise moves the state.
    Laws:
        the_deterministic_gradient_is_the_derivative_of_eta, the_deterministic_gradient_is_a_rollout,
        the_stochastic_gradient_tends_to_it_linearly
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Silver et al. 2014, theorem 1.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    _, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    return -2 * (slope @ visits(system, gain, 0 * system.action_cost))


def natural_gradient(system: LinearSystem, gain: Array, covariance: Array) -> Array:
    r"""Natural gradient of the expected return in the gain.

    .. math:: \tilde\nabla_K \eta = \mathcal{F}^{-1}\, \nabla_K\eta = -2 \Sigma E, \qquad
        \mathcal{F} = \sum_t\gamma^t\,\mathbb{E}[\nabla\log\pi\,\nabla\log\pi^\top] = \Sigma^{-1} \otimes M

    Args:
        system: linear system of n states and k actions.
        gain: [k, n], the mean action is K s.
        covariance: [k, k], Sigma of the action; zero for a deterministic policy.
    Returns:
        [k, n], in units of gain.
    Conventions:
        Fisher matrix over the same unnormalised visits as the gradient, gain entries row by row. Where M is singular,
        the limit from regular M.
    Laws:
        fisher_times_the_natural_gradient_is_the_gradient,
        the_natural_step_of_the_inverse_curvature_is_the_improvement, the_natural_gradient_changes_coordinates
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError, DiscountError,
        NotPositiveDefiniteError, NotStableError.
    Source:
        Kakade 2002; Fazel et al. 2018, section 4.
    Since:
        0.2
    """
    system, gain = read_policy(system, gain)
    covariance = read_covariance(system, covariance, full=True)
    _, slope = improvement_terms(system, gain, cost_to_go(system, gain))
    return -2 * (covariance @ slope)

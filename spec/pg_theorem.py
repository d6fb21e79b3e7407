r"""The policy gradient theorem, and the exact fields that estimators are compared with."""

from .decision_process import MDP, read_policy
from .mdp import discounted_visitation, policy_kernel
from .numbers import Array, Scalar, as_array, is_nonzero, same_system, where
from .validation import check_count, check_finite, check_not_empty, check_shape
from .value import advantage, q


def theorem(mdp: MDP, policy: Array, policy_jacobian: Array) -> Array:
    r"""Gradient of the expected return in the K parameters of a policy.

    .. math:: \frac{\partial\eta}{\partial\theta_k} = \sum_s \rho_\pi(s) \sum_a q_\pi(s,a)\,
        \frac{\partial\pi(a|s)}{\partial\theta_k}

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers.
        policy_jacobian: [S, A, K], derivatives of the probabilities in K parameters; over the actions they sum to zero.
    Returns:
        [K], in units of reward per unit of each parameter.
    Conventions:
        Unnormalised discounted visits; no derivative of the visits occurs. With K = 1 the slope of the return
        along one direction of the policy.
    Laws:
        theorem_is_the_slope_of_eta, theorem_equals_the_backward_recursion, theorem_equals_the_expected_score,
        theorem_admits_a_baseline, theorem_is_invariant_to_shaping
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, ActionSetError, NotAProbabilityError, NumberSystemError,
        TerminationError.
    Source:
        Sutton et al. 2000, theorem 1; Sutton & Barto 2018, eq. (13.5); slides "Policy Gradient Theorem".
    Since:
        0.2
    """
    policy_jacobian = read_parameters(mdp, "policy_jacobian", policy_jacobian)
    weights = discounted_visitation(mdp, policy)[:, None] * q(mdp, policy)
    return weights.reshape(-1) @ policy_jacobian.reshape(mdp.reward.size, policy_jacobian.shape[2])


def softmax_closed_form(mdp: MDP, policy: Array) -> Array:
    r"""Gradient of the expected return in the logits of a tabular softmax policy.

    .. math:: \frac{\partial\eta}{\partial\phi_{sa}} = \rho_\pi(s)\, \pi(a|s)\, A_\pi(s,a), \qquad
        \pi(a|s) \propto e^{\phi_{sa}}

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
    Returns:
        [S, A], in units of reward; rows sum to zero.
    Conventions:
        Unnormalised discounted visits; with normalised ones it would be (1 - gamma) times this. Deterministic
        policies are the limits of infinite logits, where the gradient is zero.
    Laws:
        closed_form_is_the_slope_of_eta, closed_form_is_the_theorem, closed_form_rows_sum_to_zero,
        closed_form_has_a_symmetric_jacobian
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Agarwal et al. 2021, section 5 (softmax); Sutton & Barto 2018, eq. (13.5) and exercise 13.3.
    Since:
        0.2
    """
    policy = read_policy(mdp, policy)
    return discounted_visitation(mdp, policy)[:, None] * policy * advantage(mdp, policy)


def baseline(mdp: MDP, policy: Array, baselines: Array) -> Array:
    r"""What a baseline adds to the expected gradient in softmax logits: nothing, if it ignores the action.

    .. math:: \mathbb{E}\Big[\sum_t \gamma^t\, b(s_t, a_t)\, \frac{\partial\log\pi(a_t|s_t)}{\partial\phi_{sa}}\Big]
        = \rho_\pi(s)\, \pi(a|s) \Big[b(s,a) - \sum_{a'} \pi(a'|s)\, b(s,a')\Big]

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
        baselines: [S, A], b; of state alone if its rows are constant.
    Returns:
        [S, A], in units of the baseline.
    Conventions:
        Unnormalised discounted visits. Subtracting b from q leaves the gradient unbiased if and only if this is zero.
    Laws:
        baseline_of_the_state_adds_nothing, baseline_equals_the_expected_score, baseline_q_gives_the_gradient,
        baseline_adds_nothing_only_if_it_ignores_the_action
    Raises:
        ShapeError, NonFiniteError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError.
    Source:
        Williams 1992; Sutton & Barto 2018, eqs. (13.10), (13.11).
    Since:
        0.2
    """
    baselines = read_per_action(mdp, "baselines", baselines)
    return visited_scores(mdp, policy, discounted_visitation(mdp, policy), baselines)


def discount_weight(mdp: MDP, policy: Array, *, horizon: int) -> Array:
    r"""What an actor-critic that drops the weight :math:`\gamma^t` follows, in softmax logits.

    .. math:: \sum_{t<H} P(s_t = s)\, \pi(a|s)\, A_\pi(s,a)
        = \mathbb{E}\Big[\sum_{t<H} A_\pi(s_t, a_t)\, \frac{\partial\log\pi(a_t|s_t)}{\partial\phi_{sa}}\Big]

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
        horizon: number H >= 0 of transitions.
    Returns:
        [S, A], in units of reward; rows sum to zero.
    Conventions:
        The advantage is discounted, the visits are not, as in most implementations of A2C and PPO. Unless the
        discount is one this is the gradient of no function: its Jacobian is not symmetric in general.
    Laws:
        field_equals_the_expected_score, field_restarts_at_any_time, field_of_one_step_ignores_the_dropped_weight,
        field_with_the_weight_is_the_gradient
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, NumberSystemError, TerminationError, ParameterError.
    Source:
        Thomas 2014; Nota & Thomas 2020.
    Since:
        0.2
    """
    check_count("horizon", horizon)
    policy = read_policy(mdp, policy)
    visits, distribution = 0 * mdp.initial, mdp.initial
    for _ in range(horizon):
        visits, distribution = visits + distribution, distribution @ policy_kernel(mdp, policy)
    return visits[:, None] * policy * advantage(mdp, policy)


def episode_length(mdp: MDP, policy: Array) -> Scalar:
    r"""Mean number of actions in an episode.

    .. math:: \bar T = \sum_{s \notin \mathrm{term}} \rho_\pi(s)

    Args:
        mdp: decision process of S states and A actions; undiscounted if episodes end in terminal states alone.
        policy: [S, A] probabilities or [S] integers.
    Returns:
        One number, of steps.
    Conventions:
        A discount below one ends an episode with probability 1 - gamma after each step. Zero if every first state is
        terminal.
    Laws:
        length_is_the_return_of_one_per_step, length_equals_enumeration, length_doubles_by_idling,
        length_is_at_most_the_horizon
    Raises:
        TerminationError at discount one, if the policy can go on for ever; ShapeError, ActionSetError,
        NotAProbabilityError, NumberSystemError.
    Source:
        Sutton & Barto 2018, section 9.2, box "The on-policy distribution in episodic tasks", eq. (9.2).
    Since:
        0.2
    """
    return _actions_taken(mdp, policy).sum()


def theorem_episodic(mdp: MDP, policy: Array) -> Array:
    r"""Policy gradient in softmax logits, from the mean length of an episode and the on-policy distribution.

    .. math:: \frac{\partial\eta}{\partial\phi_{sa}} = \bar T\, \mu(s)\, \pi(a|s)\, A_\pi(s,a), \qquad
        \mu(s) = \rho_\pi(s) / \bar T \text{ off terminal states}

    Args:
        mdp: decision process of S states and A actions; undiscounted if episodes end in terminal states alone.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
    Returns:
        [S, A], in units of reward; zero in terminal states.
    Conventions:
        The factor is the mean length of an episode, pg.episode_length; "proportional to" in the book hides it. If
        no action is ever taken, zero.
    Laws:
        episodic_theorem_is_the_closed_form, episodic_theorem_is_the_slope_at_discount_one,
        episodic_theorem_is_invariant_to_idling, episodic_theorem_is_zero_in_terminal_states
    Raises:
        TerminationError at discount one, if the policy can go on for ever; ShapeError, ActionSetError,
        NotAProbabilityError, NumberSystemError.
    Source:
        Sutton & Barto 2018, section 13.2, box before eq. (13.5).
    Since:
        0.2
    """
    policy = read_policy(mdp, policy)
    visits, length = _actions_taken(mdp, policy), episode_length(mdp, policy)
    distribution = visits / where(is_nonzero(length), length, 1)
    return length * distribution[:, None] * policy * advantage(mdp, policy)


def _actions_taken(mdp: MDP, policy: Array) -> Array:
    """The expected discounted number of actions in each state: none where the episode has ended."""
    visits = discounted_visitation(mdp, policy)
    return where(mdp.terminal, 0, visits)


def visited_scores(mdp: MDP, policy: Array, visits: Array, weights: Array) -> Array:
    """Sum weights w(s, a) times the score of softmax logits over states visited and actions taken: [S, A]."""
    policy = read_policy(mdp, policy)
    return visits[:, None] * policy * (weights - (policy * weights).sum(axis=1)[:, None])


def read_per_action(mdp: MDP, name: str, array: Array) -> Array:
    """Read numbers [S, A]."""
    array = as_array(array, name)
    check_shape(name, array, mdp.reward.shape, "one number per state and action")
    check_finite(name, array)
    same_system(**{"the decision process": mdp.reward, name: array})
    return array


def read_parameters(mdp: MDP, name: str, array: Array) -> Array:
    """Read numbers [S, A, K], K of them for each state and action."""
    array = as_array(array, name)
    if array.ndim != 3 or array.shape[:2] != mdp.reward.shape:
        check_shape(name, array, (*mdp.reward.shape, "K"), "states, actions, parameters")
    check_not_empty(name, array, "parameters")
    check_finite(name, array)
    same_system(**{"the decision process": mdp.reward, name: array})
    return array

r"""Retrace(lambda): safe off-policy action values."""

from . import td
from .bellman import expectation_q
from .decision_process import MDP, read_policy
from .importance_sampling import check_ratios
from .numbers import Array, Scalar, identity_minus, minimum, solve, stack, system_of, where
from .pg_theorem import read_per_action
from .validation import read_arrays, read_discounts, read_flags, read_parameter
from .vtrace import clipped_kernel


def target(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    *,
    gamma: Scalar,
    trace_decay: Scalar,
) -> Array:
    r"""Retrace target of the value of each action taken.

    .. math:: Q^{ret}_t = Q(s_t,a_t) + \delta_t + \gamma\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\, c_{t+1}
        \big(Q^{ret}_{t+1} - Q(s_{t+1},a_{t+1})\big), \qquad c_t = \lambda \min(1, r_t)

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], Q(s_t, a_t).
        next_values: [T, ...], sum_a pi(a|s) Q(s, a) at the true successor s of each transition.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        ratios: [T, ...], r = pi/mu of each action, not negative.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        trace_decay: lambda in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        delta is td.error, whose bootstrap is an expectation over pi. The first action's own ratio plays no part:
        the target is that of the action taken. Ends of episodes and of the data as in gae.advantage.
    Laws:
        retrace_equals_the_direct_sum, retrace_on_policy_is_gae_plus_value, retrace_splits_at_episode_ends,
        retrace_ignores_the_first_ratio, retrace_without_traces_is_expected_sarsa, retrace_discounts_each_transition
    Raises:
        ParameterError; ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Munos et al. 2016, eqs. (3), (4).
    Since:
        0.2
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    system, (values, ratios) = read_arrays(values=values, ratios=ratios)
    check_ratios(ratios)
    cut = read_flags("terminated", terminated, errors) | read_flags("truncated", truncated, errors)
    gamma = read_discounts(gamma, values)
    traces = read_parameter("trace_decay", trace_decay, system) * minimum(ratios, 1)
    following, corrections = 0 * errors[-1], []
    for t in reversed(range(len(errors))):
        corrections.append(errors[t] + gamma[t] * (1 - cut[t].astype(int)) * following)
        following = traces[t] * corrections[-1]
    return values + stack(corrections[::-1])


def operator(mdp: MDP, policy: Array, sampling_policy: Array, action_values: Array, *, trace_decay: Scalar) -> Array:
    r"""Retrace operator on action values: the mean of the target over trajectories of the sampling policy.

    .. math:: \mathcal{R}Q = Q + (I - \gamma P^{c\mu})^{-1} (T_\pi Q - Q), \qquad
        P^{c\mu}(s,a;s',b) = P(s'|s,a)\, \lambda \min(\mu, \pi)(b|s')

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the target policy pi.
        sampling_policy: [S, A] probabilities or [S] integers, the policy mu that acts.
        action_values: [S, A], any estimate Q; in terminal states it counts as zero.
        trace_decay: lambda in [0, 1].
    Returns:
        [S, A], in units of reward; zero in terminal states.
    Conventions:
        Defined for every action, also those that mu never takes; its fixed point is q_pi whatever mu and lambda.
    Laws:
        retrace_fixed_point_is_q, retrace_operator_contracts, retrace_operator_without_traces_is_bellmans,
        retrace_operator_on_policy_gives_q, retrace_operator_equals_enumerated_targets,
        retrace_operator_discounts_as_if_killed
    Raises:
        ParameterError; ShapeError, ActionSetError, NotAProbabilityError, NonFiniteError, NumberSystemError;
        TerminationError at discount one, if pi can go on for ever.
    Source:
        Munos et al. 2016, eqs. (3), (4) and theorem 1.
    Since:
        0.2
    """
    policy, sampling = read_policy(mdp, policy), read_policy(mdp, sampling_policy, "sampling_policy")
    action_values = read_per_action(mdp, "action_values", action_values)
    trace_decay = read_parameter("trace_decay", trace_decay, system_of(action_values))
    values = where(mdp.terminal[:, None], 0, action_values)
    errors = expectation_q(mdp, policy, values) - values
    weights = trace_decay * minimum(sampling, policy)
    traces = clipped_kernel(mdp, policy, weights)
    corrections = solve(identity_minus(mdp.discount * traces), (weights * errors).sum(axis=1))
    return values + errors + mdp.discount * (mdp.transition @ corrections)

r"""V-trace: off-policy values with clipped ratios."""

from . import td
from .decision_process import MDP, check_termination, read_policy
from .errors import ParameterError
from .importance_sampling import check_ratios
from .mdp import policy_kernel
from .numbers import Array, Scalar, as_array, identity_minus, minimum, same_system, solve, stack, where
from .validation import check_finite, check_shape, read_arrays, read_discounts, read_flags, read_parameter


def target(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    *,
    gamma: Scalar,
    rho_bar: Scalar,
    c_bar: Scalar,
) -> Array:
    r"""V-trace target :math:`v_t` of the value of each state.

    .. math:: v_t = V(s_t) + \rho_t \delta_t + \gamma\, c_t\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,
        \big(v_{t+1} - V(s_{t+1})\big), \qquad \rho_t = \min(\bar\rho, r_t), \quad c_t = \min(\bar c, r_t)

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        ratios: [T, ...], r = pi/mu of each action, not negative.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        rho_bar: level at which the ratios in front of TD errors are clipped.
        c_bar: level at which those in the traces are clipped, at most rho_bar.
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Ends of episodes and of the data as in gae.advantage: delta is td.error, and the recursion starts from
        v - V = 0 after each. rho_bar decides what is learnt, c_bar only how fast.
    Laws:
        vtrace_equals_the_direct_sum, vtrace_on_policy_is_the_lambda_one_return, vtrace_splits_at_episode_ends,
        vtrace_without_traces_is_one_step, vtrace_of_impossible_actions_is_the_value, vtrace_discounts_each_transition
    Raises:
        ParameterError; ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Espeholt et al. 2018 (IMPALA), eq. (1) and remark 1.
    Since:
        0.2
    """
    rho, traces, errors, rest = _following(
        rewards, values, next_values, terminated, truncated, ratios, gamma=gamma, rho_bar=rho_bar, c_bar=c_bar
    )
    return as_array(values, "values") + rho * errors + traces * rest


def advantage(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    *,
    gamma: Scalar,
    rho_bar: Scalar,
    c_bar: Scalar,
) -> Array:
    r"""Weight of each score in IMPALA's policy gradient.

    .. math:: \rho_t \big(R_{t+1} + \gamma\, (1 - \mathrm{term}_t)\, \big[V(s_{t+1})
        + (1 - \mathrm{trunc}_t)\, (v_{t+1} - V(s_{t+1}))\big] - V(s_t)\big)

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        ratios: [T, ...], r = pi/mu of each action, not negative.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        rho_bar: level at which the ratios in front of the advantage are clipped.
        c_bar: level at which those in the traces are clipped, at most rho_bar.
    Returns:
        [T, ...], in units of reward; includes the ratio rho_t.
    Conventions:
        Bootstraps from the target of the next state, not from its value; where the episode or the data are cut,
        from the value. The target is that of vtrace.target.
    Laws:
        vtrace_advantage_is_the_gap_to_the_next_target, vtrace_advantage_on_policy_is_gae_at_lambda_one,
        vtrace_advantage_splits_at_episode_ends, vtrace_advantage_is_the_target_minus_value_with_equal_levels,
        vtrace_advantage_discounts_each_transition
    Raises:
        ParameterError; ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, NumberSystemError.
    Source:
        Espeholt et al. 2018 (IMPALA), section 4.2, policy gradient with q_s = r_s + gamma v_{s+1}.
    Since:
        0.2
    """
    rho, _, errors, rest = _following(
        rewards, values, next_values, terminated, truncated, ratios, gamma=gamma, rho_bar=rho_bar, c_bar=c_bar
    )
    return rho * (errors + rest)


def operator(
    mdp: MDP, policy: Array, sampling_policy: Array, state_values: Array, *, rho_bar: Scalar, c_bar: Scalar
) -> Array:
    r"""V-trace operator on state values: the mean of the target over trajectories of the sampling policy.

    .. math:: \mathcal{R}V = V + (I - \gamma C)^{-1} \Big[\sum_a \min(\bar\rho\mu, \pi)\,
        \big(R + \gamma P V - V\big)\Big], \qquad C(s,s') = \sum_a \min(\bar c\,\mu, \pi)(a|s)\, P(s'|s,a)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the target policy pi.
        sampling_policy: [S, A] probabilities or [S] integers, the policy mu that acts.
        state_values: [S], any estimate V; in terminal states it counts as zero.
        rho_bar: level at which the ratios in front of TD errors are clipped.
        c_bar: level at which those in the traces are clipped, at most rho_bar.
    Returns:
        [S], in units of reward; zero in terminal states.
    Conventions:
        Its fixed point is not v_pi but the value of the policy proportional to min(rho_bar mu, pi), which is pi if
        no ratio exceeds rho_bar. No support is needed: what mu never does is never learnt.
    Laws:
        vtrace_fixed_point_is_the_value_of_the_clipped_policy, vtrace_operator_contracts,
        vtrace_operator_equals_enumerated_targets, vtrace_operator_without_clipping_gives_v,
        vtrace_operator_without_traces_steps_to_bellmans, vtrace_operator_discounts_as_if_killed
    Raises:
        ParameterError; ShapeError, ActionSetError, NotAProbabilityError, NonFiniteError, NumberSystemError;
        TerminationError at discount one, if pi can go on for ever.
    Source:
        Espeholt et al. 2018 (IMPALA), theorem 1 and appendix A, eq. (4).
    Since:
        0.2
    """
    policy, sampling = read_policy(mdp, policy), read_policy(mdp, sampling_policy, "sampling_policy")
    state_values = as_array(state_values, "state_values")
    check_shape("state_values", state_values, mdp.initial.shape, "one number per state")
    check_finite("state_values", state_values)
    system = same_system(**{"the decision process": mdp.reward, "state_values": state_values})
    rho_bar, c_bar = _read_levels(rho_bar, c_bar, system)
    values = where(mdp.terminal, 0, state_values)
    errors = mdp.reward + mdp.discount * (mdp.transition @ values) - values[:, None]
    mean_error = (minimum(rho_bar * sampling, policy) * errors).sum(axis=1)
    traces = clipped_kernel(mdp, policy, minimum(c_bar * sampling, policy))
    return values + solve(identity_minus(mdp.discount * traces), mean_error)


def clipped_kernel(mdp: MDP, policy: Array, weights: Array) -> Array:
    """Sum weights w(s, a) <= pi(a|s) times P(s'|s, a) over the actions; nothing follows a terminal state."""
    if mdp.system != "series" and mdp.discount == 1:
        check_termination(policy_kernel(mdp, policy), mdp.terminal, "the policy")
    kernel = (weights[:, None, :] @ mdp.transition)[:, 0, :]
    return where(mdp.terminal[:, None], 0, kernel)


def _following(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    ratios: Array,
    *,
    gamma: Scalar,
    rho_bar: Scalar,
    c_bar: Scalar,
) -> tuple[Array, Array, Array, Array]:
    """Both clipped ratios, the TD errors, and gamma (v_{t+1} - V(s_{t+1})) within each episode."""
    system, (rewards, ratios) = read_arrays(rewards=rewards, ratios=ratios)
    check_ratios(ratios)
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    cut = read_flags("terminated", terminated, errors) | read_flags("truncated", truncated, errors)
    gamma, (rho_bar, c_bar) = read_discounts(gamma, rewards), _read_levels(rho_bar, c_bar, system)
    rho, traces = minimum(ratios, rho_bar), minimum(ratios, c_bar)
    correction, rest = 0 * errors[-1], []
    for t in reversed(range(len(errors))):
        rest.append(gamma[t] * (1 - cut[t].astype(int)) * correction)
        correction = rho[t] * errors[t] + traces[t] * rest[-1]
    return rho, traces, errors, stack(rest[::-1])


def _read_levels(rho_bar: Scalar, c_bar: Scalar, system: str) -> tuple[Scalar, Scalar]:
    rho_bar = read_parameter("rho_bar", rho_bar, system, high=None)
    c_bar = read_parameter("c_bar", c_bar, system, high=None)
    if system != "series" and c_bar > rho_bar:
        raise ParameterError(
            "the traces are clipped above the ratios of the TD errors",
            got=f"c_bar {c_bar}, rho_bar {rho_bar}",
            expected="c_bar <= rho_bar",
            cause="the two levels in each other's place",
            remedy="exchange them, or raise rho_bar",
        )
    return rho_bar, c_bar

r"""Generalised advantage estimation."""

from . import td
from .decision_process import MDP, check_termination, read_policy
from .mdp import policy_kernel
from .numbers import Array, Scalar, as_array, identity_minus, same_system, solve, stack, system_of, where
from .validation import check_finite, check_shape, read_discounts, read_flags, read_parameter


def advantage(
    rewards: Array,
    values: Array,
    next_values: Array,
    terminated: Array,
    truncated: Array,
    *,
    gamma: Scalar,
    gae_lambda: Scalar,
) -> Array:
    r"""Generalised advantage estimate :math:`\hat A_t`.

    .. math:: \hat A_t = \delta_t + \gamma\lambda\,(1 - \mathrm{term}_t)(1 - \mathrm{trunc}_t)\,\hat A_{t+1},
        \qquad \hat A_T = 0

    Args:
        rewards: [T, ...], reward of each transition.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition, whatever auto-reset did.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
        gae_lambda: lambda in [0, 1].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        Termination removes the bootstrap and cuts the recursion; truncation cuts the recursion
        and keeps the bootstrap of the true successor. The end of the data acts as a truncation.
    Laws:
        gae_equals_the_direct_sum, gae_solves_the_linear_system, gae_at_lambda_zero_is_the_td_error,
        gae_at_lambda_one_is_the_return_minus_value, gae_splits_at_episode_ends, gae_is_unbiased_at_v,
        gae_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Schulman et al. 2016 (GAE), eq. (16); Schulman et al. 2017 (PPO), eq. (11), whose last
        exponent is misprinted (T - t + 1 instead of T - t - 1).
    Since:
        0.1
    """
    errors = td.error(rewards, values, next_values, terminated, gamma=gamma)
    cut = read_flags("terminated", terminated, errors) | read_flags("truncated", truncated, errors)
    decay = read_discounts(gamma, errors) * read_parameter("gae_lambda", gae_lambda, system_of(errors))
    following, advantages = 0 * errors[-1], []
    for t in reversed(range(len(errors))):
        following = errors[t] + decay[t] * (1 - cut[t].astype(int)) * following
        advantages.append(following)
    return stack(advantages[::-1])


def expected(mdp: MDP, policy: Array, state_values: Array, *, gae_lambda: Scalar) -> Array:
    r"""Mean of the generalised advantage estimate, given state and action.

    .. math:: \mathbb{E}[\hat A|s,a] = \delta_V(s,a) + \gamma\lambda \sum_{s'} P(s'|s,a)
        \big[(I - \gamma\lambda P_\pi)^{-1} (T_\pi V - V)\big](s'), \qquad \delta_V = R + \gamma P V - V

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers.
        state_values: [S], the critic V, right or wrong; in terminal states it counts as zero.
        gae_lambda: lambda in [0, 1].
    Returns:
        [S, A], in units of reward.
    Conventions:
        Over trajectories that are never truncated.
    Laws:
        expected_gae_at_v_is_the_advantage, expected_gae_at_lambda_one_is_free_of_bias,
        expected_gae_at_lambda_zero_is_the_residual, expected_gae_has_this_bias, expected_gae_equals_enumeration,
        expected_gae_discounts_as_if_killed
    Raises:
        TerminationError if gamma lambda is one and the policy can go on for ever; ShapeError, ActionSetError,
        NotAProbabilityError, NonFiniteError, NumberSystemError, ParameterError.
    Source:
        Schulman et al. 2016 (GAE), eq. (16) and proposition 1.
    Since:
        0.2
    """
    policy = read_policy(mdp, policy)
    state_values = as_array(state_values, "state_values")
    check_shape("state_values", state_values, mdp.initial.shape, "one number per state")
    check_finite("state_values", state_values)
    system = same_system(**{"the decision process": mdp.reward, "state_values": state_values})
    decay = mdp.discount * read_parameter("gae_lambda", gae_lambda, system)
    values = where(mdp.terminal, 0, state_values)
    errors = mdp.reward + mdp.discount * (mdp.transition @ values) - values[:, None]
    kernel = policy_kernel(mdp, policy)
    if mdp.system != "series" and decay == 1:
        check_termination(kernel, mdp.terminal, "the policy")
    within = where(mdp.terminal[:, None], 0, kernel)
    sums = solve(identity_minus(decay * within), (policy * errors).sum(axis=1))
    return errors + decay * (mdp.transition @ sums)

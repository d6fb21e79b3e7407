r"""Advantage actor-critic."""

from .decision_process import MDP, read_policy
from .mdp import discounted_visitation, rewards_to_go
from .numbers import Array, Scalar, ball, is_nonzero, log, where
from .validation import read_arrays


def advantage(
    rewards: Array, values: Array, next_values: Array, terminated: Array, truncated: Array, *, gamma: Scalar
) -> Array:
    r"""Advantage of A2C: the rewards of the segment, bootstrapped at its end, minus the value.

    .. math:: \hat A_t = \sum_{k=t}^{e} \gamma^{k-t} R_{k+1}
        + \gamma^{e+1-t}\, (1 - \mathrm{term}_e)\, V(s_{e+1}) - V(s_t)

    Args:
        rewards: [T, ...], reward of each transition of a segment.
        values: [T, ...], V(s_t).
        next_values: [T, ...], V of the true successor of each transition; used only where an episode or the data end.
        terminated: [T, ...] booleans, the transition entered a terminal state.
        truncated: [T, ...] booleans, the episode was cut by a limit.
        gamma: discount in [0, 1]; one number, or one per transition: [T] or [T, ...].
    Returns:
        [T, ...], in units of reward.
    Conventions:
        e is the first end of an episode from t on, or T - 1: the number of steps differs within the segment.
    Laws:
        a2c_advantage_is_gae_at_lambda_one, a2c_advantage_equals_the_direct_sum, a2c_advantage_falls_with_the_value,
        a2c_advantage_is_unbiased_at_v, a2c_advantage_discounts_each_transition
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError.
    Source:
        Mnih et al. 2016, algorithm S3; Schulman et al. 2017 (PPO), eq. (10), whose last reward is misprinted
        (T - t + 1 instead of T - t - 1).
    Since:
        0.2
    """
    read_arrays(rewards=rewards, values=values)
    return rewards_to_go(rewards, next_values, terminated, truncated, gamma=gamma) - values


def entropy_bonus(mdp: MDP, policy: Array) -> Array:
    r"""Direction of the entropy bonus in the logits of a tabular softmax policy.

    .. math:: \frac{\partial}{\partial\phi_{sa}} \sum_{s'} \rho(s')\, H(\pi(\cdot|s'))\Big|_{\rho = \rho_\pi}
        = -\rho_\pi(s)\, \pi(a|s) \big(\log\pi(a|s) + H(\pi(\cdot|s))\big)

    Args:
        mdp: decision process of S states and A actions.
        policy: [S, A] probabilities or [S] integers, the softmax of the logits.
    Returns:
        [S, A], in nats; rows sum to zero.
    Conventions:
        Unnormalised discounted visits, held fixed: not the gradient of the discounted entropy of trajectories.
        0 log 0 = 0.
    Laws:
        entropy_bonus_is_the_slope_of_entropy, entropy_bonus_rows_sum_to_zero, entropy_bonus_favours_rare_actions,
        entropy_bonus_of_the_uniform_policy_is_zero
    Raises:
        ShapeError, ActionSetError, NotAProbabilityError, TerminationError; NumberSystemError in exact (logarithms).
    Source:
        Mnih et al. 2016, section 4 (A3C); Williams & Peng 1991.
    Since:
        0.2
    """
    policy = read_policy(mdp, policy)
    policy = ball(policy) if mdp.system == "ball" else policy  # integers are read as rationals, which have no logarithm
    taken = is_nonzero(policy)
    logarithms = where(taken, log(where(taken, policy, 1)), 0)
    entropy = -(policy * logarithms).sum(axis=1)
    return -discounted_visitation(mdp, policy)[:, None] * policy * (logarithms + entropy[:, None])

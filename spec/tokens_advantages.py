r"""Advantages of sequences from the rewards of their group, and advantages of tokens normalised under a mask."""

import numpy as np

from .errors import MissingDataError
from .masking import read_tokens
from .numbers import Array, Scalar, as_array, is_nonzero, sqrt, stack, system_of, where
from .standardisation import deviations, divided
from .validation import check_finite, check_not_empty, check_shape, read_parameter


def group_advantages(group_rewards: Array, *, ddof: int, norm_epsilon: Scalar) -> Array:
    r"""GRPO's advantage of each sequence: its reward, standardised within the group of one prompt.

    .. math:: \hat A_i = \frac{r_i - \mathrm{mean}(r_1, \ldots, r_G)}{\mathrm{std}(r_1, \ldots, r_G) + \epsilon}

    Args:
        group_rewards: [..., G], rewards of the G sequences of each prompt.
        ddof: 0 divides the squares by G, 1 by G - 1.
        norm_epsilon: epsilon >= 0, in units of reward.
    Returns:
        [..., G], without units but for epsilon.
    Conventions:
        The paper writes neither ddof nor epsilon; libraries in PyTorch have ddof = 1. A group of equal rewards has
        standard deviation zero, exactly, and gives zeros, also for epsilon = 0.
    Laws:
        group_advantages_have_mean_zero, group_advantages_normalise_each_group,
        group_advantages_of_successes_and_failures, group_advantages_scale_the_plain_ones,
        group_advantages_of_equal_rewards_are_zero
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        group of one and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        Shao et al. 2024 (DeepSeekMath, GRPO), section 4.1.2.
    Since:
        0.2
    """
    rewards, shape = _read_groups(group_rewards)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system_of(rewards), high=None)
    centred, variance = deviations(rewards, np.ones(rewards.shape, bool), ddof)
    return divided(centred, sqrt(variance) + epsilon).reshape(*shape)


def dr_grpo_advantages(group_rewards: Array) -> Array:
    r"""Dr. GRPO's advantage of each sequence: its reward minus the mean of the group.

    .. math:: \tilde A_i = r_i - \mathrm{mean}(r_1, \ldots, r_G)

    Args:
        group_rewards: [..., G], rewards of the G sequences of each prompt.
    Returns:
        [..., G], in units of reward.
    Conventions:
        Not divided by the standard deviation. The mean holds the sequence's own reward: the gradient is (G - 1)/G
        times the unbiased one.
    Laws:
        dr_grpo_advantages_have_mean_zero, dr_grpo_advantages_shrink_the_gradient,
        dr_grpo_advantages_scale_the_leave_one_out_ones
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError.
    Source:
        Liu et al. 2025 (Understanding R1-Zero-like training, Dr. GRPO), section 3.
    Since:
        0.2
    """
    rewards, shape = _read_groups(group_rewards)
    mean = rewards.sum(axis=1) / rewards.shape[1]
    return (rewards - mean[:, None]).reshape(*shape)


def rloo_advantages(group_rewards: Array) -> Array:
    r"""Leave-one-out advantage of each sequence: its reward minus the mean of the others'.

    .. math:: A_i = r_i - \frac{1}{G-1} \sum_{j \ne i} r_j

    Args:
        group_rewards: [..., G], rewards of the G >= 2 sequences of each prompt.
    Returns:
        [..., G], in units of reward.
    Conventions:
        The baseline does not depend on the sequence's own reward, so that the gradient is unbiased. Equal to
        G/(G - 1) (r_i - mean), the same up to a constant of the learning rate.
    Laws:
        rloo_advantages_are_unbiased, rloo_advantages_scale_the_centred_rewards,
        rloo_advantages_ignore_a_common_shift, rloo_advantages_of_two_are_the_difference
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError; MissingDataError for a group of one.
    Source:
        Kool et al. 2019 (Buy 4 REINFORCE samples); Ahmadian et al. 2024 (Back to basics, RLOO).
    Since:
        0.2
    """
    rewards, shape = _read_groups(group_rewards)
    others = rewards.shape[1] - 1
    if others == 0:
        raise MissingDataError(
            "a group of one has no others to leave",
            got="one reward per group",
            expected="G >= 2 sequences for each prompt",
            cause="the axes of prompts and samples exchanged, or one sample per prompt",
            remedy="put the samples of a prompt along the last axis",
        )
    baselines = (rewards.sum(axis=1)[:, None] - rewards) / others
    return (rewards - baselines).reshape(*shape)


def leave_one_out_normalised_advantages(group_rewards: Array, *, ddof: int, norm_epsilon: Scalar) -> Array:
    r"""Leave-one-out advantage of each sequence, divided by the standard deviation of the others' rewards.

    .. math:: A_i = \begin{cases}
        \dfrac{r_i - \mathrm{mean}_{j \ne i}(r_j)}{\mathrm{std}_{j \ne i}(r_j) + \epsilon}
            & \mathrm{std}_{j \ne i}(r_j) > 0 \\
        r_i - \mathrm{mean}_{j \ne i}(r_j) & \text{else} \end{cases}

    Args:
        group_rewards: [..., G], rewards of the G >= 2 + ddof sequences of each prompt.
        ddof: 0 divides the squares of the others by G - 1, 1 by G - 2.
        norm_epsilon: epsilon >= 0, in units of reward.
    Returns:
        [..., G], without units but for epsilon, and in units of reward where it is not divided.
    Conventions:
        Where the others' rewards are all equal, their standard deviation is zero, exactly, and nothing is divided:
        the only success of a group has advantage one, not one over epsilon.
    Laws:
        leave_one_out_normalised_advantages_scale_the_plain_ones,
        leave_one_out_normalised_advantages_are_those_of_lists,
        leave_one_out_normalised_advantages_of_one_success, leave_one_out_normalised_advantages_ignore_a_common_shift
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        group without enough others; NumberSystemError in exact (square roots).
    Source:
        NeMo RL, leave_one_out_baseline with normalize_rewards (issue 1518, pull request 4161).
    Since:
        0.3
    """
    advantages = rloo_advantages(group_rewards)
    rewards, shape = _read_groups(group_rewards)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system_of(rewards), high=None)
    everyone = np.arange(rewards.shape[1])
    others = [rewards[:, everyone != i] for i in everyone]
    variances = [deviations(rest, np.ones(rest.shape, bool), ddof)[1][:, 0] for rest in others]
    variance = stack(variances).T.reshape(*shape)
    scale = where(is_nonzero(variance), sqrt(variance) + epsilon, 1)
    return advantages / scale


def masked_advantage_normalisation(
    token_advantages: Array, token_mask: Array, *, ddof: int, norm_epsilon: Scalar
) -> Array:
    r"""Advantages of tokens, normalised over the mask, a small number added to the standard deviation.

    .. math:: \tilde A_{it} = m_{it}\, \frac{\hat A_{it} - \mathrm{mean}_m(\hat A)}{\mathrm{std}_m(\hat A) + \epsilon}

    Args:
        token_advantages: [B, L], advantage of each token.
        token_mask: [B, L] booleans m, True for the tokens that count.
        ddof: 0 divides the squares by the number n of tokens, 1 by n - 1.
        norm_epsilon: epsilon >= 0, in units of reward.
    Returns:
        [B, L], without units but for epsilon; zero outside the mask.
    Conventions:
        Mean and standard deviation over all tokens of the batch, both under the mask.
    Laws:
        masked_normalisation_is_that_of_the_list, masked_normalisation_without_a_mask,
        masked_normalisation_ignores_padding
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens, or one token and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        ppo.advantage_normalisation, restricted to the tokens that count.
    Since:
        0.2
    """
    system, mask, (advantages,) = read_tokens(token_mask, token_advantages=token_advantages)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system, high=None)
    centred, variance = deviations(advantages.reshape(1, -1), mask.reshape(1, -1), ddof)
    return divided(centred, sqrt(variance) + epsilon).reshape(*mask.shape)


def masked_advantage_whitening(token_advantages: Array, token_mask: Array, *, ddof: int, norm_epsilon: Scalar) -> Array:
    r"""Advantages of tokens, normalised over the mask, a small number added to the variance.

    .. math:: \tilde A_{it} = m_{it}\,
        \frac{\hat A_{it} - \mathrm{mean}_m(\hat A)}{\sqrt{\mathrm{var}_m(\hat A) + \epsilon}}

    Args:
        token_advantages: [B, L], advantage of each token.
        token_mask: [B, L] booleans m, True for the tokens that count.
        ddof: 0 divides the squares by the number n of tokens, 1 by n - 1.
        norm_epsilon: epsilon >= 0, in squared units of reward.
    Returns:
        [B, L], without units but for epsilon; zero outside the mask.
    Conventions:
        Mean and variance over all tokens of the batch, both under the mask. Code that keeps the mean adds it back.
    Laws:
        masked_whitening_is_that_of_the_list, masked_whitening_without_a_mask, masked_whitening_ignores_padding
    Raises:
        ShapeError, EmptySpaceError, NonFiniteError, IntegerDtypeError, ParameterError; MissingDataError for a
        mask without tokens, or one token and ddof = 1; NumberSystemError in exact (square roots).
    Source:
        TRL and verl, masked_whiten (ddof = 1, epsilon = 1e-8).
    Since:
        0.2
    """
    system, mask, (advantages,) = read_tokens(token_mask, token_advantages=token_advantages)
    epsilon = read_parameter("norm_epsilon", norm_epsilon, system, high=None)
    centred, variance = deviations(advantages.reshape(1, -1), mask.reshape(1, -1), ddof)
    return divided(centred, sqrt(variance + epsilon)).reshape(*mask.shape)


def _read_groups(group_rewards: Array) -> tuple[Array, tuple[int, ...]]:
    """Read rewards [..., G] as rows [N, G], and say what their shape was."""
    rewards = as_array(group_rewards, "group_rewards")
    if rewards.ndim == 0:
        check_shape("group_rewards", rewards, ("...", "G"), "the sequences of a group last")
    check_not_empty("group_rewards", rewards, "groups and sequences")
    check_finite("group_rewards", rewards)
    return rewards.reshape(-1, rewards.shape[-1]), rewards.shape

"""Reports about losses of a value function, and about normalisation."""

from typing import Any

import numpy as np

from . import Entry

Array = Any


def rlinf_every_value(values: Array, returns: Array) -> float:
    """(B,) values against (B, 1) returns."""
    return ((returns[:, None] - values) ** 2).mean()


def rlinf_half_of_every_value(values: Array, returns: Array) -> float:
    """The same with a half, from (B, 1) values."""
    return 0.5 * ((returns - values.reshape(-1, 1)) ** 2).mean()


def rlinf_every_clipped_value(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The same in the clipped loss."""
    returns = returns[:, None]
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return np.maximum((values - returns) ** 2, (clipped - returns) ** 2).mean()


def divides_by_all_entries(values: Array, returns: Array, mask: Array) -> float:
    """The mean over padding, too, of errors that are zero there."""
    return np.where(mask, (values - returns) ** 2, 0.0).mean()


def nan_in_padding(values: Array, returns: Array, mask: Array) -> float:
    """Zero times what stands in padding."""
    return (mask * (values - returns) ** 2).sum() / mask.sum()


def _clipped_loss(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return np.maximum((values - returns) ** 2, (clipped - returns) ** 2).mean()


def tf_agents_recomputes_old_values(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The old values are computed again, with the present parameters."""
    old_values = values
    return _clipped_loss(values, old_values, returns, clip_epsilon)


def squares_the_larger_error(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The maximum is taken before squaring."""
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return 0.5 * (np.maximum(values - returns, clipped - returns) ** 2).mean()


def takes_the_minimum(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The minimum, as the paper first printed."""
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return np.minimum((values - returns) ** 2, (clipped - returns) ** 2).mean()


def mava_denormalises_old_values(
    values: Array, old_values: Array, returns: Array, clip_epsilon: float, value_mean: float, value_std: float
) -> float:
    """The old values are on the scale of the rewards, the others are normalised."""
    return _clipped_loss(values, old_values * value_std + value_mean, returns, clip_epsilon)


def baselines_takes_the_maximum(values: Array, old_values: Array, returns: Array, clip_epsilon: float) -> float:
    """The maximum of squared errors, with a half: right."""
    clipped = old_values + np.clip(values - old_values, -clip_epsilon, clip_epsilon)
    return 0.5 * np.maximum((values - returns) ** 2, (clipped - returns) ** 2).mean()


def sb3_normalises_one_advantage(advantages: Array) -> Array:
    """The deviation of one number, with n - 1, is zero by zero."""
    with np.errstate(all="ignore"):
        std = np.sqrt(((advantages - advantages.mean()) ** 2).sum() / np.float64(len(advantages) - 1))
        return (advantages - advantages.mean()) / (std + 1e-8)


def sb3_skips_one_advantage(advantages: Array) -> Array:
    """What it was changed to: one advantage stays as it is."""
    return advantages if len(advantages) == 1 else sb3_normalises_one_advantage(advantages)


def tf_agents_first_axis(advantages: Array) -> Array:
    """Mean and variance over the first axis alone."""
    return (advantages - advantages.mean(axis=0)) / np.sqrt(advantages.var(axis=0) + 1e-5)


def cpp_rl_precedence(advantages: Array, norm_epsilon: float) -> Array:
    """The mean alone is divided."""
    return advantages - advantages.mean() / (advantages.std() + norm_epsilon)


def cpp_rl_precedence_built_in(advantages: Array) -> Array:
    """The same with a built-in epsilon."""
    return advantages - advantages.mean() / (advantages.std() + 1e-5)


def _sums(rewards: Array, gamma: float) -> Array:
    sums, so_far = [], 0.0
    for reward in rewards:
        so_far = gamma * so_far + reward
        sums.append(so_far)
    return np.array(sums)


def gym_scales_by_sums_so_far(rewards: Array, gamma: float) -> Array:
    """The deviation of the sum that looks backwards: what the equation says."""
    return rewards / np.sqrt(_sums(rewards, gamma).var() + 1e-8)


def gym_scales_one_by_one(rewards: Array, dones: Array, gamma: float) -> Array:
    """The same with what has come until then, as environments do it."""
    so_far, sums, scaled = 0.0, [], []
    for reward, done in zip(rewards, dones, strict=True):
        so_far = gamma * so_far + reward
        sums.append(so_far)
        scaled.append(reward / np.sqrt(np.var(sums) + 1e-8))
        so_far = 0.0 if done else so_far
    return np.array(scaled)


def gym_scales_by_returns(rewards: Array, gamma: float) -> Array:
    """The deviation of the returns, whose sums look forwards."""
    return rewards / np.sqrt(_sums(rewards[::-1], gamma).var() + 1e-8)


def sb3_exchanges_arguments(values: Array, returns: Array) -> float:
    """The variance of the values divides."""
    variance = values.var()
    return np.nan if variance == 0 else 1 - (returns - values).var() / variance


def sb3_exchanges_arguments_unguarded(values: Array, returns: Array) -> float:
    """The same without a look at zero."""
    with np.errstate(all="ignore"):
        return 1 - (returns - values).var() / values.var()


CLIPPED, NORMALISED = "ppo.clipped_value_loss", "ppo.advantage_normalisation"
RLINF, CPP = "RLinf/RLinf#1568", "Omegastick/pytorch-cpp-rl#14"
IMPLEMENTATION_MATTERS, GYM = "implementation-matters/code-for-paper#1", "openai/gym PR#3152"

ENTRIES = (
    Entry("PG-08", RLINF, "ppo.value_loss", rlinf_every_value, "bug", "every_return_against_every_entry"),
    Entry("PG-08", RLINF, "ppo.value_loss", rlinf_half_of_every_value, "bug", "every_value_against_every_entry"),
    Entry("PG-08", RLINF, CLIPPED, rlinf_every_clipped_value, "bug", "every_return_against_every_entry"),
    Entry("LLM-02", "huggingface/trl PR#6439", "ppo.value_loss", divides_by_all_entries, "bug",
          "divided_by_all_entries"),
    Entry("LLM-09", "OpenRLHF/OpenRLHF PR#1240", "ppo.value_loss", nan_in_padding, "bug", "masked_places_leak"),
    Entry("VAL-01", "tensorflow/agents#352", CLIPPED, tf_agents_recomputes_old_values, "bug", "old_values_recomputed"),
    Entry("VAL-02", IMPLEMENTATION_MATTERS, CLIPPED, squares_the_larger_error, "bug", "square_of_the_larger_error"),
    Entry("VAL-02", IMPLEMENTATION_MATTERS, CLIPPED, takes_the_minimum, "variant", "minimum_for_maximum"),
    Entry("VAL-04", "instadeepai/Mava#811", CLIPPED, mava_denormalises_old_values, "bug",
          "old_values_on_another_scale"),
    Entry("C-03", "openai/baselines#91", CLIPPED, baselines_takes_the_maximum, "control"),
    Entry("NORM-01", "DLR-RM/stable-baselines3#325", NORMALISED, sb3_normalises_one_advantage, "bug",
          "one_entry_is_nan"),
    Entry("C-NORM-01", "DLR-RM/stable-baselines3 PR#1028", NORMALISED, sb3_skips_one_advantage, "control"),
    Entry("NORM-03", "tensorflow/agents#651", "ppo.advantage_whitening", tf_agents_first_axis, "bug",
          "each_column_alone"),
    Entry("NORM-07", CPP, NORMALISED, cpp_rl_precedence, "bug", "mean_divided_alone"),
    Entry("NORM-07", CPP, NORMALISED, cpp_rl_precedence_built_in, "bug", "mean_divided_alone"),
    Entry("C-NORM-09", GYM, "ppo.reward_scaling", gym_scales_by_sums_so_far, "control"),
    Entry("C-NORM-09", GYM, "ppo.reward_scaling", gym_scales_one_by_one, "control"),
    Entry("NORM-09", GYM, "ppo.reward_scaling", gym_scales_by_returns, "variant", "forward_looking_sum"),
    Entry("DIAG-01", "DLR-RM/stable-baselines3#225", "ppo.explained_variance", sb3_exchanges_arguments, "bug",
          "values_and_returns_exchanged"),
    Entry("DIAG-01", "DLR-RM/stable-baselines3#225", "ppo.explained_variance", sb3_exchanges_arguments_unguarded, "bug",
          "values_and_returns_exchanged"),
)  # fmt: skip

"""Reports about log-probabilities, entropies and divergences of policies."""

from typing import Any

import numpy as np
import torch

from . import Entry

Array = Any
HALF_LOG_2_PI = 0.5 * np.log(2 * np.pi)
ONE_HALF_MORE = 0.5 * np.log(2 * np.pi * np.e)


# --- entropies of Gaussians ---------------------------------------------------------------------


def rllib_half_log_std(log_std: Array) -> Array:
    """The wrong fix: log sigma taken for the logarithm of a variance."""
    return np.sum(0.5 * log_std + ONE_HALF_MORE, axis=-1)


def rllib_half_log_of_std(std: Array) -> Array:
    """The same, given the standard deviation."""
    return (0.5 * np.log(std) + 0.5 * np.log(2.0 * np.pi * np.e)).sum(-1)


def rllib_half_log_std_averaged(log_std: torch.Tensor) -> torch.Tensor:
    """The same, as a bonus."""
    return (0.5 * log_std + ONE_HALF_MORE).sum(dim=-1).mean()


def rllib_entropy_as_it_was(log_std: Array) -> Array:
    """The code before the wrong fix, which was right."""
    return np.sum(log_std + ONE_HALF_MORE, axis=-1)


def a3c_mujoco_variance_added(var: Array) -> Array:
    """2 pi plus the variance, where it should be times."""
    return (0.5 * (np.log(2 * np.pi + var) + 1)).sum(axis=-1)


def a3c_mujoco_variance_of_std_added(std: torch.Tensor) -> torch.Tensor:
    """The same, given the standard deviation."""
    return (0.5 * ((2 * np.pi + std**2).log() + 1)).sum(-1)


def a3c_mujoco_as_it_should_be(var: Array) -> Array:
    """2 pi times the variance."""
    return (0.5 * (np.log(2 * np.pi * var) + 1)).sum(axis=-1)


# --- log-densities of Gaussians -------------------------------------------------------------------


def stable_baselines_std_as_variance(actions: Array, mean: Array, log_std: Array) -> Array:
    """The logarithm of sigma taken for that of the variance."""
    variance = np.exp(log_std)
    terms = -0.5 * np.log(2 * np.pi) - 0.5 * log_std - (actions - mean) ** 2 / (2 * variance)
    return terms.sum(axis=-1)


def stable_baselines_given_std(actions: Array, mean: Array, std: Array) -> Array:
    """The same, given sigma."""
    n = actions.shape[-1]
    squares = np.sum((actions - mean) ** 2 / std, axis=-1)
    return -0.5 * (squares + np.sum(np.log(std), axis=-1) + n * np.log(2 * np.pi))


def stable_baselines_repaired(actions: Array, mean: Array, log_std: Array) -> Array:
    """The proposed repair."""
    std = np.exp(log_std)
    return np.sum(-0.5 * ((actions - mean) / std) ** 2 - log_std - 0.5 * np.log(2.0 * np.pi), axis=-1)


def inac_corrected_for_squashing(actions: Array, mean: Array, log_std: Array) -> Array:
    """A correction for tanh, though it is the mean that was squashed, not the sample."""
    density = (-0.5 * ((actions - mean) / np.exp(log_std)) ** 2 - log_std - HALF_LOG_2_PI).sum(-1)
    return density - np.log(1 - np.tanh(actions) ** 2).sum(-1)


def inac_with_its_squashed_mean(actions: Array, mean: Array, log_std: Array) -> Array:
    """The same, where the function squashes the mean itself."""
    mean = np.tanh(mean)
    density = (-0.5 * ((actions - mean) / np.exp(log_std)) ** 2 - log_std - HALF_LOG_2_PI).sum(-1)
    return density - np.log(1 - np.tanh(actions) ** 2).sum(-1)


def inac_repaired(actions: Array, mean: Array, std: Array) -> Array:
    """Without the correction, the squashed mean given."""
    return (-0.5 * ((actions - mean) / std) ** 2 - np.log(std) - HALF_LOG_2_PI).sum(-1)


# --- masks ----------------------------------------------------------------------------------------


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def julia_nan_entropy(logits: Array, action_mask: Array) -> Array:
    """Zero times minus infinity for masked actions."""
    log_probs = _log_softmax(np.where(action_mask, logits, -np.inf))
    return -(np.exp(log_probs) * log_probs).sum(axis=-1)


def julia_nan_entropy_of_probabilities(probs: Array) -> Array:
    """Zero times the logarithm of zero."""
    return -(probs * np.log(probs)).sum(axis=-1)


def julia_nan_entropy_in_torch(logits: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The same with PyTorch's functions."""
    masked = logits.masked_fill(~mask, float("-inf"))
    probs = torch.softmax(masked, dim=-1)
    return -(probs * torch.log_softmax(masked, dim=-1)).sum(-1).mean()


def julia_repaired(logits: Array, action_mask: Array) -> Array:
    """Nothing where the probability is zero."""
    log_probs = _log_softmax(np.where(action_mask, logits, -np.inf))
    probs = np.exp(log_probs)
    return -np.where(probs > 0, probs * np.where(probs > 0, log_probs, 0), 0).sum(axis=-1)


def nan_divergence(old_logits: Array, logits: Array, action_mask: Array) -> Array:
    """Minus infinity less minus infinity."""
    old = _log_softmax(np.where(action_mask, old_logits, -np.inf))
    new = _log_softmax(np.where(action_mask, logits, -np.inf))
    return (np.exp(old) * (old - new)).sum(axis=-1)


# --- divergences ------------------------------------------------------------------------------------


def spinning_up_reversed(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """KL(new || old), averaged over states."""
    old_var, var = np.exp(2 * old_log_std), np.exp(2 * log_std)
    pre_sum = 0.5 * (((mean - old_mean) ** 2 + var) / old_var - 1) + old_log_std - log_std
    return np.mean(np.sum(pre_sum, axis=1))


def spinning_up_reversed_categorical(logits: Array, old_logits: Array) -> Array:
    """KL(new || old) of categorical policies, averaged over states."""
    new, old = _log_softmax(logits), _log_softmax(old_logits)
    return np.mean(np.sum(np.exp(new) * (new - old), axis=1))


def reversed_probabilities(policy: Array, new_policy: Array) -> Array:
    """KL(new || old) of rows of probabilities."""
    logs = np.log(np.where(new_policy > 0, new_policy, 1) / policy)
    return np.sum(np.where(new_policy > 0, new_policy * logs, 0), axis=-1)


def torchrl_of_itself(
    old_mean: torch.Tensor, old_log_std: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor
) -> torch.Tensor:
    """The new distribution twice."""
    del old_mean, old_log_std
    new = torch.distributions.Normal(mean, log_std.exp())
    previous = torch.distributions.Normal(mean, log_std.exp())
    return torch.distributions.kl_divergence(previous, new).sum(-1).mean()


def torchrl_of_itself_categorical(logits: torch.Tensor, old_logits: torch.Tensor) -> torch.Tensor:
    """The new distribution twice, categorical."""
    del old_logits
    new = torch.distributions.Categorical(logits=logits)
    return torch.distributions.kl_divergence(new, new)


def torchrl_repaired(
    old_mean: torch.Tensor, old_log_std: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor
) -> torch.Tensor:
    """Old and new."""
    old, new = torch.distributions.Normal(old_mean, old_log_std.exp()), torch.distributions.Normal(mean, log_std.exp())
    return torch.distributions.kl_divergence(old, new).sum(-1).mean()


def rllib_divergence_not_summed(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """One divergence for each dimension of the action, averaged with the batch."""
    old_var, var = np.exp(2 * old_log_std), np.exp(2 * log_std)
    return np.mean(log_std - old_log_std + (old_var + (old_mean - mean) ** 2) / (2 * var) - 0.5)


def rllib_divergence_of_each_dimension(
    old_mean: torch.Tensor, old_std: torch.Tensor, mean: torch.Tensor, std: torch.Tensor
) -> torch.Tensor:
    """One divergence for each dimension of the action."""
    return torch.distributions.kl_divergence(
        torch.distributions.Normal(old_mean, old_std), torch.distributions.Normal(mean, std)
    )


def rllib_entropy_not_summed(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """One entropy for each dimension of the action, averaged with the batch."""
    return torch.distributions.Normal(mean, std).entropy().mean()


def rllib_log_prob_not_summed(actions: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """One log-density for each dimension of the action."""
    return torch.distributions.Normal(mean, std).log_prob(actions)


# --- squashing ----------------------------------------------------------------------------------------


def _density(unsquashed: Array, mean: Array, log_std: Array) -> Array:
    return (-0.5 * ((unsquashed - mean) / np.exp(log_std)) ** 2 - log_std - HALF_LOG_2_PI).sum(-1)


def mighty_corrected_once(unsquashed: Array, mean: Array, log_std: Array, old_mean: Array, old_log_std: Array) -> Array:
    """The correction for tanh in the new log-density alone."""
    new = _density(unsquashed, mean, log_std) - np.log(1 - np.tanh(unsquashed) ** 2).sum(-1)
    return np.exp(new - _density(unsquashed, old_mean, old_log_std))


def mighty_repaired(unsquashed: Array, mean: Array, log_std: Array, old_mean: Array, old_log_std: Array) -> Array:
    """The correction cancels."""
    return np.exp(_density(unsquashed, mean, log_std) - _density(unsquashed, old_mean, old_log_std))


def mighty_log_prob_not_corrected(unsquashed: Array, mean: Array, log_std: Array) -> Array:
    """The log-density of the squashed action without the correction."""
    return _density(unsquashed, mean, log_std)


def sac_with_epsilon(unsquashed: torch.Tensor, mean: torch.Tensor, log_std: torch.Tensor) -> torch.Tensor:
    """The usual guard against log 0."""
    log_prob = torch.distributions.Normal(mean, log_std.exp()).log_prob(unsquashed)
    log_prob -= torch.log(1 - torch.tanh(unsquashed).pow(2) + 1e-6)
    return log_prob.sum(1, keepdim=True)


KL, GAUSSIAN_KL, LOG_PROB = "divergence.kl", "policy.gaussian_kl", "policy.gaussian_log_prob"
ENTROPY, GAUSSIAN_ENTROPY, SQUASHED = "policy.entropy", "policy.gaussian_entropy", "policy.squashed_gaussian_log_prob"
RLLIB, SPINNING_UP, TORCHRL = "ray-project/ray#2920", "openai/spinningup#264", "pytorch/rl#1920"
SUMMED, JULIA = "ray-project/ray PR#7398", "JuliaReinforcementLearning/ReinforcementLearning.jl#917"
A3C, INAC = "andrewliao11/pytorch-a3c-mujoco#2", "hwang-ua/inac_pytorch#1"
BASELINES, MIGHTY = "hill-a/stable-baselines PR#1060", "automl/Mighty PR#118"

ENTRIES = (
    Entry("DIST-01", RLLIB, GAUSSIAN_ENTROPY, rllib_half_log_std, "bug", "log_std_halved"),
    Entry("DIST-01", RLLIB, GAUSSIAN_ENTROPY, rllib_half_log_of_std, "bug", "log_std_halved"),
    Entry("DIST-01", RLLIB, GAUSSIAN_ENTROPY, rllib_half_log_std_averaged, "bug", "log_std_halved"),
    Entry("C-DIST-01", RLLIB, GAUSSIAN_ENTROPY, rllib_entropy_as_it_was, "control"),
    Entry("DIST-08", A3C, GAUSSIAN_ENTROPY, a3c_mujoco_variance_added, "bug", "variance_added_to_2_pi"),
    Entry("DIST-08", A3C, GAUSSIAN_ENTROPY, a3c_mujoco_variance_of_std_added, "bug", "variance_added_to_2_pi"),
    Entry("C-DIST-08", A3C, GAUSSIAN_ENTROPY, a3c_mujoco_as_it_should_be, "control"),
    Entry("DIST-03", BASELINES, LOG_PROB, stable_baselines_std_as_variance, "bug", "std_taken_for_variance"),
    Entry("DIST-03", BASELINES, LOG_PROB, stable_baselines_given_std, "bug", "std_taken_for_variance"),
    Entry("C-DIST-03", BASELINES, LOG_PROB, stable_baselines_repaired, "control"),
    Entry("DIST-09", INAC, LOG_PROB, inac_corrected_for_squashing, "bug", "corrected_for_squashing"),
    Entry("DIST-09", INAC, LOG_PROB, inac_with_its_squashed_mean, "bug", "corrected_for_squashing_of_tanh_mean"),
    Entry("C-DIST-09", INAC, LOG_PROB, inac_repaired, "control"),
    Entry("DIST-07", JULIA, ENTROPY, julia_nan_entropy, "bug", "nan_for_impossible_actions"),
    Entry("DIST-07", JULIA, ENTROPY, julia_nan_entropy_of_probabilities, "bug", "nan_for_impossible_actions"),
    Entry("DIST-07", JULIA, ENTROPY, julia_nan_entropy_in_torch, "bug", "nan_for_impossible_actions"),
    Entry("DIST-07", JULIA, KL, nan_divergence, "bug", "nan_for_impossible_actions"),
    Entry("C-DIST-07", JULIA, ENTROPY, julia_repaired, "control"),
    Entry("KL-01", SPINNING_UP, GAUSSIAN_KL, spinning_up_reversed, "variant", "kl_reversed"),
    Entry("KL-01", SPINNING_UP, KL, spinning_up_reversed_categorical, "variant", "kl_reversed"),
    Entry("KL-01", SPINNING_UP, KL, reversed_probabilities, "variant", "kl_reversed"),
    Entry("KL-02", TORCHRL, GAUSSIAN_KL, torchrl_of_itself, "bug", "kl_of_the_new_policy_with_itself"),
    Entry("KL-02", TORCHRL, KL, torchrl_of_itself_categorical, "bug", "kl_of_the_new_policy_with_itself"),
    Entry("C-KL-02", TORCHRL, GAUSSIAN_KL, torchrl_repaired, "control"),
    Entry("KL-06", SUMMED, GAUSSIAN_KL, rllib_divergence_not_summed, "bug", "averaged_over_dimensions"),
    Entry("KL-06", SUMMED, GAUSSIAN_KL, rllib_divergence_of_each_dimension, "bug", "not_summed_over_dimensions"),
    Entry("KL-06", SUMMED, GAUSSIAN_ENTROPY, rllib_entropy_not_summed, "bug", "averaged_over_dimensions"),
    Entry("KL-06", SUMMED, LOG_PROB, rllib_log_prob_not_summed, "bug", "not_summed_over_dimensions"),
    Entry("PG-05", MIGHTY, "ppo.ratio", mighty_corrected_once, "bug", "only_the_new_corrected_for_squashing"),
    Entry("C-PG-05", MIGHTY, "ppo.ratio", mighty_repaired, "control"),
    Entry("PG-05", MIGHTY, SQUASHED, mighty_log_prob_not_corrected, "bug", "no_squash_correction"),
    Entry("DIST-10", "haarnoja/sac", SQUASHED, sac_with_epsilon, "variant", "epsilon_in_the_logarithm"),
)

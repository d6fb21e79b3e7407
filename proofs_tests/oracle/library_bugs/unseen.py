"""Mistakes and variants that were written without a look at the oracle, and what each must be called."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from . import Entry

Array = Any


# --- surrogates and ratios ----------------------------------------------------------------------


def first_order_ratio(log_probs: Array, old_log_probs: Array) -> Array:
    """The exponential to first order."""
    return 1 + (log_probs - old_log_probs)


def clamped_log_ratio(log_probs: Array, old_log_probs: Array) -> Array:
    """The log-ratio is clamped before the exponential."""
    return np.exp(np.clip(log_probs - old_log_probs, -0.5, 0.5))


def limited_from_above(log_probs: Array, old_log_probs: Array, advantages: Array, clip_epsilon: float) -> float:
    """A minimum of ratios for both signs of the advantage."""
    ratios = np.exp(log_probs - old_log_probs)
    kept = np.where(advantages > 0, np.minimum(ratios, 1 + clip_epsilon), np.minimum(ratios, 1 - clip_epsilon))
    return (kept * advantages).mean()


def cispo(log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip_epsilon: float) -> Tensor:
    """The clipped ratio as a constant weight."""
    ratios = (log_probs - old_log_probs).exp().detach().clamp(1 - clip_epsilon, 1 + clip_epsilon)
    return -(ratios * advantages * log_probs).mean()


# --- values, advantages, entropies --------------------------------------------------------------


def standardised_returns(values: Array, returns: Array) -> float:
    """Returns of each batch on their own scale."""
    returns = (returns - returns.mean()) / (returns.std() + 1e-8)
    return ((values - returns) ** 2).mean()


def clipped_around_the_return(
    values: Array,
    old_values: Array,  # noqa: ARG001 - it should be used
    returns: Array,
    clip_epsilon: float,
) -> float:
    """The larger square is always that of the value itself."""
    near = returns + np.clip(values - returns, -clip_epsilon, clip_epsilon)
    return 0.5 * np.maximum((values - returns) ** 2, (near - returns) ** 2).mean()


def of_raw_squares(values: Array, returns: Array) -> float:
    """Neither variance has its mean subtracted."""
    return 1 - ((returns - values) ** 2).sum() / (returns**2).sum()


def min_max(advantages: Array) -> Array:
    """From zero to one."""
    return (advantages - advantages.min()) / (advantages.max() - advantages.min() + 1e-8)


def bits(probs: Array) -> float:
    """Logarithms of base two, with the usual guard."""
    return -(probs * np.log2(probs + 1e-12)).sum(-1).mean()


# --- rules between updates ----------------------------------------------------------------------


def rllib_coefficient(kl: float, beta: float, kl_target: float) -> float:
    """The thresholds and factors of RLlib."""
    if kl > 2.0 * kl_target:
        return beta * 1.5
    return beta * 0.5 if kl < 0.5 * kl_target else beta


def proportional(kl: float, beta: float, kl_target: float) -> float:
    """Ziegler's controller with a built-in gain."""
    return beta * (1 + 0.1 * np.clip(kl / kl_target - 1, -0.2, 0.2))


def rsl_rl_step(kl: float, learning_rate: float, desired_kl: float) -> float:
    """Steps are kept within limits."""
    if kl > desired_kl * 2.0:
        return max(1e-5, learning_rate / 1.5)
    if 0.0 < kl < desired_kl / 2.0:
        return min(1e-2, learning_rate * 1.5)
    return learning_rate


# --- divergences and distributions --------------------------------------------------------------


def positive_k1(log_probs: Array, old_log_probs: Array) -> float:
    """An estimate that may be negative is made positive."""
    return np.maximum(old_log_probs - log_probs, 0).mean()


def squared_mean(log_probs: Array, old_log_probs: Array) -> float:
    """The mean first, then the square."""
    return 0.5 * (log_probs - old_log_probs).mean() ** 2


def half_of_l2(policy: Array, new_policy: Array) -> Array:
    """L2 for L1."""
    return 0.5 * np.sqrt(((policy - new_policy) ** 2).sum(-1))


def means_over_old_variance(old_mean: Array, old_log_std: Array, mean: Array, log_std: Array) -> Array:
    """One of both quotients has the other variance."""
    old, new = np.exp(2 * old_log_std), np.exp(2 * log_std)
    return (log_std - old_log_std + (old / new + (mean - old_mean) ** 2 / old - 1) / 2).sum(-1)


def half_of_log_det(actions: Array, mean: Array, scale_tril: Array) -> Array:
    """The half that belongs to the covariance's determinant is applied to the factor's."""
    whitened = np.linalg.solve(scale_tril, (actions - mean)[..., None])[..., 0]
    log_det = np.log(np.abs(np.linalg.det(scale_tril)))
    return -0.5 * (whitened**2).sum(-1) - 0.5 * log_det - 0.5 * mean.shape[-1] * np.log(2 * np.pi)


# --- groups -------------------------------------------------------------------------------------


def median_baseline(rewards: Array) -> Array:
    """A baseline that outliers do not move."""
    return (rewards - np.median(rewards, -1, keepdims=True)) / (rewards.std(-1, keepdims=True) + 1e-6)


def inverted_factor(rewards: Array) -> Array:
    """(n - 1) / n for n / (n - 1)."""
    n = rewards.shape[-1]
    return (rewards - rewards.mean(-1, keepdims=True)) * (n - 1) / n


# --- gradients ----------------------------------------------------------------------------------


def _penalised(logits: Tensor, old_logits: Tensor, actions: Tensor, advantages: Tensor, weight: Any) -> Tensor:
    new, old = functional.log_softmax(logits, -1), functional.log_softmax(old_logits, -1)
    ratios = (new - old).gather(-1, actions.long().unsqueeze(-1)).squeeze(-1).exp()
    return -(ratios * advantages - weight((old.exp() * (old - new)).sum(-1))).mean()


def penalty_flows(logits: Tensor, old_logits: Tensor, actions: Tensor, advantages: Tensor, beta: float) -> Tensor:
    """The divergence is computed in the loss, and pulls the policy back."""
    return _penalised(logits, old_logits, actions, advantages, lambda kl: beta * kl)


def penalty_detached(logits: Tensor, old_logits: Tensor, actions: Tensor, advantages: Tensor, beta: float) -> Tensor:
    """The divergence is a number without a gradient: nothing pulls the policy back."""
    return _penalised(logits, old_logits, actions, advantages, lambda kl: beta * kl.detach())


def weights_detached(logits: Tensor) -> Tensor:
    """The gradient of -p log p with p kept is zero: the mean score."""
    log_probs = functional.log_softmax(logits, -1)
    return -(log_probs.exp().detach() * log_probs).sum(-1)


def logarithms_detached(logits: Tensor) -> Tensor:
    """The other way round it is right: the mean score falls out."""
    log_probs = functional.log_softmax(logits, -1)
    return -(log_probs.exp() * log_probs.detach()).sum(-1)


def normaliser_less_mean(logits: Tensor) -> Tensor:
    """The logarithm of the normaliser less the mean logit."""
    return torch.logsumexp(logits, -1) - (torch.softmax(logits, -1) * logits).sum(-1)


WITH_GRADIENT = {"gradient": True}
OWN = "written for this test"

ENTRIES = (
    Entry("X-01", OWN, "ppo.ratio", first_order_ratio, "bug", "ratios_linearised"),
    Entry("X-02", OWN, "ppo.ratio", clamped_log_ratio, "variant", "log_ratios_clipped"),
    Entry("X-03", OWN, "ppo.clip_objective", limited_from_above, "bug", "ratio_limited_from_above_for_all"),
    Entry("X-04", OWN, "ppo.clip_objective", cispo, "variant", "clipped_ratio_weighs_the_log_prob", WITH_GRADIENT),
    Entry("X-05", OWN, "ppo.value_loss", standardised_returns, "bug", "returns_normalised_inside"),
    Entry("X-06", OWN, "ppo.clipped_value_loss", clipped_around_the_return, "bug", "unclipped_error_alone"),
    Entry("X-07", OWN, "ppo.explained_variance", of_raw_squares, "bug", "squares_without_means"),
    Entry("X-08", OWN, "ppo.advantage_normalisation", min_max, "bug", "scaled_to_the_range"),
    Entry("X-09", OWN, "ppo.entropy_bonus", bits, "variant", "in_bits"),
    Entry("X-10", OWN, "ppo.adaptive_kl", rllib_coefficient, "variant",
          "thresholds_of_two_grows_by_one_and_a_half_shrinks_by_two"),
    Entry("X-11", OWN, "ppo.adaptive_kl", proportional, "variant", "proportional_controller"),
    Entry("X-12", OWN, "vpg.adaptive_stepsize", rsl_rl_step, "variant", "step_kept_within_limits"),
    Entry("X-13", OWN, "divergence.k1", positive_k1, "variant", "negative_estimates_clamped"),
    Entry("X-14", OWN, "divergence.k2", squared_mean, "bug", "square_of_the_mean_log_ratio"),
    Entry("X-15", OWN, "divergence.tv", half_of_l2, "bug", "half_the_euclidean_distance"),
    Entry("X-16", OWN, "policy.gaussian_kl", means_over_old_variance, "bug", "means_divided_by_the_old_variance"),
    Entry("X-17", OWN, "policy.full_gaussian_log_prob", half_of_log_det, "bug", "determinant_halved"),
    Entry("X-18", OWN, "tokens.group_advantages", median_baseline, "variant", "median_as_baseline"),
    Entry("X-19", OWN, "tokens.rloo_advantages", inverted_factor, "bug", "factor_inverted"),
    Entry("X-20", OWN, "ppo.kl_penalty", penalty_detached, "bug", "gradient_stopped_at_divergences", WITH_GRADIENT),
    Entry("X-21", OWN, "policy.entropy", weights_detached, "bug", "gradient_stopped_at_logits", WITH_GRADIENT),
    Entry("C-X-20", OWN, "ppo.kl_penalty", penalty_flows, "control", None, WITH_GRADIENT),
    Entry("C-X-21", OWN, "policy.entropy", logarithms_detached, "control", None, WITH_GRADIENT),
    Entry("C-X-22", OWN, "policy.entropy", normaliser_less_mean, "control", None, WITH_GRADIENT),
)  # fmt: skip
